package scan

import "time"

// Int reads all of s as a decimal number without sign. It fails for anything else, and for what int64 cannot hold.
func Int(s string) (int64, bool) {
	n, rest, ok := Digits(s)
	if !ok || rest != "" {
		return 0, false
	}
	return n, true
}

// Digits takes a decimal number without sign off the front. It fails where there is none, or one that int64 cannot hold.
func Digits(s string) (n int64, rest string, ok bool) {
	i := 0
	for i < len(s) && IsDigit(s[i]) {
		d := int64(s[i] - '0')
		if n > (1<<63-1-d)/10 {
			return 0, s, false
		}
		n = n*10 + d
		i++
	}
	return n, s[i:], i > 0
}

// Fixed takes exactly n digits off the front, at most 18. A further digit behind them is left there.
func Fixed(s string, n int) (value int, rest string, ok bool) {
	if len(s) < n {
		return 0, s, false
	}
	for i := 0; i < n; i++ {
		if !IsDigit(s[i]) {
			return 0, s, false
		}
		value = value*10 + int(s[i]-'0')
	}
	return value, s[n:], true
}

// Eight reads the first eight bytes of s, which has as many, as a number, the lowest first on every machine.
func Eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// powers of ten that float64 holds exactly.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// Float reads all of s as a decimal fraction without sign and exponent: "0", "0.01", "311.5". Digits behind the fifteenth
// significant one of the fraction are dropped; the result is the nearest float64 up to there.
func Float(s string) (float64, bool) {
	whole, rest, ok := Digits(s)
	if !ok {
		return 0, false
	}
	if rest == "" {
		return float64(whole), true
	}
	rest, ok = Byte(rest, '.')
	if !ok || rest == "" {
		return 0, false
	}
	places := 0
	for i := 0; i < len(rest); i++ {
		if !IsDigit(rest[i]) {
			return 0, false
		}
		if whole < 1e14 && places < len(powers)-1 {
			whole = whole*10 + int64(rest[i]-'0')
			places++
		}
	}
	return float64(whole) / powers[places], true
}

// Decimal is Float with an optional sign in front.
func Decimal(s string) (float64, bool) {
	if rest, ok := Byte(s, '-'); ok {
		f, ok := Float(rest)
		return -f, ok
	}
	s, _ = Byte(s, '+')
	return Float(s)
}

// Duration is a number of units without a sign, 0 where s is none, or more than a day.
func Duration(s string, unit time.Duration) time.Duration {
	n, ok := Float(s)
	if !ok || n < 0 || n*float64(unit) > float64(24*time.Hour) {
		return 0
	}
	return time.Duration(n * float64(unit))
}
