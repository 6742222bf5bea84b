package event

// Kind is what one log line says; its name is the value of smtp.event.
type Kind uint8

// The kinds, in the order of a message's way through a server.
const (
	KindNone Kind = iota // not recognised: the record leaves as it came
	KindConnect
	KindDisconnect
	KindCommand
	KindReply
	KindContent // a line of message data inside a conversation
	KindTLS
	KindAuth
	KindReject
	KindFilter
	KindMessageOpened // a queue id was given out (client=, pickup): a candidate, not yet a message
	KindMessageHeader // the Message-ID became known
	KindMessageReceived
	KindMessageQueued
	KindMessageHeld
	KindMessageReleased
	KindMessageDeleted
	KindMessageDiscarded
	KindMessageRedirected
	KindMessageExpired
	KindMessageAborted
	KindMessageRemoved
	KindDelivery
	KindNotification
	KindHop    // the message here is the one that another host handed over
	KindReport // what another host reports later of mail that left here: an asynchronous bounce, a complaint
	KindWarning
	KindLifecycle
	KindSession  // summary of a session
	KindMessage  // summary of a message
	KindQueue    // how many messages wait on a host, by its log
	KindIncident // a departure of one provider from its own past
	kindCount
)

var kindNames = [kindCount]string{
	"", "connect", "disconnect", "command", "reply", "content", "tls", "auth", "reject", "filter",
	"message.opened", "message.header", "message.received", "message.queued", "message.held",
	"message.released", "message.deleted", "message.discarded", "message.redirected", "message.expired",
	"message.aborted", "message.removed", "delivery", "notification", "hop", "report", "warning", "lifecycle",
	"session", "message", "queue", "incident",
}

// eventNames are the OTLP EventName values; made once, so that setting one allocates nothing.
var eventNames = func() (names [kindCount]string) {
	for k := KindConnect; k < kindCount; k++ {
		names[k] = "smtp." + kindNames[k]
	}
	return names
}()

// String is the value of smtp.event; empty for KindNone.
func (k Kind) String() string { return kindNames[k] }

// EventName is the record's EventName, "smtp." and the kind.
func (k Kind) EventName() string { return eventNames[k] }
