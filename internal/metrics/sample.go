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
	attrs.MessageKind, attrs.MessageHop, attrs.MessageSize, attrs.RecipientCount, attrs.RcptToList, attrs.Command, attrs.Latency, attrs.ReplyCode, attrs.ReplyClass,
	attrs.ReplyEnhancedCode, attrs.ReplyContinued, attrs.RejectPermanent, attrs.DeliveryStatus, attrs.DeliveryRoute, attrs.DeliveryFinal,
	attrs.DeliveryTried, attrs.DeliveryAttempt, attrs.DeliveryDuration, attrs.DelayTotal, attrs.DelayBeforeQueue, attrs.DelayInQueue, attrs.DelaySetup,
	attrs.DelayTransmission, attrs.FailureReason, attrs.FailureCategory, attrs.DestinationDomain, attrs.Provider, attrs.MailFrom, attrs.MailFromDomain, attrs.MessagePartial,
	attrs.Direction, attrs.ErrorType, attrs.SourceAddress, attrs.SourcePool, attrs.TLSEstablished, attrs.TLSVersion, attrs.TLSTrust,
	attrs.AuthMechanism, attrs.AuthResult, attrs.FilterName, attrs.FilterVerdict, attrs.Daemon, attrs.Service, attrs.Instance, attrs.Protocol,
	attrs.RepeatCount, attrs.CoarseLatency, attrs.ReplyRetold, attrs.Trial, attrs.SessionSecured, attrs.HostName, attrs.FilterRetold, attrs.FilterScore, attrs.TLSCipher, attrs.DeliveryDSN, attrs.UserName, attrs.ClientAddress, attrs.PeerAddress, attrs.Synthetic, attrs.Duplicate, AttrStage, AttrOutcome, AttrWindow,
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

// places finds an attribute's place: a map's hash is a good part of what a record costs (BenchmarkRecord: a sixth less CPU with it and with metrics that are asked
// only where their attribute is).
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
	AtEvent, AtRole, AtInferred, AtEnd, AtSessionDuration = At(attrs.Event), At(attrs.SessionRole), At(attrs.SessionInferred), At(attrs.SessionEnd), At(attrs.SessionDuration)
	AtKind, AtSize, AtCount, AtList                       = At(attrs.MessageKind), At(attrs.MessageSize), At(attrs.RecipientCount), At(attrs.RcptToList)
	AtLatency, AtCode, AtClass, AtContinued               = At(attrs.Latency), At(attrs.ReplyCode), At(attrs.ReplyClass), At(attrs.ReplyContinued)
	AtStatus, AtRoute, AtFinal, AtTried, AtAttempt        = At(attrs.DeliveryStatus), At(attrs.DeliveryRoute), At(attrs.DeliveryFinal), At(attrs.DeliveryTried), At(attrs.DeliveryAttempt)
	AtDuration, AtDirection, AtError                      = At(attrs.DeliveryDuration), At(attrs.Direction), At(attrs.ErrorType)
	AtTLS, AtAuthResult, AtVerdict, AtDuplicate           = At(attrs.TLSEstablished), At(attrs.AuthResult), At(attrs.FilterVerdict), At(attrs.Duplicate)
	AtFilter                                              = At(attrs.FilterName)
	AtRetold, AtTrial, AtSecured, AtCoarse, AtRepeat      = At(attrs.ReplyRetold), At(attrs.Trial), At(attrs.SessionSecured), At(attrs.CoarseLatency), At(attrs.RepeatCount)
	AtScore, AtSynthetic, AtVerdictRetold                 = At(attrs.FilterScore), At(attrs.Synthetic), At(attrs.FilterRetold)
	AtInstance, AtStage, AtSession                        = At(attrs.Instance), At(AttrStage), At(attrs.SessionID)
	AtDialect, AtMailFrom, AtMailFromDomain               = At(attrs.Dialect), At(attrs.MailFrom), At(attrs.MailFromDomain)
	AtPartial, AtVersion, AtPermanent, AtCommand          = At(attrs.MessagePartial), At(attrs.TLSVersion), At(attrs.RejectPermanent), At(attrs.Command)
	AtDaemon                                              = At(attrs.Daemon)
	AtHost                                                = At(attrs.HostName)
	AtHop, AtReason, AtCategory, AtProvider               = At(attrs.MessageHop), At(attrs.FailureReason), At(attrs.FailureCategory), At(attrs.Provider)
	AtEnhanced, AtText, AtFingerprint, AtDomain           = At(attrs.ReplyEnhancedCode), At(attrs.ReplyText), At(attrs.ReplyFingerprint), At(attrs.DestinationDomain)
	AtSource, AtPool, AtUID, AtUser, AtService            = At(attrs.SourceAddress), At(attrs.SourcePool), At(attrs.MessageUID), At(attrs.UserName), At(attrs.Service)
	AtClient, AtPeer, AtMessages                          = At(attrs.ClientAddress), At(attrs.PeerAddress), At(attrs.SessionMessages)
	AtQueueStatus, AtAction                               = At(attrs.QueueStatus), At(attrs.MailboxAction)
	AtWaiting, AtOldest                                   = At(attrs.QueueMessages), At(attrs.QueueOldest)
	AtBefore, AtQueue, AtSetup, AtTransmission            = At(attrs.DelayBeforeQueue), At(attrs.DelayInQueue), At(attrs.DelaySetup), At(attrs.DelayTransmission)
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
