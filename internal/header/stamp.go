package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// style is how a stamp is written, which says who may have written it.
type style uint8

const (
	styleNone   style = iota
	styleBSD          // Nov 23 15:32:27: a syslog daemon, or postlogd
	styleISO          // 2026-11-23T15:32:27.611330+00:00: a syslog daemon, or a program of its own
	styleBlank        // 2026-11-23 15:32:27: mostly programs' own files
	styleClock        // 15:32:27.611
	styleLabel        // @400000006aa8e01a2c3ca002: multilog, svlogd and what else stamps a program's output
	styleOutput       // 2026-11-23_15:32:27.61133: svlogd, likewise
	styleUnix         // 1276913544.622156: likewise, or journalctl
	styleCtime        // Mon Nov 23 15:32:27 2026: mostly programs' own files
)

// stamp is a point in time as written.
type stamp struct {
	style            style
	year, month, day int // year 0: not written
	seconds          int // since midnight
	nanos            int
	offset           int // seconds east of UTC
	zoned, fraction  bool
	twelve           bool  // its clock has twelve hours
	since1970        int64 // seconds, of a stamp that counts them
}

// Stamp reads a stamp of any style off the front of s, with nothing in front of it; rest begins right behind it. The time is as in
// Header. It is for formats that keep their stamp elsewhere than in front of the line.
func Stamp(s string, c Clock) (time int64, res event.Resolution, rest string, ok bool) {
	st, rest, ok := readStamp(s)
	if !ok {
		return 0, event.ResolutionNone, s, false
	}
	var h Header
	st.fill(c, &h)
	return h.Time, h.Resolution, rest, true
}

// readStamp takes a stamp of any style off the front.
func readStamp(s string) (st stamp, rest string, ok bool) {
	switch {
	case len(s) < len("15:32:27"):
		return st, s, false
	case s[0] == '@':
		rest, ok = st.readLabel(s)
	case scan.IsLetter(s[0]):
		rest, ok = st.readBSD(s)
	case s[2] == ':' || s[1] == ':':
		st.style = styleClock
		rest, ok = st.readHours(s)
	case s[2] == '/' || s[1] == '/':
		rest, ok = st.readSlashes(s)
	case scan.IsDigit(s[4]):
		rest, ok = st.readUnix(s)
	default:
		rest, ok = st.readISO(s)
	}
	if !ok {
		st = stamp{}
		rest, ok = st.readOther(s)
	}
	if !ok {
		return stamp{}, s, false
	}
	return st, rest, true
}

// readBSD reads "Nov 23 15:32:27" (RFC 3164 section 4.1.2): the day padded with a blank, a zero or not at all, and a year on either
// side of the time, which the RFC has not.
func (st *stamp) readBSD(s string) (rest string, ok bool) {
	st.style = styleBSD
	st.month = monthOf(s[:3])
	if st.month == 0 || s[3] != ' ' {
		return s, false
	}

	// day
	day, rest, ok := scan.Digits(scan.TrimLeft(s[4:min(len(s), 7)]))
	if !ok || day > 31 {
		return s, false
	}
	st.day = int(day)
	rest = s[min(len(s), 7)-len(rest):]
	if tail, ok := strings.CutPrefix(rest, ", "); ok { // "Nov 23, 2026 3:32:27 PM" (java.util.logging), from Java 9 on "2026, 3:32:27 PM"
		st.style = styleBlank
		if st.year, rest, ok = readYear(tail); !ok {
			if !strings.HasPrefix(rest, ", ") || st.year == 0 {
				return s, false
			}
			rest = rest[len(", "):]
		}
		rest, ok = st.readTwelve(rest)
		return rest, ok && st.valid()
	}
	if rest, ok = scan.Byte(rest, ' '); !ok {
		return s, false
	}

	// year before the time
	if year, tail, ok := readYear(rest); ok {
		st.year, rest = year, tail
	}
	if rest, ok = st.readClock(rest); !ok {
		return s, false
	}

	// year behind the time: a word of its own
	if st.year == 0 && strings.HasPrefix(rest, " ") {
		if year, tail, ok := readYear(rest[1:]); ok {
			st.year, rest = year, s[len(s)-len(tail)-1:] // from the blank on
		}
	}
	return rest, st.valid()
}

// readYear takes a year and the blank behind it.
func readYear(s string) (year int, rest string, ok bool) {
	if year, rest, ok = scan.Fixed(s, 4); ok && year >= firstYear && year <= lastYear {
		rest, ok = scan.Byte(rest, ' ')
		return year, rest, ok
	}
	return 0, s, false
}

// readISO reads RFC 3339, with what ISO 8601 allows besides: a blank for the T, a zone of hours only, none at all, or one apart (Exim). Programs in Go write
// slashes into the date, templates dots.
func (st *stamp) readISO(s string) (rest string, ok bool) {
	// date
	if st.year, rest, ok = scan.Fixed(s, 4); !ok {
		return s, false
	}
	between := rest[0]
	if between != '-' && between != '/' && between != '.' {
		return s, false
	}
	if st.month, rest, ok = scan.Fixed(rest[1:], 2); !ok {
		return s, false
	}
	if rest, ok = scan.Byte(rest, between); !ok {
		return s, false
	}
	if st.day, rest, ok = scan.Fixed(rest, 2); !ok || rest == "" {
		return s, false
	}

	// T
	switch mark := rest[0]; {
	case between != '-' && mark != ' ':
		return s, false
	case mark == 'T', mark == 't':
		st.style = styleISO
	case mark == ' ':
		st.style = styleBlank
		if clock, ok := st.readTwelve(rest[1:]); ok {
			return clock, st.valid()
		}
	case mark == '_':
		st.style = styleOutput
	default:
		return s, false
	}

	// time, zone
	clock := rest[1:]
	if rest, ok = st.readClock(clock); !ok {
		return s, false
	}
	if st.style == styleOutput || st.style == styleISO && len(clock)-len(rest) == len("15:32:27.61133") && endsField(rest) {
		st.zoned = true // svlogd's hundred-thousandths are in UTC (runit's fmt_ptime.c)
		return rest, st.valid() && endsField(rest)
	}
	if rest, ok = st.readZone(rest); !ok {
		return s, false
	}
	return rest, st.valid()
}

// readClock reads "15:32:27", with a fraction of one to nine digits; further digits are dropped.
func (st *stamp) readClock(s string) (rest string, ok bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return s, false
	}
	hour, _, ok1 := scan.Fixed(s, 2)
	minute, _, ok2 := scan.Fixed(s[3:], 2)
	second, rest, ok3 := scan.Fixed(s[6:], 2)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return s, false
	}
	st.seconds = hour*3600 + minute*60 + second

	return st.readFraction(rest), true
}

// readFraction reads the digits behind a dot or a comma, if they are there.
func (st *stamp) readFraction(s string) (rest string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || !scan.IsDigit(s[1]) {
		return s
	}
	st.fraction = true
	s = s[1:]
	for unit := 100_000_000; s != "" && scan.IsDigit(s[0]); unit /= 10 {
		st.nanos += unit * int(s[0]-'0')
		s = s[1:]
	}
	return s
}

// readZone reads "Z", "+01", "+0100", "+01:00" or " +0100 " if one is there. It fails for one that is cut off.
func (st *stamp) readZone(s string) (rest string, ok bool) {
	if s == "" {
		return s, true
	}
	switch s[0] {
	case 'Z', 'z':
		st.zoned = true
		return s[1:], true
	case '+', '-':
		return st.readOffset(s)
	case ' ':
		if len(s) > 1 && (s[1] == '+' || s[1] == '-') {
			rest, ok = st.readOffset(s[1:])
			if ok && len(s)-len(rest) == len(" +0100") && endsOffset(rest) {
				return rest, true
			}
			// no zone but text, unless the line ends within it
			st.zoned, st.offset = false, 0
			return s, strings.Trim(s[2:], "0123456789") != ""
		}
	}
	return s, true
}

// readOffset reads a sign, two digits of hours and, with or without a colon, two of minutes.
func (st *stamp) readOffset(s string) (rest string, ok bool) {
	hours, rest, ok := scan.Fixed(s[1:], 2)
	if !ok || hours > 15 {
		return s, false
	}
	tail, _ := scan.Byte(rest, ':')
	minutes, tail, ok := scan.Fixed(tail, 2)
	switch {
	case ok && minutes < 60:
		rest = tail
	case !endsOffset(rest):
		return s, false
	}
	st.zoned = true
	st.offset = hours*3600 + minutes*60
	if s[0] == '-' {
		st.offset = -st.offset
	}
	return rest, true
}

// endsOffset says whether a zone is over here: also at the bracket around a stamp.
func endsOffset(s string) bool { return endsField(s) || s[0] == ']' }

// monthOf is 1 to 12, or 0 for what is no month.
func monthOf(s string) int {
	switch s {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}
