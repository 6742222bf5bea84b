package mailhost

import (
	"cmp"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// observeSession finds or begins the session that ev is part of, and completes ev with it. nil: part of none.
func (h *Host) observeSession(ev *event.Event, source string, now int64, out *Output) *Session {
	h.resolve(ev)
	key, ok := keyOf(ev, source)
	if !ok {
		return nil
	}
	s := h.outdate(h.sessions[key], out)
	if s != nil {
		h.sessionLedger.change(s)
	}
	switch {
	case ev.Scope == event.ScopeCall:
		s = h.observeCall(key, ev, now, out)
	case ev.Scope == event.ScopeSource || ev.Scope == event.ScopeID || ev.Scope == event.ScopeAddress || ev.FromPeer != event.Open:
		s = h.observeTalk(s, key, ev, now, out)
	default:
		s = h.observeLine(s, key, ev, now, out)
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
		h.endedSessions.Push(s)
	} else {
		h.openSessions.Push(s)
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
func (h *Host) observeLine(s *Session, key sessionKey, ev *event.Event, now int64, out *Output) *Session {
	switch {
	case ev.Kind == event.KindNone:
		return nil
	case ev.Kind == event.KindConnect && s != nil && !s.ended && s.goesOn(ev):
		return s
	case ev.Kind == event.KindConnect && s != nil && s.beginsWith(ev, now):
		s.Partial, s.First = false, now
		return s
	case ev.Kind == event.KindConnect:
		if s != nil && !s.ended { // the process died without a last line
			s.Partial = true
			h.endSession(s, cmp.Or(s.Hint, event.EndAborted), nil, out)
		}
		if screened := h.handOver(key, ev, now); screened != nil {
			return screened
		}
		return h.beginSession(key, ev, now, false)
	case s != nil && ev.Scope == event.ScopeFork && s.isOver(ev, now):
		if !s.ended {
			s.Partial = true
			h.endSession(s, s.lastWord(event.EndExpired), nil, out)
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
	return h.beginSession(key, ev, now, true)
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
func (h *Host) handOver(key sessionKey, ev *event.Event, now int64) *Session {
	if ev.Scope != event.ScopePID || ev.PeerIP == "" {
		return nil
	}
	s := h.passed[ev.PeerIP]
	if s == nil {
		return nil
	}
	h.unpass(s)
	if s.ended || now-s.Last > handOverWithin {
		return nil
	}
	h.rekey(s, key)
	s.Daemon, s.Service, s.PID = h.word(ev.Daemon), h.word(ev.Service), ev.Process()
	return s
}

func (h *Host) rekey(s *Session, key sessionKey) {
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
func (h *Host) own(key sessionKey) sessionKey {
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
func (h *Host) beginSession(key sessionKey, ev *event.Event, now int64, partial bool) *Session {
	if old := h.sessions[key]; old != nil {
		h.forgetSession(old)
	}
	id := hash.New().Str(ev.Host).Str(ev.Instance).Str(ev.Daemon)
	switch key.scope {
	case event.ScopeSource: // the source's name depends on who carried the line
		id = id.Num(key.number)
	default:
		id = id.Str(h.site.told(key.name)).Num(key.number)
	}
	id = id.Num(stamp(now, ev.Resolution))
	s := &Session{
		ID:       id.Num(h.starts.next(id, h.clock.Now)).ID(),
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
	h.openSessions.Push(s)
	return s
}

// isPass is the verdict of a screening daemon that lets the client on to the server.
func isPass(ev *event.Event) bool {
	return ev.Scope == event.ScopeScreen && strings.HasPrefix(strings.ToLower(ev.FilterVerdict), "pass")
}

// pass remembers that s waits for the server's connect line.
func (h *Host) pass(s *Session) {
	if len(h.passed) >= 1024 { // they wait for two seconds: so many at once are a flood
		for _, other := range h.passed {
			h.unpass(other)
		}
		clear(h.passed)
	}
	if other := h.passed[s.PeerIP]; other != nil {
		h.unpass(other)
	}
	h.passed[s.PeerIP] = s
}

// unpass forgets that s waits.
func (h *Host) unpass(s *Session) {
	delete(h.passed, s.PeerIP)
	if s.links.In != nil {
		h.sessionLedger.change(s)
	}
}

// forgetSession takes an ended session out of the memory.
func (h *Host) forgetSession(s *Session) {
	if h.sessions[s.key] == s {
		delete(h.sessions, s.key)
	}
	if h.passed[s.PeerIP] == s {
		delete(h.passed, s.PeerIP)
	}
	if s.links.In != nil {
		s.links.In.Remove(s)
	}
	h.gone(h.sessionLedger.drop(s))
	s.reweigh()
}

type sessionKey struct {
	scope    event.Scope
	instance string
	name     string // service/daemon, connection id, source or IP
	number   int64  // pid or port
}
