package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Session is one TCP conversation. There are many of them at a time: small fields stand together, what few have hangs on a pointer.
type Session struct {
	ID    event.ID
	First int64
	Last  int64
	Seen  int64 // the host's clock at its newest line, which may be an old one: files and carriers are not in order

	Role       event.Role
	Partial    bool // beginning or end not seen
	hasTime    bool
	ended      bool
	TLS        event.Tri
	Hint       event.End // what a line before the last one said about the end
	Parting    event.End // how it ended, while a last line may still follow that says more of it
	over       event.End // how the conversation ended with the line at hand, by the protocol
	HasCounts  bool
	SomeCounts bool // not of every verb
	Shown      shown

	host   *Host
	key    sessionKey
	links  aging.Links[Session]
	page   page
	weight int

	// Peer and protocol, as far as lines told.
	ClientAddress, ServerAddress, PeerIP string
	ClientPort, PeerPort                 int
	Helo, Protocol                       string
	TLSVersion, TLSCipher, TLSTrust      string
	User, Mechanism                      string
	Instance, Service, Daemon            string
	Dialect                              string
	PID                                  int64
	Worker                               int64 // the process that the lines behind the first are of, where that is another

	// What happened.
	BrokeAt     string // the command behind which it broke off, where a line says so
	Transaction int
	Carrying    event.ID // the message of a client's newest transaction
	Received    int      // messages that came into being
	Accepted    int      // recipients accepted, where the log shows each
	Refused     int      // recipients refused
	Bytes       int64
	NewestGone  bool // the message that came in last is not remembered any more
	Commands    []conversation.CommandRecord
	Dropped     int                         // commands that Commands had no room for
	Counts      *[event.Verbs]event.Count   // of the server, until the end
	Rejects     *[event.Verbs]uint32        // refusals that have a line of their own
	Slowest     *conversation.CommandRecord // nil: of none is known how long it took
	Fate        Fate                        // of the next message
	Announced   *announced                  // what a filter said of the client; nil: nothing
	Answers     *answers                    // of the host that we called
	Refusal     toldRefusal
	Login       toldLogin

	talk *conversation.Conversation // of dialects that show commands and replies
	open []*Message                 // candidates and messages that came in here and are remembered; for the end of the session
}

// goesOn says whether a second line about the connection is of the same one: a proxy in front says who calls, a client logs its
// call and that it was answered. A call of the same conversation to a host begins a new connection.
func (s *Session) goesOn(ev *event.Event) bool {
	return ev.Scope == event.ScopeConn && (ev.PeerIP == "" || ev.Role == event.RoleServer)
}

// beginsWith says whether a connect line is the beginning of a session that a later line of it has opened: shippers hand on a backlog in chunks, out of order. A
// process has one client at a time, so what its lines say of the same client without an end in between is one session, if the connect line is not the later one.
func (s *Session) beginsWith(ev *event.Event, now int64) bool {
	return ev.Scope == event.ScopePID && s.Partial && !s.ended && s.hasTime && ev.Resolution != event.ResolutionNone &&
		now <= s.First && s.First-now <= mostLate && ev.PeerIP != "" && ev.PeerIP == s.PeerIP
}

// mostLate is how long behind the first line of its session a connect line may come, by the stamps.
const mostLate = int64(10 * time.Minute)

// context gives a verdict what is known of the connection that it came over.
func (s *Session) context(ev *event.Event) {
	if ev.TLS == event.Open {
		ev.TLS, ev.TLSVersion, ev.TLSCipher, ev.TLSTrust = s.TLS, s.TLSVersion, s.TLSCipher, s.TLSTrust
	}
	if ev.PeerPort == 0 && ev.PeerIP == s.PeerIP {
		ev.PeerPort = s.PeerPort
	}
	if s.Protocol == "LMTP" && ev.Route == event.RouteMX {
		ev.Route = event.RouteLMTP
	}
}

// isOver says whether a process of that number must be another one by now: it has another client, or goes on although it had ended.
func (s *Session) isOver(ev *event.Event, now int64) bool {
	if ev.PeerIP == "" {
		return false
	}
	return s.PeerIP != "" && s.PeerIP != ev.PeerIP || s.ended && now-s.Last > handOverWithin
}

// lastWord is how a session of a process made for it ended as far as its lines say, and any whose handshake failed: nobody goes on behind that, and on a port for TLS
// alone no server says that it hung up. Else end.
func (s *Session) lastWord(end event.End) event.End {
	if s.key.scope == event.ScopeFork && s.Hint != event.EndNone || s.Hint == event.EndTLSFailed && s.TLS == event.No {
		return s.Hint
	}
	return end
}

// silent is how a session ended that the log says no more of: what was under way has no answer, and a refused greeting, or a
// good-bye, before the silence explains it, unless it is we who end it.
func (s *Session) silent(end event.End) event.End {
	if s.talk != nil {
		s.leave(s.talk.GiveUp())
	}
	if end != event.EndExpired {
		return end
	}
	if s.talk != nil {
		if why := s.talk.Unfinished(); why != event.EndLost {
			return why
		}
	}
	return s.lastWord(end)
}

// carry numbers the transactions of a client that logs verdicts only: another message, or a second verdict on one recipient, is
// another one.
func (s *Session) carry(m *Message, ev *event.Event) {
	if s == nil || m == nil || s.key.scope != event.ScopeConn || s.Role != event.RoleClient || ev.Kind != event.KindDelivery {
		return
	}
	if s.talk == nil || s.talk.Transaction() == 0 {
		r := m.known(ev)
		if s.Carrying != m.UID || r != nil && r.Client == s.ID && int(r.Over) == s.Transaction {
			s.Carrying = m.UID
			s.Transaction++
		}
	}
	ev.Transaction = s.Transaction
}

// take keeps what a line says about its session.
func (s *Session) take(ev *event.Event, now int64) {
	s.Last, s.Seen = now, s.host.clock.Line
	if s.Role == event.RoleServer && ev.PeerIP != "" && s.PeerIP != "" && ev.PeerIP != s.PeerIP {
		switch { // a proxy in front said who calls
		case ev.Kind == event.KindConnect:
			s.ClientAddress, s.PeerIP, s.ClientPort, s.PeerPort = "", "", 0, 0
		case s.key.scope == event.ScopePID: // by XCLIENT, within the conversation
			s.ClientAddress, s.PeerIP, s.ClientPort, s.PeerPort, s.Helo = "", "", 0, 0, ""
		}
	}
	s.foretell(ev)
	s.Shown.take(ev)
	keepCommon(&s.ClientAddress, ev.ClientAddress)
	keepCommon(&s.PeerIP, ev.PeerIP)
	keepCommon(&s.Helo, ev.Helo)
	keepCommon(&s.Protocol, ev.Protocol)
	keep(&s.User, ev.User)
	if ev.AuthResult == "success" { // after others that were tried
		replace(&s.Mechanism, ev.AuthMechanism)
	}
	keep(&s.Mechanism, ev.AuthMechanism)
	if s.Role == event.RoleClient {
		keep(&s.ServerAddress, ev.ServerAddress)
	}
	if s.ClientPort == 0 {
		s.ClientPort = ev.ClientPort
	}
	if s.PeerPort == 0 {
		s.PeerPort = ev.PeerPort
	}
	if ev.TLS != event.Open || ev.Kind == event.KindTLS {
		if ev.TLS != event.Open {
			s.TLS = ev.TLS
		}
		replaceKnown(&s.TLSVersion, ev.TLSVersion)
		replaceKnown(&s.TLSCipher, ev.TLSCipher)
		replaceKnown(&s.TLSTrust, ev.TLSTrust)
	}
	if ev.HasCommands {
		counts := ev.Commands
		s.Counts, s.HasCounts, s.SomeCounts = &counts, true, ev.SomeCommands
	}
	if ev.Messages > 0 {
		s.Received = ev.Messages
	}
	if ev.Kind == event.KindWarning && (ev.EndHint == event.EndLost || ev.EndHint == event.EndTimeout) {
		s.BrokeAt = commandName(ev.Command)
	}
	s.hint(ev.EndHint)
	if ev.Kind == event.KindReject && s.talk != nil && ev.FromPeer == event.Open && s.key.scope == event.ScopeFork {
		ev.Kind, ev.RejectPermanent = event.KindFilter, event.Open // why: the refusal itself is among the words that the log shows
	}
	if ev.Kind == event.KindReject {
		if s.talk == nil {
			s.refuse(ev)
		} else if (s.key.scope == event.ScopePID || s.key.scope == event.ScopeConn) && ev.FromPeer == event.Open {
			s.logged(ev) // the reply among the words that the log shows is what counts for the recipient
		}
	}
	if loginRefused(ev) {
		s.count(event.VerbAUTH, ev)
	}
	if ev.Kind == event.KindFilter && ev.EndHint == event.EndNone && isPass(ev) {
		s.host.pass(s)
	}
}

// hint keeps the strongest word about the end: a failed handshake explains the lost connection that follows it.
func (s *Session) hint(end event.End) {
	if end != event.EndNone && (s.Hint == event.EndNone || s.Hint == event.EndRejected || end == event.EndTLSFailed) {
		s.Hint = end
	}
}

// loginRefused says whether a line of the server's own tells that an AUTH command came to nothing: it failed, or the client gave it up.
func loginRefused(ev *event.Event) bool {
	if ev.Role != event.RoleServer || ev.Command != "AUTH" || ev.FromPeer != event.Open {
		return false
	}
	return ev.Kind == event.KindAuth && ev.AuthResult == "failure" ||
		ev.Kind == event.KindWarning && ev.ErrorType == "" && ev.EndHint == event.EndNone
}

func (s *Session) refuse(ev *event.Event) {
	const closing = 421 // whatever was asked, the server hangs up behind it (RFC 5321 section 3.8)
	switch {
	case ev.Command == event.CommandConnect:
		s.hint(event.EndRejected)
	case ev.Code == closing && s.key.scope == event.ScopePID:
		s.hint(event.EndServerClosed)
	}
	if ev.Command == "RCPT" {
		s.Refused += int(times(ev))
	}
	s.logged(ev)
}

// logged counts a refusal that has a line of its own.
func (s *Session) logged(ev *event.Event) {
	if ev.Command == event.CommandEOM {
		s.count(event.VerbDATA, ev)
	}
	if v, ok := event.VerbOf(ev.Command); ok {
		s.count(v, ev)
	}
}

// count counts a line about a refusal of a verb.
func (s *Session) count(v event.Verb, ev *event.Event) {
	if s.Rejects == nil {
		s.Rejects = new([event.Verbs]uint32)
	}
	s.Rejects[v] += times(ev)
}

// rejects is how many refusals of a verb have a line of their own.
func (s *Session) rejects(v event.Verb) uint32 {
	if s.Rejects == nil {
		return 0
	}
	return s.Rejects[v]
}

// counts are the commands that the server has counted.
func (s *Session) counts() (counts [event.Verbs]event.Count) {
	if s.Counts != nil {
		counts = *s.Counts
	}
	return counts
}
