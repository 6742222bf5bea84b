package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// One answer of a host may stand on several records: once for each recipient, in the words of the conversation and in a line of the server's own, in the line
// that tells how a connection broke and in the verdict that comes of it. What counts answers must count it once, and the same after a restart.

// answers is what a host that we called has answered in the newest transaction of a conversation, and how the conversation broke.
type answers struct {
	Transaction int
	Told        []hash
	Broke       string // an error.type
}

// maxAnswers bounds the different answers of one transaction: there are as many as codes.
const maxAnswers = 64

// take marks a verdict whose answer was told before, and remembers it. The recipients of one transaction that got the same answer are one trial; a
// reply that is for the whole message is one reply, too.
func (a *answers) take(ev *event.Event) {
	if ev.Role != event.RoleClient {
		return
	}
	isVerdict := ev.Status != event.StatusNone
	if ev.ErrorType != "" && ev.Code == 0 {
		switch {
		case !isVerdict:
			a.Broke = strings.Clone(ev.ErrorType)
		case a.Broke == ev.ErrorType:
			ev.NoTrial = true
		}
	}
	if !isVerdict || ev.Tried != event.Yes || ev.Transaction == 0 {
		return
	}
	if a.Transaction != ev.Transaction {
		a.Transaction, a.Told = ev.Transaction, a.Told[:0]
	}
	key := newHash().num(int64(ev.Code)).str(ev.ErrorType)
	for _, told := range a.Told {
		if told == key {
			ev.NoTrial = true
			ev.Retold = ev.Retold || isOfWhole(ev)
			return
		}
	}
	if len(a.Told) < maxAnswers {
		a.Told = append(a.Told, key)
	}
}

// isOfWhole says whether a reply is for the whole message: each RCPT has its own, and of a refusal without its command nobody knows.
func isOfWhole(ev *event.Event) bool {
	switch ev.Command {
	case "RCPT":
		return false
	case "":
		return ev.Class == '2'
	}
	return ev.Code != 0
}

// retellVerdict marks the words of a conversation whose verdicts have lines of their own: those have the deciding answers, too.
func retellVerdict(ev *event.Event) {
	if ev.Role != event.RoleClient || ev.MoreLines {
		return
	}
	ev.NoTrial = true
	switch ev.Command {
	case event.CommandConnect, "MAIL", "RCPT", "DATA", "BDAT", event.CommandEOM:
		ev.Retold = ev.Class == '4' || ev.Class == '5' || ev.Status == event.StatusDelivered
	}
}

// toldRefusal is a server's newest one, which its words and a line of its own may both tell.
type toldRefusal struct {
	Code  int
	Spoke bool // in the words
	Both  bool // both have told it
}

// retell marks the second telling of a refusal by us. The line that ends a session may quote the newest one.
func (r *toldRefusal) retell(ev *event.Event) {
	if ev.Code < 400 || ev.MoreLines || ev.Role != event.RoleServer {
		return
	}
	spoke := ev.FromPeer == event.No
	switch {
	case ev.Kind == event.KindDisconnect:
		ev.Retold = r.Code == ev.Code
	case r.Code == ev.Code && r.Spoke != spoke && !r.Both:
		r.Both, ev.Retold = true, true
	default:
		*r = toldRefusal{Code: ev.Code, Spoke: spoke}
	}
}

// toldLogin is how the newest login with us went, which the words of the conversation and a line of the server's own may both tell.
type toldLogin struct {
	Result string // a constant
	Spoke  bool
	Both   bool
}

// retell takes the result off the second telling, and gives a line of the server's own the mechanism that the words have named.
func (l *toldLogin) retell(ev *event.Event, talk *Conversation) {
	if ev.AuthResult == "" || ev.FilterName != "" || ev.Role != event.RoleServer || ev.Kind != event.KindAuth && ev.Kind != event.KindReply {
		return
	}
	if ev.AuthMechanism == "" && talk != nil {
		ev.AuthMechanism = talk.mechanism
	}
	spoke := ev.FromPeer == event.No
	if l.Result == ev.AuthResult && l.Spoke != spoke && !l.Both {
		l.Both, ev.AuthResult = true, ""
		return
	}
	*l = toldLogin{Result: ev.AuthResult, Spoke: spoke}
}

// shown is what records of a conversation have shown of it.
type shown struct {
	TLS, Login bool
}

// take marks the record that shows first that its conversation is secured or that somebody has logged in: some servers say so on each message only.
func (s *shown) take(ev *event.Event) {
	if ev.TLS == event.Yes && !ev.OwnVerdicts { // of words beside lines of the program's own, those tell of the handshake
		switch {
		case ev.Kind == event.KindTLS:
			ev.Secured = event.Yes
			if s.TLS {
				ev.Secured = event.No
			}
		case !s.TLS:
			ev.Secured = event.Yes
		}
		s.TLS = true
	}
	if ev.AuthResult != "success" || ev.FilterName != "" {
		return
	}
	if s.Login && ev.Kind != event.KindAuth && ev.Kind != event.KindReply {
		ev.AuthResult = ""
	}
	s.Login = true
}
