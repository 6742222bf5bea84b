// Package attrs holds every attribute name that a record can carry, and the one function that writes an Event to a map.
package attrs

//go:generate go run ./schemas ../../packaging

// Scope is the instrumentation scope that enriched records carry, Version the version of this package's names: the schema.
const (
	Scope   = "github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
	Version = "1.0.0"
)

// The names. Where OpenTelemetry or ECS has one, it is used; smtp.* otherwise. The table below says what each holds.
const (
	Dialect           = "smtp.dialect"
	Event             = "smtp.event"
	SessionID         = "smtp.session.id"
	SessionRole       = "smtp.session.role"
	SessionInferred   = "smtp.session.inferred"
	SessionPartial    = "smtp.session.partial"
	SessionEnd        = "smtp.session.end"
	SessionDuration   = "smtp.session.duration"
	SessionIdle       = "smtp.session.idle"
	SessionMessages   = "smtp.session.messages"
	SessionBytes      = "smtp.session.bytes"
	SessionAccepted   = "smtp.session.recipients.accepted"
	SessionRefused    = "smtp.session.recipients.refused"
	SessionCommandsOK = "smtp.session.commands.ok"
	SessionCommandsKO = "smtp.session.commands.failed"
	Commands          = "smtp.commands"
	CommandsDropped   = "smtp.commands_dropped"
	SlowestCommand    = "smtp.session.slowest.command"
	SlowestLatency    = "smtp.session.slowest.latency"
	TransactionID     = "smtp.transaction.id"
	MessageUID        = "smtp.message.uid"
	OriginSessionID   = "smtp.origin.session.id"
	QueueID           = "smtp.queue_id"
	RemoteQueueID     = "smtp.remote_queue_id"
	ChildQueueID      = "smtp.child_queue_id"
	ParentMessageUID  = "smtp.parent.message.uid"
	MessageKind       = "smtp.message.kind"
	MessageHop        = "smtp.message.hop"
	MessagePartial    = "smtp.message.partial"
	MessageDuration   = "smtp.message.duration"
	MessageSize       = "smtp.message.size"
	Command           = "smtp.command"
	Argument          = "smtp.argument"
	Latency           = "smtp.latency"
	CoarseLatency     = "smtp.latency_coarse"
	ReplyCode         = "smtp.reply.code"
	ReplyClass        = "smtp.reply.class"
	ReplyEnhancedCode = "smtp.reply.enhanced_code"
	ReplyText         = "smtp.reply.text"
	ReplyTruncated    = "smtp.reply.truncated"
	MailboxAction     = "smtp.mailbox.action"
	QueueMessages     = "smtp.queue.messages"
	QueueOldest       = "smtp.queue.oldest"
	QueueStatus       = "smtp.queue.status"
	QueuePartial      = "smtp.queue.partial"
	ReplyContinued    = "smtp.reply.continued"
	ReplyRetold       = "smtp.reply.retold"
	Trial             = "smtp.trial"
	ReplyFingerprint  = "smtp.reply.fingerprint"
	DeliveryStatus    = "smtp.delivery.status"
	DeliveryDSN       = "smtp.delivery.dsn"
	DeliveryRoute     = "smtp.delivery.route"
	DeliveryMailbox   = "smtp.delivery.mailbox"
	DeliveryFinal     = "smtp.delivery.final"
	DeliveryTried     = "smtp.delivery.tried"
	DeliveryAttempt   = "smtp.delivery.attempt"
	DeliveryDuration  = "smtp.delivery.duration"
	RetryAfter        = "smtp.delivery.retry_after"
	PreviousReason    = "smtp.delivery.previous_reason"
	DelayTotal        = "smtp.delay.total"
	DelayBeforeQueue  = "smtp.delay.before_queue"
	DelayInQueue      = "smtp.delay.in_queue"
	DelaySetup        = "smtp.delay.connection_setup"
	DelayTransmission = "smtp.delay.transmission"
	FailureReason     = "smtp.failure.reason"
	FailureCategory   = "smtp.failure.category"
	FailureBasis      = "smtp.failure.basis"
	DestinationDomain = "smtp.destination.domain"
	Provider          = "smtp.destination.provider"
	MailFrom          = "smtp.mail_from"
	MailFromDomain    = "smtp.mail_from_domain"
	RcptTo            = "smtp.rcpt_to"
	OrigRcptTo        = "smtp.orig_rcpt_to"
	RcptToList        = "smtp.rcpt_to_list"
	RecipientCount    = "smtp.recipient.count"
	Recipients        = "smtp.recipients"
	RecipientsDropped = "smtp.recipients_dropped"
	RecipientHandedOn = "smtp.recipient.handed_on"
	RecipientTotal    = "smtp.recipient." // + a delivery status: how many recipients of the message have it
	Synthetic         = "smtp.synthetic"
	Duplicate         = "smtp.duplicate"
	RepeatCount       = "smtp.repeat.count"
	SourceAddress     = "smtp.source.address"
	SourcePool        = "smtp.source.pool"
	RejectPermanent   = "smtp.reject.permanent"
	MessageID         = "email.message_id"
	Direction         = "email.direction"
	Subject           = "email.subject"
	ClientAddress     = "client.address"
	ClientPort        = "client.port"
	ServerAddress     = "server.address"
	ServerPort        = "server.port"
	PeerAddress       = "network.peer.address"
	PeerPort          = "network.peer.port"
	ProtocolName      = "network.protocol.name"
	Transport         = "network.transport"
	Helo              = "smtp.helo"
	Protocol          = "smtp.protocol"
	TLSEstablished    = "tls.established"
	SessionSecured    = "smtp.session.secured"
	TLSProtocolName   = "tls.protocol.name"
	TLSVersion        = "tls.protocol.version"
	TLSCipher         = "tls.cipher"
	TLSTrust          = "smtp.tls.trust"
	TLSPolicy         = "smtp.tls.policy"
	AuthMechanism     = "smtp.auth.mechanism"
	AuthResult        = "smtp.auth.result"
	UserName          = "user.name"
	FilterName        = "smtp.filter.name"
	FilterVerdict     = "smtp.filter.verdict"
	FilterRetold      = "smtp.filter.retold"
	FilterScore       = "smtp.filter.score"
	FilterDuration    = "smtp.filter.duration"
	ErrorType         = "error.type"
	Daemon            = "smtp.mta.daemon"
	Service           = "smtp.mta.service"
	Instance          = "smtp.mta.instance"
	PID               = "process.pid"
	Hops              = "smtp.hops"
	IncidentID        = "smtp.incident.id"
	IncidentKind      = "smtp.incident.kind"
	IncidentState     = "smtp.incident.state"
	IncidentStart     = "smtp.incident.start"
	IncidentShare     = "smtp.incident.share"
	IncidentBaseline  = "smtp.incident.baseline"
	IncidentMessages  = "smtp.incident.messages"
	IncidentTrials    = "smtp.incident.trials"
	IncidentVolume    = "smtp.incident.volume"
	IncidentWaiting   = "smtp.incident.waiting"
	IncidentOldest    = "smtp.incident.oldest"
	IncidentSubject   = "smtp.incident.subject"
	IncidentClients   = "smtp.incident.clients"
	IncidentSeconds   = "smtp.incident.seconds"
	IncidentUsual     = "smtp.incident.usual"
	IncidentSources   = "smtp.incident.sources"
	IncidentExamples  = "smtp.incident.examples"
	IncidentHelp      = "smtp.incident.help"

	// Original holds a record's whole text on the first of the records that it was split into.
	Original = "log.record.original"
	// FilePath, FileID and FileOffset are what the maillog receiver says about where a line was read.
	FilePath   = "log.file.path"
	FileID     = "log.file.id"
	FileOffset = "log.file.record_offset"
	// ServiceName is the resource attribute that stores select by.
	ServiceName = "service.name"
	// HostName tells mail hosts apart: on the resource, or on a record of another host than the resource's.
	HostName = "host.name"
)

// Type is an attribute's value type, as the docs name it.
type Type string

// The types.
const (
	String  Type = "string"
	Int     Type = "int"
	Double  Type = "double"
	Seconds Type = "double s"
	Bool    Type = "bool"
	Array   Type = "array of maps"
	Strings Type = "array of strings"
	Map     Type = "map"
)

// Set says when a record carries an attribute: with `attributes: core` at the processor in all cases, in none, or under a condition; with
// `attributes: full` wherever the log tells it.
type Set string

// The sets. A condition says it in words.
const (
	Core Set = "yes"
	Full Set = "no"

	atContext   Set = "on verdicts, receptions, reports, hops and summaries; elsewhere where the line says it"
	atMessage   Set = "on receptions, reports, hops and summaries"
	unlessPlain Set = "unless a plain 2xx"
)

// Doc is one row of docs/attributes.md.
type Doc struct {
	Name    string
	Type    Type
	Set     Set
	Meaning string
}

// Table describes every attribute, in the order of the docs.
var Table = []Doc{
	{Dialect, String, Core, "the mail server that wrote the line: `postfix`, `transcript`, ..."},
	{Event, String, Core, "what the record says; also the record's EventName (`smtp.<event>`). The values are listed below."},
	{
		SessionID, String, Core,
		"16 hex digits: the conversation THIS record is part of; the same for all its records and when the same log is read again",
	},
	{
		SessionRole, String,
		"unless the rest says it: a verdict with a reply is a client's, " +
			"a connection that was made and a queue id that was given out are a server's",
		"`server` (we were called) or `client` (we called); absent where the line cannot tell",
	},
	{
		SessionInferred, Bool, "on the record that ends the session",
		"the log shows no connection of its own: the conversation was put together from results",
	},
	{SessionPartial, Bool, "on the record that ends the session", "beginning or end of the conversation was not seen"},
	{
		SessionEnd, String, Core,
		"on the record that ends a session and on its summary: " +
			"`quit`, `client_closed`, `server_closed`, `lost`, `timeout`, `rejected`, `screened`, `tls_failed`, `aborted`, `expired`, `shutdown`",
	},
	{SessionDuration, Seconds, Core, "first to last record of the session"},
	{SessionIdle, Bool, Core, "summary: nothing but connect and quit was said (a monitor)"},
	{SessionMessages, Int, Core, "on the record that ends the session, unless 0, and on its summary: messages accepted"},
	{SessionBytes, Int, Core, "summary: bytes of the accepted messages, where known"},
	{SessionAccepted, Int, Core, "on the record that ends the session, unless 0, and on its summary: recipients accepted"},
	{SessionRefused, Int, Core, "on the record that ends the session, unless 0, and on its summary: recipients refused"},
	{SessionCommandsOK, Map, Core, "summary: successful commands by verb, as the disconnect line counts them"},
	{SessionCommandsKO, Map, Core, "on the record that ends the session and on its summary: failed commands by verb"},
	{Commands, Array, Core, "summary: `{command, argument, reply_code, enhanced_code, latency}` in order, at most 50 and 16 KiB"},
	{CommandsDropped, Int, Core, "summary: how many commands the array had no room for"},
	{SlowestCommand, String, Core, "summary: the command that waited longest for its reply"},
	{SlowestLatency, Seconds, Core, "summary: how long it waited"},
	{TransactionID, String, Full, "session id + `.n`: the n-th MAIL transaction"},
	{
		MessageUID, String, Core,
		"16 hex digits, on every record of a message: hash of host, instance, queue id and first stamp; " +
			"the join key, since queue ids are used again",
	},
	{OriginSessionID, String, atMessage, "on records of a message: the session that received it, where known"},
	{QueueID, String, Core, "our queue id"},
	{RemoteQueueID, String, Core, "the next hop's queue id, from its \"queued as\""},
	{ChildQueueID, String, Core, "queue id of a message of this host that was made from this one (notification, forward)"},
	{
		ParentMessageUID, String, atMessage,
		"the message this one was made from (content filter, forward, notification); on a `hop`: the same mail at the host that handed it over",
	},
	{
		MessageKind, String, "on receptions; unless `mail` on verdicts, notifications, reports, summaries",
		"`mail`, `dsn` (null sender, made by an MTA), `probe` (address verification)",
	},
	{
		MessageHop, String, Core,
		"on `message.received` and the summary: " +
			"`first` when it came from outside or was submitted here, " +
			"`internal` when it was made from another message of this host by a filter, forward or alias, as far as that was known then",
	},
	{MessagePartial, Bool, atContext, "the message's beginning was not seen"},
	{MessageDuration, Seconds, Core, "summary: first to last record of the message"},
	{MessageSize, Int, atContext, "bytes"},
	{
		Command, String, "unless implied: `EOM` of a recipient that was delivered, `CONNECT` of a connection that was made",
		"upper-case verb; on a reply, reject or delivery the command that was answered; `CONNECT` for the greeting, `EOM` for the dot",
	},
	{Argument, String, Core, "its argument; of a failure that nobody answered, what the server says of it itself; credentials never"},
	{Latency, Seconds, Core, "on a reply: time since its command; from stamps of whole seconds only where they are at least two apart"},
	{CoarseLatency, Bool, Core, "it is the difference of such stamps, so it is not in `smtp.reply.latency`"},
	{ReplyCode, Int, Core, "reply code of the server that answered (RFC 5321)"},
	{ReplyClass, String, Core, "`2xx`, `3xx`, `4xx`, `5xx`; may come from the verb of the line where it has no code"},
	{ReplyEnhancedCode, String, unlessPlain, "enhanced status code (RFC 3463) in the words of the server that answered"},
	{ReplyText, String, unlessPlain, "its text without any code, lines joined with a blank; the words of the server that answered alone"},
	{ReplyTruncated, Bool, unlessPlain, "the text was cut, by the log or to 1024 bytes"},
	{ReplyContinued, Bool, Core, "a line of a multi-line reply that is not its last"},
	{
		ReplyRetold, Bool, Core,
		"the same reply is on another record, which counts it: words and a line of the server's own, one answer for several recipients",
	},
	{Trial, Bool, Core, "`false` on an answer or failure of a host that is no trial of its own: another record has it, or it decided nothing"},
	{
		ReplyFingerprint, String, unlessPlain,
		"what is the same in every such refusal, at most 120 bytes: " +
			"the text without addresses, hosts, IPs, ids, times and numbers, with the provider's tags (TSS04) of all of it",
	},
	{
		DeliveryStatus, String, Core,
		"the MTA's verdict on one recipient: " +
			"`delivered` (accepted by the next hop or put into the mailbox), `deferred`, `bounced`, `expired`, `discarded`, " +
			"`deleted`, `held`, `aborted`",
	},
	{
		DeliveryDSN, String, "unless it is the enhanced code, or the recipient was delivered",
		"the MTA's own status code, which is not the peer's",
	},
	{DeliveryRoute, String, Core, "`mx`, `relayhost`, `lmtp`, `local`, `pipe`, `filter`, `forward`, `discard`, `none`"},
	{DeliveryMailbox, String, Core, "the user of this host whose mailbox or program took it, where the line names one beside the address"},
	{
		MailboxAction, String, Core,
		"what Sieve or a filter did behind the handover on the same host, on its own record and on the verdict behind it: " +
			"`discard`, `fileinto` (a folder that is not the inbox), `redirect`, `reject`, `quarantine`; " +
			"`smtp.delivery.status` stays what the server was told",
	},
	{DeliveryFinal, Bool, "where true", "nothing more will happen for this recipient; a `filter` or `forward` hop that succeeds ends nothing"},
	{DeliveryTried, Bool, "where false", "false: no host was asked, so it is no attempt"},
	{DeliveryAttempt, Int, "unless 1", "1, 2, 3 ... of the tried ones"},
	{RetryAfter, Seconds, Core, "from the second attempt on: time since the one before"},
	{PreviousReason, String, Full, "from the second attempt on: why the newest one that was put off failed"},
	{DeliveryDuration, Seconds, Core, "on the final delivery of a recipient: reception to end"},
	{DelayTotal, Seconds, "unless every stage is there", "as the MTA logs it: since the message arrived"},
	{DelayBeforeQueue, Seconds, "at the first attempt", "time before the queue manager"},
	{DelayInQueue, Seconds, Core, "time in the queue"},
	{DelaySetup, Seconds, Core, "connection setup, with DNS, EHLO and STARTTLS"},
	{DelayTransmission, Seconds, Core, "transmission"},
	{FailureReason, String, Core, "why it failed, one of a closed list (docs/reasons.md), or a reason of your own"},
	{FailureCategory, String, Core, "the reason's group: `recipient`, `domain`, `infrastructure`, `block`, `content`, `own`, `unspecified`"},
	{
		FailureBasis, String, Core,
		"what the reason was read from: " +
			"`own` (a rule of yours), `provider` (the provider's own words or code), `text`, `enhanced_code`, `reply_code`, `command`, " +
			"`error`, `filter` (what a content filter's own line says of the message that it refused or threw away), `likeness` (no rule knows " +
			"the words for certain, but others meant that with words like them); of `unspecified`: the code that was read and says nothing by " +
			"itself",
	},
	{
		DestinationDomain, String, "on verdicts, reports and incidents",
		"domain of the recipient; incident: the one that refuses, where that is no known provider's",
	},
	{Provider, String, Core, "who answered: mailbox provider or gateway"},
	{MailFrom, String, atContext, "envelope sender without `<>`; the null sender is `<>`"},
	{MailFromDomain, String, Full, "its domain"},
	{RcptTo, String, Core, "envelope recipient without `<>`"},
	{OrigRcptTo, String, Core, "the recipient before alias expansion"},
	{RcptToList, Strings, Core, "the recipients of a line that names several, at most 50"},
	{RecipientCount, Int, "unless the message is only looked at again", "number of recipients"},
	{
		Recipients, Array, Core,
		"summary: `{rcpt_to, orig_rcpt_to, status, route, mailbox_action, dsn, reply_code, enhanced_code, reason, attempts, deferred_for, " +
			"reply}`, one a recipient, at most 50 and 16 KiB",
	},
	{RecipientsDropped, Int, Core, "summary: how many recipients the array had no room for"},
	{
		RecipientHandedOn, Int, Core,
		"summary: recipients handed on to a filter or daemon of this host, or forwarded: they live on under another queue id",
	},
	{RecipientTotal + "delivered", Int, Core, "summary: recipients delivered"},
	{RecipientTotal + "deferred", Int, Core, "summary: recipients whose last verdict is deferred"},
	{RecipientTotal + "bounced", Int, Core, "summary: recipients bounced"},
	{RecipientTotal + "expired", Int, Core, "summary: recipients given up after retries"},
	{RecipientTotal + "discarded", Int, Core, "summary: recipients discarded on purpose"},
	{RecipientTotal + "deleted", Int, Core, "summary: recipients deleted by an operator"},
	{RecipientTotal + "held", Int, Core, "summary: recipients held"},
	{RecipientTotal + "aborted", Int, Core, "summary: recipients aborted"},
	{
		Hops, Array, Core,
		"summary: `{server, address, route, status, reply_code, enhanced_code, reason}`, one a host that was asked, at most 50; " +
			"the code and reason are those of a host that did not accept",
	},
	{
		QueueMessages, Int, Core,
		"queue: messages of this host's instance that wait alike, by the log: " +
			"in all that `smtp.queue.status` and `smtp.destination.provider` say",
	},
	{QueueOldest, Seconds, Core, "queue: how long the oldest of them has been here"},
	{
		QueueStatus, String, Core,
		"queue: `active` (being delivered, or about to be), `deferred` (waits for the next run), `held` (by an operator or a rule; frozen)",
	},
	{
		QueuePartial, Bool, Core,
		"queue: the log that was read does not reach back as far as a queue may (`messages.ttl`): " +
			"older messages may wait that it does not tell of",
	},
	{Synthetic, Bool, Core, "this record was made by the processor: an end that the log has no line for, or a summary"},
	{Duplicate, Bool, Core, "the same line was read before: kept, not counted"},
	{RepeatCount, Int, Core, "how many equal lines the record stands for, as the log daemon says: `message repeated 3 times`"},
	{SourceAddress, String, Core, "OUR sending IP address"},
	{SourcePool, String, Core, "pool, virtual MTA or instance that sent"},
	{RejectPermanent, Bool, "where there is no `smtp.reply.class`", "on `reject`: 5xx, not 4xx"},
	{MessageID, String, "where the line says it; on summaries, hops and reports", "Message-ID without `<>`"},
	{Direction, String, Core, "`inbound`, `outbound`, `forwarded`, per recipient; `mixed` on a message; absent when unknown"},
	{Subject, String, Core, "only where the server logs it"},
	{ClientAddress, String, Core, "name of the calling host"},
	{ClientPort, Int, "where a client comes, is refused or logs in, and on summaries", "its port"},
	{ServerAddress, String, Core, "name of the called host"},
	{ServerPort, Int, "unless 25", "its port"},
	{
		PeerAddress, String,
		"unless the other side is named and nothing failed: deliveries, handshakes, ends of connections, queue ids given out",
		"IP address of the other side",
	},
	{PeerPort, Int, "unless 25, or the client's or server's port", "its port"},
	{ProtocolName, String, Full, "`smtp` or `lmtp`"},
	{Transport, String, Full, "`tcp` or `unix`"},
	{Helo, String, Core, "name that the client announced"},
	{Protocol, String, Core, "`SMTP`, `ESMTP`, `ESMTPSA`, `LMTP` ..."},
	{TLSEstablished, Bool, "not on verdicts; unless true and there is a version", "whether the handshake succeeded"},
	{
		SessionSecured, Bool, Core,
		"the record is the first that shows that its conversation has TLS; `false` on a `tls` record behind such a one",
	},
	{TLSProtocolName, String, Full, "`tls`"},
	{TLSVersion, String, Core, "`1.3`"},
	{TLSCipher, String, Full, "cipher suite"},
	{TLSTrust, String, "not on verdicts, unless only they show the handshake", "`untrusted`, `trusted`, `verified`, `anonymous`"},
	{TLSPolicy, String, Core, "the policy level that was asked for"},
	{AuthMechanism, String, Core, "SASL mechanism: a registered name in capitals, absent for any other word"},
	{AuthResult, String, Core, "`success` or `failure`"},
	{UserName, String, Core, "who was authenticated; never the name of a failed login"},
	{FilterName, String, Core, "what judged: postscreen, milter, header_checks ..."},
	{FilterVerdict, String, Core, "its verdict; `other` for a word in the line that is none of those known"},
	{
		FilterRetold, Bool, Core,
		"another record of the same program has the verdict, too, and counts it: " +
			"spamd's `identified spam` beside its result line, the checks of an SPF service beside its answer",
	},
	{FilterScore, Double, Core, "the number that the verdict was made from: the sum of DNSBL weights (postscreen), a spam score"},
	{FilterDuration, Seconds, Core, "how long the filter took to come to its verdict, where its line says so (amavis, rspamd, spamd)"},
	{
		ErrorType, String, "unless it is the reply code",
		"`timeout`, `connection_refused` (an answer of the host), `connection_lost`, `host_not_found`, `no_route`, `tls_handshake`, " +
			"`local_error` (this host lacks or forbids it), `_OTHER`, or the reply code",
	},
	{
		Daemon, String,
		"unless it is the one of Postfix that the event or the route belongs to: cleanup, qmgr, bounce; smtp, lmtp, local, pipe",
		"the program of the mail server: `smtpd`, `qmgr` ...",
	},
	{Service, String, Core, "the named service that it runs as: `submission`, `relay` ..."},
	{Instance, String, "unless it is the dialect's name", "the mail server's instance (syslog_name)"},
	{PID, Int, Full, "process id"},
	{
		HostName, String, Core,
		"the host that wrote the line, where it is another than the resource's: many hosts in one file or behind one socket",
	},
	{IncidentID, String, Core, "incident: 16 hex digits, the same on all records of an incident and when the same log is read again"},
	{IncidentKind, String, Core, "incident: what kind of departure it is, one of a list (docs/incidents.md)"},
	{IncidentState, String, Core, "incident: `started`, `ongoing`, `ended`"},
	{IncidentStart, String, Core, "incident: when the first of it happened, by the log (RFC 3339, UTC)"},
	{IncidentShare, Double, Core, "incident: the share that departs, since it began"},
	{IncidentBaseline, Double, Core, "incident: what the share was before; absent while that is not known"},
	{IncidentMessages, Int, Core, "incident: different messages (of failed logins: tries) that were hit"},
	{IncidentTrials, Int, Core, "incident: of how many"},
	{
		IncidentVolume, Double, Core,
		"incident: how many times the usual the volume is at this time of the week; absent while that is not known",
	},
	{IncidentWaiting, Int, Core, "incident: messages that wait for the provider, by the newest `queue` records"},
	{IncidentOldest, Seconds, Core, "incident: age of the oldest of them"},
	{
		IncidentSubject, String, Core,
		"incident: what is slow (`queue`, `connect`, `transmission`), what TLS does not do (`plaintext`, `handshake`, `tls_failure`), " +
			"what of ours does not work (a filter, a route)",
	},
	{IncidentClients, Int, Core, "incident: addresses of the other side, of 64 at most"},
	{IncidentSeconds, Seconds, Core, "incident: what the slow stage takes, how long the stream has been silent"},
	{
		IncidentUsual, Double, Core,
		"incident: what is usual: of a slow stage the time that nine of ten take, of volume and silence messages in five minutes, " +
			"of logins addresses in a quarter of an hour",
	},
	{IncidentSources, Strings, Core, "incident: addresses or pools of ours that were answered so, the most frequent first"},
	{IncidentExamples, Strings, Core, "incident: `smtp.message.uid` of three messages"},
	{IncidentHelp, String, Core, "incident: the provider's public page on its refusals"},
}
