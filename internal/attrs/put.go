package attrs

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
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
