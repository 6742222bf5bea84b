package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
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

// readArrow reads an arrow behind an id, which alone proves nothing: Exim's deliveries have "->" and "=>" there, too. So what it says is
// of a conversation only where that one is known by its words, as without an id.
func (f *frame) readArrow(s string) bool {
	return s[0] != '=' && !strings.HasPrefix(s, "<=") && f.readMark(s, false)
}

// isArrow knows the pairs that anybody may write: "<- " and "-> ", "<< " and ">> ", "< " and "> ".
func isArrow(pair uint8) bool { return pair == 14 || pair == 16 || pair == markCurl }

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
