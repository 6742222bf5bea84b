package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// observeMessage finds or begins the message that ev is about, and keeps what the line says of it. nil: about none.
func (t *Tracker) observeMessage(h *host, s *Session, ev *event.Event, now int64, out *Output) *Message {
	if ev.Beside {
		t.observeBeside(h, ev, now)
		return nil
	}
	if ev.QueueID == "" {
		h.filters.fronts = h.filters.fronts || ev.Kind == event.KindMessageOpened
		return nil
	}
	t.outdateMessages(h, ev.QueueID, out)
	m := h.message(ev)
	if m == nil && !isAboutMessage(ev) {
		return nil
	}
	if m != nil && begins(m, ev, now) {
		if !m.ended { // its end was not logged, or not read
			m.Partial = true
			t.endMessage(m, out)
		}
		h.forgetMessage(m)
		m = nil
	}
	if m == nil && ev.Kind == event.KindReport {
		return nil // it is about mail that has left, or is that report itself: no line need follow
	}
	if m == nil {
		m = t.beginMessage(h, ev, now)
	}
	if !isStrong(ev) {
		// a service's tag says nothing about the instance of the queue
	} else if m.weak {
		m.instance, m.weak = h.word(ev.Instance), false
	}
	m.Last, m.Seen = max(m.Last, now), h.clock.Line
	if m.ended {
		h.keepEnded(m)
	} else {
		h.openMessages.push(m)
	}
	if m.GivenUp && ev.Kind == event.KindMessageReceived {
		if ev.First {
			ev.Kind = event.KindMessageAborted // given up before: this line tells late what it was
		} else {
			t.takeBack(m) // a queue manager has it after all
		}
	}
	if ev.Kind == event.KindMessageReceived && ev.First && !m.received && now-m.First <= sameReception {
		m.Partial = false // the line is the first, though a verdict of the same reception was faster
	}
	late := m.isLate(now)
	h.handOn(m, ev, now)
	t.take(h, m, s, ev, late)
	if late {
		m.First = now
	}
	return m
}

// isLate says whether a line is older than all that is known of a message whose beginning was not seen: files and carriers are not in order.
func (m *Message) isLate(now int64) bool { return m.Partial && now < m.First }

// keepEnded remembers an ended message for lines that come late. A beginning may come long behind the end.
func (h *host) keepEnded(m *Message) {
	h.ids.remove(m)
	if m.Partial {
		h.lateMessages.push(m)
	} else {
		h.endedMessages.push(m)
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
	case event.KindConnect, event.KindDisconnect, event.KindReply, event.KindTLS, event.KindAuth, event.KindWarning, event.KindLifecycle, event.KindContent:
		return false
	}
	return true
}

// isStrong says whether the line's instance is the queue's own: a named service may have a syslog_name of its own, a program beside the server has none.
func isStrong(ev *event.Event) bool { return ev.Service == "" && !ev.Beside }

// message finds the live or lately ended message with ev's queue id in ev's instance.
func (h *host) message(ev *event.Event) *Message {
	var any_ *Message
	for m := h.messages[ev.QueueID]; m != nil; m = m.sameID {
		if m.instance == ev.Instance {
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

// beginMessage makes the message whose first line is ev. A header line alone begins one, too: an MTA's own notices are not opened by a client.
func (t *Tracker) beginMessage(h *host, ev *event.Event, now int64) *Message {
	id := newHash().str(ev.Host).str(ev.Instance).str(ev.QueueID).num(stamp(now, ev.Resolution))
	m := &Message{
		UID:      id.num(h.starts.next(id, h.clock.Now)).id(),
		QueueID:  strings.Clone(ev.QueueID),
		Partial:  !isFirst(ev),
		First:    now,
		Last:     now,
		Seen:     h.clock.Line,
		host:     h,
		instance: h.word(ev.Instance),
		weak:     !isStrong(ev),
		Dialect:  ev.Dialect,
	}
	h.chainMessage(m)
	h.openMessages.push(m)
	t.messages++
	m.reweigh()
	t.keepPromise(h, m)
	return m
}

// chainMessage puts m in front of the others with its queue id. There are as many as instances use it at a time; beyond that the oldest are found no more.
func (h *host) chainMessage(m *Message) {
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

// take keeps what a line says about its message, and completes the line with the keys of the message.
func (t *Tracker) take(h *host, m *Message, s *Session, ev *event.Event, late bool) {
	first := !m.received
	switch ev.Kind {
	case event.KindMessageOpened:
		m.Begun = m.Partial
		m.opened(s, ev)
		m.trust = t.trustIn(m, ev)
		h.reenter(m, ev)
		h.adopt(m, ev)
	case event.KindMessageReceived:
		if ev.First && !m.received {
			s.introduce(ev)
			m.opened(s, ev)
			m.trust = t.trustIn(m, ev)
			h.reenter(m, ev)
			h.adopt(m, ev)
		} else if ev.First {
			s.accept(ev)
		}
		m.receivedBy(ev, late)
	case event.KindMessageRedirected:
		m.expanded(ev)
	case event.KindMessageHeader:
		if m.Count == 0 {
			m.Count = ev.RecipientCount
			m.leaveWanted()
		}
		if ev.HasSize && !m.HasSize {
			m.Size, m.HasSize = ev.Size, true
		}
	case event.KindMessageQueued:
		m.Kept, m.PutOff = true, ev.PutOff
	case event.KindCommand:
		if m.Origin == 0 && s != nil && s.Role != event.RoleClient {
			m.opened(s, ev)
		}
	}
	if ev.ChildKind != event.MessageUnknown && ev.ChildQueueID != "" && h.messages[ev.ChildQueueID] == nil {
		t.beginChild(h, m, ev)
	}
	if ev.Kind == event.KindNotification {
		t.link(h, m, ev.ChildQueueID, ev, false)
		if ev.First { // the line is about the notice itself, and its first
			m.counted(ev)
		}
	}
	if ev.ChildQueueID != "" && ev.Kind == event.KindDelivery {
		t.link(h, m, ev.ChildQueueID, ev, ev.Route == event.RouteForward)
	}
	if ev.Route == event.RouteFilter && ev.RemoteQueueID != "" {
		t.link(h, m, ev.RemoteQueueID, ev, false)
	}
	m.NoEnd = m.NoEnd || ev.NoEnd
	if m.MessageID == "" && ev.MessageID != "" {
		keep(&m.MessageID, ev.MessageID)
		h.ids.add(m)
	}
	keep(&m.MailFrom, ev.MailFrom)
	if m.Kind == event.MessageUnknown && m.MailFrom != "" {
		m.Kind = kindOf(m.MailFrom)
	}
	m.takeKind(ev)
	if first && ev.Kind == event.KindMessageReceived {
		m.Came = h.hopOf(m)
		ev.MessageHop = m.Came
	}
	m.complete(ev)
}

// takeKind keeps what the line says of the message's kind. A verdict of a probe says so: one that delivers was on a notice by the same sender.
func (m *Message) takeKind(ev *event.Event) {
	switch {
	case ev.MessageKind != event.MessageUnknown && !m.notice:
		m.Kind = ev.MessageKind
	case m.Kind == event.MessageProbe && ev.Kind == event.KindDelivery:
		m.Kind = event.MessageDSN
	}
}

// kindOf tells notices by their null sender (RFC 5321 section 4.5.5).
func kindOf(from string) event.MessageKind {
	if from == "<>" {
		return event.MessageDSN
	}
	return event.MessageMail
}

// introduce completes the line about a message's reception with who its session is with, and counts it there.
func (s *Session) introduce(ev *event.Event) {
	if s == nil {
		return
	}
	if s.Role == event.RoleServer && ev.PeerIP == "" && ev.ClientAddress == "" {
		ev.ClientAddress, ev.PeerIP, ev.ClientPort = s.ClientAddress, s.PeerIP, s.ClientPort
	}
	if ev.User == "" {
		ev.User, ev.AuthMechanism = s.User, s.Mechanism
	}
	if s.talk == nil {
		s.Received++
	}
	s.accept(ev)
}

// accept counts the recipients that a line about a message's reception names: one, or all. Of one an alias may have made several.
func (s *Session) accept(ev *event.Event) {
	switch {
	case s == nil || s.talk != nil:
	case ev.RcptTo != "":
		s.Accepted++
	default:
		s.Accepted += ev.RecipientCount
	}
}

func (m *Message) opened(s *Session, ev *event.Event) {
	keep(&m.ClientAddress, ev.ClientAddress)
	keep(&m.PeerIP, ev.PeerIP)
	keep(&m.User, ev.User)
	keep(&m.Mechanism, ev.AuthMechanism)
	if m.ClientPort == 0 {
		m.ClientPort = ev.ClientPort
	}
	if s == nil && m.Origin == 0 && ev.SessionInferred && ev.Role == event.RoleServer {
		m.Origin, m.Transaction = ev.SessionID, ev.Transaction
		keep(&m.Helo, ev.Helo)
	}
	if s == nil || m.Origin != 0 {
		return
	}
	if ev.Transaction > 0 { // the log counts them itself
		s.Transaction = ev.Transaction
	} else if s.talk == nil || s.talk.Transaction() == 0 {
		s.Transaction++
	}
	m.Origin, m.Transaction = s.ID, s.Transaction
	keep(&m.Helo, s.Helo)
	if m.ClientAddress == "" && m.PeerIP == "" { // the line names no client: its session does
		m.ClientAddress, m.PeerIP, m.ClientPort = s.ClientAddress, s.PeerIP, s.ClientPort
		keep(&m.User, s.User)
		keep(&m.Mechanism, s.Mechanism)
	}
	if len(s.open) < maxOpenOfOne {
		s.open = append(s.open, m)
	}
}

// receivedBy is the queue manager's line: the first makes the candidate a message, later ones are new runs. Of a message whose beginning
// was not seen only one that is older than all others is the first.
func (m *Message) receivedBy(ev *event.Event, late bool) {
	if m.received || m.Partial && !late && !m.Begun {
		ev.Kind = event.KindMessageQueued
	}
	if !m.received {
		m.name(ev)
	}
	m.counted(ev)
	m.PutOff = false
}

// counted makes the candidate a message, of as many recipients as the line says.
func (m *Message) counted(ev *event.Event) {
	if ev.HasSize {
		m.Size, m.HasSize = ev.Size, true
	}
	switch {
	case !m.received && ev.RecipientCount > 0:
		m.Count = ev.RecipientCount
	case ev.First && ev.RcptTo != "" && !ev.UniqueID: // a server that writes a line a recipient
		m.Count += ev.RecipientCount
	}
	m.MayExpand = m.MayExpand || ev.MayExpand
	m.received = true
}

// expanded is a recipient that others have taken the place of: a list by its members.
func (m *Message) expanded(ev *event.Event) {
	if n := ev.Recipients(); m.Count > 0 && n > 0 && ev.OrigRcptTo != "" {
		m.Count += n - 1
	}
	if ev.Route == event.RouteForward {
		m.expand(ev)
	}
}

// complete gives ev the keys that every record of the message carries.
func (m *Message) complete(ev *event.Event) {
	ev.MessageUID, ev.OriginSession, ev.ParentUID = m.UID, m.Origin, m.Parent
	ev.MessageKind, ev.MessagePartial = m.Kind, m.Partial
	m.traced(ev)
	if ev.MailFrom == "" {
		ev.MailFrom, ev.SenderRecalled = m.MailFrom, true
	}
	if ev.MessageID == "" {
		ev.MessageID, ev.MessageIDRecalled = m.MessageID, true
	}
	if ev.SessionID != 0 && ev.SessionID == m.Origin {
		ev.Transaction = m.Transaction
	}
}

// context gives a delivery or a summary all that is known of the message: the line alone answers who sent what to whom.
func (m *Message) context(ev *event.Event) {
	if ev.ClientAddress == "" {
		ev.ClientAddress = m.ClientAddress
	}
	if ev.ClientPort == 0 {
		ev.ClientPort = m.ClientPort
	}
	if ev.User == "" {
		ev.User = m.User
	}
	if !ev.HasSize && m.HasSize {
		ev.Size, ev.HasSize = m.Size, true
	}
}

// describe fills an empty event about the message that no line is behind.
func (m *Message) describe(ev *event.Event, kind event.Kind) {
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.QueueID, ev.Synthetic = kind, m.Dialect, m.host.name, m.instance, m.QueueID, true
	ev.Time, ev.Resolution = m.Last, event.ResolutionSecond
	m.complete(ev)
	m.context(ev)
}
