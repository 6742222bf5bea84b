package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// putOff says whether a recipient waits for another try.
func (m *Message) putOff() bool {
	for i := range m.Recipients {
		if !m.Recipients[i].Final && m.Recipients[i].Status != event.StatusDelivered {
			return true
		}
	}
	return false
}

// giveUp ends the recipients of a message that was deleted, or that the line gives one verdict on as a whole: it names nobody.
func (h *Host) giveUp(m *Message, ev *event.Event, out *Output) {
	status := ev.Status
	if status == event.StatusNone && ev.Kind == event.KindMessageDeleted {
		status = event.StatusDeleted
	}
	if ev.Recipients() == 0 && status.Ends() {
		ev.Status = event.StatusNone // it is the recipients'
		h.endRecipients(m, status, out)
	}
}

// endIfDone ends a message whose server writes no line at its end, with its last recipient. Where an expansion may have made more of them
// than are known, it waits for these to show themselves.
func (h *Host) endIfDone(m *Message, out *Output) {
	switch {
	case !m.isOver():
	case m.MayExpand:
		h.due = append(h.due, m)
	default:
		h.endMessage(m, out)
	}
}

// isOver says whether all recipients have ended, of a message whose end has no line. Of one whose beginning was not read the recipients
// that its verdicts have named are all that are known.
func (m *Message) isOver() bool {
	over := m.Final + m.Passed
	return m.NoEnd && over+m.Moved > 0 && over+m.Moved >= m.Count && int(over) >= len(m.Recipients)
}

// endDue ends messages whose recipients have all ended, when no other one has shown itself for a while.
func (h *Host) endDue(now int64, out *Output) {
	for len(h.due) > 0 {
		m := h.due[0]
		if !m.ended && m.isOver() && now-m.Seen <= settleFor {
			return
		}
		h.due[0], h.due = nil, h.due[1:]
		if m.isOver() {
			h.endMessage(m, out)
		}
	}
	h.due = nil
}

const settleFor = int64(10 * time.Second)

// endRecipients gives each recipient that is still open its end, or says that it is held: the log has no line for it.
func (h *Host) endRecipients(m *Message, status event.Status, out *Output) {
	if status.Ends() {
		h.expectNamed(m)
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.Final || r.Status == event.StatusDelivered || r.Status == status {
			continue
		}
		ev := events.Get().(*event.Event)
		m.describe(ev, event.KindDelivery)
		ev.RcptTo, ev.OrigRcptTo, ev.DestinationDomain = r.To, r.Orig, foldDomain(r.To)
		why := r.why.said()
		ev.Status, ev.Final, ev.DSN = status, status.Ends(), why.DSN
		ev.Route, ev.Direction, ev.Provider = r.Route, r.Direction, why.Provider
		ev.Reason, ev.Category, ev.Basis = why.Reason, why.Category, why.Basis
		ev.Code, ev.Enhanced, ev.Text = int(why.Code), why.Enhanced, r.Reply
		if why.Code > 0 {
			ev.Class = byte('0' + why.Code/100)
		}
		if d := m.Last - m.First; ev.Final && !m.Partial && d >= 0 {
			ev.Duration, ev.HasTotalDuration = time.Duration(d)+m.ahead(), true
		}
		if r.isOff() {
			m.countOff(false)
		}
		r.Status, r.Final = status, ev.Final
		if ev.Final {
			m.Final++
		}
		m.tellSpan(ev)
		out.Made = append(out.Made, Made{Event: ev, Host: m.host.name})
	}
}

// dropCandidate forgets a queue id that never became a message.
func (h *Host) dropCandidate(m *Message) {
	if m.ended {
		return
	}
	m.ended, m.GivenUp = true, !m.received
	m.host.keepEnded(m)
	m.reweigh()
}

// takeBack opens a message again that had been given up.
func (h *Host) takeBack(m *Message) {
	m.ended, m.GivenUp = false, false
	m.host.openMessages.Push(m)
	m.host.ids.add(m)
	m.reweigh()
}

// endMessage closes m and adds its summary. A candidate that never became a message has none.
func (h *Host) endMessage(m *Message, out *Output) {
	if m.ended {
		return
	}
	m.ended = true
	m.host.keepEnded(m)
	if h.site.MessageSummaries && (m.received || len(m.Recipients) > 0) {
		out.Made = append(out.Made, Made{Summary: m.summary(), Host: m.host.name})
	}
	m.Recipients = m.slim()
	m.reweigh()
}

// slim keeps of an ended message only what late lines need.
func (m *Message) slim() []recipient {
	m.index = nil
	if len(m.Recipients) > 16 {
		return nil
	}
	return m.Recipients
}
