package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// Message lives from its reception to its last recipient's end, under one queue id of one host. A list server has a hundred thousand of
// them open: small fields stand together, what few have hangs on a pointer.
type Message struct {
	UID     event.ID
	Trace   event.TraceID
	QueueID string
	First   int64
	Last    int64
	Seen    int64 // the host's clock at its newest line

	Partial   bool
	Begun     bool // partial: its beginning came after all, behind later lines
	GivenUp   bool // it never became a message
	Refused   bool // by us, after it was told of
	Kept      bool // in the server's own queue
	NoEnd     bool // it is over when its last recipient is
	PutOff    bool // it stays in the queue when its present run ends
	MayExpand bool // there may be more recipients than Count
	HasSize   bool
	Kind      event.MessageKind
	Came      event.MessageHop
	weak      bool // its instance came from a tag with a service name, which may differ from the queue manager's
	ended     bool
	received  bool
	met       bool // the host before it is known
	listed    bool // among the arrivals
	forwarded bool
	brought   bool // by a client
	reentered bool // its first line says that it comes back from a filter
	notice    bool // of another message here, as a line of that one says
	trust     trust
	Held      bool   // by an operator or a rule
	behind    uint8  // the provider that put one of its recipients off last, by its number on the host
	Off       uint16 // recipients that are put off
	Left      uint16 // verdicts that the present run over recipients that were put off still lacks
	Spans     uint16 // records that are spans
	Beside    uint16 // of these, lines of programs beside the server

	host    *Host
	of      *server // its instance and dialect
	sameID  *Message
	links   aging.Links[Message]
	page    page
	lot     *lot  // in the host's queues
	inLot   int32 // its place there
	Earlier int32 // seconds that it came before its first line, where the queue manager says so
	weighed weight.List
	weight  int32 // in bytes

	ClientPort  int32
	Transaction int32
	Count       int32 // nrcpt
	Verdicts    int32 // so far
	Final       int32 // recipients that have ended
	Passed      int32 // recipients that live on under another queue id
	Moved       int32 // recipients of another message made from it, which show themselves only there
	Dropped     int32 // recipients that there was no room for

	Parent    event.ID
	Origin    event.ID
	MessageID string
	MailFrom  string
	Size      int64

	Recipients []recipient
	index      map[string]int // beyond a few recipients
	hops       []*Hop
	by         *submitter
	rare       *rareOfMessage
}

// rareOfMessage is what few messages have.
type rareOfMessage struct {
	Aliases []Alias
	Answer  *Answer
	Named   []string // as they were received, before expansion
	Fate    Fate
}

// seldom is what few messages have, to be read only.
func (m *Message) seldom() rareOfMessage {
	if m.rare == nil {
		return rareOfMessage{}
	}
	return *m.rare
}

// unusual is the same, to be changed.
func (m *Message) unusual() *rareOfMessage {
	if m.rare == nil {
		m.rare = new(rareOfMessage)
	}
	return m.rare
}

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
	case event.KindCommand:
		if m.Origin == 0 && s != nil && s.Role != event.RoleClient {
			m.opened(s, ev)
		}
	}
	if ev.ChildKind != event.MessageUnknown && ev.ChildQueueID != "" && h.messages[ev.ChildQueueID] == nil {
		h.beginChild(m, ev)
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
		ev.Transaction = int(m.Transaction)
	}
}

// context gives a delivery or a summary all that is known of the message: the line alone answers who sent what to whom.
func (m *Message) context(ev *event.Event) {
	by := m.submitter()
	if ev.ClientAddress == "" {
		ev.ClientAddress = by.ClientAddress
	}
	if ev.ClientPort == 0 {
		ev.ClientPort = int(m.ClientPort)
	}
	if ev.User == "" {
		ev.User = by.User
	}
	if !ev.HasSize && m.HasSize {
		ev.Size, ev.HasSize = m.Size, true
	}
}

// describe fills an empty event about the message that no line is behind.
func (m *Message) describe(ev *event.Event, kind event.Kind) {
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.QueueID, ev.Synthetic = kind, m.of.dialect, m.host.name, m.of.instance, m.QueueID, true
	ev.Time, ev.Resolution = m.Last, event.ResolutionSecond
	m.complete(ev)
	m.context(ev)
}
