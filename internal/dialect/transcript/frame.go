package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// frame is what a log writes around the words of a conversation.
type frame struct {
	id      string    // of the connection
	speaker event.Tri // Yes: the client
	role    event.Role
	strong  bool // a mark that nothing else uses
	said    string
	at      int   // offset of said
	size    int64 // curl names the size in place of the words; else -1
	python  pythonLine
}

// mark says who speaks. Arrows are meant as a client writes them; where the server does, the tracker finds out.
type mark struct {
	prefix string
	client bool
	role   event.Role
	strong bool
	exact  bool // the blank belongs to the prefix; else a blank, or the end, must follow
}

// The marks, longer ones in front of those that they begin with.
var marks = [...]mark{
	{"CLIENT -> SERVER:", true, event.RoleClient, true, false}, // PHPMailer
	{"SERVER -> CLIENT:", false, event.RoleClient, true, false},
	{"C:", true, event.RoleUnknown, true, false},
	{"S:", false, event.RoleUnknown, true, false},
	{"Client:", true, event.RoleUnknown, true, false},
	{"Server:", false, event.RoleUnknown, true, false},
	{"SMTP>>", true, event.RoleClient, true, false}, // exim -d
	{"SMTP|>", true, event.RoleClient, true, false}, // with more to follow in the same packet
	{"SMTP+>", true, event.RoleClient, true, false},
	{"SMTP<<", false, event.RoleClient, true, false},
	{">>>", true, event.RoleUnknown, true, false}, // sendmail -v and -X
	{"<<<", false, event.RoleUnknown, true, false},
	{"-->", true, event.RoleClient, true, false}, // msmtp --debug
	{"<--", false, event.RoleClient, true, false},
	{"<- ", false, event.RoleClient, true, false}, // swaks; with a tilde over TLS, with stars for a refusal
	{"<~ ", false, event.RoleClient, true, false},
	{"<**", false, event.RoleClient, true, false},
	{"<~*", false, event.RoleClient, true, false},
	{"->", true, event.RoleClient, false, false},
	{"<-", false, event.RoleClient, false, false},
	{"~>", true, event.RoleClient, true, false},
	{"<~", false, event.RoleClient, true, false},
	{"In: ", true, event.RoleServer, true, false}, // Postfix's notices to the postmaster
	{"Out:", false, event.RoleServer, true, false},
	{">", true, event.RoleClient, false, false}, // curl -v
	{"<", false, event.RoleClient, false, false},
}

// longestID bounds what may be a connection's id.
const longestID = 64

// readFrame takes the frame off a line.
func readFrame(text string) frame {
	text = strings.TrimSuffix(text, "\r")
	f := frame{said: text, size: -1}

	// marks, behind blanks as swaks, Exim and Postfix indent them
	s := text
	for i := 0; i < 4 && s != "" && s[0] == ' '; i++ {
		s = s[1:]
	}
	if s == "" {
		return f
	}
	if f.readMark(s, false) {
		f.at = len(text) - len(f.said)
		return f
	}
	if f.readSize(s) || f.readPythonMark(s) {
		return f
	}

	// an id in front of a mark
	id, rest, ok := readID(s)
	if !ok {
		return f
	}
	if f.readMark(rest, true) || isRemark(rest) {
		f.id = id
		if f.speaker == event.Open {
			f.said = rest
		}
		f.at = len(text) - len(f.said)
	}
	return f
}

// readMark takes a mark and one blank off the front.
func (f *frame) readMark(s string, certain bool) bool {
	switch s[0] {
	case 'C', 'S', '>', '<', '-', '~', 'I', 'O':
	default:
		return false
	}
	for i := range marks {
		m := &marks[i]
		rest, ok := strings.CutPrefix(s, m.prefix)
		if !ok || certain && !m.strong || rest != "" && rest[0] != ' ' && m.prefix[len(m.prefix)-1] != ' ' {
			continue
		}
		f.speaker, f.role, f.strong = event.TriOf(m.client), m.role, m.strong
		f.said, _ = scan.Byte(rest, ' ')
		return true
	}
	return false
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
	f.speaker, f.role, f.size, f.said = event.TriOf(s[0] == '}'), event.RoleClient, n, ""
	return true
}

// readID takes "[p0001] ", "[#af3] ", "00001 " or "conn12: " off the front: a word, or words in brackets, with a digit in it.
func readID(s string) (id, rest string, ok bool) {
	if s[0] == '[' {
		id, rest, ok = scan.Between(s, '[', ']')
	} else {
		id, rest, ok = scan.Cut(s[:min(len(s), longestID+2)], ' ')
		if ok {
			rest = s[len(id):]
			id = strings.TrimSuffix(id, ":")
		}
	}
	if !ok || len(id) > longestID || !strings.ContainsAny(id, "0123456789") {
		return "", "", false
	}
	rest, ok = scan.Byte(rest, ' ')
	return id, rest, ok && rest != ""
}
