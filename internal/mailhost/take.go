package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// take keeps what a line says about its message, and completes the line with the keys of the message.
func (h *Host) take(m *Message, s *Session, ev *event.Event, late bool) {
	first := !m.received
	switch ev.Kind {
	case event.KindMessageOpened:
		m.Begun = m.Partial
		m.opened(s, ev)
		m.trust = h.trustIn(m, ev)
		h.reenter(m, ev)
		h.adopt(m, ev)
	case event.KindMessageReceived:
		if ev.First && !m.received {
			s.introduce(ev)
			m.opened(s, ev)
			m.trust = h.trustIn(m, ev)
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
			m.Count = int32(ev.RecipientCount)
			m.leaveWanted()
		}
		if ev.HasSize && !m.HasSize {
			m.Size, m.HasSize = ev.Size, true
		}
	case event.KindMessageQueued:
		m.Kept, m.PutOff = true, ev.PutOff
	case event.KindReject:
		if by := h.openers[m]; s == nil && by != nil && by.talk == nil {
			by.logged(ev) // another process of the server refuses what the session brought: the counters of its last line have it, too
		}
	case event.KindCommand:
		if m.Origin == 0 && s != nil && s.Role != event.RoleClient {
			m.opened(s, ev)
		}
	}
	if ev.ChildKind != event.MessageUnknown && ev.ChildQueueID != "" && h.messages[ev.ChildQueueID] == nil {
		h.beginChild(m, ev)
	}
	if ev.SplitIDs != "" {
		h.divide(m, ev)
	}
	if ev.Kind == event.KindNotification {
		h.link(m, ev.ChildQueueID, ev, false)
		if ev.First { // the line is about the notice itself, and its first
			m.counted(ev)
		}
	}
	if ev.ChildQueueID != "" && ev.Kind == event.KindDelivery {
		h.link(m, ev.ChildQueueID, ev, ev.Route == event.RouteForward)
	}
	if ev.Route == event.RouteFilter && ev.RemoteQueueID != "" {
		h.link(m, ev.RemoteQueueID, ev, false)
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
		m.introduce(ev)
	}
	m.complete(ev)
}

// introduce gives the record of a message's reception who sent it, which other lines told.
func (m *Message) introduce(ev *event.Event) {
	if ev.User == "" {
		ev.User = m.submitter().User
	}
	if ev.ClientAddress == "" && ev.PeerIP == "" {
		by := m.submitter()
		if ev.ClientAddress = by.ClientAddress; by.ClientAddress == "" {
			ev.PeerIP = by.PeerIP
		}
	}
}

// takeKind keeps what the line says of the message's kind. A verdict of a probe says so: one that delivers was on a notice by the
// same sender.
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
	m.broughtBy(submitter{ClientAddress: ev.ClientAddress, PeerIP: ev.PeerIP, User: ev.User, Mechanism: ev.AuthMechanism})
	if m.ClientPort == 0 {
		m.ClientPort = int32(ev.ClientPort)
	}
	if s == nil && m.Origin == 0 && ev.SessionInferred && ev.Role == event.RoleServer {
		m.Origin, m.Transaction = ev.SessionID, int32(ev.Transaction)
		m.broughtBy(submitter{Helo: ev.Helo})
	}
	if s == nil || m.Origin != 0 {
		return
	}
	if ev.Transaction > 0 { // the log counts them itself
		s.Transaction = ev.Transaction
	} else if s.talk == nil || s.talk.Transaction() == 0 {
		s.Transaction++
	}
	m.Origin, m.Transaction = s.ID, int32(s.Transaction)
	m.broughtBy(submitter{Helo: s.Helo})
	if by := m.submitter(); by.ClientAddress == "" && by.PeerIP == "" { // the line names no client: its session does
		m.broughtBy(submitter{ClientAddress: s.ClientAddress, PeerIP: s.PeerIP, User: s.User, Mechanism: s.Mechanism})
		m.ClientPort = int32(s.ClientPort)
	}
	s.opens(m)
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
	m.runs()
}

// counted makes the candidate a message, of as many recipients as the line says.
func (m *Message) counted(ev *event.Event) {
	if ev.HasSize {
		m.Size, m.HasSize = ev.Size, true
	}
	switch {
	case !m.received && ev.RecipientCount > 0:
		m.Count = int32(ev.RecipientCount)
	case ev.First && ev.RcptTo != "" && !ev.UniqueID: // a server that writes a line a recipient
		m.Count += int32(ev.RecipientCount)
	}
	m.MayExpand = m.MayExpand || ev.MayExpand
	m.received = true
}

// expanded is a recipient that others have taken the place of: a list by its members.
func (m *Message) expanded(ev *event.Event) {
	if n := ev.Recipients(); m.Count > 0 && n > 0 && ev.OrigRcptTo != "" {
		m.Count += int32(n - 1)
	}
	if ev.Route == event.RouteForward {
		m.expand(ev)
	}
}
