// Package traces makes spans of enriched records: one trace a mail, of the messages that it is at each host that it passes. A span
// goes out with the record that ends it, since a message may live for days: the ids stand on the records, and what several spans
// have in common is made from them.
package traces

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// ScopeName is the instrumentation scope of the spans.
const ScopeName = "github.com/otelcol-smtp/otelcol-smtp/smtpconnector"

// Options say which messages have spans: without Failed and Slow all of them.
type Options struct {
	Failed    bool          // those of which a try failed
	Slow      bool          // those that took longer than SlowAfter
	SlowAfter time.Duration // from reception to a recipient's end
}

// Maker makes spans of the records of one connector. It is not safe for concurrent use.
type Maker struct {
	keep  *keeper // nil where all messages have spans
	calls calls
	// the traces of messages that a notice may be about: it has one of its own, and names the message by its uid alone
	parents recent[pcommon.TraceID]
	// when the call that brought a message began, or its first try: by rounded times that may be before its reception
	first recent[pcommon.Timestamp]
	told  told

	out    *output
	rec    plog.LogRecord
	source source
	Spans  int64 // made so far, those included that wait for what becomes of their message
}

// New makes a Maker.
func New(o Options) *Maker {
	m := new(Maker)
	if o.Failed || o.Slow {
		m.keep = &keeper{options: o}
	}
	return m
}

// Sessions is how many sessions are remembered.
func (m *Maker) Sessions() int { return len(m.calls.byID) }

// Held is of how many messages spans are held back.
func (m *Maker) Held() int {
	if m.keep == nil {
		return 0
	}
	return len(m.keep.held)
}

// Logs makes the spans of a batch of enriched records.
func (m *Maker) Logs(ld plog.Logs) ptrace.Traces {
	m.out = newOutput()
	if m.keep != nil {
		m.keep.batch++
	}
	for i, rl := range ld.ResourceLogs().All() {
		m.source = source{index: i, resource: rl.Resource()}
		_, m.source.named = rl.Resource().Attributes().Get(attrs.ServiceName)
		for _, sl := range rl.ScopeLogs().All() {
			if sl.Scope().Name() != attrs.Scope {
				continue
			}
			for _, rec := range sl.LogRecords().All() {
				m.record(rec)
			}
		}
	}
	td := m.out.traces
	m.out, m.rec, m.source = nil, plog.LogRecord{}, source{}
	return td
}

// part is what a record's event is for spans, as its name tells before its attributes are looked at: most records end none.
type part uint8

// The parts.
const (
	none      part = iota
	connect        // a session begins
	inSession      // something happens in it, or it ends
	opened         // a queue id is given out; the line may name who has logged in
	received       // a message comes in
)

// partOf knows the names that event.Kind gives.
func partOf(eventName string) part {
	switch eventName {
	case "smtp.connect":
		return connect
	case "smtp.disconnect", "smtp.tls", "smtp.auth", "smtp.command", "smtp.reply",
		"smtp.reject", "smtp.filter", "smtp.warning", "smtp.message.aborted":
		return inSession
	case "smtp.message.opened":
		return opened
	case "smtp.message.received":
		return received
	}
	return none
}

// record makes the spans that a record ends.
func (m *Maker) record(rec plog.LogRecord) {
	traced := !rec.TraceID().IsEmpty()
	if traced && !rec.SpanID().IsEmpty() {
		if m.read(rec) {
			m.own()
		}
		return
	}
	switch of := partOf(rec.EventName()); {
	case of == none, of == received && !traced, of == opened && !hasLogin(rec):
	case of == connect:
		m.connected(rec)
	case !m.read(rec):
	case of == received:
		m.reception()
	default:
		m.call()
	}
}

// read takes a record's attributes; false for a line that was read before.
func (m *Maker) read(rec plog.LogRecord) bool {
	m.rec = rec
	m.told.read(rec.Attributes())
	return !m.told.isTrue(fDuplicate)
}

// own makes the span whose own record it is.
func (m *Maker) own() {
	switch m.told.text(fEvent) {
	case "message":
		m.message()
	case "hop":
		m.hop()
	default:
		m.try()
	}
}

// hasLogin says whether the line that gives out a queue id names who has logged in, as Postfix does there alone.
func hasLogin(rec plog.LogRecord) bool {
	_, ok := rec.Attributes().Get(attrs.AuthMechanism)
	return ok
}

// time is the record's.
func (m *Maker) time() pcommon.Timestamp {
	if t := m.rec.Timestamp(); t != 0 {
		return t
	}
	return m.rec.ObservedTimestamp()
}

// span begins a span of the record's message, which is a child of the message's own.
func (m *Maker) span(uid event.ID, id pcommon.SpanID, name string) ptrace.Span {
	s := m.place(uid).AppendEmpty()
	s.SetTraceID(m.rec.TraceID())
	s.SetSpanID(id)
	s.SetParentSpanID(event.SpanOfMessage(uid).Bytes())
	s.SetName(name)
	s.SetEndTimestamp(m.time())
	s.SetStartTimestamp(m.time())
	s.SetKind(ptrace.SpanKindInternal)
	m.Spans++
	return s
}

// place is where a span of the message goes.
func (m *Maker) place(uid event.ID) ptrace.SpanSlice {
	out := m.out
	if m.keep != nil {
		out = m.keep.output(uid, m.out)
	}
	return out.of(&m.source, &m.told)
}

// before is a time so many seconds before another.
func before(t pcommon.Timestamp, seconds float64) pcommon.Timestamp {
	if d := length(seconds); d < t {
		return t - d
	}
	return t
}

// length is a number of seconds in nanoseconds, 0 for one that is none.
func length(seconds float64) pcommon.Timestamp {
	const most = 1e9    // 30 years
	if !(seconds > 0) { // no number either
		return 0
	}
	return pcommon.Timestamp(math.Round(min(seconds, most) * float64(time.Second)))
}

// fail gives a span the status of a failure.
func fail(s ptrace.Span, why string) {
	s.Status().SetCode(ptrace.StatusCodeError)
	s.Status().SetMessage(why)
}
