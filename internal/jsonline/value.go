package jsonline

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Kind is what a value is.
type Kind uint8

// The kinds. None is no value: the text is broken or cut short there.
const (
	None Kind = iota
	String
	Number
	Bool
	Null
	Object
	Array
)

// Value is one value as it is written: a string without its quotes, an object or array with its brackets.
type Value struct {
	Kind Kind
	Raw  string
	At   int // offset of Raw in the text that was opened
}

// Str is a string as it is written, with its escapes; empty for any other kind.
func (v Value) Str() string {
	if v.Kind != String {
		return ""
	}
	return v.Raw
}

// Int is a whole number without sign, also one that was written as a float ("1757675281.0", "1.757675281e+09") or in a string.
func (v Value) Int() (int64, bool) {
	if v.Kind != Number && v.Kind != String {
		return 0, false
	}
	if n, ok := scan.Int(v.Raw); ok {
		return n, true
	}
	whole, nanos, ok := decimal(v.Raw)
	return whole, ok && nanos == 0
}

// Decimal is a number without sign, as its whole part and billionths: a time in seconds since 1970 keeps its nanoseconds.
func (v Value) Decimal() (whole, billionths int64, ok bool) {
	if v.Kind != Number && v.Kind != String {
		return 0, 0, false
	}
	return decimal(v.Raw)
}

// decimal reads digits, a fraction and an exponent of ten. Digits behind the billionths are dropped.
func decimal(s string) (whole, billionths int64, ok bool) {
	const digitsMax = 27
	mantissa, rest := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, rest = s[:i], s[i+1:]
		if rest == "" {
			return 0, 0, false
		}
	}
	shift := int64(0)
	if rest != "" {
		negative := rest[0] == '-'
		if rest[0] == '-' || rest[0] == '+' {
			rest = rest[1:]
		}
		if shift, ok = scan.Int(rest); !ok || shift > digitsMax {
			return 0, 0, false
		}
		if negative {
			shift = -shift
		}
	}
	before, fraction, dotted := scan.Cut(mantissa, '.')
	if before == "" || dotted && fraction == "" {
		return 0, 0, false
	}
	unit := int64(100_000_000)
	point := len(before) + int(shift)
	for i := 0; i < max(len(before)+len(fraction), point); i++ {
		c := byte('0')
		switch {
		case i < len(before):
			c = before[i]
		case i < len(before)+len(fraction):
			c = fraction[i-len(before)]
		}
		switch {
		case !scan.IsDigit(c):
			return 0, 0, false
		case i < point && whole > (1<<62)/10:
			return 0, 0, false
		case i < point:
			whole = whole*10 + int64(c-'0')
		default:
			if i == len(before) && point < 0 {
				unit = 0 // far below a billionth
			}
			billionths += unit * int64(c-'0')
			unit /= 10
		}
	}
	return whole, billionths, true
}
