package session

import (
	"cmp"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// observeSession finds or begins the session that ev is part of, and completes ev with it. nil: part of none.
func (t *Tracker) observeSession(h *host, ev *event.Event, source string, now int64, out *Output) *Session {
	h.resolve(ev)
	key, ok := keyOf(ev, source)
	if !ok {
		return nil
	}
	s := t.outdate(h.sessions[key], out)
	switch {
	case ev.Scope == event.ScopeCall:
		s = t.observeCall(h, key, ev, now, out)
	case ev.Scope == event.ScopeSource || ev.Scope == event.ScopeID || ev.Scope == event.ScopeAddress || ev.FromPeer != event.Open:
		s = t.observeTalk(h, s, key, ev, now, out)
	default:
		s = t.observeLine(h, s, key, ev, now, out)
	}
	if s == nil {
		return nil
	}
	h.connected(&s.key, ev)
	s.take(ev, now)
	if key.scope == event.ScopeConn && s.Role == event.RoleClient && ev.Kind == event.KindDelivery {
		s.context(ev)
	}
	if s.ended {
		h.endedSessions.push(s)
	} else {
		h.openSessions.push(s)
	}
	ev.SessionID, ev.SessionPartial = s.ID, s.Partial
	if ev.Role == event.RoleUnknown {
		ev.Role = s.Role
	}
	s.Refusal.retell(ev)
	s.Login.retell(ev, s.talk)
	return s
}

// keyOf says by what the line's conversation is found; false for lines that are part of none, or of an inferred one.
func keyOf(ev *event.Event, source string) (sessionKey, bool) {
	switch ev.Scope {
	case event.ScopePID, event.ScopeFork:
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: ev.Daemon, number: ev.Process()}, true
	case event.ScopeID, event.ScopeConn:
		if ev.ConnID == "" { // one key for words and for the server's own lines
			return sessionKey{scope: event.ScopeConn, instance: ev.Instance, number: ev.Process()}, ev.Process() != 0
		}
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: ev.ConnID}, ev.ConnID != ""
	case event.ScopeCall:
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: ev.ConnID}, ev.ConnID != ""
	case event.ScopeAddress:
		name := ev.ConnID
		if name == "" {
			name = ev.PeerIP
		}
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: name, number: int64(ev.Role)}, name != ""
	case event.ScopeSource:
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: source, number: ev.Process()}, true
	case event.ScopeScreen:
		return sessionKey{scope: ev.Scope, instance: ev.Instance, name: ev.PeerIP, number: int64(ev.PeerPort)}, ev.PeerIP != ""
	}
	return sessionKey{}, false
}

// observeLine is for servers that log results: a connect line begins a session, the disconnect line ends it.
func (t *Tracker) observeLine(h *host, s *Session, key sessionKey, ev *event.Event, now int64, out *Output) *Session {
	switch {
	case ev.Kind == event.KindNone:
		return nil
	case ev.Kind == event.KindConnect && s != nil && !s.ended && s.goesOn(ev):
		return s
	case ev.Kind == event.KindConnect:
		if s != nil && !s.ended { // the process died without a last line
			s.Partial = true
			t.endSession(s, cmp.Or(s.Hint, event.EndAborted), nil, out)
		}
		if screened := h.handOver(key, ev, now); screened != nil {
			return screened
		}
		return t.beginSession(h, key, ev, now, false)
	case s != nil && ev.Scope == event.ScopeFork && s.isOver(ev, now):
		if !s.ended {
			s.Partial = true
			t.endSession(s, s.lastWord(event.EndExpired), nil, out)
		}
	case s != nil: // also after its end: a late line
		if ev.Kind == event.KindReject && s.talk != nil {
			s.talk.Blame(ev)
		}
		return s
	case !belongsToPeer(ev):
		return nil
	case ev.Scope == event.ScopeFork && ev.PeerIP == "" && ev.ClientAddress == "":
		return nil // such a process may have no client at all
	}
	return t.beginSession(h, key, ev, now, true)
}

// goesOn says whether a second line about the connection is of the same one: a proxy in front says who calls, a client logs its call and that it
// was answered. A call of the same conversation to a host begins a new connection.
func (s *Session) goesOn(ev *event.Event) bool {
	return ev.Scope == event.ScopeConn && (ev.PeerIP == "" || ev.Role == event.RoleServer)
}

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

// lastWord is how a session of a process made for it ended as far as its lines say, else end.
func (s *Session) lastWord(end event.End) event.End {
	if s.key.scope == event.ScopeFork && s.Hint != event.EndNone {
		return s.Hint
	}
	return end
}

// silent is how a session ended that the log says no more of: what was under way has no answer, and a refused greeting, or a good-bye, before
// the silence explains it, unless it is we who end it.
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

// carry numbers the transactions of a client that logs verdicts only: another message, or a second verdict on one recipient, is another one.
func (s *Session) carry(m *Message, ev *event.Event) {
	if s == nil || m == nil || s.key.scope != event.ScopeConn || s.Role != event.RoleClient || ev.Kind != event.KindDelivery {
		return
	}
	if s.talk == nil || s.talk.Transaction() == 0 {
		r := m.known(ev)
		if s.Carrying != m.UID || r != nil && r.Client == s.ID && r.Over == s.Transaction {
			s.Carrying = m.UID
			s.Transaction++
		}
	}
	ev.Transaction = s.Transaction
}

// belongsToPeer keeps a server process' words about itself from opening a session.
func belongsToPeer(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindLifecycle, event.KindWarning, event.KindFilter:
		return ev.PeerIP != "" || ev.ClientAddress != ""
	}
	return true
}

// handOver continues a screened session as the server's: one connection, seen by two daemons.
func (h *host) handOver(key sessionKey, ev *event.Event, now int64) *Session {
	if ev.Scope != event.ScopePID || ev.PeerIP == "" {
		return nil
	}
	s := h.passed[ev.PeerIP]
	if s == nil {
		return nil
	}
	delete(h.passed, ev.PeerIP)
	if s.ended || now-s.Last > handOverWithin {
		return nil
	}
	h.rekey(s, key)
	s.Daemon, s.Service, s.PID = h.word(ev.Daemon), h.word(ev.Service), ev.Process()
	return s
}

func (h *host) rekey(s *Session, key sessionKey) {
	if h.sessions[s.key] == s {
		delete(h.sessions, s.key)
	}
	if old := h.sessions[key]; old != nil {
		h.forgetSession(old)
	}
	s.key = h.own(key)
	h.sessions[s.key] = s
}

// own copies a key's strings, which are parts of a line.
func (h *host) own(key sessionKey) sessionKey {
	key.instance = h.word(key.instance)
	switch key.scope {
	case event.ScopePID, event.ScopeFork:
		key.name = h.word(key.name)
	default:
		key.name = strings.Clone(key.name)
	}
	return key
}

// beginSession makes a session that begins with ev, in the place of one that ended under the same key.
func (t *Tracker) beginSession(h *host, key sessionKey, ev *event.Event, now int64, partial bool) *Session {
	if old := h.sessions[key]; old != nil {
		h.forgetSession(old)
	}
	id := newHash().str(ev.Host).str(ev.Instance).str(ev.Daemon)
	switch key.scope {
	case event.ScopeSource: // the source's name depends on who carried the line
		id = id.num(key.number)
	default:
		id = id.str(key.name).num(key.number)
	}
	id = id.num(stamp(now, ev.Resolution))
	s := &Session{
		ID:       id.num(h.starts.next(id, h.clock.Now)).id(),
		Role:     ev.Role,
		Partial:  partial,
		First:    now,
		Seen:     h.clock.Line,
		hasTime:  ev.Resolution != event.ResolutionNone,
		host:     h,
		key:      h.own(key),
		Instance: h.word(ev.Instance),
		Service:  h.word(ev.Service),
		Daemon:   h.word(ev.Daemon),
		Dialect:  ev.Dialect,
		PID:      ev.Process(),
	}
	h.sessions[s.key] = s
	h.openSessions.push(s)
	t.sessions++
	return s
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
	keep(&s.ClientAddress, ev.ClientAddress)
	keep(&s.PeerIP, ev.PeerIP)
	keep(&s.Helo, ev.Helo)
	keep(&s.Protocol, ev.Protocol)
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
		replace(&s.TLSVersion, ev.TLSVersion)
		replace(&s.TLSCipher, ev.TLSCipher)
		replace(&s.TLSTrust, ev.TLSTrust)
	}
	if ev.HasCommands {
		s.Counts, s.HasCounts, s.SomeCounts = ev.Commands, true, ev.SomeCommands
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
		s.Rejects[event.VerbAUTH] += times(ev)
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
	return ev.Kind == event.KindAuth && ev.AuthResult == "failure" || ev.Kind == event.KindWarning && ev.ErrorType == "" && ev.EndHint == event.EndNone
}

func (s *Session) refuse(ev *event.Event) {
	switch ev.Command {
	case "RCPT":
		s.Refused += int(times(ev))
	case event.CommandConnect:
		s.hint(event.EndRejected)
	}
	s.logged(ev)
}

// logged counts a refusal that has a line of its own.
func (s *Session) logged(ev *event.Event) {
	if ev.Command == event.CommandEOM {
		s.Rejects[event.VerbDATA] += times(ev)
	}
	if v, ok := event.VerbOf(ev.Command); ok {
		s.Rejects[v] += times(ev)
	}
}

// isPass is the verdict of a screening daemon that lets the client on to the server.
func isPass(ev *event.Event) bool {
	return ev.Scope == event.ScopeScreen && strings.HasPrefix(strings.ToLower(ev.FilterVerdict), "pass")
}

// pass remembers that s waits for the server's connect line.
func (h *host) pass(s *Session) {
	if len(h.passed) >= 1024 {
		clear(h.passed) // they wait for two seconds: so many at once are a flood
	}
	h.passed[s.PeerIP] = s
}

// keep copies a line's word for what is not known yet; the copy does not pin the line.
func keep(to *string, from string) {
	if *to == "" && from != "" {
		*to = strings.Clone(from)
	}
}

// replace copies a line's word over an older one.
func replace(to *string, from string) {
	if from != "" && *to != from {
		*to = strings.Clone(from)
	}
}
