package traces

import (
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// message makes the span of a whole message, of its summary: from its reception, or the call that brought it, to its last line.
func (m *Maker) message() {
	t, uid := &m.told, m.told.id(fUID)
	if uid == 0 {
		return
	}
	if m.keep != nil && !m.keep.decide(uid, m.failed(), t.number(fMessageDuration), m.out) {
		return
	}
	s := m.span(uid, m.rec.SpanID(), "smtp.message")
	s.SetParentSpanID(pcommon.SpanID{})
	s.SetStartTimestamp(before(m.time(), t.number(fMessageDuration)))
	if first, known := m.first.of(uid); known && first < s.StartTimestamp() {
		s.SetStartTimestamp(first)
	}
	t.put(&ofMessage, s.Attributes())
	if n := t.number(fBounced) + t.number(fExpired); n > 0 {
		fail(s, m.undelivered(n))
	}
	m.link(s, uid)
}

// begun notes when something that belongs to a message began.
func (m *Maker) begun(uid event.ID, at pcommon.Timestamp) {
	if first, known := m.first.of(uid); !known || at < first {
		m.first.put(uid, at)
	}
}

// undelivered says how many recipients were not reached, and why the first of them.
func (m *Maker) undelivered(n float64) string {
	all := max(n, m.told.number(fRecipients))
	return strconv.FormatFloat(n, 'f', -1, 64) + " of " + strconv.FormatFloat(all, 'f', -1, 64) + " recipients not reached"
}

// failed says whether something was refused or had to be tried again, of a message that is over.
func (m *Maker) failed() bool {
	t := &m.told
	return t.number(fBounced)+t.number(fExpired)+t.number(fDeferred)+t.number(fAborted) > 0
}

// link names the message that this one came out of, and the trace of its Message-ID where it is not in that, because too many messages have the same.
func (m *Maker) link(s ptrace.Span, uid event.ID) {
	t := &m.told
	if parent := t.id(fParentUID); parent != 0 && parent != uid {
		trace, known := m.parents.of(parent)
		if !known { // a filter or an alias hands on the same mail
			trace = m.rec.TraceID()
		}
		to := s.Links().AppendEmpty()
		to.SetTraceID(trace)
		to.SetSpanID(event.SpanOfMessage(parent).Bytes())
		to.Attributes().PutStr(linkKind, "parent")
	}
	if id := t.text(fMessageID); id != "" {
		shared := event.TraceOfMessageID(id)
		if m.rec.TraceID() != shared.Bytes() {
			to := s.Links().AppendEmpty()
			to.SetTraceID(shared.Bytes())
			to.SetSpanID(event.ID(shared.Low).Bytes()) // nobody's: the trace is meant
			to.Attributes().PutStr(linkKind, "message_id")
		}
	}
}

// linkKind is the attribute of a link that says what it leads to.
const linkKind = "smtp.link"

// hop makes a span of no length, of the message at the host before, where both logs were read: it names the message here.
func (m *Maker) hop() {
	t := &m.told
	uid, parent := t.id(fUID), t.id(fParentUID)
	if uid == 0 || parent == 0 {
		return
	}
	s := m.span(parent, m.rec.SpanID(), "smtp.hop")
	t.put(&ofHop, s.Attributes())
	trace := event.TraceOfMessage(uid)
	if id := t.text(fMessageID); id != "" {
		trace = event.TraceOfMessageID(id)
	}
	to := s.Links().AppendEmpty()
	to.SetTraceID(trace.Bytes())
	to.SetSpanID(event.SpanOfMessage(uid).Bytes())
	to.Attributes().PutStr(linkKind, "hop")
}
