package mailhost

import (
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// One answer of a host may stand on several records: once for each recipient, in the words of the conversation and in a line of the server's own, in the line
// that tells how a connection broke and in the verdict that comes of it. What counts answers must count it once, and the same after a restart.

// answers is what a host that we called has answered in the newest transaction of a conversation, and how the conversation broke.
type answers struct {
	Transaction int
	Told        []hash.Sum
	Tried       []hash.Sum // the recipients that it told of
	At          int64      // when it told of the newest
	Line        hash.Sum   // the answer, or how the conversation broke, that has a line of its own without a verdict
	Repeated    bool       // verdicts have come behind that line
}

// maxAnswers bounds the different answers of one transaction, which are as many as codes, and the recipients by which its next try is known.
const maxAnswers = 64

// take marks a verdict whose answer was told before, and remembers it. The recipients of one transaction that got the same answer are one trial; a
// reply that is for the whole message is one reply, too.
func (a *answers) take(ev *event.Event) {
	if ev.Role != event.RoleClient {
		return
	}
	key := hash.New().Num(int64(ev.Code)).Str(ev.ErrorType)
	if ev.Status == event.StatusNone {
		isLine := ev.Kind == event.KindReply && ev.Code >= 400 && ev.FromPeer == event.Open // words of a conversation are told once
		if isLine || ev.ErrorType != "" && ev.Code == 0 {
			a.Line, a.Repeated = key, false
		}
		return
	}
	isTry := ev.Tried == event.Yes && ev.Transaction != 0
	if isTry {
		a.begin(ev)
	}
	a.Repeated = true
	if a.Line == key || isTry && slices.Contains(a.Told, key) {
		ev.NoTrial = true
		ev.Retold = ev.Retold || isOfWhole(ev)
	}
	if isTry && len(a.Told) < maxAnswers && !slices.Contains(a.Told, key) {
		a.Told = append(a.Told, key)
	}
}

// begin forgets what was told in another transaction. Who only logs results may try a message again over what looks like the same conversation: a recipient
// who has had a verdict has another one later.
func (a *answers) begin(ev *event.Event) {
	to := hash.New().Str(ev.RcptTo).Str(ev.OrigRcptTo).Str(ev.RecipientID)
	for _, name := range ev.RcptList {
		to = to.Str(name)
	}
	if a.Transaction != ev.Transaction || ev.Time > a.At && slices.Contains(a.Tried, to) {
		a.Transaction, a.Told, a.Tried = ev.Transaction, a.Told[:0], a.Tried[:0]
		if a.Repeated {
			a.Line = 0
		}
	}
	a.At = ev.Time
	if len(a.Tried) < maxAnswers && ev.Recipients() > 0 {
		a.Tried = append(a.Tried, to)
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
func (l *toldLogin) retell(ev *event.Event, talk *conversation.Conversation) {
	if ev.AuthResult == "" || ev.FilterName != "" || ev.Role != event.RoleServer || ev.Kind != event.KindAuth && ev.Kind != event.KindReply {
		return
	}
	if ev.AuthMechanism == "" && talk != nil {
		ev.AuthMechanism = talk.Mechanism()
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
