package event

import "time"

// ID is a session's or message's identity: a hash, written as 16 hex digits. Zero is no id.
type ID uint64

// String is the id as it stands in an attribute; empty for no id.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	var digits [16]byte
	for i := range digits {
		digits[15-i] = "0123456789abcdef"[id>>(4*i)&15]
	}
	return string(digits[:])
}

// Span is a part of Event.Line that must not leave the processor, as byte offsets [From,To).
type Span struct{ From, To int }

// Event is what one line of a mail log says. A parser fills in what stands in the line, the tracker what other lines
// told (session, message, attempt), diagnosis the reason and provider.
//
// Lifetime: the strings are parts of the record's text (or constants) and the slices belong to the Event, so all is
// valid until the next Reset; who keeps a string longer clones it, because a part pins its whole line.
// Zero values are "the line does not say". The null sender is MailFrom "<>".
type Event struct {
	// What it is.
	Kind    Kind
	Dialect string
	Line    string // the text that the parser was given, without the log header

	// Who wrote it and when. Time is nanoseconds since 1970 UTC, 0 when Resolution is ResolutionNone.
	Time       int64
	Resolution Resolution
	Observed   int64 // when the line was seen, nanoseconds since 1970 UTC; 0: not known
	Shape      uint8 // how the stamp in front of the line is written; 0 without one
	UTC        bool  // a stamp that names no zone is in UTC, whatever the zone of the others is
	Host       string
	Instance   string // syslog_name of the MTA instance
	Service    string // the named service between instance and daemon: "submission" in postfix/submission/smtpd
	Daemon     string
	// the instance may be a name that the site has given to this service alone: the queue that the line is about is another's then
	OwnName  bool
	PID      int64 // of the process that wrote the line
	ChildPID int64 // of the one that the line is about, where another wrote it

	// The conversation. EndHint is what this line knows about how the conversation ends, before it ends.
	Scope  Scope
	ConnID string // a connection id of the log's own
	// ConnShared: ConnID names the client alone, so several of its conversations may be open at once.
	ConnShared bool
	// ConnAlias is another name of conversations in this log, which is used again and again; AliasOf says what it is given to here.
	ConnAlias string
	AliasOf   Alias
	CallBy    string // what the queue id says of the process that took the message in: the messages of one conversation have the same
	ConnUse   int    // the how-manieth message over this connection (conn_use=), 0 when the line does not say
	// the process keeps its connections, and a line of its own tells of each handshake: a further message to a host goes over the same one
	ConnKept bool
	Waited   bool // the line is of the process that waits for the one that calls, and is written behind its lines: PID is not the caller's
	Role     Role
	FromPeer Tri    // for a conversation line: did the client (Yes) or the server (No) say it
	Mark     uint8  // by which pair of marks that is told, in the dialect's own numbers; 0 where its lines know only one
	Unclear  bool   // the words are SMTP's within a conversation only: others may say the same
	Said     string // the words of a conversation line: Line without the log's own framing ("[id] C: "), a dot or an empty line too
	SaidAt   Span   // where they stand in Line, for a log that writes something behind them; zero: they are its end
	EndHint  End
	Boundary bool // an empty line between two conversations
	Last     bool // the conversation is over with this line, which is no disconnect line; of one, that no other can follow
	Died     bool // the process that the line is about is gone without a last line: the conversation that it was in is over
	Stopped  bool // no process of this instance is left: every conversation with it is over
	Messages int  // on a conversation's last line: the messages that went over it; 0 when it does not say
	// Answered: the line has a command and the reply to it; Kind is KindReply.
	Answered bool
	// OwnVerdicts: what becomes of this conversation's recipients is told elsewhere, so a reply is no verdict.
	OwnVerdicts bool

	SessionID       ID
	SessionInferred bool
	SessionPartial  bool
	SessionEnd      End
	SessionDuration time.Duration
	HasDuration     bool
	SessionTally    *Tally // on the record that ends the session
	Transaction     int    // the n-th MAIL transaction of the session, from 1
	OriginSession   ID

	// The command, and the reply of the server that answered it.
	Command    string // upper-case verb
	Argument   string
	Latency    time.Duration
	HasLatency bool
	// CoarseLatency: it is the difference of stamps of whole seconds.
	CoarseLatency bool
	Code          int    // 0 when there is none
	Class         byte   // '2'..'5', 0 when there is none; may be known from a verb where the code is not
	Enhanced      string // X.Y.Z
	Text          string // the words after the codes; with TextJoined still holding the codes of continuation lines
	TextJoined    bool   // Text is a multi-line reply joined by the MTA: reply.CleanJoined strips the inner code prefixes
	TextMasked    bool   // Text has "_" for its blanks and "/" for its line ends: reply.Unmask undoes it
	Truncated     bool
	MoreLines     bool   // a "250-" line: the reply goes on in the next line
	Retold        bool   // the reply is on another record, too, which counts it
	NoTrial       bool   // an answer or failure of a host that is no trial of its own: another record has it, or it decided nothing
	Presumed      string // where no command is said, that whose answer a refusal is read as: CONNECT for all before a sender is named
	Commands      [Verbs]Count
	HasCommands   bool
	SomeCommands  bool // Commands has not every verb that there was: that QUIT is not in it says nothing

	// The message.
	MessageUID ID
	QueueID    string
	// written by a program beside the mail server: ids in it are the server's, whichever instance gave them out; the line begins,
	// changes and ends no message
	Beside         bool
	UniqueID       bool        // QueueID is never given out again, so no line of it begins another message
	RemoteQueueID  string      // in "queued as"
	ParentQueueID  string      // the one that this message was made from, where the line says so (orig_queue_id)
	ChildQueueID   string      // a message of this host made from this one (forwarded as, notification)
	ChildKind      MessageKind // that message begins with this line: the server writes no other first line of it
	SplitIDs       string      // the queue ids, "; " or ", " between them, that some of its recipients go on under: there were too many
	SplitOff       int         // how many recipients those are; 0 when the line does not say
	FilterID       string      // a filter's own id of the message, which its answer names
	Program        string      // what the server calls the program that it has run for the recipient
	ParentUID      ID
	Trace          TraceID // of the mail, from the line on where it is known which that is
	Span           ID      // of the span whose own record this is
	MessageKind    MessageKind
	MessageHop     MessageHop
	MessagePartial bool
	MessageID      string
	Subject        string
	MailFrom       string
	// SenderRecalled, MessageIDRecalled: MailFrom, MessageID are of earlier lines of the message, not of this one.
	SenderRecalled, MessageIDRecalled bool

	RcptTo         string
	OrigRcptTo     string
	OnBehalf       string // the local user for whom it is delivered: the sender, or else the alias that the recipient came out of
	FromAlias      bool   // the recipient is written as in an alias, not as a client gives it
	RecipientID    string // the log's own id of this recipient in its message
	Way            string // the rule by which the server sends it on, where several rules may each make a delivery of one recipient
	Mailbox        string // the user of this host whose mailbox or program took it
	Action         MailboxAction
	RcptList       []string // more than one recipient in the line; then RcptTo is empty
	RecipientCount int      // nrcpt=; 0 when the line does not say
	// the how-manieth part of the message the line is about, where a server makes one a destination domain; 0 when it does not say
	Part      int
	First     bool // on message.received: the server writes no earlier line of a message
	NoEnd     bool // on message.received and delivery: nor one at its end, so that the last recipient's end is the message's
	MayExpand bool // with NoEnd: RecipientCount is of addresses before expansion, so there may be more
	// on message.received: a program that logs elsewhere has the message, unless a message.queued said that it is kept here
	HandedOver bool
	// GivenUp: on message.removed, whoever waits for another try has expired; on a verdict, nobody of the message escapes it, named or not.
	GivenUp bool
	PutOff  bool  // on message.queued: the message waits for another run, so the end of this one removes nothing
	Size    int64 // bytes; -1 or 0 with HasSize false: the line does not say
	HasSize bool

	// The verdict on a recipient.
	Status Status
	DSN    string
	Route  Route
	Final  bool
	// Discards, Bounces: the answer accepts the message, and says what became of it there; on a filter's own line, that it goes no
	// further. HandedBack: it has the words of a server on the answering program's own host, which has the message now.
	Discards, Bounces, HandedBack bool
	Tried                         Tri
	Attempt                       int
	// RetryAfter is the time since the try before, PreviousReason why the newest one that was put off failed.
	RetryAfter     time.Duration
	HasRetryAfter  bool
	PreviousReason string
	Delays         Delays
	// Duration is reception to end, on a final delivery.
	Duration         time.Duration
	HasTotalDuration bool

	// Queue is what a record of KindQueue tells.
	Queue Queue

	// Refusals by us. OneOnly: at the end of the message, of RcptTo alone (PRDR, LMTP): the message goes on for others.
	Twin            string // the words of a line that the server may write a second time, right behind it and word for word
	RejectPermanent Tri
	OneOnly         bool

	// Columns is what a header line names the columns of the lines behind it, as that line has it.
	Columns        string
	ColumnsAssumed bool // the line was read by the columns that its server writes by default: no header line was seen

	// Entry is the entry of several lines that this one is part of, where others may follow.
	Entry Entry

	// Quoting of the strings that a parser took from the line; taken off behind it, so nobody else sees any.
	Quoting Quoting

	// Diagnosis. A reason that a parser sets is what the line itself says; Basis, what a reason was read from, is the diagnosis' own.
	Reason            string
	Category          string
	Basis             string
	Provider          string
	Fingerprint       string
	DestinationDomain string
	Direction         Direction
	ErrorType         string

	// The network. Names without brackets or trailing dot; "unknown" is no name. Ports are 0 when not said.
	ClientAddress string
	ServerAddress string
	NameOfAddress bool // ServerAddress is what the peer's address is called by its owner (a reverse lookup), not the host that was looked up
	PeerIP        string
	ClientPort    int
	ServerPort    int
	PeerPort      int
	SourceAddress string
	SourcePool    string
	Helo          string
	Protocol      string

	// TLS, AUTH, filters.
	TLS           Tri
	Secured       Tri    // Yes: the record is the first that shows that its conversation has TLS; No: it shows a handshake again
	TLSVersion    string // "1.3"
	TLSCipher     string
	TLSTrust      string // lower case: untrusted, trusted, verified, anonymous
	TLSPolicy     string
	AuthMechanism string // upper case
	AuthResult    string // success, failure
	User          string
	// on a login that failed: the name, a piece of Line; it may be a password, so it is told nowhere unless the site asks for it
	TriedUser     string
	FilterName    string
	FilterVerdict string
	VerdictRetold bool          // another line of the same program says so, too, which counts it
	FilterScore   float64       // what the verdict was made from: a DNSBL rank, a spam score
	FilterTook    time.Duration // to come to it; 0: the line does not say
	Finding       string        // on a filter's own line: the reason that the message has if it is refused for this verdict
	HasScore      bool

	// OfRun: on message.removed, only this run over the recipients is done, and the message with it if none was put off.
	OfRun bool
	// Receipt is an id that the message was taken under before it had its queue id, in the words that acknowledged it or in other lines
	// about its reception; ChildReceipt is the one of a message made from this one.
	Receipt, ChildReceipt string
	// TryID is the server's own number of a try, TryTo the recipient where it is shared by several tries. The line that begins it
	// (message.queued, message.opened) names message and recipient; the verdict, and lines about what a host said, may have the number
	// in their place.
	TryID, TryTo string

	// Place is where the line stands in its file, from 1; 0 where nobody says, NewPlace where it is known that it was not read before.
	Place int64
	// Repeat: the line stands for so many lines that are equal to the one before it; 0 for an ordinary line.
	Repeat    int
	Synthetic bool
	Duplicate bool
	Redact    []Span
}

// Reset empties the event for the next line; slices keep their room.
func (e *Event) Reset() {
	rcpts, redact := e.RcptList[:0], e.Redact[:0]
	*e = Event{RcptList: rcpts, Redact: redact}
}

// Process is the process whose conversation the line is part of.
func (e *Event) Process() int64 {
	if e.ChildPID != 0 {
		return e.ChildPID
	}
	return e.PID
}

// ClocksApart is how far the clocks and zones of two hosts differ at most.
const ClocksApart = 24 * time.Hour

// NewPlace is the place of a line that was not read before, though an equal one may have been.
const NewPlace = -1

// IsLater says whether the line has a stamp later than it was seen, by more than clocks are apart: it cannot be right.
func (e *Event) IsLater() bool {
	return e.Observed != 0 && e.Time-e.Observed > int64(ClocksApart)
}

// Recipients is how many recipients the line names: 0, 1 or the length of RcptList.
func (e *Event) Recipients() int {
	if len(e.RcptList) > 0 {
		return len(e.RcptList)
	}
	if e.RcptTo != "" {
		return 1
	}
	return 0
}
