package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readHours reads a time of day of either kind: "15:32:27.611", "03:32:27 PM", "3:32:27 PM".
func (st *stamp) readHours(s string) (rest string, ok bool) {
	if rest, ok = st.readTwelve(s); ok {
		return rest, true
	}
	return st.readClock(s)
}

// readTwelve reads the clock of twelve hours that Windows and Java write where the machine speaks English: one or two digits of hours, a fraction perhaps,
// and which half of the day it is.
func (st *stamp) readTwelve(s string) (rest string, ok bool) {
	hour, rest, ok := scan.Digits(s[:min(len(s), 3)])
	if !ok || hour < 1 || hour > 12 || !strings.HasPrefix(rest, ":") {
		return s, false
	}
	at := len(s[:min(len(s), 3)]) - len(rest)
	if len(s) < at+len(":32:27 PM") || s[at+3] != ':' {
		return s, false
	}
	minute, _, minutes := scan.Fixed(s[at+1:], 2)
	second, rest, seconds := scan.Fixed(s[at+4:], 2)
	if !minutes || !seconds || minute > 59 || second > 60 {
		return s, false
	}

	// nothing is kept of a clock that turns out to have 24 hours
	var read stamp
	rest, half := readHalf(read.readFraction(rest))
	if half == 0 {
		return s, false
	}
	hour %= 12
	if half == 'P' {
		hour += 12
	}
	st.seconds, st.nanos, st.fraction, st.twelve = int(hour)*3600+minute*60+second, read.nanos, read.fraction, true
	return rest, true
}

// readHalf takes " AM" or " PM" off the front, in any case, with or without the blank; half is 'A', 'P', or 0 for neither. Some locales write a narrow
// blank that does not break.
func readHalf(s string) (rest string, half byte) {
	const narrow = "\u202f"
	t, ok := strings.CutPrefix(s, narrow)
	if !ok {
		t, _ = scan.Byte(s, ' ')
	}
	if dotted, ok := readDotted(t); ok {
		return dotted, t[0] &^ 0x20
	}
	if len(t) < 2 || t[1]|0x20 != 'm' || len(t) > 2 && (scan.IsLetter(t[2]) || scan.IsDigit(t[2])) {
		return s, 0
	}
	switch t[0] | 0x20 {
	case 'a':
		return t[2:], 'A'
	case 'p':
		return t[2:], 'P'
	}
	return s, 0
}

// readDotted takes "a.m." or "p.m." off the front, as Canadians write it and speakers of Spanish, who put a blank into it.
func readDotted(s string) (rest string, ok bool) {
	if len(s) < len("a.m.") || s[0]|0x20 != 'a' && s[0]|0x20 != 'p' || s[1] != '.' {
		return s, false
	}
	rest, _ = scan.Byte(s[2:], ' ')
	if len(rest) < 2 || rest[0]|0x20 != 'm' || rest[1] != '.' {
		return s, false
	}
	return rest[2:], true
}

// readSlashes reads "11/23/2026 3:32:27 PM", the date as Americans write it where that can be; what has a 13th month begins with the day.
func (st *stamp) readSlashes(s string) (rest string, ok bool) {
	st.style = styleBlank
	first, rest, ok := scan.Digits(s[:min(len(s), 3)])
	if !ok || !strings.HasPrefix(rest, "/") {
		return s, false
	}
	rest = s[len(s[:min(len(s), 3)])-len(rest)+1:]
	second, tail, ok := scan.Digits(rest[:min(len(rest), 3)])
	if !ok || !strings.HasPrefix(tail, "/") {
		return s, false
	}
	rest = rest[len(rest[:min(len(rest), 3)])-len(tail)+1:]
	if st.year, rest, ok = scan.Fixed(rest, 4); !ok || rest == "" || rest[0] != ' ' && rest[0] != ',' {
		return s, false
	}
	st.month, st.day = int(first), int(second)
	if first > 12 {
		st.month, st.day = int(second), int(first)
	}
	if rest, ok = st.readTwelve(strings.TrimPrefix(rest[1:], " ")); !ok {
		return s, false
	}
	return rest, st.valid()
}
