package metrics

import (
	"strconv"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// The attributes of data points that records do not have.
const (
	AttrStage   = "smtp.delay.stage"   // of smtp.delivery.delay
	AttrOutcome = "smtp.ratio.outcome" // of smtp.delivery.ratio
	AttrWindow  = "smtp.ratio.window"
)

// Slot is the place of an attribute in a Sample.
type Slot uint8

// read lists the attributes that metrics are made of; a record's others are passed over.
var read = [...]string{
	attrs.Event, attrs.Dialect, attrs.SessionID, attrs.SessionRole, attrs.SessionInferred, attrs.SessionEnd, attrs.SessionDuration,
	attrs.MessageKind, attrs.MessageHop, attrs.MessageSize, attrs.RecipientCount,
	attrs.RcptToList, attrs.Command, attrs.Latency, attrs.ReplyCode, attrs.ReplyClass,
	attrs.ReplyEnhancedCode, attrs.ReplyContinued, attrs.RejectPermanent, attrs.DeliveryStatus, attrs.DeliveryRoute, attrs.DeliveryFinal,
	attrs.DeliveryTried, attrs.DeliveryAttempt, attrs.DeliveryDuration,
	attrs.DelayTotal, attrs.DelayBeforeQueue, attrs.DelayInQueue, attrs.DelaySetup,
	attrs.DelayTransmission, attrs.FailureReason, attrs.FailureCategory, attrs.DestinationDomain,
	attrs.Provider, attrs.MailFrom, attrs.MailFromDomain, attrs.MessagePartial,
	attrs.Direction, attrs.ErrorType, attrs.SourceAddress, attrs.SourcePool, attrs.TLSEstablished, attrs.TLSVersion, attrs.TLSTrust,
	attrs.AuthMechanism, attrs.AuthResult, attrs.FilterName, attrs.FilterVerdict, attrs.Daemon, attrs.Service, attrs.Instance, attrs.Protocol,
	attrs.RepeatCount, attrs.CoarseLatency, attrs.ReplyRetold, attrs.Trial, attrs.SessionSecured, attrs.HostName,
	attrs.FilterRetold, attrs.FilterScore, attrs.TLSCipher, attrs.DeliveryDSN, attrs.UserName,
	attrs.ClientAddress, attrs.PeerAddress, attrs.Synthetic, attrs.Duplicate, AttrStage, AttrOutcome, AttrWindow,
	// for incidents alone
	attrs.MessageUID, attrs.ReplyText, attrs.ReplyFingerprint, attrs.SessionMessages, attrs.IncidentKind,
	attrs.MailboxAction, attrs.QueueMessages, attrs.QueueOldest, attrs.QueueStatus, attrs.QueuePartial,
}

// Slots is the number of places.
const Slots = len(read)

// slotOf finds an attribute's place.
var slotOf = func() map[string]Slot {
	m := make(map[string]Slot, Slots)
	for i, name := range read {
		m[name] = Slot(i)
	}
	return m
}()

// At is the place of an attribute that is read. Another name is a programmer's mistake, and panics.
func At(name string) Slot {
	s, ok := slotOf[name]
	if !ok {
		panic("no metric reads " + name)
	}
	return s
}

// places finds an attribute's place: a map's hash is a good part of what a record costs (BenchmarkRecord: a sixth less CPU with it
// and with metrics that are asked only where their attribute is).
var places = attrs.NewFinder(read[:])

// Find gives an attribute's place; false where it is not read.
func Find(name string) (at Slot, ok bool) {
	i := places.Find(name)
	return Slot(i), i < Slots
}

// String is the attribute's name.
func (at Slot) String() string { return read[at] }

// The places that are asked for by name.
var (
	AtEvent           = At(attrs.Event)
	AtRole            = At(attrs.SessionRole)
	AtInferred        = At(attrs.SessionInferred)
	AtEnd             = At(attrs.SessionEnd)
	AtSessionDuration = At(attrs.SessionDuration)
	AtKind            = At(attrs.MessageKind)
	AtSize            = At(attrs.MessageSize)
	AtCount           = At(attrs.RecipientCount)
	AtList            = At(attrs.RcptToList)
	AtLatency         = At(attrs.Latency)
	AtCode            = At(attrs.ReplyCode)
	AtClass           = At(attrs.ReplyClass)
	AtContinued       = At(attrs.ReplyContinued)
	AtStatus          = At(attrs.DeliveryStatus)
	AtRoute           = At(attrs.DeliveryRoute)
	AtFinal           = At(attrs.DeliveryFinal)
	AtTried           = At(attrs.DeliveryTried)
	AtAttempt         = At(attrs.DeliveryAttempt)
	AtDuration        = At(attrs.DeliveryDuration)
	AtDirection       = At(attrs.Direction)
	AtError           = At(attrs.ErrorType)
	AtTLS             = At(attrs.TLSEstablished)
	AtAuthResult      = At(attrs.AuthResult)
	AtVerdict         = At(attrs.FilterVerdict)
	AtDuplicate       = At(attrs.Duplicate)
	AtFilter          = At(attrs.FilterName)
	AtRetold          = At(attrs.ReplyRetold)
	AtTrial           = At(attrs.Trial)
	AtSecured         = At(attrs.SessionSecured)
	AtCoarse          = At(attrs.CoarseLatency)
	AtRepeat          = At(attrs.RepeatCount)
	AtScore           = At(attrs.FilterScore)
	AtSynthetic       = At(attrs.Synthetic)
	AtVerdictRetold   = At(attrs.FilterRetold)
	AtInstance        = At(attrs.Instance)
	AtStage           = At(AttrStage)
	AtSession         = At(attrs.SessionID)
	AtDialect         = At(attrs.Dialect)
	AtMailFrom        = At(attrs.MailFrom)
	AtMailFromDomain  = At(attrs.MailFromDomain)
	AtPartial         = At(attrs.MessagePartial)
	AtVersion         = At(attrs.TLSVersion)
	AtPermanent       = At(attrs.RejectPermanent)
	AtCommand         = At(attrs.Command)
	AtDaemon          = At(attrs.Daemon)
	AtHost            = At(attrs.HostName)
	AtHop             = At(attrs.MessageHop)
	AtReason          = At(attrs.FailureReason)
	AtCategory        = At(attrs.FailureCategory)
	AtProvider        = At(attrs.Provider)
	AtEnhanced        = At(attrs.ReplyEnhancedCode)
	AtText            = At(attrs.ReplyText)
	AtFingerprint     = At(attrs.ReplyFingerprint)
	AtDomain          = At(attrs.DestinationDomain)
	AtSource          = At(attrs.SourceAddress)
	AtPool            = At(attrs.SourcePool)
	AtUID             = At(attrs.MessageUID)
	AtUser            = At(attrs.UserName)
	AtService         = At(attrs.Service)
	AtClient          = At(attrs.ClientAddress)
	AtPeer            = At(attrs.PeerAddress)
	AtMessages        = At(attrs.SessionMessages)
	AtQueueStatus     = At(attrs.QueueStatus)
	AtAction          = At(attrs.MailboxAction)
	AtWaiting         = At(attrs.QueueMessages)
	AtOldest          = At(attrs.QueueOldest)
	AtBefore          = At(attrs.DelayBeforeQueue)
	AtQueue           = At(attrs.DelayInQueue)
	AtSetup           = At(attrs.DelaySetup)
	AtTransmission    = At(attrs.DelayTransmission)
)

// Sample is one record as the metrics see it: texts for dimensions, numbers for values. It is used again for the next record; its texts are
// the record's. An integer has both, a boolean the text "true" or "false" and the number 1 or 0, a list its length.
type Sample struct {
	Text [Slots]string
	Num  [Slots]float64
	Has  [Slots]bool
	Time int64       // the record's, in nanoseconds since 1970; 0: it has none
	used [Slots]Slot // the places that are set, n of them
	n    int
}

// numbers are the texts of small numbers, so that a reply code costs no allocation.
var numbers = func() (list [1000]string) {
	for i := range list {
		list[i] = strconv.Itoa(i)
	}
	return list
}()

// Reset empties the sample for the next record.
func (s *Sample) Reset() {
	for _, at := range s.used[:s.n] {
		s.Text[at], s.Num[at], s.Has[at] = "", 0, false
	}
	s.n, s.Time = 0, 0
}

// Put notes an attribute.
func (s *Sample) Put(at Slot, text string, n float64) {
	if !s.Has[at] {
		s.used[s.n] = at
		s.n++
	}
	s.Has[at], s.Text[at], s.Num[at] = true, text, n
}

// IsSummary says whether records of an event tell again what others have counted.
func IsSummary(event string) bool {
	return event == "session" || event == "message" || event == "incident"
}

// Number is an integer's text.
func Number(n int64) string {
	if n >= 0 && n < int64(len(numbers)) {
		return numbers[n]
	}
	return strconv.FormatInt(n, 10)
}

// Is says whether an attribute has this text.
func (s *Sample) Is(at Slot, text string) bool { return s.Text[at] == text }

// IsTrue says whether a boolean attribute is true.
func (s *Sample) IsTrue(at Slot) bool { return s.Num[at] == 1 }

// Recipients is how many recipients a verdict is about.
func (s *Sample) Recipients() int64 {
	if s.Has[AtList] || s.Is(AtEvent, "message.discarded") { // of the latter the line may name nobody
		return max(1, int64(max(s.Num[AtList], s.Num[AtCount])))
	}
	return 1
}

// Lines is how many equal lines the record stands for.
func (s *Sample) Lines() int64 { return max(1, int64(s.Num[AtRepeat])) }

// IsDelivery says whether the record is a verdict on recipients: a delivery, or the deciding reply of a conversation.
func (s *Sample) IsDelivery() bool { return s.Has[AtStatus] }

// Population is what rates are made of: mail that leaves, over the ways that other people's servers stand at the end of.
func (s *Sample) Population() bool {
	return s.Is(AtKind, "mail") && s.Is(AtDirection, "outbound") && (s.Is(AtRoute, "mx") || s.Is(AtRoute, "relayhost"))
}
