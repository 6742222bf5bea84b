package reply

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

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
	for i := lineAt(text, code, from); i >= 0; i = lineAt(text, code, i+1) {
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
	for i := lineAt(text, code, from); i >= 0; i = lineAt(text, code, i+1) {
		if i+3 < len(text) && text[i+3] == ' ' {
			return i
		}
	}
	return -1
}

// lineAt finds where a line of a joined text may begin, at or behind from: with the code, behind a blank or a printed line end.
func lineAt(text string, code [3]byte, from int) int {
	for {
		i := strings.Index(text[from:], string(code[:]))
		if i < 0 {
			return -1
		}
		if i += from; i == 0 || text[i-1] == ' ' || endsLine(text[:i]) {
			return i
		}
		from = i + 1
	}
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
