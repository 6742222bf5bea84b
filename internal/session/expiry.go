package session

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// expire ends what has been silent too long by the clock of the stream at hand. The lists are in the order of their last line, so only heads are looked at.
func (t *Tracker) expire(h *host, out *Output) {
	h.starts.forgetBefore(h.clock.Now)
	t.expireAt(h, h.clock.sweep(), out)
}

func (t *Tracker) expireAt(h *host, now int64, out *Output) {
	t.endParting(h, now, out)
	idle, ttl := int64(t.cfg.SessionIdle), int64(t.cfg.MessageTTL)
	sweepSessions(h, &h.openSessions, now, idle, func(s *Session) { t.expireSession(s, out) })
	sweepSessions(h, &h.endedSessions, now, endedFor, h.forgetSession)
	t.endDue(h, now, out)
	sweepMessages(h, &h.openMessages, now, ttl, func(m *Message) { t.expireMessage(m, out) })
	sweepMessages(h, &h.endedMessages, now, endedFor, h.forgetMessage)
	sweepMessages(h, &h.lateMessages, now, lateFor, h.forgetMessage)
	h.tries.expire(now - ttl)
	for p := h.peerOrder.head; p != nil; p = h.peerOrder.head {
		silent, anew := h.clock.isSilent(now, &p.Seen, 0, idle)
		switch {
		case silent:
			h.forgetPeer(p)
		case anew:
			h.peerOrder.push(p)
		default:
			return
		}
	}
}

// sweepSessions ends, or forgets, what is silent at the old end of a list.
func sweepSessions(h *host, l *list[Session], now, idle int64, end func(*Session)) {
	for s := l.head; s != nil; s = l.head {
		silent, anew := h.clock.isSilent(now, &s.Seen, s.Last, idle)
		switch {
		case silent:
			end(s)
		case anew:
			l.push(s)
		default:
			return
		}
	}
}

func sweepMessages(h *host, l *list[Message], now, idle int64, end func(*Message)) {
	for m := l.head; m != nil; m = l.head {
		silent, anew := h.clock.isSilent(now, &m.Seen, m.Last, idle)
		switch {
		case silent:
			end(m)
		case anew:
			l.push(m)
		default:
			return
		}
	}
}

func (t *Tracker) expireSession(s *Session, out *Output) {
	out.Evicted[CauseSessionExpired]++
	s.Partial = true
	t.endSession(s, s.silent(event.EndExpired), nil, out)
}

func (t *Tracker) expireMessage(m *Message, out *Output) {
	out.Evicted[CauseMessageExpired]++
	m.Partial = true
	t.endMessage(m, out)
}

// outdate ends, or forgets, what the line at hand would go on with, if its stamp is not believed yet and that has been silent too long by it: so it comes to the same
// as with a stamp that is.
func (t *Tracker) outdate(s *Session, out *Output) *Session {
	if s == nil || !s.host.clock.isAhead() {
		return s
	}
	silent := s.host.clock.Line - s.Seen
	if !s.ended && silent > int64(t.cfg.SessionIdle) {
		t.expireSession(s, out)
	}
	if s.ended && silent > endedFor {
		s.host.forgetSession(s)
		return nil
	}
	return s
}

// outdateMessages is outdate for all messages with a queue id.
func (t *Tracker) outdateMessages(h *host, id string, out *Output) {
	if !h.clock.isAhead() {
		return
	}
	for m, next := h.messages[id], (*Message)(nil); m != nil; m = next {
		next = m.sameID
		silent := h.clock.Line - m.Seen
		if !m.ended && silent > int64(t.cfg.MessageTTL) {
			t.expireMessage(m, out)
		}
		if m.ended && (silent > lateFor || silent > endedFor && !m.Partial) {
			h.forgetMessage(m)
		}
	}
}

// outdatePeers is outdate for the inferred conversations of a key.
func (t *Tracker) outdatePeers(h *host, key peerKey) {
	if !h.clock.isAhead() {
		return
	}
	for p, next := h.peers[key], (*peer)(nil); p != nil; p = next {
		if next = p.next; h.clock.Line-p.Seen > int64(t.cfg.SessionIdle) {
			h.forgetPeer(p)
		}
	}
}

// evictSession ends the session of a host that was silent longest.
func (t *Tracker) evictSession(h *host, cause Cause, out *Output) {
	st := h.oldestStream(func(st *stream) int { return st.openSessions.n })
	s := st.openSessions.head
	out.Evicted[cause]++
	s.Partial = true
	t.endSession(s, s.silent(event.EndExpired), nil, out)
}

// evictMessage ends the message of a host that was silent longest.
func (t *Tracker) evictMessage(h *host, cause Cause, out *Output) {
	st := h.oldestStream(func(st *stream) int { return st.openMessages.n })
	m := st.openMessages.head
	out.Evicted[cause]++
	m.Partial = true
	t.endMessage(m, out)
}

// forgetOldest forgets one of what is remembered for late lines: of that which the host has most of, since its lists are not in one order.
func (h *host) forgetOldest() {
	st := h.oldestStream(func(st *stream) int {
		return st.endedSessions.n + st.endedMessages.n + st.lateMessages.n + st.peerOrder.n
	})
	switch max(st.endedSessions.n, st.endedMessages.n, st.lateMessages.n, st.peerOrder.n) {
	case st.endedSessions.n:
		h.forgetSession(st.endedSessions.head)
	case st.endedMessages.n:
		h.forgetMessage(st.endedMessages.head)
	case st.lateMessages.n:
		h.forgetMessage(st.lateMessages.head)
	default:
		h.forgetPeer(st.peerOrder.head)
	}
}

// oldestStream finds the stream that was silent longest and has some of what is counted. The one of the line at hand is the last, unless it has several.
func (h *host) oldestStream(count func(*stream) int) *stream {
	if count(h.stream) > 1 {
		return h.stream
	}
	found := h.stream
	for _, st := range h.streams {
		if count(st) > 0 && (count(found) == 0 || found == h.stream || st.wall < found.wall) {
			found = st
		}
	}
	return found
}

// Tick expires by the wall clock what belongs to sources that have gone silent: for them log time goes on as the wall does.
func (t *Tracker) Tick(wall int64, out *Output) {
	for _, name := range t.hostNames() {
		h := t.hosts[name]
		h.eachStream(func() {
			if silent := wall - h.wall; silent > int64(time.Second) {
				t.expireAt(h, h.clock.newest()+silent, out)
			}
		})
		items, newest := h.open()
		if wall-newest > int64(t.cfg.MessageTTL) && items == 0 {
			t.dropHost(h)
			continue
		}
		h.leaveIdle(wall - int64(t.cfg.MessageTTL))
	}
}

// Close ends everything that is open: the process goes and nothing is saved.
func (t *Tracker) Close(out *Output) {
	t.CloseHosts(func(string) bool { return true }, out)
}

// CloseHosts is Close for those hosts that the function names.
func (t *Tracker) CloseHosts(which func(host string) bool, out *Output) {
	for _, name := range t.hostNames() {
		if which(name) {
			t.closeHost(t.hosts[name], event.EndShutdown, out)
		}
	}
}

func (t *Tracker) closeHost(h *host, end event.End, out *Output) {
	h.eachStream(func() {
		t.expireAt(h, h.clock.newest(), out) // nothing contradicts the newest stamp any more
		for s := h.openSessions.head; s != nil; s = h.openSessions.head {
			s.Partial = true
			t.endSession(s, s.silent(end), nil, out)
		}
		for m := h.openMessages.head; m != nil; m = h.openMessages.head {
			m.Partial = m.Partial || !m.isOver()
			t.endMessage(m, out)
		}
		h.due = nil
	})
}
