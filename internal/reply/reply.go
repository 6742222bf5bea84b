// Package reply reads SMTP replies: "550-5.1.1 text" (RFC 5321 section 4.2, RFC 3463, RFC 2034).
package reply

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Reply is one reply line, or several that an MTA joined with blanks. Strings are parts of what was parsed.
type Reply struct {
	Code     int
	Enhanced string // X.Y.Z, empty where the line has none
	Text     string // what follows; Clean strips the codes of further lines
	More     bool   // "550-": another line follows, in the log's next line or in Text
}

// Class is the first digit, '2' to '5'.
func (r *Reply) Class() byte { return byte('0' + r.Code/100) }

// Parse reads a reply. It fails where the text does not begin with a reply code of three digits, 200 to 599, and a blank, a hyphen
// or the end.
func Parse(s string) (r Reply, ok bool) {
	code, rest, ok := scan.Fixed(s, 3)
	if !ok || code < 200 || code > 599 {
		return Reply{}, false
	}
	r.Code = code
	if rest == "" {
		return r, true
	}
	if rest[0] != ' ' && rest[0] != '-' {
		return Reply{}, false
	}
	r.More = rest[0] == '-'
	r.Enhanced, r.Text = Enhanced(rest[1:], r.Class())
	return r, true
}

// Enhanced takes an enhanced status code of the class off the front: "5.1.1 text", also "#5.1.0 text". The code is empty where
// there is none of that class; class 0 takes any.
func Enhanced(s string, class byte) (code, rest string) {
	t := strings.TrimPrefix(s, "#")
	n := enhancedLen(t)
	if n == 0 || class != 0 && t[0] != class {
		return "", s
	}
	rest, _ = scan.Byte(t[n:], ':')
	return t[:n], strings.TrimPrefix(rest, " ")
}

// enhancedLen is the length of an enhanced status code in front of a blank or the end (RFC 3463 section 2), 0 without one.
// OpenSMTPD 5.x and others put a colon behind it.
func enhancedLen(s string) int {
	if len(s) < 5 || s[0] != '2' && s[0] != '4' && s[0] != '5' {
		return 0
	}
	at := 1
	for range 2 {
		if at >= len(s) || s[at] != '.' {
			return 0
		}
		digits := 0
		for at++; at < len(s) && scan.IsDigit(s[at]); at++ {
			digits++
		}
		if digits == 0 || digits > 3 {
			return 0
		}
	}
	if end, _ := scan.Byte(s[at:], ':'); end != "" && end[0] != ' ' {
		return 0
	}
	return at
}

// Into fills an event's reply fields. Text whose first line says that more follow was joined by the MTA; the caller that reads one
// line at a time sets MoreLines instead.
func (r *Reply) Into(ev *event.Event) {
	ev.Code, ev.Class, ev.Enhanced, ev.Text = r.Code, r.Class(), r.Enhanced, r.Text
	if ev.TextJoined = r.More; r.More && r.Enhanced == "" {
		ev.Enhanced = lastEnhanced(r.Text, r.Code)
	}
}

// Joined says whether Text holds further lines, each behind its code.
func (r *Reply) Joined() bool {
	at, _ := nextLine(r.Text, digitsOf(r.Code), r.Enhanced, 0)
	return r.More && at >= 0
}

// lastEnhanced is the enhanced status code of the last line of a joined reply, whose first has none: sizes of chunks stand without
// in front of the answer.
func lastEnhanced(text string, code int) string {
	at, last := nextLine(text, digitsOf(code), "", 0)
	for at >= 0 && !last {
		at, last = nextLine(text, digitsOf(code), "", at+1)
	}
	if at < 0 || at+4 > len(text) {
		return ""
	}
	enhanced, _ := Enhanced(text[at+4:], byte('0'+code/100))
	return enhanced
}

// digitsOf writes a code as a line begins with it.
func digitsOf(code int) [3]byte {
	return [3]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)}
}
