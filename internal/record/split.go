package record

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Split cuts a text that holds several log lines into them, in into's room: one with line ends, and a conversation that was
// flattened into one line, "[stamp] EHLO a [stamp] 250-b ...". An empty line within stays, one at the end goes. The parts are
// substrings; a text of one line allocates nothing as long as into has room.
func Split(text string, into []string) []string {
	into = into[:0]
	for {
		line, rest, more := scan.Cut(text, '\n')
		if more {
			line = strings.TrimSuffix(line, "\r")
		}
		into = splitFlat(line, into)
		if rest == "" {
			return into
		}
		text = rest
	}
}

// splitFlat cuts before each stamp of the first one's shape that a command or a reply follows. A reply whose text holds such a stamp
// and goes on like SMTP cannot be told from two lines; one that goes on otherwise is left whole.
func splitFlat(line string, into []string) []string {
	length := bracketedStamp(line)
	if length == 0 {
		return append(into, line)
	}
	shape := line[:length]
	for from := length; ; {
		i := strings.Index(line[from:], " [")
		if i < 0 {
			return append(into, line)
		}
		next := from + i + 1
		if sameShape(line[next:], shape) && isSMTP(line[next+length:]) {
			into = append(into, strings.TrimRight(line[:next], " "))
			line, from = line[next:], length
		} else {
			from = next
		}
	}
}

// bracketedStamp is the length of "[stamp] " with a date in front, 0 without one.
func bracketedStamp(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	_, res, rest, ok := header.Stamp(s[1:], header.Clock{})
	if !ok || res < event.ResolutionSecond || !strings.HasPrefix(rest, "] ") {
		return 0
	}
	return len(s) - len(rest) + len("] ")
}

// sameShape says whether s begins like shape, digits for digits.
func sameShape(s, shape string) bool {
	if len(s) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if s[i] != shape[i] && (!scan.IsDigit(s[i]) || !scan.IsDigit(shape[i])) {
			return false
		}
	}
	return true
}

// isSMTP says whether s begins with a reply code or with a command and the kind of argument it takes (RFC 5321 section 4.1.1).
func isSMTP(s string) bool {
	// reply
	if code, rest, ok := scan.Fixed(s, 3); ok {
		return code >= 200 && code < 600 && (rest == "" || rest[0] == ' ' || rest[0] == '-')
	}

	// the dot that ends the message
	word, rest, _ := scan.Cut(s, ' ')
	if word == "." {
		return ends(rest)
	}

	// command
	verb, ok := event.VerbOf(word)
	if !ok {
		return false
	}
	switch verb {
	case event.VerbMAIL:
		_, ok = scan.PrefixFold(rest, "FROM:")
	case event.VerbRCPT:
		_, ok = scan.PrefixFold(rest, "TO:")
	case event.VerbEHLO, event.VerbHELO, event.VerbLHLO, event.VerbAUTH, event.VerbBDAT, event.VerbETRN, event.VerbVRFY, event.VerbEXPN:
		ok = !ends(rest)
	case event.VerbDATA, event.VerbRSET, event.VerbQUIT, event.VerbSTARTTLS:
		ok = ends(rest)
	}
	return ok
}

// ends says whether a flattened line ends here, or the next one begins.
func ends(s string) bool {
	s = scan.TrimLeft(s)
	return s == "" || s[0] == '['
}
