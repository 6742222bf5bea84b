package smtpconnector

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// The attributes of data points that records do not have.
const (
	attrStage   = "smtp.delay.stage"   // of smtp.delivery.delay
	attrOutcome = "smtp.ratio.outcome" // of smtp.delivery.ratio
	attrWindow  = "smtp.ratio.window"
)

// slot is the place of an attribute in a sample.
type slot uint8

// read lists the attributes that the connector reads; a record's others are passed over.
var read = [...]string{
	attrs.Event, attrs.Dialect, attrs.SessionID, attrs.SessionRole, attrs.SessionInferred, attrs.SessionEnd, attrs.SessionDuration,
	attrs.MessageKind, attrs.MessageHop, attrs.MessageSize, attrs.RecipientCount, attrs.RcptToList, attrs.Command, attrs.Latency, attrs.ReplyCode, attrs.ReplyClass,
	attrs.ReplyEnhancedCode, attrs.ReplyContinued, attrs.RejectPermanent, attrs.DeliveryStatus, attrs.DeliveryRoute, attrs.DeliveryFinal,
	attrs.DeliveryTried, attrs.DeliveryAttempt, attrs.DeliveryDuration, attrs.DelayTotal, attrs.DelayBeforeQueue, attrs.DelayInQueue, attrs.DelaySetup,
	attrs.DelayTransmission, attrs.FailureReason, attrs.FailureCategory, attrs.DestinationDomain, attrs.Provider, attrs.MailFrom, attrs.MailFromDomain, attrs.MessagePartial,
	attrs.Direction, attrs.ErrorType, attrs.SourceAddress, attrs.SourcePool, attrs.TLSEstablished, attrs.TLSVersion, attrs.TLSTrust,
	attrs.AuthMechanism, attrs.AuthResult, attrs.FilterName, attrs.FilterVerdict, attrs.Daemon, attrs.Service, attrs.Instance, attrs.Protocol,
	attrs.RepeatCount, attrs.CoarseLatency, attrs.ReplyRetold, attrs.Trial, attrs.SessionSecured, attrs.HostName, attrs.FilterRetold, attrs.FilterScore, attrs.TLSCipher, attrs.DeliveryDSN, attrs.Synthetic, attrs.Duplicate, attrStage, attrOutcome, attrWindow,
}

const slots = len(read)

// slotOf finds an attribute's place.
var slotOf = func() map[string]slot {
	m := make(map[string]slot, slots)
	for i, name := range read {
		m[name] = slot(i)
	}
	return m
}()

func at(name string) slot {
	s, ok := slotOf[name]
	if !ok {
		panic("the connector does not read " + name)
	}
	return s
}

// finder finds an attribute's place without a map: a perfect hash over three bytes and the length of its name, as a map's hash is a good part of
// what a record costs (BenchmarkRecord: a sixth less CPU with it and with metrics that are asked only where their attribute is).
type finder struct {
	table   [1 << finderBits]uint8 // place + 1
	a, b, c uint32
}

const finderBits = 10

// places is the finder of what is read.
var places = func() (f finder) {
	for seed := uint32(1); ; seed++ {
		f = finder{a: seed * 2654435761, b: seed*40503 + 7, c: seed*97 + 131}
		if f.fill() {
			return f
		}
	}
}()

// fill puts every name into the table; false: two of them would share a place.
func (f *finder) fill() bool {
	for i, name := range read {
		at := &f.table[f.hash(name)]
		if *at != 0 {
			return false
		}
		*at = uint8(i + 1)
	}
	return true
}

func (f *finder) hash(name string) uint32 {
	n := len(name)
	h := uint32(n)*f.a + uint32(name[n-1])*f.b + uint32(name[n-3])*f.c + uint32(name[n/2])*(f.a^f.b)
	return h >> 7 & (1<<finderBits - 1)
}

// find gives the place, or slots where the attribute is not read.
func (f *finder) find(name string) int {
	if len(name) < 3 {
		return slots
	}
	if i := int(f.table[f.hash(name)]) - 1; i >= 0 && read[i] == name {
		return i
	}
	return slots
}

// The places that are asked for by name.
var (
	sEvent, sRole, sInferred, sEnd, sSessionDuration = at(attrs.Event), at(attrs.SessionRole), at(attrs.SessionInferred), at(attrs.SessionEnd), at(attrs.SessionDuration)
	sKind, sSize, sCount, sList                      = at(attrs.MessageKind), at(attrs.MessageSize), at(attrs.RecipientCount), at(attrs.RcptToList)
	sLatency, sCode, sClass, sContinued              = at(attrs.Latency), at(attrs.ReplyCode), at(attrs.ReplyClass), at(attrs.ReplyContinued)
	sStatus, sRoute, sFinal, sTried, sAttempt        = at(attrs.DeliveryStatus), at(attrs.DeliveryRoute), at(attrs.DeliveryFinal), at(attrs.DeliveryTried), at(attrs.DeliveryAttempt)
	sDuration, sDirection, sError                    = at(attrs.DeliveryDuration), at(attrs.Direction), at(attrs.ErrorType)
	sTLS, sAuthResult, sVerdict, sDuplicate          = at(attrs.TLSEstablished), at(attrs.AuthResult), at(attrs.FilterVerdict), at(attrs.Duplicate)
	sFilter                                          = at(attrs.FilterName)
	sRetold, sTrial, sSecured, sCoarse, sRepeat      = at(attrs.ReplyRetold), at(attrs.Trial), at(attrs.SessionSecured), at(attrs.CoarseLatency), at(attrs.RepeatCount)
	sScore, sSynthetic, sVerdictRetold               = at(attrs.FilterScore), at(attrs.Synthetic), at(attrs.FilterRetold)
	sInstance, sStage, sSession                      = at(attrs.Instance), at(attrStage), at(attrs.SessionID)
	sDialect, sMailFrom, sMailFromDomain             = at(attrs.Dialect), at(attrs.MailFrom), at(attrs.MailFromDomain)
	sPartial, sVersion, sPermanent, sCommand         = at(attrs.MessagePartial), at(attrs.TLSVersion), at(attrs.RejectPermanent), at(attrs.Command)
	sDaemon                                          = at(attrs.Daemon)
	sHost                                            = at(attrs.HostName)
	sBefore, sQueue, sSetup, sTransmission           = at(attrs.DelayBeforeQueue), at(attrs.DelayInQueue), at(attrs.DelaySetup), at(attrs.DelayTransmission)
)

// sample is one record as the metrics see it: texts for dimensions, numbers for values. It is used again for the next record; its texts are
// the record's.
type sample struct {
	text [slots]string
	num  [slots]float64
	has  [slots]bool
	used [slots]slot // the places that are set, n of them
	n    int
	time pcommon.Timestamp // the record's; 0: it has none
}

// numbers are the texts of small numbers, so that a reply code costs no allocation.
var numbers = func() (list [1000]string) {
	for i := range list {
		list[i] = strconv.Itoa(i)
	}
	return list
}()

// take reads a record's attributes; false: it is a summary, which tells again what was counted.
func (s *sample) take(m pcommon.Map) bool {
	for _, at := range s.used[:s.n] {
		s.text[at], s.num[at], s.has[at] = "", 0, false
	}
	s.n = 0
	for name, v := range m.All() {
		at := places.find(name)
		if at == slots {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeStr:
			text := v.Str()
			if slot(at) == sEvent && isSummary(text) {
				return false
			}
			s.put(slot(at), text, 0)
		case pcommon.ValueTypeInt:
			s.put(slot(at), number(v.Int()), float64(v.Int()))
		case pcommon.ValueTypeDouble:
			s.put(slot(at), "", v.Double())
		case pcommon.ValueTypeBool:
			if v.Bool() {
				s.put(slot(at), "true", 1)
			} else {
				s.put(slot(at), "false", 0)
			}
		case pcommon.ValueTypeSlice:
			s.put(slot(at), "", float64(v.Slice().Len()))
		}
	}
	return true
}

// put notes an attribute.
func (s *sample) put(at slot, text string, n float64) {
	if !s.has[at] {
		s.used[s.n] = at
		s.n++
	}
	s.has[at], s.text[at], s.num[at] = true, text, n
}

func isSummary(event string) bool {
	return event == "session" || event == "message" || event == "incident"
}

// number is an integer's text.
func number(n int64) string {
	if n >= 0 && n < int64(len(numbers)) {
		return numbers[n]
	}
	return strconv.FormatInt(n, 10)
}

// is says whether an attribute has this text.
func (s *sample) is(at slot, text string) bool { return s.text[at] == text }

// isTrue says whether a boolean attribute is true.
func (s *sample) isTrue(at slot) bool { return s.num[at] == 1 }

// recipients is how many recipients a verdict is about.
func (s *sample) recipients() int64 {
	if s.has[sList] || s.is(sEvent, "message.discarded") { // of the latter the line may name nobody
		return max(1, int64(max(s.num[sList], s.num[sCount])))
	}
	return 1
}

// lines is how many equal lines the record stands for.
func (s *sample) lines() int64 { return max(1, int64(s.num[sRepeat])) }

// isDelivery says whether the record is a verdict on recipients: a delivery, or the deciding reply of a conversation.
func (s *sample) isDelivery() bool { return s.has[sStatus] }

// population is what rates are made of: mail that leaves, over the ways that other people's servers stand at the end of.
func (s *sample) population() bool {
	return s.is(sKind, "mail") && s.is(sDirection, "outbound") && (s.is(sRoute, "mx") || s.is(sRoute, "relayhost"))
}
