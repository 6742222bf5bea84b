package attrs

// Class says whom or what an attribute may tell of, and so what the settings of privacy do with it. Numbers, times and switches
// tell of nobody.
type Class string

// The classes.
const (
	OfNobody    Class = "none"       // closed lists, ids that are hashes, names of our own hosts and programs
	OfAddress   Class = "address"    // of a sender or recipient
	OfDomain    Class = "domain"     // a person's only where it is one of `privacy.domains`
	OfUser      Class = "user"       // the name of an account
	OfIP        Class = "ip"         // an IP address
	OfHost      Class = "host"       // a host's name, which may have an IP address in it, or be the name of somebody's computer
	OfMessageID Class = "message id" // made from its sender's address and computer
	OfWords     Class = "text"       // words of anybody's
)

// Classes are those of all attributes with texts. One that is missing fails a test, and so does one whose content leaves (internal/engine).
var Classes = map[string]Class{
	MailFrom: OfAddress, RcptTo: OfAddress, OrigRcptTo: OfAddress, RcptToList: OfAddress,
	MailFromDomain: OfDomain, DestinationDomain: OfDomain,
	UserName: OfUser, DeliveryMailbox: OfUser,
	PeerAddress: OfIP, SourceAddress: OfIP,
	ClientAddress: OfHost, ServerAddress: OfHost, Helo: OfHost,
	MessageID: OfMessageID,
	Argument:  OfWords, ReplyText: OfWords, ReplyFingerprint: OfWords,
	Subject: OfWords, QueueID: OfWords, RemoteQueueID: OfWords, ChildQueueID: OfWords,
	ReplyEnhancedCode: OfWords, DeliveryDSN: OfWords, SourcePool: OfWords,
	Protocol: OfWords, TLSVersion: OfWords, TLSCipher: OfWords, TLSTrust: OfWords,
	TLSPolicy: OfWords, AuthMechanism: OfWords, FilterName: OfWords, FilterVerdict: OfWords,
	ErrorType: OfWords, Commands: OfWords, Recipients: OfWords, Hops: OfWords,

	Dialect: OfNobody, Event: OfNobody, SessionID: OfNobody, SessionRole: OfNobody,
	SessionEnd: OfNobody, SlowestCommand: OfNobody, TransactionID: OfNobody,
	MessageUID: OfNobody, OriginSessionID: OfNobody, ParentMessageUID: OfNobody,
	MessageKind: OfNobody, MessageHop: OfNobody, Command: OfNobody,
	ReplyClass: OfNobody, DeliveryStatus: OfNobody, DeliveryRoute: OfNobody, PreviousReason: OfNobody, FailureReason: OfNobody,
	FailureCategory: OfNobody, FailureBasis: OfNobody, Provider: OfNobody, Direction: OfNobody, ProtocolName: OfNobody, Transport: OfNobody,
	TLSProtocolName: OfNobody, AuthResult: OfNobody, Daemon: OfNobody, Service: OfNobody, Instance: OfNobody, HostName: OfNobody,
	// of what is hidden already
	IncidentID: OfNobody, IncidentKind: OfNobody, IncidentState: OfNobody, IncidentStart: OfNobody, IncidentSubject: OfNobody,
	IncidentSources: OfNobody, QueueStatus: OfNobody, MailboxAction: OfNobody, IncidentExamples: OfNobody, IncidentHelp: OfNobody,
}

// ClassOf is an attribute's class.
func ClassOf(d *Doc) Class {
	switch d.Type {
	case String, Strings, Array:
		return Classes[d.Name]
	}
	return OfNobody
}
