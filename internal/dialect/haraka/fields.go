package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// fields reads the keys and values of a line, one after another (logger.js, stringify; JSON.stringify). Values come as they are written:
// what is quoted keeps its escapes.
type fields struct {
	form    form
	rest    string
	at      int // offset of rest in the line
	valueAt int // offset of the newest value
	cut     bool
}

// next gives the next field; it is false at the end, and where the line is broken.
func (f *fields) next() (key, value string, ok bool) {
	if f.form == object {
		return f.nextMember()
	}
	f.skip(len(f.rest) - len(scan.TrimLeft(f.rest)))
	if strings.HasPrefix(f.rest, "delivered file=") { // the one key with a blank (outbound/hmail.js)
		f.skip(len("delivered "))
	}
	i := strings.IndexByte(f.rest, '=')
	if i <= 0 || strings.IndexByte(f.rest[:i], ' ') >= 0 {
		return "", "", false
	}
	key = f.rest[:i]
	f.skip(i + 1)
	if f.rest == "" || f.rest[0] != '"' {
		value, _, _ = scan.Cut(f.rest, ' ')
		if value == "" { // an empty one is written in quotes: the line is cut here
			f.cut = true
			return "", "", false
		}
		f.valueAt = f.at
		f.skip(len(value))
		return key, value, true
	}
	f.skip(1)
	n := quoted(f.rest)
	f.valueAt = f.at
	if n < 0 {
		value, f.cut = f.rest, true
		f.skip(len(f.rest))
		return key, value, true
	}
	value = f.rest[:n]
	f.skip(n + 1)
	return key, value, true
}

func (f *fields) skip(n int) {
	f.rest, f.at = f.rest[n:], f.at+n
}

// quoted is the length of a value up to the quote that ends it, -1 without one. A quote within has a backslash in front since 2.8.19;
// before that it is told by what follows, which is no blank.
func quoted(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if i+1 == len(s) || s[i+1] == ' ' {
				return i
			}
		}
	}
	return -1
}

// nextMember reads one member of a JSON object (RFC 8259 section 4).
func (f *fields) nextMember() (key, value string, ok bool) {
	f.skip(blanks(f.rest))
	if strings.HasPrefix(f.rest, ",") {
		f.skip(1)
		f.skip(blanks(f.rest))
	}
	n, ok := jsonString(f.rest)
	if !ok {
		return "", "", false
	}
	key = f.rest[1 : n-1]
	f.skip(n)
	f.skip(blanks(f.rest))
	if !strings.HasPrefix(f.rest, ":") {
		return "", "", false
	}
	f.skip(1)
	f.skip(blanks(f.rest))
	if f.rest == "" {
		return "", "", false
	}
	f.valueAt = f.at
	switch f.rest[0] {
	case '"':
		n, ok = jsonString(f.rest)
		if !ok {
			f.cut = true
			return "", "", false
		}
		value = f.rest[1 : n-1]
		f.valueAt++
	case '{', '[':
		n = jsonNested(f.rest)
		value = f.rest[:n]
	default:
		n = 0
		for n < len(f.rest) && f.rest[n] != ',' && f.rest[n] != '}' && f.rest[n] != ' ' {
			n++
		}
		if value = f.rest[:n]; value == "null" {
			value = ""
		}
	}
	f.skip(n)
	return key, value, true
}

// blanks counts the blanks that JSON allows between its signs.
func blanks(s string) int {
	n := 0
	for n < len(s) && (scan.IsBlank(s[n]) || s[n] == '\n' || s[n] == '\r') {
		n++
	}
	return n
}

// jsonString is the length of a string with its quotes.
func jsonString(s string) (int, bool) {
	if s == "" || s[0] != '"' {
		return 0, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		}
	}
	return len(s), false
}

// jsonNested is the length of an object or array, of all that is left where it is not closed.
func jsonNested(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n, ok := jsonString(s[i:])
			if !ok {
				return len(s)
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// member finds a member of a JSON object that is a value.
func member(value, name string) (string, bool) {
	if !strings.HasPrefix(value, "{") {
		return "", false
	}
	f := fields{form: object, rest: value[1:]}
	for {
		key, v, ok := f.next()
		if !ok || key == name {
			return v, ok
		}
	}
}
