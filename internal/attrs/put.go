package attrs

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// The bounds on what one record may carry.
const (
	MaxText  = 1024 // bytes of a reply text or an argument
	MaxItems = 50   // items of an array
	MaxArray = 16 << 10
)

// Put fills the list with what the record of ev carries.
func (l *List) Put(ev *event.Event) {
	l.Items, l.Nested = l.Items[:0], false
	l.fill(ev)
}

// fill puts the attributes of ev, the ones that queries ask for first.
func (l *List) fill(ev *event.Event) {
	l.verdict = ev.Status != event.StatusNone
	l.context = l.Full || l.verdict || tellsAll(ev.Kind)
	l.str(Dialect, ev.Dialect)
	l.str(Event, ev.Kind.String())
	l.message(ev)
	l.session(ev)
	l.conversation(ev)
	l.delivery(ev)
	l.diagnosis(ev)
	l.network(ev)
	l.security(ev)
	if l.Full || ev.Daemon != DaemonOf(ev.Dialect, ev.Kind.String(), ev.Route.String()) {
		l.str(Daemon, ev.Daemon)
	}
	l.str(Service, ev.Service)
	if l.Full || ev.Instance != ev.Dialect {
		l.str(Instance, ev.Instance)
	}
	if l.Full {
		l.num(PID, ev.PID)
	}
	if q := &ev.Queue; q.Told {
		l.int(QueueMessages, int64(q.Messages))
		l.dbl(QueueOldest, q.Oldest.Seconds(), true)
		l.str(QueueStatus, q.Status.String())
		l.bool(QueuePartial, true, q.Partial)
	}
	l.bool(Synthetic, true, ev.Synthetic)
	l.bool(Duplicate, true, ev.Duplicate)
	l.num(RepeatCount, int64(ev.Repeat))
	l.text(HostName, l.Host)
}

// DaemonOf is the program of Postfix that says this, where there is only one: who delivers by the route, or tells of the event. A record of
// another dialect names its program itself.
func DaemonOf(dialect, kind, route string) string {
	if dialect != "postfix" {
		return ""
	}
	switch kind {
	case "message.header":
		return "cleanup"
	case "message.received", "message.queued", "message.removed", "message.expired":
		return "qmgr"
	case "notification":
		return "bounce"
	case "delivery":
		return daemons[route]
	}
	return ""
}

// daemons are named like their route, but for the one that speaks SMTP.
var daemons = map[string]string{"mx": "smtp", "relayhost": "smtp", "lmtp": "lmtp", "local": "local", "pipe": "pipe"}

// tellsAll says whether records of the kind carry all that is known of their message, as verdicts do.
func tellsAll(k event.Kind) bool {
	switch k {
	case event.KindMessageReceived, event.KindMessage, event.KindHop, event.KindReport:
		return true
	}
	return false
}

func (l *List) message(ev *event.Event) {
	l.str(MessageUID, l.id(ev.MessageUID))
	l.str(QueueID, ev.QueueID)
	l.text(RemoteQueueID, ev.RemoteQueueID)
	l.str(ChildQueueID, ev.ChildQueueID)
	if l.Full || l.context && !l.verdict {
		l.str(ParentMessageUID, l.id(ev.ParentUID))
		l.str(OriginSessionID, l.id(ev.OriginSession))
	}
	if l.Full || ev.Kind == event.KindMessageReceived ||
		ev.MessageKind != event.MessageMail && (l.context || ev.Kind == event.KindNotification) {
		l.str(MessageKind, ev.MessageKind.String())
	}
	l.str(MessageHop, ev.MessageHop.String())
	l.bool(MessagePartial, true, ev.MessagePartial && l.context)
	if l.Full || !ev.MessageIDRecalled || l.context && !l.verdict && ev.Kind != event.KindMessageReceived {
		l.text(MessageID, ev.MessageID)
	}
	l.text(Subject, ev.Subject)
	if l.context || !ev.SenderRecalled && ev.Kind != event.KindMessageQueued {
		l.text(MailFrom, ev.MailFrom)
	}
	if l.Full {
		l.text(MailFromDomain, Domain(ev.MailFrom))
	}
	l.text(RcptTo, ev.RcptTo)
	l.text(OrigRcptTo, ev.OrigRcptTo)
	if len(ev.RcptList) > 0 {
		l.strings(RcptToList, ev.RcptList)
	}
	if ev.Kind == event.KindMessageQueued && !l.Full {
		return // again what the message was received with
	}
	l.num(RecipientCount, int64(max(ev.RecipientCount, recipientCount(ev))))
	if ev.HasSize {
		l.int(MessageSize, ev.Size)
	}
}

// recipientCount is what a line that names several recipients counts; a single one needs no number.
func recipientCount(ev *event.Event) int {
	if len(ev.RcptList) > 1 {
		return len(ev.RcptList)
	}
	return 0
}

func (l *List) session(ev *event.Event) {
	if l.Full || !impliesRole(ev) {
		l.str(SessionRole, ev.Role.String())
	}
	if ev.SessionID == 0 {
		return
	}
	id := l.id(ev.SessionID)
	l.str(SessionID, id)
	ends := l.Full || ev.SessionEnd != event.EndNone
	l.bool(SessionInferred, true, ev.SessionInferred && ends)
	l.bool(SessionPartial, true, ev.SessionPartial && ends)
	l.str(SessionEnd, ev.SessionEnd.String())
	l.dbl(SessionDuration, ev.SessionDuration.Seconds(), ev.HasDuration)
	if ev.SessionTally != nil {
		l.tally(ev.SessionTally)
	}
	if ev.Transaction > 0 && l.Full {
		l.str(TransactionID, id+"."+strconv.Itoa(ev.Transaction))
	}
}

// tally puts what came of a session on the record that ends it.
func (l *List) tally(t *event.Tally) {
	l.num(SessionMessages, int64(t.Messages))
	l.num(SessionAccepted, int64(t.Accepted))
	l.num(SessionRefused, int64(t.Refused))
	l.counts(SessionCommandsKO, func(v event.Verb) int64 { return int64(t.Failed[v]) })
}

// impliesRole says whether what the record tells leaves no doubt on which side of the conversation we were.
func impliesRole(ev *event.Event) bool {
	switch {
	case ev.Status != event.StatusNone:
		return ev.Role == event.RoleClient
	case ev.Kind == event.KindConnect && ev.ErrorType == "" && ev.Class == 0, ev.Kind == event.KindMessageOpened:
		return ev.Role == event.RoleServer && ev.SessionID != 0
	}
	return false
}

func (l *List) conversation(ev *event.Event) {
	plain := !l.Full && ev.Class == '2' && ev.Reason == "" && (!l.verdict || ev.Status == event.StatusDelivered)
	switch {
	case !l.Full && plain && l.verdict && ev.Command == event.CommandEOM:
	case !l.Full && ev.Kind == event.KindConnect && ev.Class == 0 && ev.ErrorType == "":
	default:
		l.str(Command, ev.Command)
	}
	argument, _ := cut(ev.Argument)
	l.text(Argument, argument)
	l.dbl(Latency, ev.Latency.Seconds(), ev.HasLatency)
	l.bool(CoarseLatency, true, ev.HasLatency && ev.CoarseLatency)
	l.num(ReplyCode, int64(ev.Code))
	if ev.Class >= '2' && ev.Class <= '5' {
		l.str(ReplyClass, classNames[ev.Class-'2'])
	}
	if !plain {
		l.words(ev)
	}
	l.bool(ReplyContinued, true, ev.MoreLines)
	l.bool(ReplyRetold, true, ev.Retold)
	l.bool(Trial, false, ev.NoTrial)
	l.bool(RejectPermanent, ev.RejectPermanent == event.Yes, ev.RejectPermanent != event.Open && (l.Full || ev.Class == 0))
}

// words are a reply's; those of a plain acceptance tell nothing.
func (l *List) words(ev *event.Event) {
	l.str(ReplyEnhancedCode, ev.Enhanced)
	words, truncated := CleanText(ev)
	l.text(ReplyText, words)
	l.bool(ReplyTruncated, true, truncated)
	l.text(ReplyFingerprint, ev.Fingerprint)
}

var classNames = [...]string{"2xx", "3xx", "4xx", "5xx"}

// CleanText is the reply's text without inner codes, cut to MaxText bytes.
func CleanText(ev *event.Event) (text string, truncated bool) {
	text = ev.Text
	if ev.TextJoined {
		text = reply.Clean(text, ev.Code, ev.Enhanced)
	}
	text, truncated = cut(text)
	return text, truncated || ev.Truncated
}

// cut shortens s to MaxText bytes at a character's boundary.
func cut(s string) (string, bool) {
	if len(s) <= MaxText {
		return s, false
	}
	n := MaxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}

func (l *List) delivery(ev *event.Event) {
	if ev.Status != event.StatusNone {
		l.str(DeliveryStatus, ev.Status.String())
		l.bool(DeliveryFinal, ev.Final, l.Full || ev.Final)
	}
	if l.Full || ev.DSN != ev.Enhanced && ev.Status != event.StatusDelivered {
		l.str(DeliveryDSN, ev.DSN)
	}
	l.str(DeliveryRoute, ev.Route.String())
	l.text(DeliveryMailbox, ev.Mailbox)
	l.str(MailboxAction, ev.Action.String())
	// what no host was asked about, such as a message that is thrown away
	untried := ev.Tried == event.No || ev.Tried == event.Open && l.verdict && !ev.Synthetic
	l.bool(DeliveryTried, ev.Tried == event.Yes, untried || l.Full && ev.Tried == event.Yes)
	if l.Full || ev.Attempt != 1 {
		l.num(DeliveryAttempt, int64(ev.Attempt))
	}
	l.dbl(DeliveryDuration, ev.Duration.Seconds(), ev.HasTotalDuration)
	l.dbl(RetryAfter, ev.RetryAfter.Seconds(), ev.HasRetryAfter)
	if l.Full {
		l.str(PreviousReason, ev.PreviousReason)
	}
	d := &ev.Delays
	if d.Has != 0 {
		l.dbl(DelayTotal, d.Total, d.Has&event.DelayTotal != 0 && (l.Full || d.Has != event.AllDelays))
		l.dbl(DelayBeforeQueue, d.BeforeQueue, d.Has&event.DelayBeforeQueue != 0 && (l.Full || ev.Attempt <= 1))
		l.dbl(DelayInQueue, d.InQueue, d.Has&event.DelayInQueue != 0)
		l.dbl(DelaySetup, d.ConnectionSetup, d.Has&event.DelayConnectionSetup != 0)
		l.dbl(DelayTransmission, d.Transmission, d.Has&event.DelayTransmission != 0)
	}
}

func (l *List) diagnosis(ev *event.Event) {
	l.str(FailureReason, ev.Reason)
	l.str(FailureCategory, ev.Category)
	l.str(FailureBasis, ev.Basis)
	if l.context {
		l.text(DestinationDomain, ev.DestinationDomain)
	}
	l.str(Provider, ev.Provider)
	l.str(Direction, ev.Direction.String())
	if l.Full || !isCode(ev.ErrorType, ev.Code) {
		l.str(ErrorType, ev.ErrorType)
	}
	l.str(FilterName, ev.FilterName)
	l.text(FilterVerdict, ev.FilterVerdict)
	l.bool(FilterRetold, true, ev.VerdictRetold)
	l.dbl(FilterScore, ev.FilterScore, ev.HasScore)
	l.dbl(FilterDuration, ev.FilterTook.Seconds(), ev.FilterTook > 0)
}

// isCode says whether a text is the number of a reply code.
func isCode(s string, code int) bool {
	return len(s) == 3 && code >= 100 && int(s[0]-'0')*100+int(s[1]-'0')*10+int(s[2]-'0') == code
}

// smtpPort is the port that a server has unless something else is said (RFC 5321 section 4.5.4.2).
const smtpPort = 25

func (l *List) network(ev *event.Event) {
	l.text(ClientAddress, ev.ClientAddress)
	l.text(ServerAddress, ev.ServerAddress)
	if l.Full || !isNamed(ev) {
		l.text(PeerAddress, ev.PeerIP)
	}
	if l.Full || !l.verdict && ev.Kind != event.KindDisconnect && ev.Kind != event.KindMessageOpened {
		l.num(ClientPort, int64(ev.ClientPort))
	}
	if l.Full || ev.ServerPort != smtpPort {
		l.num(ServerPort, int64(ev.ServerPort))
	}
	if l.Full || ev.PeerPort != smtpPort && ev.PeerPort != ev.ClientPort && ev.PeerPort != ev.ServerPort {
		l.num(PeerPort, int64(ev.PeerPort))
	}
	l.str(SourceAddress, ev.SourceAddress)
	l.str(SourcePool, ev.SourcePool)
	l.text(Helo, ev.Helo)
	l.text(Protocol, ev.Protocol)
	if ev.PeerIP != "" && l.Full {
		name := "smtp"
		if ev.Route == event.RouteLMTP {
			name = "lmtp"
		}
		l.str(ProtocolName, name)
		l.str(Transport, "tcp")
	}
}

// isNamed says whether the record names the other side, and tells nothing for that its address is wanted, too: that it came, or failed.
func isNamed(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindDelivery:
		return ev.ServerAddress != "" && ev.Status == event.StatusDelivered
	case event.KindTLS:
		return (ev.ServerAddress != "" || ev.ClientAddress != "") && ev.TLS == event.Yes
	case event.KindDisconnect, event.KindMessageOpened:
		return ev.ClientAddress != ""
	}
	return false
}

func (l *List) security(ev *event.Event) {
	handshake := ev.Kind == event.KindTLS
	if l.Full || !l.verdict && (ev.TLS != event.Yes || ev.TLSVersion == "") {
		l.bool(TLSEstablished, ev.TLS == event.Yes, ev.TLS != event.Open)
	}
	if ev.Secured == event.No || ev.Secured == event.Yes && !handshake { // of a handshake it goes without saying
		l.bool(SessionSecured, ev.Secured == event.Yes, true)
	}
	if ev.TLSVersion != "" {
		if l.Full {
			l.str(TLSProtocolName, "tls")
		}
		l.str(TLSVersion, ev.TLSVersion)
	}
	if l.Full {
		l.text(TLSCipher, ev.TLSCipher)
	}
	if l.Full || !l.verdict || ev.Secured != event.Open {
		l.str(TLSTrust, ev.TLSTrust)
	}
	l.text(TLSPolicy, ev.TLSPolicy)
	l.text(AuthMechanism, ev.AuthMechanism)
	l.str(AuthResult, ev.AuthResult)
	l.text(UserName, ev.User)
}

// Domain is the part of an address behind its last @, in lower case; empty for the null sender.
func Domain(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(address[i+1:])
}

// Valid gives back s as UTF-8, which OTLP asks for; broken bytes become U+FFFD.
func Valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "�")
}
