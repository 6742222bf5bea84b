// Package event holds the one shape that every dialect's lines become. It imports nothing of this project.
//
// # What the fields of an Event are about, and who needs them
//
// A parser fills in what stands in its line. The fields below are grouped by what they are about; behind each group stands what the floors above
// (conversation, mailhost, session) need it for. What only passes through to the record, from the parser or by diagnosis, stands last.
//
// What the line is: Kind, Dialect, Line, Said, SaidAt, Duplicate, Repeat, Synthetic, Redact, Twin, Place. The kind decides which way the line goes; its words
// tell a line from another one that says the same (Line, Twin, Place, Repeat), and a conversation hides those that must not leave (Said, SaidAt, Redact).
//
// When and by whom: Time, Resolution, Observed, Shape, Host, Instance, Service, Daemon, OwnName, PID, ChildPID. The clock of a stream goes by them, they are part of every
// identity, and a process is how most servers tell their conversations apart. Shape proves that a line without marks is a conversation's.
//
// The conversation: Scope, ConnID, ConnShared, ConnAlias, AliasOf, CallBy, ConnUse, ConnKept, Waited, Role, FromPeer, Mark, Unclear, EndHint, Boundary, Last, Died,
// Stopped, Messages, Answered, OwnVerdicts. By these the session of a line is found, begun and ended; Scope says by which.
//
// What the tracker tells of it: SessionID, SessionInferred, SessionPartial, SessionEnd, SessionDuration, HasDuration, SessionTally, Transaction, OriginSession, Secured.
//
// Command and reply: Command, Argument, Latency, HasLatency, CoarseLatency, Code, Class, Enhanced, Text, TextJoined, TextMasked, Truncated, MoreLines, Retold, NoTrial, Presumed,
// Commands, HasCommands, SomeCommands. A conversation finds out which command a reply answers; what a host said explains the verdicts that come of it, and is
// counted once (Retold, NoTrial); the counters of a last line show refusals that have no line.
//
// The message: QueueID, Beside, UniqueID, RemoteQueueID, ParentQueueID, ChildQueueID, ChildKind, SplitIDs, SplitOff, FilterID, Program, Receipt, ChildReceipt, MessageID, MailFrom, Size, HasSize, First,
// NoEnd, MayExpand, HandedOver, GivenUp, PutOff, OfRun. A message is found by its queue id; the other ids join it with what it was made from and what was
// made of it, here and at the next host. The flags say how its server writes the beginning and the end of a message.
//
// What the tracker tells of it: MessageUID, ParentUID, Trace, Span, MessageKind, MessageHop, MessagePartial, SenderRecalled, MessageIDRecalled.
//
// Recipients and tries: RcptTo, OrigRcptTo, OnBehalf, FromAlias, RecipientID, Way, RcptList, RecipientCount, Part, TryID, TryTo, OneOnly. They find the recipient of a verdict,
// also where a line names only a part of the message, or only the try that it ends.
//
// The verdict: Status, DSN, Route, Discards, Bounces, HandedBack, Tried, Delays, RejectPermanent, Action. What has come of a recipient: an end, another try, or a way on through a
// program of this host.
//
// What the tracker tells of it: Final, Attempt, RetryAfter, HasRetryAfter, PreviousReason, Duration, HasTotalDuration, DestinationDomain, Direction.
//
// The network: ClientAddress, ServerAddress, PeerIP, ClientPort, ServerPort, PeerPort, Helo, Protocol. Who called or was called: known once, it stands on the lines that do not
// say it, and it tells inferred conversations apart.
//
// TLS, logins, filters: TLS, TLSVersion, TLSCipher, TLSTrust, AuthMechanism, AuthResult, User, TriedUser, FilterName, FilterVerdict, VerdictRetold, Finding. A session shows them once; who has logged
// in decides where his mail goes; what a filter said may be the fate of a message that has no queue id yet, or the reason of its refusal.
//
// What waits: Queue. On a record that no line is behind a host tells how many of its messages wait alike.
//
// Diagnosis: Reason, Category, Basis, Provider, ErrorType. A recipient keeps why it waits, for the end that no host is asked for any more.
//
// What only passes through: UTC, Subject, Mailbox, Columns, ColumnsAssumed, Entry, Quoting, Fingerprint, NameOfAddress, SourceAddress, SourcePool, TLSPolicy, FilterScore,
// FilterTook, HasScore. The engine reads UTC, Columns, ColumnsAssumed and Entry for the stream that the line is of; the others stand on the record alone.
package event
