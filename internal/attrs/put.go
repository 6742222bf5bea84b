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
	// Host is the host.name of the next record, where it is another than its resource's.
	Host string

	m    pcommon.Map // of the record at hand
	room [512]uint8  // by kind and daemon: how many attributes such records have
	more int         // attributes that come behind the event's
	ids  []idText
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
	if rec.EventName() == "" {
		rec.SetEventName(ev.Kind.EventName())
	}
	if rec.SeverityNumber() == plog.SeverityNumberUnspecified && ev.Class != 0 {
		SetSeverity(ev.Class, rec)
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
	w.str(Dialect, ev.Dialect)
	w.str(Event, ev.Kind.String())
	w.message(ev)
	w.session(ev)
	w.conversation(ev)
	w.delivery(ev)
	w.diagnosis(ev)
	w.network(ev)
	w.str(Daemon, ev.Daemon)
	w.str(Service, ev.Service)
	w.str(Instance, ev.Instance)
	w.num(PID, ev.PID)
	w.bool(Synthetic, true, ev.Synthetic)
	w.bool(Duplicate, true, ev.Duplicate)
	w.num(RepeatCount, int64(ev.Repeat))
	w.text(HostName, w.Host)
}

func (w *Writer) message(ev *event.Event) {
	w.str(MessageUID, w.id(ev.MessageUID))
	w.str(QueueID, ev.QueueID)
	w.text(RemoteQueueID, ev.RemoteQueueID)
	w.str(ChildQueueID, ev.ChildQueueID)
	w.str(ParentMessageUID, w.id(ev.ParentUID))
	w.str(OriginSessionID, w.id(ev.OriginSession))
	w.str(MessageKind, ev.MessageKind.String())
	w.bool(MessagePartial, true, ev.MessagePartial)
	w.text(MessageID, ev.MessageID)
	w.text(Subject, ev.Subject)
	w.text(MailFrom, ev.MailFrom)
	w.text(MailFromDomain, Domain(ev.MailFrom))
	w.text(RcptTo, ev.RcptTo)
	w.text(OrigRcptTo, ev.OrigRcptTo)
	if len(ev.RcptList) > 0 {
		putStrings(w.m.PutEmptySlice(RcptToList), ev.RcptList)
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
	if ev.SessionID == 0 {
		w.str(SessionRole, ev.Role.String())
		return
	}
	id := w.id(ev.SessionID)
	w.str(SessionID, id)
	w.str(SessionRole, ev.Role.String())
	w.bool(SessionInferred, true, ev.SessionInferred)
	w.bool(SessionPartial, true, ev.SessionPartial)
	w.str(SessionEnd, ev.SessionEnd.String())
	w.dbl(SessionDuration, ev.SessionDuration.Seconds(), ev.HasDuration)
	if ev.Transaction > 0 {
		w.str(TransactionID, id+"."+strconv.Itoa(ev.Transaction))
	}
}

func (w *Writer) conversation(ev *event.Event) {
	w.str(Command, ev.Command)
	argument, _ := cut(ev.Argument)
	w.text(Argument, argument)
	w.dbl(Latency, ev.Latency.Seconds(), ev.HasLatency)
	w.bool(CoarseLatency, true, ev.HasLatency && ev.CoarseLatency)
	w.num(ReplyCode, int64(ev.Code))
	if ev.Class >= '2' && ev.Class <= '5' {
		w.str(ReplyClass, classNames[ev.Class-'2'])
	}
	w.str(ReplyEnhancedCode, ev.Enhanced)
	words, truncated := CleanText(ev)
	w.text(ReplyText, words)
	w.bool(ReplyTruncated, true, truncated)
	w.bool(ReplyContinued, true, ev.MoreLines)
	w.bool(ReplyRetold, true, ev.Retold)
	w.bool(Trial, false, ev.NoTrial)
	w.text(ReplyFingerprint, ev.Fingerprint)
	w.bool(RejectPermanent, ev.RejectPermanent == event.Yes, ev.RejectPermanent != event.Open)
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
		w.bool(DeliveryFinal, ev.Final, true)
	}
	w.str(DeliveryDSN, ev.DSN)
	w.str(DeliveryRoute, ev.Route.String())
	w.text(DeliveryMailbox, ev.Mailbox)
	w.bool(DeliveryTried, ev.Tried == event.Yes, ev.Tried != event.Open)
	w.num(DeliveryAttempt, int64(ev.Attempt))
	w.dbl(DeliveryDuration, ev.Duration.Seconds(), ev.HasTotalDuration)
	w.dbl(RetryAfter, ev.RetryAfter.Seconds(), ev.HasRetryAfter)
	w.str(PreviousReason, ev.PreviousReason)
	d := &ev.Delays
	if d.Has != 0 {
		w.dbl(DelayTotal, d.Total, d.Has&event.DelayTotal != 0)
		w.dbl(DelayBeforeQueue, d.BeforeQueue, d.Has&event.DelayBeforeQueue != 0)
		w.dbl(DelayInQueue, d.InQueue, d.Has&event.DelayInQueue != 0)
		w.dbl(DelaySetup, d.ConnectionSetup, d.Has&event.DelayConnectionSetup != 0)
		w.dbl(DelayTransmission, d.Transmission, d.Has&event.DelayTransmission != 0)
	}
}

func (w *Writer) diagnosis(ev *event.Event) {
	w.str(FailureReason, ev.Reason)
	w.str(FailureCategory, ev.Category)
	w.text(DestinationDomain, ev.DestinationDomain)
	w.str(Provider, ev.Provider)
	w.str(Direction, ev.Direction.String())
	w.str(ErrorType, ev.ErrorType)
	w.str(FilterName, ev.FilterName)
	w.text(FilterVerdict, ev.FilterVerdict)
	w.dbl(FilterScore, ev.FilterScore, ev.HasScore)
}

func (w *Writer) network(ev *event.Event) {
	w.text(ClientAddress, ev.ClientAddress)
	w.text(ServerAddress, ev.ServerAddress)
	w.text(PeerAddress, ev.PeerIP)
	w.num(ClientPort, int64(ev.ClientPort))
	w.num(ServerPort, int64(ev.ServerPort))
	w.num(PeerPort, int64(ev.PeerPort))
	w.str(SourceAddress, ev.SourceAddress)
	w.str(SourcePool, ev.SourcePool)
	w.text(Helo, ev.Helo)
	w.text(Protocol, ev.Protocol)
	if ev.PeerIP != "" {
		name := "smtp"
		if ev.Route == event.RouteLMTP {
			name = "lmtp"
		}
		w.str(ProtocolName, name)
		w.str(Transport, "tcp")
	}
	w.bool(TLSEstablished, ev.TLS == event.Yes, ev.TLS != event.Open)
	if ev.Secured == event.No || ev.Secured == event.Yes && ev.Kind != event.KindTLS { // of a handshake it goes without saying
		w.m.PutBool(SessionSecured, ev.Secured == event.Yes)
	}
	if ev.TLSVersion != "" {
		w.str(TLSProtocolName, "tls")
		w.str(TLSVersion, ev.TLSVersion)
	}
	w.text(TLSCipher, ev.TLSCipher)
	w.str(TLSTrust, ev.TLSTrust)
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
