package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// frame is what a log writes around the words of a conversation.
type frame struct {
	id      string    // of the connection
	speaker event.Tri // Yes: the client
	role    event.Role
	strong  bool // a mark that nothing else uses
	mark    uint8
	hides   bool // Exim's debugging never shows message data
	said    string
	at      int   // offset of said
	size    int64 // curl names the size in place of the words; else -1
	python  pythonLine
	level   logLevel
}

// logLevel is what nodemailer's logger writes in front of a line.
type logLevel uint8

const (
	noLevel    logLevel = iota
	levelDebug          // what goes over the connection; data is without a mark
	levelOther          // what happens
)

// longestID bounds what may be a connection's id.
const longestID = 64

// readFrame takes the frame off a line.
func readFrame(text string) frame {
	text = strings.TrimSuffix(text, "\r")
	f := frame{said: text, size: -1}

	// marks, behind blanks as swaks, Exim and Postfix indent them
	s := trimIndent(text)
	if s == "" {
		return f
	}
	if f.readRubyMark(text) || f.readKumo(text) {
		return f
	}
	if f.readMark(s, false) {
		f.at = len(text) - len(f.said)
		return f
	}
	if f.readSize(s) || f.readPythonMark(s) {
		return f
	}

	// the program's name, or the level of the line, in front of all
	if f.readBehindLevel(s) || f.readMuttMark(s) {
		f.at = len(text) - len(f.said)
		return f
	}
	s = skipProgram(s)
	s, f.level = skipLevel(s)

	// an id in front of a mark, of a remark, or of the rest of a reply, which is indented as far as a mark
	if s == "" {
		return f
	}
	if f.readMark(s, true) {
		f.at = len(text) - len(f.said)
		return f
	}
	id, rest, ok := readID(s)
	if !ok {
		return f
	}
	words := trimIndent(rest)
	number := strings.ContainsAny(id, "0123456789")
	switch {
	case words != "" && (f.readMark(words, true) || number && f.readArrow(words)):
		if isArrow(f.mark) {
			f.role = event.RoleUnknown // ids are of a log of many connections, which may be a server's or a proxy's
		}
		if f.hides && !f.readEximSide(len(rest)-len(words)) {
			return frame{said: text, size: -1}
		}
	case f.level != noLevel:
		f.said = rest
	case number && (isRemark(rest, words) || len(rest)-len(words) == longestIndent && isReplyLine(scan.TrimLeft(words))):
		f.said = scan.TrimLeft(words)
	default:
		return f
	}
	f.id, f.at = id, len(text)-len(f.said)
	return f
}

// longestIndent is how far a mark may stand from the left.
const longestIndent = 4

// trimIndent takes the blanks off that programs set in front of marks.
func trimIndent(s string) string {
	for i := 0; i < longestIndent && s != "" && s[0] == ' '; i++ {
		s = s[1:]
	}
	return s
}

// skipProgram takes "s-nail: " off, where an arrow follows.
func skipProgram(s string) string {
	name, rest, ok := scan.Cut(s[:min(len(s), 32)], ':')
	if !ok || strings.Contains(name, " ") || !strings.HasPrefix(rest, " >>> ") && !strings.HasPrefix(rest, " <<< ") {
		return s
	}
	return s[len(name)+2:]
}

// skipLevel takes "DEBUG " or "INFO  " off, where an id in brackets follows (nodemailer's logger).
func skipLevel(s string) (string, logLevel) {
	for _, level := range [...]string{"DEBUG ", "INFO ", "TRACE ", "WARN ", "ERROR ", "FATAL "} {
		rest, ok := strings.CutPrefix(s, level)
		if rest = scan.TrimLeft(rest); !ok || !strings.HasPrefix(rest, "[") {
			continue
		}
		if level == "DEBUG " {
			return rest, levelDebug
		}
		return rest, levelOther
	}
	return s, noLevel
}

// readBehindLevel reads a certain mark behind what a logging library sets in front of it, "DEBUG C: EHLO a", "INFO: S: 250 ok", and
// behind Outlook's "SMTP (mx.example): <rx> 220 ...".
func (f *frame) readBehindLevel(s string) bool {
	rest := ""
	if host, ok := strings.CutPrefix(s, "SMTP ("); ok {
		if _, rest, ok = strings.Cut(host, "): "); !ok || rest == "" || rest[0] != '<' && rest[0] != '[' {
			return false
		}
		return f.readMark(rest, true)
	}
	for _, level := range [...]string{"DEBUG", "INFO", "TRACE", "debug", "info", "trace"} {
		after, ok := strings.CutPrefix(s, level)
		if !ok {
			continue
		}
		after, _ = scan.Byte(after, ':')
		if rest = scan.TrimLeft(after); rest == "" || rest == after || rest[0] == '[' {
			return false
		}
		return f.readMark(rest, true)
	}
	return false
}

// isReplyLine says whether s begins as the second line of a reply does.
func isReplyLine(s string) bool {
	code, rest, ok := scan.Fixed(s, 3)
	return ok && speech.IsCode(code) && (rest == "" || rest[0] == ' ' || rest[0] == '-')
}

// readSize reads curl's "} [153 bytes data]" (sent) and "{ [122 bytes data]".
func (f *frame) readSize(s string) bool {
	if s[0] != '}' && s[0] != '{' {
		return false
	}
	inner, rest, ok := scan.Between(strings.TrimPrefix(s[1:], " "), '[', ']')
	if !ok || rest != "" {
		return false
	}
	size, tail := scan.Word(inner)
	n, ok := scan.Int(size)
	if !ok || tail != "bytes data" {
		return false
	}
	f.speaker, f.mark, f.role, f.size, f.said = event.TriOf(s[0] == '}'), markCurl, event.RoleClient, n, ""
	return true
}

// readID takes "[p0001] ", "[#af3] ", "00001 " or "conn12: " off the front: a word with a digit in it, or whatever stands in brackets; or
// the name of Perl's Net::SMTP object, which the mark follows at once.
func readID(s string) (id, rest string, ok bool) {
	switch {
	case s[0] == '[':
		id, rest, ok = scan.Between(s, '[', ']')
	case strings.HasPrefix(s, "Net::SMTP"):
		_, object, _ := scan.Cut(s, '(')
		id, rest, ok = scan.Cut(object, ')')
		return id, rest, ok && id != "" && len(id) <= longestID
	default:
		id, rest, ok = scan.Cut(s[:min(len(s), longestID+2)], ' ')
		if ok {
			rest = s[len(id):]
			id = strings.TrimSuffix(id, ":")
		}
		ok = ok && strings.ContainsAny(id, "0123456789")
	}
	if !ok || id == "" || len(id) > longestID {
		return "", "", false
	}
	rest, ok = scan.Byte(rest, ' ')
	return id, rest, ok
}
