package session

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// expire ends what has been silent too long by the clock of the stream at hand. The lists are in the order of their last line, so only heads are looked at.
func (t *Tracker) expire(h *host, out *Output) { t.expireAt(h, h.clock, out) }

func (t *Tracker) expireAt(h *host, now int64, out *Output) {
	t.endParting(h, now, out)
	idle := int64(t.cfg.SessionIdle)
	for s := h.openSessions.head; s != nil && now-s.Seen > idle; s = h.openSessions.head {
		out.Evicted[CauseSessionExpired]++
		s.Partial = true
		t.endSession(s, s.silent(event.EndExpired), nil, out)
	}
	for s := h.endedSessions.head; s != nil && now-s.Seen > endedFor; s = h.endedSessions.head {
		h.forgetSession(s)
	}
	t.endDue(h, now, out)
	ttl := int64(t.cfg.MessageTTL)
	for m := h.openMessages.head; m != nil && now-m.Seen > ttl; m = h.openMessages.head {
		out.Evicted[CauseMessageExpired]++
		m.Partial = true
		t.endMessage(m, out)
	}
	for m := h.endedMessages.head; m != nil && now-m.Seen > endedFor; m = h.endedMessages.head {
		h.forgetMessage(m)
	}
	for m := h.lateMessages.head; m != nil && now-m.Seen > lateFor; m = h.lateMessages.head {
		h.forgetMessage(m)
	}
	h.tries.expire(now - ttl)
	for p := h.peerOrder.head; p != nil && now-p.Seen > idle; p = h.peerOrder.head {
		h.forgetPeer(p)
	}
}

// limit makes room when a limit is passed: the oldest of the host that wrote the line goes first, or of any other if it has but this one.
func (t *Tracker) limit(h *host, out *Output) {
	for t.sessions > t.cfg.MaxSessions {
		s := h.openSessions.head
		if h.openSessions.n < 2 {
			s = oldest(t, func(st *stream) (*Session, int64) { return st.openSessions.head, lastOf(st.openSessions.head) })
		}
		out.Evicted[CauseSessionLimit]++
		s.Partial = true
		t.endSession(s, s.silent(event.EndExpired), nil, out)
	}
	for t.messages > t.cfg.MaxMessages {
		m := h.openMessages.head
		if h.openMessages.n < 2 {
			m = oldest(t, func(st *stream) (*Message, int64) { return st.openMessages.head, lastOfMessage(st.openMessages.head) })
		}
		out.Evicted[CauseMessageLimit]++
		m.Partial = true
		t.endMessage(m, out)
	}
	for h.endedSessions.n > t.cfg.MaxSessions {
		h.forgetSession(h.endedSessions.head)
	}
	for h.endedMessages.n > t.cfg.MaxMessages {
		h.forgetMessage(h.endedMessages.head)
	}
	for h.lateMessages.n > t.cfg.MaxMessages {
		h.forgetMessage(h.lateMessages.head)
	}
	for h.peerOrder.n > maxPeers {
		h.forgetPeer(h.peerOrder.head)
	}
}

func lastOf(s *Session) int64 {
	if s == nil {
		return 0
	}
	return s.Seen
}

func lastOfMessage(m *Message) int64 {
	if m == nil {
		return 0
	}
	return m.Seen
}

// oldest finds the item that was silent longest over all hosts.
func oldest[T any](t *Tracker, head func(*stream) (*T, int64)) *T {
	var found *T
	var since int64
	var name string
	for _, h := range t.hosts {
		for _, st := range h.streams {
			x, last := head(st)
			if x != nil && (found == nil || last < since || last == since && h.name < name) {
				found, since, name = x, last, h.name
			}
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
				t.expireAt(h, h.clock+silent, out)
			}
		})
		items, newest := h.open()
		if wall-newest > int64(t.cfg.MessageTTL) && items == 0 {
			delete(t.hosts, name)
			t.newest = nil
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
