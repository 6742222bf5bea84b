package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Some templates of rsyslog and syslog-ng, and some syslog daemons, write how grave a line is beside its host or in the host's
// place: "INFO", "mail.info" (BusyBox), "mail:info" (AIX), "<2.6>" (FreeBSD -v).

// parseLevelTag reads a level, a host perhaps, and the tag; or a host, a level and the tag.
func parseLevelTag(s string, least certainty, h *Header) bool {
	first, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return false
	}
	rest = scan.TrimLeft(rest)
	facility := isFacility(first) // or a host's name: many are called "mail"
	if facility {                 // then the severity, in a column of its own
		if severity, tail, ok := scan.Cut(rest, ' '); ok && isSeverity(severity) {
			tail = scan.TrimLeft(tail)
			return parseTag(tail, least, h) || parseHostTag(tail, least, h)
		}
	}
	if !facility && isLevel(first) {
		return parseTag(rest, least, h) || parseHostTag(rest, least, h)
	}
	second, rest, ok := scan.Cut(rest, ' ')
	if !ok || !isLevel(second) {
		return false
	}
	host, ok := readHost(first)
	if !ok {
		return false
	}
	rest = scan.TrimLeft(rest)
	if third, tail, ok := scan.Cut(rest, ' '); ok && isLevel(third) {
		rest = scan.TrimLeft(tail)
	} else if scan.IsIP(host) && isFacility(second) { // a host that is called "mail", behind who passed the line on
		host = second
	}
	program, pid, id, text, sure := readTag(rest)
	if sure == none || sure < least || isSpeech(host, program, sure) {
		return false
	}
	h.Host, h.Program, h.PID, h.TagID, h.Text = host, program, pid, id, text
	return true
}

// longestLevel is that of "[daemon.emergency]:".
const longestLevel = 19

// isLevelHost says whether what stands where a host does is a level. A host may be called "mail".
func isLevelHost(s string) bool {
	if s == "" || len(s) > longestLevel {
		return false
	}
	switch s[0] | 0x20 {
	case 'i', 'w', 'n', 'e', 'd', 'c', 'a', 'p', 'f': // as severities begin
		return isLevel(s) && !isFacility(s)
	case 'm', 'u', 'l': // as facilities do
		return len(s) > len("mail.") && (!scan.IsLetter(s[4]) || len(s) > len("local0.") && !scan.IsLetter(s[6])) && isLevel(s)
	}
	return !scan.IsLetter(s[0]) && isLevel(s)
}

// isLevel says whether a word is a severity, a facility, or a facility and a severity; in brackets perhaps, a colon behind it.
func isLevel(s string) bool {
	if len(s) > longestLevel {
		return false
	}
	s = strings.TrimSuffix(s, ":")
	if i := strings.IndexByte(s, '<'); i > 0 && s[len(s)-1] == '>' { // "mail.info<22>": rsyslog's %pri-text% before 5
		s = s[:i]
	}
	if len(s) > 2 {
		switch {
		case s[0] == '[' && s[len(s)-1] == ']', s[0] == '<' && s[len(s)-1] == '>', s[0] == '(' && s[len(s)-1] == ')':
			s = s[1 : len(s)-1]
		}
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '.' || c == ':' || c == '|' || c == '/' {
			return isFacility(s[:i]) && isSeverity(s[i+1:]) || c == '.' && isNumericLevel(s[:i], s[i+1:])
		}
	}
	return isSeverity(s) || isFacility(s)
}

// isNumericLevel is for FreeBSD's "2.6".
func isNumericLevel(facility, severity string) bool {
	f, ok := scan.Int(facility)
	n, whole := scan.Int(severity)
	return ok && whole && f < 24 && n < 8
}

// isSeverity knows the words of syslog(3) and what programs make of them, in any case.
func isSeverity(s string) bool {
	if len(s) < 3 {
		return false
	}
	var words []string
	switch s[0] | 0x20 {
	case 'i':
		words = severities[:3]
	case 'w':
		words = severities[3:5]
	case 'n':
		words = severities[5:6]
	case 'e':
		words = severities[6:10]
	case 'd':
		words = severities[10:12]
	case 'c':
		words = severities[12:14]
	case 'a', 'p', 'f':
		words = severities[14:]
	}
	for _, word := range words {
		if scan.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// severities are in the order of isSeverity.
var severities = [...]string{
	"info", "inf", "information", "warning", "warn", "notice", "err", "error", "emerg",
	"emergency", "debug", "dbg", "crit", "critical", "alert", "panic", "fatal",
}

// isFacility knows the facilities that mail servers and those beside them write to.
func isFacility(s string) bool {
	switch {
	case len(s) == len("local0") && scan.EqualFold(s[:5], "local"):
		return s[5] >= '0' && s[5] <= '7'
	case len(s) != 4 && len(s) != 6:
		return false
	}
	return scan.EqualFold(s, "mail") || scan.EqualFold(s, "user") || scan.EqualFold(s, "daemon")
}
