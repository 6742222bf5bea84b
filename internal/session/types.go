// Package session follows sessions and messages through the lines of their logs. It knows no mail server and no clock:
// what a line means stands in its Event, and time is the log's own.
package session

import (
	"sync"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// Session is one TCP conversation.
type Session struct {
	ID      event.ID
	Role    event.Role
	Partial bool // beginning or end not seen
	First   int64
	Last    int64
	Seen    int64 // the host's clock at its newest line, which may be an old one: files and carriers are not in order
	hasTime bool

	host  *host
	key   sessionKey
	ended bool
	links links[Session]

	// Peer and protocol, as far as lines told.
	ClientAddress, ServerAddress, PeerIP string
	ClientPort, PeerPort                 int
	Helo, Protocol                       string
	TLS                                  event.Tri
	TLSVersion, TLSCipher, TLSTrust      string
	User, Mechanism                      string
	Instance, Service, Daemon            string
	Dialect                              string
	PID                                  int64
	Worker                               int64 // the process that the lines behind the first are of, where that is another

	// What happened.
	Hint        event.End // what a line before the last one said about the end
	BrokeAt     string    // the command behind which it broke off, where a line says so
	Parting     event.End // how it ended, while a last line may still follow that says more of it
	Transaction int
	Carrying    event.ID // the message of a client's newest transaction
	Received    int      // messages that came into being
	Accepted    int      // recipients accepted, where the log shows each
	Refused     int      // recipients refused
	Bytes       int64
	Commands    []CommandRecord
	Dropped     int // commands that Commands had no room for
	Counts      [event.Verbs]event.Count
	Rejects     [event.Verbs]uint32 // refusals that have a line of their own
	HasCounts   bool
	SomeCounts  bool // not of every verb
	Slowest     CommandRecord
	Fate        Fate // of the next message
	Answers     answers
	Refusal     toldRefusal
	Login       toldLogin
	Shown       shown

	weight int

	talk *conversation.Conversation // of dialects that show commands and replies
	over event.End                  // how the conversation ended with the line at hand, by the protocol
	open []*Message                 // candidates and messages that came in here; for the end of the session
}

// CommandRecord is one command and its reply in a session's summary.
type CommandRecord = conversation.CommandRecord

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
	weak      bool // instance came from a tag with a service name, which may differ from the queue manager's
	ended     bool
	received  bool
	met       bool // the host before it is known
	forwarded bool
	brought   bool // by a client
	reentered bool // its first line says that it comes back from a filter
	notice    bool // of another message here, as a line of that one says
	trust     trust
	Spans     uint16 // records that are spans
	Beside    uint16 // of these, lines of programs beside the server

	host     *host
	instance string
	sameID   *Message
	links    links[Message]
	weight   int // in bytes
	weighed  weight.List

	Parent      event.ID
	Origin      event.ID
	Transaction int
	Dialect     string
	MessageID   string
	MailFrom    string
	Size        int64

	ClientAddress, PeerIP string
	ClientPort            int
	Helo, Protocol        string
	User, Mechanism       string
	Aliases               []Alias
	Answer                *Answer
	Recipients            []Recipient
	Named                 []string       // as they were received, before expansion
	index                 map[string]int // beyond a few recipients
	RecipientsDropped     int
	Count                 int // nrcpt
	Verdicts              int // so far
	Final                 int // recipients that have ended
	Passed                int // recipients that live on under another queue id
	Moved                 int // recipients of another message made from it, which show themselves only there
	Hops                  []Hop
	Fate                  Fate
}

// Alias is an address of a message and those that it leads to.
type Alias struct{ From, To string }

// Recipient is an address after expansion, and how far its delivery is.
type Recipient struct {
	To, Orig  string
	ID        string // the log's own, where it has one
	Order     int    // of its newest verdict among those of the message
	Wanted    bool   // a filter said so, before there was a verdict
	Final     bool
	Status    event.Status
	Route     event.Route
	Direction event.Direction
	Attempts  int
	Code      int
	Enhanced  string
	DSN       string
	Reason    string
	Category  string
	Basis     string
	Reply     string
	Provider  string
	Client    event.ID // the inferred conversation of the last attempt
	Over      int      // the transaction of it, where the log names its conversation
	LastTry   int64    // when
	Deferred  string   // why the newest try that was put off failed
	Next      string   // the queue id that it goes on under, here
	LastLine  hash     // the last verdict, to know it again
	LastPlace int64
}

// Hop is one host that was asked to take the message: how it ended, and what the host answered if it refused.
type Hop struct {
	Server, Address string
	Route           event.Route
	Status          event.Status
	Code            int
	Enhanced        string
	Reason          string
}

// Summary is what a finished session or message comes to. It shares no memory with the tracker.
type Summary struct {
	Event event.Event // the scalar attributes; Kind is KindSession or KindMessage

	Session *TotalsOfSession
	Message *TotalsOfMessage
}

// TotalsOfSession are the parts of a session's summary that an Event has no field for.
type TotalsOfSession struct {
	Commands          []CommandRecord
	CommandsDropped   int
	Slowest           CommandRecord
	Messages          int
	Accepted, Refused int
	Bytes             int64
	Idle              bool
}

// TotalsOfMessage are the parts of a message's summary that an Event has no field for.
type TotalsOfMessage struct {
	Recipients        []Recipient
	RecipientsDropped int
	Totals            [event.Statuses]int
	HandedOn          int // recipients that go on under another queue id here
	Hops              []Hop
	Duration          time.Duration
	HasDuration       bool
}

// Output takes what an observed line brought about besides its own record: synthetic events and summaries, in order.
type Output struct {
	Made      []Made
	Evicted   [Causes]int // sessions and messages that went before their end, by why
	Duplicate bool
}

// Made is one record that the tracker made: an event without a line, or a summary.
type Made struct {
	Event   *event.Event
	Summary *Summary
	Host    string
}

// Summaries and events without a line are large and live for a moment.
var (
	summaries = sync.Pool{New: func() any { return new(Summary) }}
	events    = sync.Pool{New: func() any { return new(event.Event) }}
)

// Release gives the record's memory back; nothing of it may be used afterwards but strings.
func (m *Made) Release() {
	if m.Summary != nil {
		*m.Summary = Summary{}
		summaries.Put(m.Summary)
	}
	if m.Event != nil {
		*m.Event = event.Event{}
		events.Put(m.Event)
	}
	m.Summary, m.Event = nil, nil
}

// Reset empties the output for the next line.
func (o *Output) Reset() {
	clear(o.Made)
	o.Made = o.Made[:0]
	o.Evicted, o.Duplicate = [Causes]int{}, false
}

// Cause is why a session or message was ended before its own end.
type Cause uint8

// The causes.
const (
	CauseSessionLimit Cause = iota
	CauseSessionExpired
	CauseMessageLimit
	CauseMessageExpired
	CauseHostLimit
	CauseMemoryLimit
	causeCount
)

// Causes is the number of causes, for arrays indexed by Cause.
const Causes = int(causeCount)

// String names the cause as the processor's own telemetry does.
func (c Cause) String() string {
	return [...]string{"session_limit", "session_expired", "message_limit", "message_expired", "host_limit", "memory_limit"}[c]
}
