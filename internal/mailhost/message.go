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
	Ahead   int32 // milliseconds that the mail was here before a filter gave it back as this message
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
