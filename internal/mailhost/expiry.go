package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// expire ends what has been silent too long by the clock of the stream at hand. The lists are in the order of their last line, so only heads are looked at.
func (h *Host) expire(out *Output) {
	h.starts.forgetBefore(h.clock.Now)
	h.expireAt(h.clock.sweep(), out)
}

func (h *Host) expireAt(now int64, out *Output) {
	h.endParting(now, out)
	idle, ttl := int64(h.site.SessionIdle), int64(h.site.MessageTTL)
	sweepSessions(h, &h.openSessions, now, idle, func(s *Session) { h.expireSession(s, out) })
	sweepSessions(h, &h.endedSessions, now, endedFor, h.forgetSession)
	h.endDue(now, out)
	sweepMessages(h, &h.openMessages, now, ttl, func(m *Message) { h.expireMessage(m, out) })
	sweepMessages(h, &h.endedMessages, now, endedFor, h.forgetMessage)
	sweepMessages(h, &h.lateMessages, now, lateFor, h.forgetMessage)
	h.tries.expire(now - ttl)
	for p := h.peerOrder.Head; p != nil; p = h.peerOrder.Head {
		silent, anew := h.clock.isSilent(now, &p.Seen, 0, idle)
		switch {
		case silent:
			h.forgetPeer(p)
		case anew:
			h.peerOrder.Push(p)
		default:
			return
		}
	}
}

// sweepSessions ends, or forgets, what is silent at the old end of a list.
func sweepSessions(h *Host, l *aging.List[Session], now, idle int64, end func(*Session)) {
	for s := l.Head; s != nil; s = l.Head {
		silent, anew := h.clock.isSilent(now, &s.Seen, s.Last, idle)
		switch {
		case silent:
			end(s)
		case anew:
			l.Push(s)
		default:
			return
		}
	}
}

func sweepMessages(h *Host, l *aging.List[Message], now, idle int64, end func(*Message)) {
	for m := l.Head; m != nil; m = l.Head {
		silent, anew := h.clock.isSilent(now, &m.Seen, m.Last, idle)
		switch {
		case silent:
			end(m)
		case anew:
			l.Push(m)
		default:
			return
		}
	}
}

func (h *Host) expireSession(s *Session, out *Output) {
	out.Evicted[CauseSessionExpired]++
	s.Partial = true
	h.endSession(s, s.silent(event.EndExpired), nil, out)
}

func (h *Host) expireMessage(m *Message, out *Output) {
	out.Evicted[CauseMessageExpired]++
	m.Partial = true
	h.endMessage(m, out)
}

// EvictSession ends the session of a host that was silent longest.
func (h *Host) EvictSession(cause Cause, out *Output) {
	st := h.oldestStream(func(st *stream) int { return st.openSessions.N })
	s := st.openSessions.Head
	out.Evicted[cause]++
	s.Partial = true
	h.endSession(s, s.silent(event.EndExpired), nil, out)
}

// EvictMessage ends the message of a host that was silent longest.
func (h *Host) EvictMessage(cause Cause, out *Output) {
	st := h.oldestStream(func(st *stream) int { return st.openMessages.N })
	m := st.openMessages.Head
	out.Evicted[cause]++
	h.waiting.Began = h.clock.Now // it may still wait
	m.Partial = true
	h.endMessage(m, out)
}

// ForgetOldest forgets one of what is remembered for late lines: of that which the host has most of, since its lists are not in one order.
func (h *Host) ForgetOldest() {
	st := h.oldestStream(func(st *stream) int {
		return st.endedSessions.N + st.endedMessages.N + st.lateMessages.N + st.peerOrder.N
	})
	switch max(st.endedSessions.N, st.endedMessages.N, st.lateMessages.N, st.peerOrder.N) {
	case st.endedSessions.N:
		h.forgetSession(st.endedSessions.Head)
	case st.endedMessages.N:
		h.forgetMessage(st.endedMessages.Head)
	case st.lateMessages.N:
		h.forgetMessage(st.lateMessages.Head)
	default:
		h.forgetPeer(st.peerOrder.Head)
	}
}

// oldestStream finds the stream that was silent longest and has some of what is counted. The one of the line at hand is the last, unless it has several.
func (h *Host) oldestStream(count func(*stream) int) *stream {
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
