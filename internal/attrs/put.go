package attrs

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// The bounds on what one record may carry.
const (
	MaxText  = 1024 // bytes of a reply text or an argument
	MaxItems = 50   // items of an array
	MaxArray = 16 << 10
)

// Writer puts events on records. It holds a memory of its own, so one Writer serves one goroutine.
type Writer struct {
	// Full: records carry every attribute, not only those of the core set (names.go).
	Full bool
	// Host is the host.name of the next record, where it is another than its resource's.
	Host string

	m    pcommon.Map // of the record at hand
	room [512]uint8  // by kind and daemon: how many attributes such records have
	more int         // attributes that come behind the event's

	verdict bool // the record at hand is one on a recipient
	context bool // it carries all that is known of its message
	ids     []idText
}

// idText remembers an id's digits: the ids of one session stand on many records.
type idText struct {
	id   event.ID
	text string
}

// idSlots is the size of the memory of ids, a power of two.
const idSlots = 1024

// id is the text of an id.
func (w *Writer) id(id event.ID) string {
	if id == 0 {
		return ""
	}
	if w.ids == nil {
		w.ids = make([]idText, idSlots)
	}
	slot := &w.ids[uint64(id)%idSlots]
	if slot.id != id {
		slot.id, slot.text = id, id.String()
	}
	return slot.text
}

// Put writes ev's attributes, EventName and (where there is none) severity to rec. The record carries none of them yet. Room is made at once, for
// as many as records of this kind and daemon have had: room that grows costs more, and so does room that nobody needs.
func (w *Writer) Put(ev *event.Event, rec plog.LogRecord) {
	w.m = rec.Attributes()
	before := w.m.Len()
	room := &w.room[int(ev.Kind)<<3&0x1f8|len(ev.Daemon)&7]
	w.m.EnsureCapacity(before + int(*room) + w.more)
	w.fill(ev)
	if n := w.m.Len() - before; n > int(*room) {
		*room = uint8(min(n, 255))
	}
	putTrace(ev, rec)
	if rec.EventName() == "" {
		rec.SetEventName(ev.Kind.EventName())
	}
	if rec.SeverityNumber() == plog.SeverityNumberUnspecified && ev.Class != 0 {
		SetSeverity(ev.Class, rec)
	}
}

// putTrace gives a record the ids of its message's trace, and of the span that it tells of; one that came with a trace keeps it.
func putTrace(ev *event.Event, rec plog.LogRecord) {
	if ev.Trace == (event.TraceID{}) || !rec.TraceID().IsEmpty() {
		return
	}
	rec.SetTraceID(ev.Trace.Bytes())
	if ev.Span != 0 {
		rec.SetSpanID(ev.Span.Bytes())
	}
}

// SetSeverity gives a record the severity of a reply class: 4xx warns, 5xx is an error.
func SetSeverity(class byte, rec plog.LogRecord) {
	switch class {
	case '4':
		rec.SetSeverityNumber(plog.SeverityNumberWarn)
		rec.SetSeverityText("WARN")
	case '5':
		rec.SetSeverityNumber(plog.SeverityNumberError)
		rec.SetSeverityText("ERROR")
	default:
		rec.SetSeverityNumber(plog.SeverityNumberInfo)
		rec.SetSeverityText("INFO")
	}
}

func putStrings(to pcommon.Slice, list []string) {
	n := min(len(list), MaxItems)
	to.EnsureCapacity(n)
	for _, s := range list[:n] {
		to.AppendEmpty().SetStr(valid(s))
	}
}

func (w *Writer) str(key, s string) {
	if s != "" {
		w.m.PutStr(key, s)
	}
}

// text is str for words that come from outside, which may be broken UTF-8.
func (w *Writer) text(key, s string) {
	if s != "" {
		w.m.PutStr(key, valid(s))
	}
}

func (w *Writer) num(key string, n int64) {
	if n != 0 {
		w.m.PutInt(key, n)
	}
}

func (w *Writer) dbl(key string, d float64, has bool) {
	if has {
		w.m.PutDouble(key, d)
	}
}

func (w *Writer) bool(key string, b, has bool) {
	if has {
		w.m.PutBool(key, b)
	}
}

// fill puts the attributes of ev, the ones that queries ask for first.
func (w *Writer) fill(ev *event.Event) {
	w.verdict = ev.Status != event.StatusNone
	w.context = w.Full || w.verdict || tellsAll(ev.Kind)
	w.str(Dialect, ev.Dialect)
	w.str(Event, ev.Kind.String())
	w.message(ev)
	w.session(ev)
	w.conversation(ev)
	w.delivery(ev)
	w.diagnosis(ev)
	w.network(ev)
	w.security(ev)
	if w.Full || ev.Daemon != DaemonOf(ev.Dialect, ev.Kind.String(), ev.Route.String()) {
		w.str(Daemon, ev.Daemon)
	}
	w.str(Service, ev.Service)
	if w.Full || ev.Instance != ev.Dialect {
		w.str(Instance, ev.Instance)
	}
	if w.Full {
		w.num(PID, ev.PID)
	}
	w.bool(Synthetic, true, ev.Synthetic)
	w.bool(Duplicate, true, ev.Duplicate)
	w.num(RepeatCount, int64(ev.Repeat))
	w.text(HostName, w.Host)
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

func (w *Writer) message(ev *event.Event) {
	w.str(MessageUID, w.id(ev.MessageUID))
	w.str(QueueID, ev.QueueID)
	w.text(RemoteQueueID, ev.RemoteQueueID)
	w.str(ChildQueueID, ev.ChildQueueID)
	if w.Full || w.context && !w.verdict {
		w.str(ParentMessageUID, w.id(ev.ParentUID))
		w.str(OriginSessionID, w.id(ev.OriginSession))
	}
	if w.Full || ev.Kind == event.KindMessageReceived || ev.MessageKind != event.MessageMail && (w.context || ev.Kind == event.KindNotification) {
		w.str(MessageKind, ev.MessageKind.String())
	}
	w.str(MessageHop, ev.MessageHop.String())
	w.bool(MessagePartial, true, ev.MessagePartial && w.context)
	if w.Full || !ev.MessageIDRecalled || w.context && !w.verdict && ev.Kind != event.KindMessageReceived {
		w.text(MessageID, ev.MessageID)
	}
	w.text(Subject, ev.Subject)
	if w.context || !ev.SenderRecalled && ev.Kind != event.KindMessageQueued {
		w.text(MailFrom, ev.MailFrom)
	}
	if w.Full {
		w.text(MailFromDomain, Domain(ev.MailFrom))
	}
	w.text(RcptTo, ev.RcptTo)
	w.text(OrigRcptTo, ev.OrigRcptTo)
	if len(ev.RcptList) > 0 {
		putStrings(w.m.PutEmptySlice(RcptToList), ev.RcptList)
	}
	if ev.Kind == event.KindMessageQueued && !w.Full {
		return // again what the message was received with
	}
	w.num(RecipientCount, int64(max(ev.RecipientCount, recipientCount(ev))))
	if ev.HasSize {
		w.m.PutInt(MessageSize, ev.Size)
	}
}

// recipientCount is what a line that names several recipients counts; a single one needs no number.
func recipientCount(ev *event.Event) int {
	if len(ev.RcptList) > 1 {
		return len(ev.RcptList)
	}
	return 0
}

func (w *Writer) session(ev *event.Event) {
	if w.Full || !impliesRole(ev) {
		w.str(SessionRole, ev.Role.String())
	}
	if ev.SessionID == 0 {
		return
	}
	id := w.id(ev.SessionID)
	w.str(SessionID, id)
	ends := w.Full || ev.SessionEnd != event.EndNone
	w.bool(SessionInferred, true, ev.SessionInferred && ends)
	w.bool(SessionPartial, true, ev.SessionPartial && ends)
	w.str(SessionEnd, ev.SessionEnd.String())
	w.dbl(SessionDuration, ev.SessionDuration.Seconds(), ev.HasDuration)
	if ev.SessionTally != nil {
		w.tally(ev.SessionTally)
	}
	if ev.Transaction > 0 && w.Full {
		w.str(TransactionID, id+"."+strconv.Itoa(ev.Transaction))
	}
}

// tally puts what came of a session on the record that ends it.
func (w *Writer) tally(t *event.Tally) {
	w.num(SessionMessages, int64(t.Messages))
	w.num(SessionAccepted, int64(t.Accepted))
	w.num(SessionRefused, int64(t.Refused))
	var failed pcommon.Map
	for v, n := range t.Failed {
		if n == 0 {
			continue
		}
		if failed == (pcommon.Map{}) { // made with the first
			failed = w.m.PutEmptyMap(SessionCommandsKO)
		}
		failed.PutInt(event.Verb(v).String(), int64(n))
	}
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

func (w *Writer) conversation(ev *event.Event) {
	plain := !w.Full && ev.Class == '2' && ev.Reason == "" && (!w.verdict || ev.Status == event.StatusDelivered)
	switch {
	case !w.Full && plain && w.verdict && ev.Command == event.CommandEOM:
	case !w.Full && ev.Kind == event.KindConnect && ev.Class == 0 && ev.ErrorType == "":
	default:
		w.str(Command, ev.Command)
	}
	argument, _ := cut(ev.Argument)
	w.text(Argument, argument)
	w.dbl(Latency, ev.Latency.Seconds(), ev.HasLatency)
	w.bool(CoarseLatency, true, ev.HasLatency && ev.CoarseLatency)
	w.num(ReplyCode, int64(ev.Code))
	if ev.Class >= '2' && ev.Class <= '5' {
		w.str(ReplyClass, classNames[ev.Class-'2'])
	}
	if !plain {
		w.words(ev)
	}
	w.bool(ReplyContinued, true, ev.MoreLines)
	w.bool(ReplyRetold, true, ev.Retold)
	w.bool(Trial, false, ev.NoTrial)
	w.bool(RejectPermanent, ev.RejectPermanent == event.Yes, ev.RejectPermanent != event.Open && (w.Full || ev.Class == 0))
}

// words are a reply's; those of a plain acceptance tell nothing.
func (w *Writer) words(ev *event.Event) {
	w.str(ReplyEnhancedCode, ev.Enhanced)
	words, truncated := CleanText(ev)
	w.text(ReplyText, words)
	w.bool(ReplyTruncated, true, truncated)
	w.text(ReplyFingerprint, ev.Fingerprint)
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

func (w *Writer) delivery(ev *event.Event) {
	if ev.Status != event.StatusNone {
		w.str(DeliveryStatus, ev.Status.String())
		w.bool(DeliveryFinal, ev.Final, w.Full || ev.Final)
	}
	if w.Full || ev.DSN != ev.Enhanced && ev.Status != event.StatusDelivered {
		w.str(DeliveryDSN, ev.DSN)
	}
	w.str(DeliveryRoute, ev.Route.String())
	w.text(DeliveryMailbox, ev.Mailbox)
	untried := ev.Tried == event.No || ev.Tried == event.Open && w.verdict && !ev.Synthetic // what no host was asked about, such as a message that is thrown away
	w.bool(DeliveryTried, ev.Tried == event.Yes, untried || w.Full && ev.Tried == event.Yes)
	if w.Full || ev.Attempt != 1 {
		w.num(DeliveryAttempt, int64(ev.Attempt))
	}
	w.dbl(DeliveryDuration, ev.Duration.Seconds(), ev.HasTotalDuration)
	w.dbl(RetryAfter, ev.RetryAfter.Seconds(), ev.HasRetryAfter)
	if w.Full {
		w.str(PreviousReason, ev.PreviousReason)
	}
	d := &ev.Delays
	if d.Has != 0 {
		w.dbl(DelayTotal, d.Total, d.Has&event.DelayTotal != 0 && (w.Full || d.Has != event.AllDelays))
		w.dbl(DelayBeforeQueue, d.BeforeQueue, d.Has&event.DelayBeforeQueue != 0 && (w.Full || ev.Attempt <= 1))
		w.dbl(DelayInQueue, d.InQueue, d.Has&event.DelayInQueue != 0)
		w.dbl(DelaySetup, d.ConnectionSetup, d.Has&event.DelayConnectionSetup != 0)
		w.dbl(DelayTransmission, d.Transmission, d.Has&event.DelayTransmission != 0)
	}
}

func (w *Writer) diagnosis(ev *event.Event) {
	w.str(FailureReason, ev.Reason)
	w.str(FailureCategory, ev.Category)
	w.str(FailureBasis, ev.Basis)
	if w.context {
		w.text(DestinationDomain, ev.DestinationDomain)
	}
	w.str(Provider, ev.Provider)
	w.str(Direction, ev.Direction.String())
	if w.Full || !isCode(ev.ErrorType, ev.Code) {
		w.str(ErrorType, ev.ErrorType)
	}
	w.str(FilterName, ev.FilterName)
	w.text(FilterVerdict, ev.FilterVerdict)
	w.bool(FilterRetold, true, ev.VerdictRetold)
	w.dbl(FilterScore, ev.FilterScore, ev.HasScore)
}

// isCode says whether a text is the number of a reply code.
func isCode(s string, code int) bool {
	return len(s) == 3 && code >= 100 && int(s[0]-'0')*100+int(s[1]-'0')*10+int(s[2]-'0') == code
}

// smtpPort is the port that a server has unless something else is said (RFC 5321 section 4.5.4.2).
const smtpPort = 25

func (w *Writer) network(ev *event.Event) {
	w.text(ClientAddress, ev.ClientAddress)
	w.text(ServerAddress, ev.ServerAddress)
	if w.Full || !isNamed(ev) {
		w.text(PeerAddress, ev.PeerIP)
	}
	if w.Full || !w.verdict && ev.Kind != event.KindDisconnect && ev.Kind != event.KindMessageOpened {
		w.num(ClientPort, int64(ev.ClientPort))
	}
	if w.Full || ev.ServerPort != smtpPort {
		w.num(ServerPort, int64(ev.ServerPort))
	}
	if w.Full || ev.PeerPort != smtpPort && ev.PeerPort != ev.ClientPort && ev.PeerPort != ev.ServerPort {
		w.num(PeerPort, int64(ev.PeerPort))
	}
	w.str(SourceAddress, ev.SourceAddress)
	w.str(SourcePool, ev.SourcePool)
	w.text(Helo, ev.Helo)
	w.text(Protocol, ev.Protocol)
	if ev.PeerIP != "" && w.Full {
		name := "smtp"
		if ev.Route == event.RouteLMTP {
			name = "lmtp"
		}
		w.str(ProtocolName, name)
		w.str(Transport, "tcp")
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

func (w *Writer) security(ev *event.Event) {
	handshake := ev.Kind == event.KindTLS
	if w.Full || !w.verdict && (ev.TLS != event.Yes || ev.TLSVersion == "") {
		w.bool(TLSEstablished, ev.TLS == event.Yes, ev.TLS != event.Open)
	}
	if ev.Secured == event.No || ev.Secured == event.Yes && !handshake { // of a handshake it goes without saying
		w.m.PutBool(SessionSecured, ev.Secured == event.Yes)
	}
	if ev.TLSVersion != "" {
		if w.Full {
			w.str(TLSProtocolName, "tls")
		}
		w.str(TLSVersion, ev.TLSVersion)
	}
	if w.Full {
		w.text(TLSCipher, ev.TLSCipher)
	}
	if w.Full || !w.verdict || ev.Secured != event.Open {
		w.str(TLSTrust, ev.TLSTrust)
	}
	w.text(TLSPolicy, ev.TLSPolicy)
	w.text(AuthMechanism, ev.AuthMechanism)
	w.str(AuthResult, ev.AuthResult)
	w.text(UserName, ev.User)
}

// Domain is the part of an address behind its last @, in lower case; empty for the null sender.
func Domain(address string) string {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return ""
	}
	return strings.ToLower(address[i+1:])
}

// valid gives back s as UTF-8, which OTLP asks for; broken bytes become U+FFFD.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "�")
}
