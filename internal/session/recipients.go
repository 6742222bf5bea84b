package session

import (
	"strings"
	"time"

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
			t.deliver(h, m, ev, now, out)
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
		if ev.Recipients() > 0 {
			t.deliverAll(h, m, ev, now, out)
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
		t.endMessage(m, out)
	}
}

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
func (t *Tracker) giveUp(m *Message, ev *event.Event, out *Output) {
	status := ev.Status
	if status == event.StatusNone && ev.Kind == event.KindMessageDeleted {
		status = event.StatusDeleted
	}
	if ev.Recipients() == 0 && status.Ends() {
		ev.Status = event.StatusNone // it is the recipients'
		t.endRecipients(m, status, out)
	}
}

// endIfDone ends a message whose server writes no line at its end, with its last recipient. Where an expansion may have made more of them
// than are known, it waits for these to show themselves.
func (t *Tracker) endIfDone(h *host, m *Message, out *Output) {
	switch {
	case !m.isOver():
	case m.MayExpand:
		h.due = append(h.due, m)
	default:
		t.endMessage(m, out)
	}
}

// isOver says whether all recipients have ended, of a message whose end has no line. Of one whose beginning was not read the recipients
// that its verdicts have named are all that are known.
func (m *Message) isOver() bool {
	over := m.Final + m.Passed
	return m.NoEnd && over+m.Moved > 0 && over+m.Moved >= m.Count && over >= len(m.Recipients)
}

// endDue ends messages whose recipients have all ended, when no other one has shown itself for a while.
func (t *Tracker) endDue(h *host, now int64, out *Output) {
	for len(h.due) > 0 {
		m := h.due[0]
		if !m.ended && m.isOver() && now-m.Seen <= settleFor {
			return
		}
		h.due[0], h.due = nil, h.due[1:]
		if m.isOver() {
			t.endMessage(m, out)
		}
	}
	h.due = nil
}

const settleFor = int64(10 * time.Second)

// settleAlone is for verdicts without a queue id, as in transcripts: nothing is remembered of the message.
func (t *Tracker) settleAlone(h *host, ev *event.Event) {
	if ev.Status == event.StatusNone {
		return
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

// deliverAll takes a verdict line. One on several recipients is a verdict on each of them; the record carries what they have in common.
func (t *Tracker) deliverAll(h *host, m *Message, ev *event.Event, now int64, out *Output) {
	switch {
	case ev.RcptTo != "":
		t.deliver(h, m, ev, now, out)
		return
	case len(ev.RcptList) == 0:
		t.deliverPart(h, m, ev, now, out)
		return
	}
	list := ev.RcptList
	whole := *ev
	duplicates, finals, attempt := 0, 0, 0
	for i, to := range list {
		one := whole
		one.RcptTo, one.RcptList = to, nil
		t.deliver(h, m, &one, now, out)
		if one.Duplicate {
			duplicates++
		}
		if one.Final {
			finals++
		}
		attempt = max(attempt, one.Attempt)
		if i == 0 {
			*ev = one
		} else if ev.Direction != one.Direction {
			ev.Direction = event.DirectionMixed
		}
		if ev.DestinationDomain != one.DestinationDomain {
			ev.DestinationDomain = ""
		}
	}
	ev.RcptTo, ev.RcptList, ev.RecipientCount = "", list, len(list)
	ev.Duplicate, ev.Final, ev.Attempt = duplicates == len(list), finals > 0, attempt
}

// deliver takes one verdict on one recipient.
func (t *Tracker) deliver(h *host, m *Message, ev *event.Event, now int64, out *Output) {
	ev.DestinationDomain = domainOf(ev)
	if isOfNotice(m, ev) {
		ev.Kind, ev.Status, ev.Tried = event.KindNotification, event.StatusNone, event.Open
		return
	}
	if ev.OrigRcptTo == "" && len(m.Aliases) > 0 {
		ev.OrigRcptTo = m.before(ev.RcptTo)
	}
	if ev.OrigRcptTo == "" && ev.OnBehalf != "" && m.MailFrom != "" && !strings.EqualFold(ev.OnBehalf, m.MailFrom) && ev.OnBehalf != ev.RcptTo {
		ev.OrigRcptTo = ev.OnBehalf
	}
	if ev.Route == event.RouteMX && t.isRelayhost(ev) {
		ev.Route = event.RouteRelayhost
	}
	m.NoEnd = m.NoEnd || ev.NoEnd
	r := t.recipient(m, ev)
	line := verdict(ev)
	if r.LastLine == line && r.Status == ev.Status && ev.Resolution != event.ResolutionNone {
		ev.Duplicate, out.Duplicate = true, true
		ev.Attempt, ev.Final, ev.Direction = r.Attempts, r.Final, r.Direction
		m.context(ev)
		return
	}
	wasFinal := r.Final
	m.Verdicts++
	r.LastLine, r.Order = line, m.Verdicts
	if ev.Scope == event.ScopeConn && ev.SessionID != 0 {
		r.Client, r.Over = ev.SessionID, ev.Transaction
	}
	if ev.Tried == event.Yes {
		r.try(m, ev, now)
	} else {
		ev.Attempt = 0
	}
	if ev.Status == event.StatusExpired && ev.Tried == event.No {
		r.explain(ev)
	}
	ev.Direction = t.direct(h, m, ev)
	ev.Final = ev.Status.Ends() && !passesOn(ev) && ev.MessageKind != event.MessageProbe && !wasFinal
	if ev.Final {
		ev.Duration, ev.HasTotalDuration = m.age(ev, now)
		m.Final++
	} else if passesOn(ev) && r.Status != event.StatusDelivered {
		m.Passed++
	}
	r.take(ev, wasFinal)
	m.hop(ev)
	m.context(ev)
}

// try counts an attempt, and lets the line say what it comes after.
func (r *Recipient) try(m *Message, ev *event.Event, now int64) {
	r.Attempts++
	if m.Partial { // of the tries before its log began only the line may know
		r.Attempts = max(r.Attempts, ev.Attempt)
	}
	ev.Attempt = r.Attempts
	if r.Attempts > 1 {
		ev.PreviousReason = r.Deferred
		if d := now - r.LastTry; d >= 0 && ev.Resolution >= event.ResolutionSecond {
			ev.RetryAfter, ev.HasRetryAfter = time.Duration(d), true
		}
	}
	r.LastTry = now
	if ev.Status == event.StatusDeferred {
		r.Deferred = ev.Reason
	}
}

// isOfNotice says whether a verdict is on the notice that could not even be made: the sender of a message with a bounce is no address of ours.
func isOfNotice(m *Message, ev *event.Event) bool {
	if ev.Tried != event.No || ev.Status != event.StatusBounced || m.MailFrom == "" {
		return false
	}
	if ev.RcptTo != m.MailFrom && (m.MailFrom != "<>" || !strings.EqualFold(ev.RcptTo, "MAILER-DAEMON")) {
		return false
	}
	for i := range m.Recipients {
		if m.Recipients[i].To == ev.RcptTo {
			return false
		}
	}
	return len(m.Recipients) > 0
}

// passesOn is a hop that succeeds and ends nothing: the message lives on under another queue id here.
func passesOn(ev *event.Event) bool {
	return ev.Status == event.StatusDelivered && (ev.Route == event.RouteFilter || ev.Route == event.RouteForward)
}

// age is the time from reception: as the MTA counts it where it does, else by the stamps.
func (m *Message) age(ev *event.Event, now int64) (time.Duration, bool) {
	if ev.Delays.Has&event.DelayTotal != 0 {
		return seconds(ev.Delays.Total), true
	}
	if d := now - m.First; !m.Partial && d >= 0 && ev.Resolution >= event.ResolutionSecond {
		return time.Duration(d), true
	}
	return 0, false
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// verdict identifies a delivery line: the same time, process, recipient and words are the same line.
func verdict(ev *event.Event) hash {
	return newHash().num(ev.Time).num(ev.PID).str(ev.Line)
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
	r.Reason, r.Category, r.Provider = ev.Reason, ev.Category, ev.Provider // constants of the rules, no parts of the line
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
	ev.Reason, ev.Category, ev.Provider = r.Reason, r.Category, r.Provider
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

const maxReply = 256 // bytes of a recipient's last reply that are kept

// replaceAll copies a line's word, also an empty one.
func replaceAll(to *string, from string) {
	if *to != from {
		*to = strings.Clone(from)
	}
}

// hop notes the host that was asked, one entry a host: its verdict, or what it answered before there was one.
func (m *Message) hop(ev *event.Event) {
	if ev.ServerAddress == "" && ev.PeerIP == "" {
		return
	}
	for i := range m.Hops {
		if hop := &m.Hops[i]; hop.Server == ev.ServerAddress && hop.Address == ev.PeerIP {
			hop.take(ev)
			return
		}
	}
	if len(m.Hops) >= maxHops {
		m.HopsDropped++
		return
	}
	m.Hops = append(m.Hops, Hop{Server: strings.Clone(ev.ServerAddress), Address: strings.Clone(ev.PeerIP)})
	m.Hops[len(m.Hops)-1].take(ev)
}

func (h *Hop) take(ev *event.Event) {
	if ev.Route != event.RouteUnknown {
		h.Route = ev.Route
	}
	h.Status = ev.Status
	h.Code, h.Reason = 0, ""
	enhanced := ""
	if ev.Status != event.StatusDelivered {
		h.Code, h.Reason, enhanced = ev.Code, ev.Reason, ev.Enhanced
	}
	replaceAll(&h.Enhanced, enhanced)
}

// asked notes a host that refused or failed before there is a verdict.
func (m *Message) asked(ev *event.Event) {
	if ev.Role != event.RoleClient || ev.Class == '2' || ev.Class == '3' || ev.Class == 0 && ev.ErrorType == "" {
		return
	}
	switch ev.Kind {
	case event.KindReply, event.KindConnect, event.KindWarning:
		m.hop(ev)
	}
}

// endRecipients gives each recipient that is still open its end, or says that it is held: the log has no line for it.
func (t *Tracker) endRecipients(m *Message, status event.Status, out *Output) {
	if status.Ends() {
		t.expectNamed(m)
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		if r.Final || r.Status == event.StatusDelivered || r.Status == status {
			continue
		}
		ev := events.Get().(*event.Event)
		m.describe(ev, event.KindDelivery)
		ev.RcptTo, ev.OrigRcptTo, ev.DestinationDomain = r.To, r.Orig, foldDomain(r.To)
		ev.Status, ev.Final, ev.DSN = status, status.Ends(), r.DSN
		ev.Route, ev.Direction, ev.Provider = r.Route, r.Direction, r.Provider
		ev.Reason, ev.Category = r.Reason, r.Category
		ev.Code, ev.Enhanced, ev.Text = r.Code, r.Enhanced, r.Reply
		if r.Code > 0 {
			ev.Class = byte('0' + r.Code/100)
		}
		if d := m.Last - m.First; ev.Final && !m.Partial && d >= 0 {
			ev.Duration, ev.HasTotalDuration = time.Duration(d), true
		}
		r.Status, r.Final = status, ev.Final
		if ev.Final {
			m.Final++
		}
		out.Made = append(out.Made, Made{Event: ev, Host: m.host.name})
	}
}

// dropCandidate forgets a queue id that never became a message.
func (t *Tracker) dropCandidate(m *Message) {
	if m.ended {
		return
	}
	m.ended, m.GivenUp = true, !m.received
	t.messages--
	m.host.keepEnded(m)
}

// endMessage closes m and adds its summary. A candidate that never became a message has none.
func (t *Tracker) endMessage(m *Message, out *Output) {
	if m.ended {
		return
	}
	m.ended = true
	t.messages--
	m.host.keepEnded(m)
	if t.cfg.MessageSummaries && (m.received || len(m.Recipients) > 0) {
		out.Made = append(out.Made, Made{Summary: m.summary(), Host: m.host.name})
	}
	m.Recipients = m.slim()
}

// slim keeps of an ended message only what late lines need.
func (m *Message) slim() []Recipient {
	m.index = nil
	if len(m.Recipients) > 16 {
		return nil
	}
	return m.Recipients
}

// forgetMessage takes an ended message out of the memory.
func (h *host) forgetMessage(m *Message) {
	if m.links.in != nil {
		m.links.in.remove(m)
	}
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
