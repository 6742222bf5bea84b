package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A log daemon may write equal lines of one program only once, and then how often they came again. What it says stands in place of the program's words.

// mostRepeats keeps a number that was made up from becoming a count: no daemon holds a line back so long.
const mostRepeats = 1 << 24

// Repeated reads "message repeated 3 times: [ text]", which rsyslog writes behind the tag of the program ($RepeatedMsgReduction, runtime/ratelimit.c): the text, and how
// many further lines it stands for. A line that is too long loses its end, and the bracket with it.
func Repeated(s string) (text string, times int, ok bool) {
	rest, ok := strings.CutPrefix(s, "message repeated ")
	if !ok {
		return s, 0, false
	}
	times, rest, ok = readTimes(rest)
	if !ok {
		return s, 0, false
	}
	if text, ok = strings.CutPrefix(rest, ": ["); !ok {
		return s, 0, false
	}
	text = strings.TrimSuffix(scan.TrimRight(text), "]")
	return scan.TrimRight(scan.TrimLeft(text)), times, true
}

// RepeatedBefore reads what stands for the host's line before: "last message repeated 3 times" (syslogd of the BSDs, of Solaris, sysklogd, older rsyslog), in dashes
// (macOS), and syslog-ng's with the beginning of the line in quotes. The host may stand in front, where no tag follows it.
func RepeatedBefore(h *Header) (host string, times int, ok bool) {
	s := h.Text
	if h.Program != "" && h.Program != "syslogd" && h.Program != "rsyslogd" && h.Program != "syslog-ng" && h.Program != "last" {
		return "", 0, false
	}
	if times, ok = lastMessage(s); ok {
		return h.Host, times, true
	}
	host, s, ok = scan.Cut(s, ' ')
	if !ok || h.Program != "" {
		return "", 0, false
	}
	if host, ok = readHost(host); !ok {
		return "", 0, false
	}
	times, ok = lastMessage(s)
	return host, times, ok
}

// lastMessage reads the daemon's words to their end.
func lastMessage(s string) (times int, ok bool) {
	s, dashes := strings.CutPrefix(s, "--- ")
	if rest, quoted := strings.CutPrefix(s, "Last message '"); quoted && !dashes {
		_, rest, _ = strings.Cut(rest, "' repeated ")
		if times, rest, ok = readTimes(rest); !ok {
			return 0, false
		}
		return times, strings.HasPrefix(rest, ", suppressed by syslog-ng on ")
	}
	if s, ok = strings.CutPrefix(s, "last message repeated "); !ok {
		return 0, false
	}
	times, rest, ok := readTimes(s)
	if dashes {
		return times, ok && rest == " ---"
	}
	return times, ok && scan.TrimRight(rest) == ""
}

// readTimes takes "3 times" off the front.
func readTimes(s string) (times int, rest string, ok bool) {
	n, rest, ok := scan.Digits(s)
	if !ok || n < 1 || n > mostRepeats {
		return 0, s, false
	}
	if rest, ok = strings.CutPrefix(rest, " time"); !ok {
		return 0, s, false
	}
	return int(n), strings.TrimPrefix(rest, "s"), true
}
