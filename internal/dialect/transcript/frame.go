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

// mark says who speaks. Arrows are meant as a client writes them; where the server does, the tracker finds out.
type mark struct {
	prefix string
	pair   uint8 // marks of one program have the same
	client bool
	role   event.Role
	strong bool
	exact  bool // the blank belongs to the prefix; else a blank, or the end, must follow
}

// The marks, longer ones in front of those that they begin with.
var marks = [...]mark{
	{"CLIENT -> SERVER:", 1, true, event.RoleClient, true, false}, // PHPMailer
	{"SERVER -> CLIENT:", 1, false, event.RoleClient, true, false},
	{"SMTP -> FROM SERVER:", 1, false, event.RoleClient, true, true}, // PHPMailer 5
	{"C:", 2, true, event.RoleUnknown, true, false},
	{"S:", 2, false, event.RoleUnknown, true, false},
	{"c:", 3, true, event.RoleUnknown, true, false},
	{"s:", 3, false, event.RoleUnknown, true, false},
	{"C>", 4, true, event.RoleUnknown, true, false},
	{"S>", 4, false, event.RoleUnknown, true, false},
	{"Client:", 5, true, event.RoleUnknown, true, false},
	{"Server:", 5, false, event.RoleUnknown, true, false},
	{"CLIENT:", 6, true, event.RoleUnknown, true, false},
	{"SERVER:", 6, false, event.RoleUnknown, true, false},
	{"client:", 7, true, event.RoleUnknown, true, false},
	{"server:", 7, false, event.RoleUnknown, true, false},
	{"[SEND]", 8, true, event.RoleClient, true, false}, // MailBee.NET
	{"[RECV]", 8, false, event.RoleClient, true, false},
	{"SEND:", 9, true, event.RoleClient, true, false},
	{"RECV:", 9, false, event.RoleClient, true, false},
	{"<tx>", 10, true, event.RoleClient, true, false}, // Outlook's transport log
	{"<rx>", 10, false, event.RoleClient, true, false},
	{"[tx]", 10, true, event.RoleClient, true, false},
	{"[rx]", 10, false, event.RoleClient, true, false},
	{"SMTP>>", 11, true, event.RoleClient, true, false}, // exim -d
	{"SMTP|>", 11, true, event.RoleClient, true, false}, // with more to follow in the same packet
	{"SMTP+>", 11, true, event.RoleClient, true, false},
	{"SMTP<<", 11, false, event.RoleClient, true, false},
	{">>> SERVER:", 12, false, event.RoleClient, true, false}, // s-nail -v
	{">>>", 12, true, event.RoleUnknown, true, false},         // sendmail -v and -X
	{"<<<", 12, false, event.RoleUnknown, true, false},
	{"-->", 13, true, event.RoleClient, true, false}, // msmtp --debug
	{"<--", 13, false, event.RoleClient, true, false},
	{"<- ", 14, false, event.RoleClient, true, false}, // swaks; with a tilde over TLS, with stars for a refusal
	{"<~ ", 14, false, event.RoleClient, true, false},
	{"<**", 14, false, event.RoleClient, true, false},
	{"<~*", 14, false, event.RoleClient, true, false},
	{"->", 14, true, event.RoleClient, false, false},
	{"<-", 14, false, event.RoleClient, false, false},
	{"~>", 14, true, event.RoleClient, true, false},
	{"<~", 14, false, event.RoleClient, true, false},
	{"In: ", 15, true, event.RoleServer, true, false}, // Postfix's notices to the postmaster
	{"Out:", 15, false, event.RoleServer, true, false},
	{">>", 16, true, event.RoleClient, false, false},
	{"<<", 16, false, event.RoleClient, false, false},
	{"=>", 17, true, event.RoleClient, false, false},
	{"<=", 17, false, event.RoleClient, false, false},
	{">", 18, true, event.RoleClient, false, false}, // curl -v
	{"<", 18, false, event.RoleClient, false, false},
}

// The pairs of marks that are not in the list, and curl's.
const (
	markRuby = 100
	markMutt = 101
	markKumo = 102
	markCurl = 18
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
	case words != "" && f.readMark(words, true):
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

// readMuttMark reads "4> EHLO a" and "4< 250 ok": mutt writes the number of the connection's socket in front of its arrows (conn/socket.c).
func (f *frame) readMuttMark(s string) bool {
	n, rest, ok := scan.Digits(s)
	if !ok || n > 999 || len(rest) < 2 || rest[0] != '>' && rest[0] != '<' || rest[1] != ' ' {
		return false
	}
	f.speaker, f.mark, f.role, f.said = event.TriOf(rest[0] == '>'), markMutt, event.RoleClient, rest[2:]
	return true
}

// readEximSide tells by the blanks in front of a mark behind a process number who prints it: a server writes none (src/smtp_in.c), a
// client two (src/smtp_out.c). Any other number is in a header that is printed as it came.
func (f *frame) readEximSide(blanks int) bool {
	switch blanks {
	case 0:
		f.role = event.RoleServer
		f.speaker = event.TriOf(f.speaker == event.No)
	case 2:
	default:
		return false
	}
	return true
}

// isReplyLine says whether s begins as the second line of a reply does.
func isReplyLine(s string) bool {
	code, rest, ok := scan.Fixed(s, 3)
	return ok && speech.IsCode(code) && (rest == "" || rest[0] == ' ' || rest[0] == '-')
}

// readMark takes a mark and one blank off the front.
func (f *frame) readMark(s string, certain bool) bool {
	switch s[0] {
	case 'C', 'S', 'c', 's', 'R', '>', '<', '=', '-', '~', 'I', 'O', '[':
	default:
		return false
	}
	for i := range marks {
		m := &marks[i]
		rest, ok := strings.CutPrefix(s, m.prefix)
		if !ok || certain && !m.strong || !m.exact && rest != "" && rest[0] != ' ' && m.prefix[len(m.prefix)-1] != ' ' {
			continue
		}
		f.speaker, f.mark, f.role, f.strong = event.TriOf(m.client), m.pair, m.role, m.strong
		f.hides = strings.HasPrefix(m.prefix, "SMTP") && m.prefix[4] != ' '
		f.said, _ = scan.Byte(rest, ' ')
		return true
	}
	return false
}

// readRubyMark reads a line of Ruby's Net::SMTP: its arrows are the other way round, and the words stand in quotes as Ruby writes them.
func (f *frame) readRubyMark(s string) bool {
	from, server := strings.CutPrefix(s, `-> "`)
	if !server {
		var client bool
		if from, client = strings.CutPrefix(s, `<- "`); !client {
			return false
		}
	}
	said, ok := strings.CutSuffix(from, `\n"`)
	if !ok {
		return false
	}
	f.speaker, f.mark, f.role, f.strong = event.TriOf(!server), markRuby, event.RoleClient, true
	f.said, f.at = strings.TrimSuffix(said, `\r`), len(s)-len(from)
	return true
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
