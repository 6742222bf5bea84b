package mailhost

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// settle works out what a line means for its message's recipients: verdicts, ends, and the records that the log has no line for.
func (h *Host) settle(m *Message, ev *event.Event, now int64, out *Output) {
	if m == nil {
		h.settleAlone(ev)
		return
	}
	m.asked(ev)
	m.accepted(ev)
	h.expect(m, ev)
	m.hear(ev)
	switch ev.Kind {
	case event.KindDelivery:
		h.settleDelivery(m, ev, now, out)
	case event.KindMessageQueued:
		h.settleQueued(m, ev, out)
	case event.KindMessageHeader:
		h.fulfil(m, event.StatusHeld, out)
	case event.KindMessageReleased:
		m.release()
		h.forgetActs(m)
	case event.KindMessageReceived:
		h.fulfil(m, event.StatusHeld, out)
		if ev.HandedOver && !m.Kept {
			h.handOverAll(m, out)
		}
		h.endIfDone(m, out)
	case event.KindMessageHeld:
		h.settleHeld(m, ev, now, out)
	case event.KindMessageExpired:
		h.endRecipients(m, event.StatusExpired, out)
		h.endIfDone(m, out)
	case event.KindFilter:
		h.giveUp(m, ev, out)
		m.decide(ev)
	case event.KindMessageDeleted:
		h.giveUp(m, ev, out)
		m.received = true
		h.endMessage(m, out)
	case event.KindMessageDiscarded:
		h.settleDiscarded(m, ev, now, out)
	case event.KindMessageAborted:
		h.endRecipients(m, event.StatusAborted, out)
		h.dropCandidate(m)
	case event.KindReject:
		h.settleReject(m, ev)
	case event.KindDisconnect: // within the message
		if !m.received {
			h.dropCandidate(m)
		}
	case event.KindMessageRemoved:
		h.settleRemoved(m, ev, out)
	}
}

// settleDelivery is a verdict on recipients, which may be the last.
func (h *Host) settleDelivery(m *Message, ev *event.Event, now int64, out *Output) {
	h.deliverAll(m, ev, now, out)
	if ev.GivenUp && ev.Final { // nothing more is told of the others
		h.endRecipients(m, ev.Status, out)
		h.endMessage(m, out)
		return
	}
	h.endIfDone(m, out)
}

// settleQueued is a line that tells of the message in the queue, or that another message has taken recipients of it.
func (h *Host) settleQueued(m *Message, ev *event.Event, out *Output) {
	if ev.ChildKind == event.MessageMail { // one of its recipients, at least
		m.Moved = max(1, m.Count-int32(len(m.Recipients)))
		h.endIfDone(m, out)
	}
	if ev.RecipientID != "" {
		h.recipient(m, ev)
		if m.NoEnd {
			m.Count = max(m.Count, int32(len(m.Recipients)))
		}
	}
}

// settleHeld is mail that is kept back, all of it.
func (h *Host) settleHeld(m *Message, ev *event.Event, now int64, out *Output) {
	m.Held = true
	if ev.RcptTo != "" {
		ev.Status = event.StatusHeld
		h.deliver(m, ev, verdict(ev), now, out)
	}
	if len(m.Recipients) == 0 {
		h.expectNamed(m)
	}
	h.endRecipients(m, event.StatusHeld, out)
}

// settleDiscarded is mail that was accepted and thrown away.
func (h *Host) settleDiscarded(m *Message, ev *event.Event, now int64, out *Output) {
	ev.Status = event.StatusDiscarded
	unnamed := m.Count - int32(len(m.Recipients)+len(m.seldom().Named)) // by any line
	switch {
	case ev.Recipients() > 0:
		h.deliverAll(m, ev, now, out)
	case unnamed > 0:
		ev.Final, ev.RecipientCount = true, int(unnamed)
		m.Final += unnamed
	}
	h.blameAll(m, ev)
	h.endRecipients(m, event.StatusDiscarded, out)
	m.received = true
	h.endMessage(m, out)
}

// settleReject is a refusal: of the whole message it ends what no line has called a message yet.
func (h *Host) settleReject(m *Message, ev *event.Event) {
	switch {
	case !refusesMessage(ev):
	case m.Refused:
		ev.Kind, ev.RejectPermanent = event.KindMessageAborted, event.Open // told again, for each recipient
	case !m.received || m.NoEnd && len(m.Recipients) == 0: // some servers tell of a message before they answer for it
		m.Refused = true
		h.dropCandidate(m)
	}
}

// settleRemoved is the queue's last word on a message, or on a run of it.
func (h *Host) settleRemoved(m *Message, ev *event.Event, out *Output) {
	if m.PutOff || ev.OfRun && m.putOff() { // only its run is over
		ev.Kind = event.KindMessageQueued
		return
	}
	if ev.GivenUp {
		h.endRecipients(m, event.StatusExpired, out)
	}
	h.endMessage(m, out)
}

// settleAlone is for verdicts without a queue id, as in transcripts: nothing is remembered of the message.
func (h *Host) settleAlone(ev *event.Event) {
	if ev.Status == event.StatusNone {
		return
	}
	if ev.MessageKind == event.MessageUnknown && ev.MailFrom != "" {
		ev.MessageKind = kindOf(ev.MailFrom)
	}
	ev.Final = ev.Status.Ends()
	if ev.Final && ev.Delays.Has&event.DelayTotal != 0 {
		ev.Duration, ev.HasTotalDuration = seconds(ev.Delays.Total), true
	}
	if ev.Route == event.RouteMX && h.site.isRelayhost(ev) {
		ev.Route = event.RouteRelayhost
	}
	if ev.RcptTo != "" {
		ev.DestinationDomain = foldDomain(ev.RcptTo)
		if h.IsLocal(ev.DestinationDomain) {
			ev.Direction = event.DirectionInbound
		}
	}
}

// refusesMessage is a refusal of the whole message, after its data.
func refusesMessage(ev *event.Event) bool {
	return (ev.Command == event.CommandEOM || ev.Command == "DATA") && !ev.OneOnly
}
