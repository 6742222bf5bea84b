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

// Clean gives the words of a multi-line reply that was joined with blanks, or with a printed line end, without the codes that each
// line began with: "try 421-4.7.0 again 421 4.7.0 later" is "try again later". A number in the words that is no line's beginning
// stays: a line begins with the reply's own code and a hyphen, the last one with the code and a blank. It allocates only when it strips.
func Clean(text string, code int, enhanced string) string {
	return clean(text, code, enhanced, false)
}

// CleanJoined is Clean for a text that is known to be several lines: the last may lack the enhanced code that the first has.
func CleanJoined(text string, code int, enhanced string) string {
	return clean(text, code, enhanced, glued(text, enhanced) < 0)
}

func clean(text string, code int, enhanced string, joined bool) string {
	if code < 200 || code > 599 {
		return text
	}
	digits := digitsOf(code)
	next := func(from int) (at int, last bool) {
		if at, last = nextLine(text, digits, enhanced, from); at < 0 && joined {
			at = bareLine(text, digits, from)
		}
		return at, last
	}
	at, last := next(0)
	if at < 0 {
		return unglue(text, enhanced)
	}
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for at >= 0 {
		line := trimLine(scan.TrimLeft(text[from:at]))
		appendWords(&b, line)
		from = afterCodes(text, at, enhanced)
		if last {
			break
		}
		at, last = next(from)
	}
	appendWords(&b, strings.Trim(text[from:], " "))
	return b.String()
}

// Unmask gives the words of a text whose writer put "_" for blanks and what is not printable, and "/" for line ends. What of these was
// in the words themselves cannot be told: "/" is a line end at the end of the text and in front of a further line's code.
func Unmask(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			b.WriteByte(' ')
		case c != '/':
			b.WriteByte(c)
		case i == len(text)-1:
		case beginsLine(text[i+1:]):
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Unslash gives a joined reply whose writer put "/" for a line end a blank in its place: in front of the codes that each line begins with.
func Unslash(text string, code int, enhanced string) string {
	digits := digitsOf(code)
	var b strings.Builder
	from := 0
	for i := 0; i+4 < len(text); i++ {
		if text[i] == '/' && text[i+1:i+4] == string(digits[:]) &&
			(text[i+4] == ' ' || text[i+4] == '-') && strings.HasPrefix(text[i+5:], enhanced) {
			b.WriteString(text[from:i])
			b.WriteByte(' ')
			from = i + 1
		}
	}
	if from == 0 {
		return text
	}
	b.WriteString(text[from:])
	return b.String()
}

// beginsLine says whether a reply's further line begins here: "550-", "550_" or "550 ".
func beginsLine(s string) bool {
	code, rest, ok := scan.Fixed(s, 3)
	return ok && code >= 200 && code < 600 && rest != "" && (rest[0] == '-' || rest[0] == '_' || rest[0] == ' ')
}

// unglue strips the enhanced codes of lines that an MTA joined without their reply codes and without a blank: "try4.7.28 again" (OpenSMTPD
// mta_session.c). A code with a blank in front of it is one of the words.
func unglue(text, enhanced string) string {
	at := glued(text, enhanced)
	if at < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for ; at >= 0; at = glued(text, enhanced) {
		b.WriteString(text[:at])
		text = text[at+len(enhanced):]
	}
	b.WriteString(text)
	return b.String()
}

// glued finds the enhanced code between a word and a blank.
func glued(text, enhanced string) int {
	if enhanced == "" {
		return -1
	}
	for from := 0; ; {
		i := strings.Index(text[from:], enhanced)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(enhanced)
		if i > 0 && end < len(text) && text[end] == ' ' && endsWord(text[i-1]) {
			return i
		}
		from = end
	}
}

// endsWord says whether c is the last of a word that a code may be glued to, and no part of the code or its separator.
func endsWord(c byte) bool { return c != ' ' && c != '.' && c != '-' && !scan.IsDigit(c) }

func appendWords(b *strings.Builder, words string) {
	if words == "" {
		return
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(words)
}

// endsLine says whether a line end that the MTA printed as a backslash and an "n" stands last (Exim).
func endsLine(s string) bool { return strings.HasSuffix(s, `\n`) }

// trimLine takes what joins a line to the next one off its end; within quotes a backslash is quoted itself.
func trimLine(s string) string {
	if head, ok := strings.CutSuffix(s, `\n`); ok {
		s = strings.TrimSuffix(head, `\`)
	}
	return strings.TrimRight(s, " ")
}

// nextLine finds where the next line begins at or behind from, and whether it is the last. The last line is the first with a
// blank behind no further one with a hyphen; where lines carry an enhanced code it carries it, too, or stands behind a printed line end.
func nextLine(text string, code [3]byte, enhanced string, from int) (at int, last bool) {
	final := -1
	for i := from; i+3 <= len(text); i++ {
		if !beginsWith(code, text, i) {
			continue
		}
		rest := text[i+3:]
		switch {
		case rest != "" && rest[0] == '-':
			return i, false
		case final < 0 && (rest == "" || rest[0] == ' ' && (enhanced == "" || strings.HasPrefix(rest[1:], enhanced) || endsLine(text[:i]))):
			final = i
		}
	}
	return final, true
}

// bareLine finds a last line without the enhanced code that the others carry ("550-5.1.1 no such user" and "550 here"), once no line has it.
func bareLine(text string, code [3]byte, from int) int {
	for i := from; i+4 <= len(text); i++ {
		if beginsWith(code, text, i) && text[i+3] == ' ' {
			return i
		}
	}
	return -1
}

// beginsWith says whether a line may begin at a place of a joined text: with the code, behind a blank or a printed line end.
func beginsWith(code [3]byte, text string, i int) bool {
	return text[i:i+3] == string(code[:]) && (i == 0 || text[i-1] == ' ' || endsLine(text[:i]))
}

// afterCodes is where the words of the line at at begin.
func afterCodes(text string, at int, enhanced string) int {
	at = min(at+4, len(text)) // code and separator
	if enhanced != "" && strings.HasPrefix(text[at:], enhanced) {
		at += len(enhanced)
		if at < len(text) && text[at] == ':' {
			at++
		}
	}
	for at < len(text) && text[at] == ' ' {
		at++
	}
	return at
}
