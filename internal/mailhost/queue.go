package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// observeMessage finds or begins the message that ev is about, and keeps what the line says of it. nil: about none.
func (h *Host) observeMessage(s *Session, ev *event.Event, now int64, out *Output) *Message {
	if ev.Beside {
		h.observeBeside(ev, now)
		return nil
	}
	if ev.QueueID == "" {
		h.filters.fronts = h.filters.fronts || ev.Kind == event.KindMessageOpened
		return nil
	}
	h.outdateMessages(ev.QueueID, out)
	m := h.message(ev)
	if m == nil && !isAboutMessage(ev) {
		return nil
	}
	if m != nil && begins(m, ev, now) {
		if !m.ended { // its end was not logged, or not read
			m.Partial = true
			h.endMessage(m, out)
		}
		h.forgetMessage(m)
		m = nil
	}
	if m == nil && ev.Kind == event.KindReport {
		return nil // it is about mail that has left, or is that report itself: no line need follow
	}
	if m == nil {
		m = h.beginMessage(ev, now)
	}
	if !isStrong(ev) {
		// a service's tag says nothing about the instance of the queue
	} else if m.weak {
		m.of, m.weak = h.server(ev.Instance, m.of.dialect), false
	}
	m.Last, m.Seen = max(m.Last, now), h.clock.Line
	if m.ended {
		h.keepEnded(m)
	} else {
		h.openMessages.Push(m)
	}
	if m.GivenUp && ev.Kind == event.KindMessageReceived {
		if ev.First {
			ev.Kind = event.KindMessageAborted // given up before: this line tells late what it was
		} else {
			h.takeBack(m) // a queue manager has it after all
		}
	}
	if ev.Kind == event.KindMessageReceived && ev.First && !m.received && now-m.First <= sameReception {
		m.Partial = false // the line is the first, though a verdict of the same reception was faster
	}
	late := m.isLate(now)
	h.handOn(m, ev, now)
	h.throughPipe(m, ev, now)
	h.take(m, s, ev, late)
	if late {
		m.First = now
	}
	return m
}

// isLate says whether a line is older than all that is known of a message whose beginning was not seen: files and carriers are not
// in order.
func (m *Message) isLate(now int64) bool { return m.Partial && now < m.First }

// keepEnded remembers an ended message for lines that come late. A beginning may come long behind the end.
func (h *Host) keepEnded(m *Message) {
	h.ids.remove(m)
	if m.Partial {
		h.lateMessages.Push(m)
	} else {
		h.endedMessages.Push(m)
	}
}

// isAboutMessage keeps a conversation's lines from making a message of the queue id that a server has ready for the next one: only MAIL
// begins one, and what is refused after it. The program's words about itself begin none either.
func isAboutMessage(ev *event.Event) bool {
	if ev.Scope != event.ScopeFork {
		return ev.Kind != event.KindLifecycle
	}
	switch ev.Kind {
	case event.KindCommand:
		return ev.Command == "MAIL"
	case event.KindReject:
		return ev.Command == "RCPT" || ev.Command == "DATA" || ev.Command == event.CommandEOM
	case event.KindFilter:
		return decidesFor(ev)
	case event.KindConnect, event.KindDisconnect, event.KindReply, event.KindTLS,
		event.KindAuth, event.KindWarning, event.KindLifecycle, event.KindContent:
		return false
	}
	return true
}

// isStrong says whether the line's instance is the queue's own: a named service may have a syslog_name of its own, a program beside
// the server has none.
func isStrong(ev *event.Event) bool { return ev.Service == "" && !ev.Beside && !ev.OwnName }

// message finds the live or lately ended message with ev's queue id in ev's instance.
func (h *Host) message(ev *event.Event) *Message {
	var any_ *Message
	for m := h.messages[ev.QueueID]; m != nil; m = m.sameID {
		if m.of.instance == ev.Instance {
			return m
		}
		if any_ == nil && (m.weak || !isStrong(ev)) {
			any_ = m
		}
	}
	return any_
}

// sameReception is how far lines of one reception are apart at most: they come from several processes, so not quite in order.
const sameReception = int64(5e9)

// begins says whether ev starts a new message under a queue id that is known: ids are used again.
func begins(m *Message, ev *event.Event, now int64) bool {
	if m.isLate(now) || ev.UniqueID {
		return false
	}
	switch ev.Kind {
	case event.KindMessageOpened:
		return m.ended || m.Origin != 0 || m.received && now-m.First > sameReception
	case event.KindMessageHeader:
		if m.GivenUp && now-m.Last <= sameReception { // the reader of the header is behind
			return false
		}
		return m.ended || m.received && now-m.First > sameReception
	case event.KindMessageReceived:
		if m.GivenUp && now-m.Last <= sameReception {
			return false
		}
		return m.ended && (ev.First || now-m.Last > 0) || ev.First && m.received && now-m.First > sameReception
	}
	return false
}

// beginMessage makes the message whose first line is ev. A header line alone begins one, too: an MTA's own notices are not opened
// by a client.
func (h *Host) beginMessage(ev *event.Event, now int64) *Message {
	id := hash.New().Str(ev.Host).Str(ev.Instance).Str(ev.QueueID).Num(stamp(now, ev.Resolution))
	m := &Message{
		UID:     id.Num(h.starts.next(id, h.clock.Now)).ID(),
		QueueID: strings.Clone(ev.QueueID),
		Partial: !isFirst(ev),
		First:   now,
		Last:    now,
		Seen:    h.clock.Line,
		host:    h,
		of:      h.server(ev.Instance, ev.Dialect),
		weak:    !isStrong(ev),
	}
	h.chainMessage(m)
	h.openMessages.Push(m)
	m.reweigh()
	h.keepPromise(m)
	return m
}

// chainMessage puts m in front of the others with its queue id. There are as many as instances use it at a time; beyond that the
// oldest are found no more.
func (h *Host) chainMessage(m *Message) {
	m.sameID = h.messages[m.QueueID]
	h.messages[m.QueueID] = m
	const most = 16
	for n := 1; m.sameID != nil; m, n = m.sameID, n+1 {
		if n == most {
			m.sameID = nil
			return
		}
	}
}

// isFirst says whether nothing comes before the line: a refusal inside the transaction that opened the queue id may be written before the
// opening line.
func isFirst(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindMessageOpened, event.KindMessageHeader, event.KindReject, event.KindMessageAborted:
		return true
	case event.KindFilter:
		return ev.Scope == event.ScopeFork && decidesFor(ev)
	case event.KindCommand:
		return ev.Command == "MAIL"
	}
	return ev.First
}

// forgetMessage takes an ended message out of the memory.
func (h *Host) forgetMessage(m *Message) {
	h.unlistArrival(m, true)
	h.openers[m].letGo(m)
	if m.links.In != nil {
		m.links.In.Remove(m)
	}
	h.gone(h.messageLedger.drop(m))
	m.reweigh()
	first := h.messages[m.QueueID]
	if first == m {
		if m.sameID == nil {
			delete(h.messages, m.QueueID)
		} else {
			h.messages[m.QueueID] = m.sameID
		}
		return
	}
	for p := first; p != nil; p = p.sameID {
		if p.sameID == m {
			p.sameID = m.sameID
			return
		}
	}
}
