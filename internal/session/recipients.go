package session

import (
	"cmp"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// settle works out what a line means for its message's recipients: verdicts, ends, and the records that the log has no line for.
func (t *Tracker) settle(h *host, m *Message, ev *event.Event, now int64, out *Output) {
	if m == nil {
		t.settleAlone(h, ev)
		return
	}
	m.asked(ev)
	m.accepted(ev)
	t.expect(m, ev)
	m.hear(ev)
	switch ev.Kind {
	case event.KindDelivery:
		t.deliverAll(h, m, ev, now, out)
		t.endIfDone(h, m, out)
	case event.KindMessageQueued:
		if ev.ChildKind == event.MessageMail { // one of its recipients, at least
			m.Moved = max(1, m.Count-len(m.Recipients))
			t.endIfDone(h, m, out)
		}
		if ev.RecipientID != "" {
			t.recipient(m, ev)
			if m.NoEnd {
				m.Count = max(m.Count, len(m.Recipients))
			}
		}
	case event.KindMessageHeader:
		t.fulfil(m, event.StatusHeld, out)
	case event.KindMessageReleased:
		m.release()
	case event.KindMessageReceived:
		t.fulfil(m, event.StatusHeld, out)
		if ev.HandedOver && !m.Kept {
			t.handOverAll(h, m, out)
		}
		t.endIfDone(h, m, out)
	case event.KindMessageHeld:
		if ev.RcptTo != "" {
			ev.Status = event.StatusHeld
			t.deliver(h, m, ev, verdict(ev), now, out)
		}
		if len(m.Recipients) == 0 {
			t.expectNamed(m)
		}
		t.endRecipients(m, event.StatusHeld, out)
	case event.KindMessageExpired:
		t.endRecipients(m, event.StatusExpired, out)
		t.endIfDone(h, m, out)
	case event.KindFilter, event.KindMessageDeleted:
		t.giveUp(m, ev, out)
		if ev.Kind == event.KindFilter {
			m.decide(ev)
			return
		}
		m.received = true
		t.endMessage(m, out)
	case event.KindMessageDiscarded:
		ev.Status = event.StatusDiscarded
		switch {
		case ev.Recipients() > 0:
			t.deliverAll(h, m, ev, now, out)
		case len(m.Recipients)+len(m.Named) == 0 && m.Count > 0: // no line has named them
			ev.Final, ev.RecipientCount, m.Final = true, m.Count, m.Count
		}
		t.endRecipients(m, event.StatusDiscarded, out)
		m.received = true
		t.endMessage(m, out)
	case event.KindMessageAborted:
		t.endRecipients(m, event.StatusAborted, out)
		t.dropCandidate(m)
	case event.KindReject:
		switch {
		case !refusesMessage(ev):
		case m.Refused:
			ev.Kind, ev.RejectPermanent = event.KindMessageAborted, event.Open // told again, for each recipient
		case !m.received || m.NoEnd && len(m.Recipients) == 0: // some servers tell of a message before they answer for it
			m.Refused = true
			t.dropCandidate(m)
		}
	case event.KindDisconnect: // within the message
		if !m.received {
			t.dropCandidate(m)
		}
	case event.KindMessageRemoved:
		if m.PutOff || ev.OfRun && m.putOff() { // only its run is over
			ev.Kind = event.KindMessageQueued
			return
		}
		if ev.GivenUp {
			t.endRecipients(m, event.StatusExpired, out)
		}
		t.endMessage(m, out)
	}
}

// settleAlone is for verdicts without a queue id, as in transcripts: nothing is remembered of the message.
func (t *Tracker) settleAlone(h *host, ev *event.Event) {
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
	if ev.Route == event.RouteMX && t.isRelayhost(ev) {
		ev.Route = event.RouteRelayhost
	}
	if ev.RcptTo != "" {
		ev.DestinationDomain = foldDomain(ev.RcptTo)
		if t.isLocal(h, ev.DestinationDomain) {
			ev.Direction = event.DirectionInbound
		}
	}
}

// refusesMessage is a refusal of the whole message, after its data.
func refusesMessage(ev *event.Event) bool {
	return (ev.Command == event.CommandEOM || ev.Command == "DATA") && !ev.OneOnly
}

// indexFrom is how many recipients are found without an index.
const indexFrom = 16

// recipient finds or adds the recipient of a verdict. One beyond the limit gets a memory of its own line only.
func (t *Tracker) recipient(m *Message, ev *event.Event) *Recipient {
	if r := m.known(ev); r != nil {
		replace(&r.To, ev.RcptTo) // an id knows its recipient also after expansion
		replace(&r.Orig, ev.OrigRcptTo)
		return r
	}
	if len(m.Recipients) >= t.cfg.MaxRecipients {
		m.RecipientsDropped++
		return &Recipient{To: ev.RcptTo, Orig: ev.OrigRcptTo}
	}
	m.Recipients = append(m.Recipients, Recipient{
		To: strings.Clone(ev.RcptTo), Orig: strings.Clone(ev.OrigRcptTo), ID: strings.Clone(ev.RecipientID),
	})
	switch n := len(m.Recipients); {
	case m.index != nil:
		m.indexOne(n - 1)
	case n > indexFrom:
		m.index = make(map[string]int, 2*n)
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
	return &m.Recipients[len(m.Recipients)-1]
}

// known finds the recipient of a line.
func (m *Message) known(ev *event.Event) *Recipient {
	if m.index != nil {
		key := ev.RecipientID
		if key == "" {
			key = ev.OrigRcptTo + "\x00" + ev.RcptTo
		}
		if i, ok := m.index[key]; ok {
			return &m.Recipients[i]
		}
		return nil
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.ID == ev.RecipientID && (r.ID != "" || r.Orig == ev.OrigRcptTo && (r.To == ev.RcptTo || isMailboxOf(ev.RcptTo, r.To))) {
			return r
		}
	}
	return nil
}

// isMailboxOf says whether to is the local part of address alone: so a server may call a mailbox that it has delivered to.
func isMailboxOf(to, address string) bool {
	return len(address) > len(to) && address[len(to)] == '@' && address[:len(to)] == to
}

func (m *Message) indexOne(i int) {
	key := m.Recipients[i].ID
	if key == "" {
		key = m.Recipients[i].Orig + "\x00" + m.Recipients[i].To
	}
	m.index[key] = i
}

// take keeps the newest verdict; the words of an end are not replaced by what comes after it.
func (r *Recipient) take(ev *event.Event, wasFinal bool) {
	if wasFinal {
		return
	}
	if ev.Tried == event.No && ev.Status == event.StatusDeferred && r.Status == event.StatusDeferred {
		return // nobody was asked: what the last one said still holds
	}
	r.Status, r.Final, r.Route, r.Direction = ev.Status, ev.Final, ev.Route, ev.Direction
	r.Code = ev.Code
	r.Reason, r.Category, r.Basis, r.Provider = ev.Reason, ev.Category, ev.Basis, ev.Provider // constants of the rules, no parts of the line
	if passesOn(ev) {
		replace(&r.Next, cmp.Or(ev.ChildQueueID, ev.RemoteQueueID))
	}
	replaceAll(&r.Enhanced, ev.Enhanced)
	replaceAll(&r.DSN, ev.DSN)
	text := ev.Text
	if len(text) > maxReply {
		text = text[:maxReply]
	}
	replaceAll(&r.Reply, text)
}

// explain gives the end of a recipient that was not tried any more the words of its last try: they are why it ended. The log's own
// status of the end stays.
func (r *Recipient) explain(ev *event.Event) {
	if r.Status != event.StatusDeferred {
		return
	}
	ev.Reason, ev.Category, ev.Basis, ev.Provider = r.Reason, r.Category, r.Basis, r.Provider
	if ev.Route == event.RouteNone || ev.Route == event.RouteUnknown {
		ev.Route, ev.Direction = r.Route, r.Direction
	}
	if ev.Code != 0 || ev.Text != "" {
		return
	}
	ev.Code, ev.Enhanced, ev.Text = r.Code, r.Enhanced, r.Reply
	if r.Code > 0 {
		ev.Class = byte('0' + r.Code/100)
	}
}

// goesOn says whether the recipient lives on under another queue id of this host: its delivery here ended nothing.
func (r *Recipient) goesOn() bool {
	return !r.Final && r.Status == event.StatusDelivered && (r.Route == event.RouteFilter || r.Route == event.RouteForward)
}

const maxReply = 256 // bytes of a recipient's last reply that are kept

// replaceAll copies a line's word, also an empty one.
func replaceAll(to *string, from string) {
	if *to != from {
		*to = strings.Clone(from)
	}
}
