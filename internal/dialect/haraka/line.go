package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// form is how a line is written (logger.js, set_format).
type form uint8

const (
	plain  form = iota // [LEVEL] [id] [origin] message key=value
	logfmt             // level=LEVEL uuid=id origin=origin message="message" key=value
	object             // {"level":"LEVEL","uuid":"id","origin":"origin","message":"message","key":value}
)

// line is the frame around what Haraka says.
type line struct {
	form              form
	level, id, origin string
	client            string // the connection that an outbound line of 2.8 names behind its origin
	text              string // the message; in the plain form with the fields behind it
	at                int    // offset of text in the line
	fields            fields // of the other forms
}

// open reads the frame. It is false for any other line.
func (l *line) open(whole string) bool {
	s := uncoloured(unstamped(whole))
	at := strings.Index(whole, s)
	switch {
	case s == "":
		return false
	case s[0] == '[':
		return l.openPlain(s, at)
	case s[0] == '{':
		return l.openObject(s, at)
	}
	return l.openLogfmt(s, at)
}

// unstamped takes Haraka's own stamp off the front, where another header stands before it; tai64nlocal sets two blanks between them.
func unstamped(s string) string {
	s = scan.TrimLeft(s)
	const stamp = "2026-11-23T15:22:35.725Z "
	if len(s) < len(stamp) || s[4] != '-' || s[10] != 'T' || s[19] != '.' || s[23:25] != "Z " {
		return s
	}
	if _, res, rest, ok := header.Stamp(s, header.Clock{}); ok && res == event.ResolutionSubsecond && len(s)-len(rest) == len(stamp)-1 {
		return rest[1:]
	}
	return s
}

// uncoloured takes the colour off the front and its end off the end, as a terminal gets them, or as syslog daemons write them down.
func uncoloured(s string) string {
	if s == "" || s[0] != '\x1b' && s[0] != '#' {
		return s
	}
	rest, ok := colour(s)
	if !ok {
		return s
	}
	for _, escape := range [...]string{"\x1b[", "#033["} {
		if i := strings.LastIndex(rest, escape); i >= 0 {
			if tail, ok := colour(rest[i:]); ok && tail == "" {
				return rest[:i]
			}
		}
	}
	return rest
}

// colour takes "ESC[34m" off the front.
func colour(s string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "\x1b["); !ok {
		if rest, ok = strings.CutPrefix(s, "#033["); !ok {
			return s, false
		}
	}
	_, rest, ok = scan.Digits(rest)
	if !ok || !strings.HasPrefix(rest, "m") {
		return s, false
	}
	return rest[1:], true
}

// openPlain reads "[NOTICE] [UUID.1] [core] text". In 2.8 a line of the outbound queue has the id of the client's connection behind the
// origin; there 2.6 and before have nothing that could be taken for one.
func (l *line) openPlain(s string, at int) bool {
	level, rest, ok := scan.Between(s, '[', ']')
	if !ok || !isLevel(level) || !strings.HasPrefix(rest, " [") {
		return false
	}
	id, rest, ok := scan.Between(rest[1:], '[', ']')
	if !ok || !isID(id) || !strings.HasPrefix(rest, " [") {
		return false
	}
	origin, rest, ok := scan.Between(rest[1:], '[', ']')
	if !ok || origin == "" {
		return false
	}
	if rest != "" {
		if rest[0] != ' ' {
			return false
		}
		rest = rest[1:]
	}
	l.form, l.level, l.id, l.origin = plain, level, id, origin
	if origin == "outbound" {
		if client, tail, ok := scan.Between(rest, '[', ']'); ok && scan.IsUUID(client) && strings.HasPrefix(tail, " ") {
			l.client, rest = client, tail[1:]
		}
	}
	l.text, l.at = rest, at+len(s)-len(rest)
	l.unnest()
	return true
}

// unnest takes the origin that stands in the message. Before 3.1 what is about no connection was logged as "[-] [core] [outbound] text", or
// with these words for a message (logger.js: origin is that of the object that logs, and core where there is none).
func (l *line) unnest() {
	if l.id != "-" || l.origin != "core" {
		return
	}
	origin, rest, ok := scan.Between(l.text, '[', ']')
	if !ok || !strings.HasPrefix(rest, " ") || !isOrigin(origin) {
		return
	}
	l.origin, l.at, l.text = origin, l.at+len(l.text)-len(rest)+1, rest[1:]
}

// isOrigin knows the names of Haraka's parts, which are those of files: outbound, smtp_client.
func isOrigin(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && c != '/' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// openLogfmt reads the four fields that each line begins with.
func (l *line) openLogfmt(s string, at int) bool {
	if !strings.HasPrefix(s, "level=") {
		return false
	}
	f := fields{form: logfmt, rest: s, at: at}
	for _, part := range [...]struct {
		key string
		to  *string
	}{{"level", &l.level}, {"uuid", &l.id}, {"origin", &l.origin}, {"message", &l.text}} {
		key, value, ok := f.next()
		if !ok || key != part.key {
			return false
		}
		*part.to = value
	}
	l.form, l.fields, l.at = logfmt, f, f.valueAt
	return l.settle()
}

// openObject reads a JSON object, whose members are in no order that could be relied on once another program has read it.
func (l *line) openObject(s string, at int) bool {
	f := fields{form: object, rest: s[1:], at: at + 1}
	l.form, l.fields = object, f
	for found := 0; found < 4; {
		key, value, ok := f.next()
		if !ok {
			return found >= 3 && l.settle() // cut short behind the origin
		}
		switch key {
		case "level":
			l.level = value
		case "uuid":
			l.id = value
		case "origin":
			l.origin = value
		case "message":
			l.text, l.at = value, f.valueAt
		default:
			continue
		}
		found++
	}
	return l.settle()
}

// settle checks the parts of the frame.
func (l *line) settle() bool {
	if origin, client, ok := strings.Cut(l.origin, "] ["); ok {
		if _, _, ok = scan.UUID(client); ok {
			l.origin, l.client = origin, client
		}
	}
	l.unnest()
	return isLevel(l.level) && isID(l.id) && l.origin != ""
}

// isLevel knows the levels (logger.js).
func isLevel(s string) bool {
	switch s {
	case "DATA", "PROTOCOL", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "EMERG":
		return true
	}
	return false
}

// isID says whether s is a UUID with any numbers behind it, or the "-" of a line about none.
func isID(s string) bool {
	if s == "-" {
		return true
	}
	_, numbers, ok := scan.UUID(s)
	if !ok {
		return false
	}
	for _, c := range []byte(numbers) {
		if c != '.' && !scan.IsDigit(c) {
			return false
		}
	}
	return true
}

// after gives the fields of a line whose message is word.
func (l *line) after(word string) (fields, bool) {
	if l.form != plain {
		return l.fields, l.text == word
	}
	if l.text == word {
		return fields{}, true
	}
	rest, ok := strings.CutPrefix(l.text, word)
	if !ok || rest[0] != ' ' {
		return fields{}, false
	}
	return fields{rest: rest[1:], at: l.at + len(word) + 1}, true
}

// bare gives the fields of a line that has no message.
func (l *line) bare(key string) (fields, bool) {
	if l.form != plain {
		return l.fields, l.text == ""
	}
	rest := strings.TrimPrefix(l.text, " ")
	return fields{rest: rest, at: l.at + len(l.text) - len(rest)}, strings.HasPrefix(rest, key)
}

// angle takes "<address>" off the front. In the other forms than plain a quote and a backslash within it have a backslash in front.
func (l *line) angle(s string) (inner, rest string, ok bool) {
	if l.form == plain || s == "" || s[0] != '<' {
		return scan.Angle(s)
	}
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '>' && !quoted:
			return s[1:i], s[i+1:], true
		case s[i] != '\\' || i+1 == len(s):
		case s[i+1] == '"':
			quoted, i = !quoted, i+1
		case s[i+1] == '\\' && quoted: // a backslash of the address, and what stands behind it
			if i += 2; i < len(s) && s[i] == '\\' {
				i++
			}
		default:
			i++
		}
	}
	return scan.Between(s, '<', '>')
}

// path reads a message "word <address>", and gives the fields behind it.
func (l *line) path(word string) (address string, f fields, ok bool) {
	rest, ok := strings.CutPrefix(l.text, word)
	if !ok {
		return "", fields{}, false
	}
	address, rest, ok = l.angle(rest)
	if !ok {
		return "", fields{}, false
	}
	if l.form != plain {
		return address, l.fields, rest == ""
	}
	if !strings.HasPrefix(rest, " code=") {
		return "", fields{}, false
	}
	return address, fields{rest: rest[1:], at: l.at + len(l.text) - len(rest) + 1}, true
}
