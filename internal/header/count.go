package header

import "github.com/otelcol-smtp/otelcol-smtp/internal/scan"

// leaps is how far TAI64 labels are ahead of the clock's seconds since 1970: the leap seconds of 1970. Later ones do not count: multilog
// adds ten to what the clock shows, tai64nlocal takes ten off again.
const leaps = 10

// readLabel reads a TAI64N label "@400000006aa8e01a2c3ca002", or TAI64 "@400000006aa8e01a" (https://cr.yp.to/libtai/tai64.html): 2^62 plus
// the second in hex digits, and nanoseconds.
func (st *stamp) readLabel(s string) (rest string, ok bool) {
	st.style = styleLabel
	seconds, rest, ok := hex(s[1:], 16)
	if !ok || seconds < 1<<62+leaps || seconds >= 1<<62+lastSecond {
		return s, false
	}
	st.since1970 = seconds - 1<<62 - leaps
	if rest == "" || !scan.IsHex(rest[0]) {
		return rest, true
	}
	nanos, rest, ok := hex(rest, 8)
	if !ok || nanos >= 1e9 || rest != "" && scan.IsHex(rest[0]) {
		return s, false
	}
	st.nanos, st.fraction = int(nanos), true
	return rest, true
}

// hex takes n hex digits off the front, at most 16 that int64 holds.
func hex(s string, n int) (value int64, rest string, ok bool) {
	if len(s) < n {
		return 0, s, false
	}
	for i := range n {
		c := s[i]
		switch {
		case !scan.IsHex(c) || value >= 1<<59:
			return 0, s, false
		case scan.IsDigit(c):
			value = value<<4 | int64(c-'0')
		default:
			value = value<<4 | int64(c|0x20-'a'+10)
		}
	}
	return value, s[n:], true
}

// readUnix reads "1276913544.622156": seconds since 1970, of ten digits, with a fraction that they must have: a number alone is anything.
func (st *stamp) readUnix(s string) (rest string, ok bool) {
	st.style = styleUnix
	seconds, rest, ok := scan.Digits(s)
	if !ok || len(s)-len(rest) != 10 || len(rest) < 2 || rest[0] != '.' {
		return s, false
	}
	st.since1970 = seconds
	from := len(rest)
	rest = st.readFraction(rest)
	return rest, len(rest) < from-3
}
