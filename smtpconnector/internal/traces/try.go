package traces

import (
	"cmp"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// The spans of a message, by what their records say: of all others a host answered or failed.
var spanNames = map[string]string{
	event.KindDelivery.String():         "smtp.delivery",
	event.KindFilter.String():           "smtp.filter",
	event.KindNotification.String():     "smtp.notification",
	event.KindMessageHeld.String():      "smtp.verdict", // of the whole message
	event.KindMessageDiscarded.String(): "smtp.verdict",
	event.KindMessageDeleted.String():   "smtp.verdict",
	event.KindMessageExpired.String():   "smtp.verdict",
}

// The stages of a delivery, in their order.
var stages = [...]struct {
	name string
	took field
}{{"smtp.delay.in_queue", fQueue}, {"smtp.delay.connection_setup", fConnection}, {"smtp.delay.transmission", fTransmission}}

// try makes the span of a try at one host, or of what else happened to a message once: a refusal of a host before another accepted, a filter, a notice.
func (m *Maker) try() {
	t, uid := &m.told, m.told.id(fUID)
	if uid == 0 {
		return
	}
	kind := t.text(fEvent)
	failed := m.refused(kind)
	if m.keep != nil {
		m.keep.see(uid, failed, t.number(fDeliveryDuration), m.out)
	}
	name, known := spanNames[kind]
	if !known {
		name = "smtp.trial"
	}
	s := m.span(uid, m.rec.SpanID(), name)
	s.SetKind(m.kind())
	t.put(&ofTry, s.Attributes())
	if failed {
		fail(s, t.text(fText))
		if !t.has[fError] {
			s.Attributes().PutStr(attrs.ErrorType, m.errorType())
		}
	}
	took := t.number(fLatency) + t.number(fFilterDuration)
	for i := range stages {
		took += t.number(stages[i].took)
	}
	if took > 0 {
		s.SetStartTimestamp(before(m.time(), took))
		m.begun(uid, s.StartTimestamp())
		m.stages(s, uid)
	}
	if t.isTrue(fFinal) && failed || kind == event.KindNotification.String() {
		m.parents.put(uid, m.rec.TraceID())
	}
}

// errorType says what kind of error a try was that the server itself has no such word for: the code of the answer, else the reason, else how it ended.
func (m *Maker) errorType() string {
	t := &m.told
	if code := t.number(fCode); code > 0 {
		return strconv.Itoa(int(code))
	}
	return cmp.Or(t.text(fReason), t.text(fStatus), "_OTHER")
}

// stages makes the children of a delivery that say where its time went.
func (m *Maker) stages(of ptrace.Span, uid event.ID) {
	from, whole := of.StartTimestamp(), of.SpanID()
	for i := range stages {
		seconds := m.told.number(stages[i].took)
		if seconds <= 0 {
			continue
		}
		to := min(from+length(seconds), of.EndTimestamp())
		s := m.span(uid, event.Within(idOf(whole), uint64(i)+1).Bytes(), stages[i].name)
		s.SetParentSpanID(whole)
		s.SetStartTimestamp(from)
		s.SetEndTimestamp(to)
		from = to
	}
}

// idOf is a span's id as the number that others are made from.
func idOf(id pcommon.SpanID) (n event.ID) {
	for _, b := range id {
		n = n<<8 | event.ID(b)
	}
	return n
}

// kind is a client's for what another program was asked over a connection.
func (m *Maker) kind() ptrace.SpanKind {
	switch m.told.text(fRoute) {
	case "mx", "relayhost", "lmtp", "filter":
		return ptrace.SpanKindClient
	case "":
		if m.told.text(fRole) == "client" {
			return ptrace.SpanKindClient
		}
	}
	return ptrace.SpanKindInternal
}

// refused says whether a host refused or failed, or a recipient was given up.
func (m *Maker) refused(kind string) bool {
	switch kind {
	case event.KindFilter.String(), event.KindNotification.String():
		return false
	}
	switch m.told.text(fStatus) {
	case "delivered", "discarded", "deleted", "held":
		return false
	}
	return true
}
