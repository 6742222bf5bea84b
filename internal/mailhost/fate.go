package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Fate is what a server decided about a message before it had a queue id: while its first recipient was given.
type Fate struct {
	Kind event.Kind // message.held or message.discarded
	To   string     // the recipient that it was decided for; it is the whole message's
}

// foretell keeps what a line without queue id says about the message that its session is about to bring. One that has a status tells what
// came of it.
func (s *Session) foretell(ev *event.Event) {
	foretells := ev.Kind == event.KindMessageHeld || ev.Kind == event.KindMessageDiscarded
	if foretells && s.Role == event.RoleServer && ev.QueueID == "" && ev.Status == event.StatusNone {
		s.Fate = Fate{ev.Kind, strings.Clone(ev.RcptTo)}
	}
}

// decidesFor says whether the line tells what a rule decided while sender or recipients were given: the message as a whole will meet that.
func decidesFor(ev *event.Event) bool {
	if ev.Kind != event.KindFilter || ev.FilterVerdict != "discard" && ev.FilterVerdict != "quarantine" {
		return false
	}
	return ev.Command == "MAIL" || ev.Command == "RCPT" && ev.RcptTo != ""
}

// decide keeps the recipient, and that the message will be held. Of one that is discarded a line of its own will tell.
func (m *Message) decide(ev *event.Event) {
	if m.received || !decidesFor(ev) || len(m.seldom().Named) >= maxNamed {
		return
	}
	if ev.RcptTo != "" {
		rare := m.unusual()
		rare.Named = append(rare.Named, strings.Clone(ev.RcptTo))
	}
	if ev.FilterVerdict == "quarantine" {
		m.unusual().Fate.Kind = event.KindMessageHeld
	}
}

// foretold gives the session's new message its fate. What is discarded is not even read, so no further line tells of it.
func (h *Host) foretold(s *Session, m *Message, out *Output) {
	if s == nil || s.Fate.Kind == event.KindNone {
		return
	}
	m.unusual().Fate, s.Fate = s.Fate, Fate{}
	if m.rare.Fate.Kind == event.KindMessageDiscarded {
		h.fulfil(m, event.StatusDiscarded, out)
		m.received = true
		h.endMessage(m, out)
	}
}

// fulfil lets a message meet its fate. What is held has its header read first, which tells its Message-ID.
func (h *Host) fulfil(m *Message, status event.Status, out *Output) {
	fate := m.seldom().Fate
	if fate.Kind == event.KindNone || m.ended {
		return
	}
	if fate.To != "" {
		h.recipient(m, &event.Event{RcptTo: fate.To})
	}
	m.rare.Fate = Fate{}
	m.Held = status == event.StatusHeld
	h.expectNamed(m)
	h.endRecipients(m, status, out)
}

// release takes the recipients of a held message back to where they were.
func (m *Message) release() {
	m.unexpect()
	m.Held = false
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.Status != event.StatusHeld {
			continue
		}
		if r.Status = event.StatusNone; r.Attempts > 0 {
			r.Status = event.StatusDeferred
			m.countOff(true)
		}
	}
}

// bury ends the conversation of a process that is gone, or of all processes of an instance: they wrote no line at their end, another did.
func (h *Host) bury(ev *event.Event, out *Output) {
	for s, next := h.openSessions.Head, (*Session)(nil); s != nil; s = next {
		next = s.links.Next
		switch {
		case ev.Stopped && s.Instance == ev.Instance && s.Dialect == ev.Dialect:
			h.endSession(s, event.EndAborted, nil, out)
		case ev.Died && s.PID == ev.Process() && (s.key.scope == event.ScopePID || s.key.scope == event.ScopeFork):
			ev.SessionID, ev.Role = s.ID, s.Role
			h.endSession(s, event.EndAborted, ev, out)
			return
		}
	}
}
