package traces

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// call is a session of one that called this host, while it lasts and shortly after: its records know no message, and a message's name no more of it than its id.
type call struct {
	from     pcommon.Timestamp
	brought  int       // messages
	messages []carried // those that wait for its end
	told     *tale     // what its lines told, beside that it began and ended; nil: nothing
	over     *ptrace.Span
}

// tale is what happened in a session, and what is known of it since.
type tale struct {
	texts  [len(taleFields)]string
	events ptrace.SpanEventSlice
	missed uint32 // events that there was no room for
}

// taleFields are what the record that ends a session does not say again.
var taleFields = [...]field{fClient, fPeer, fHelo, fProtocol, fTLS, fUser, fMechanism}

// carried is a message that a call has brought. To the trace of the first belongs all of the call, to that of a further one what came from its reception on: else a
// client that never hangs up would be in each for hours.
type carried struct {
	trace pcommon.TraceID
	uid   event.ID
	from  pcommon.Timestamp // 0: the call's own beginning
}

// calls are bounded in sum; the oldest are forgotten first. Of a forgotten one the message's own record tells.
type calls struct {
	byID   map[event.ID]*call
	begun  []event.ID // oldest first; some of them may be gone
	ended  []endedCall
	events int // of all
}

type endedCall struct {
	id event.ID
	at pcommon.Timestamp
}

// The bounds of what is remembered of calls.
const (
	maxCalls       = 8192
	maxEnded       = 1024
	endedFor       = pcommon.Timestamp(time.Minute) // a queue manager tells of a message behind its session's end
	maxEvents      = 32768                          // of all
	maxEventsOfOne = 32
	maxCarried     = 100 // messages that wait for the end of one; further ones have the span as it is when they come
)

// connected begins to remember a session. Most records of this kind tell no more than its id.
func (m *Maker) connected(rec plog.LogRecord) {
	v, ok := rec.Attributes().Get(attrs.SessionID)
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return
	}
	if role, told := rec.Attributes().Get(attrs.SessionRole); told && role.AsString() == "client" {
		return
	}
	if id := idIn(v.Str()); id != 0 && m.calls.byID[id] == nil {
		m.rec = rec
		m.calls.begin(id, m.time())
	}
}

// call keeps what a record tells of a session that brings messages.
func (m *Maker) call() {
	t, id := &m.told, m.told.id(fSession)
	if id == 0 || t.text(fRole) == "client" {
		return
	}
	c := m.calls.byID[id]
	switch {
	case c == nil && (t.text(fRole) == "" || t.has[fEnd]):
		return
	case c == nil:
		c = m.calls.begin(id, m.time())
	case c.over != nil:
		return
	}
	if kind := t.text(fEvent); kind != event.KindDisconnect.String() {
		m.calls.tell(c, m.time(), t)
	}
	if t.has[fEnd] {
		m.endCall(id, c)
	}
}

// endCall gives each message that the session has brought its span. It is remembered where it says that there are more: a queue manager may be slower.
func (m *Maker) endCall(id event.ID, c *call) {
	t := &m.told
	if d := t.number(fSessionDuration); d > 0 {
		c.from = before(m.time(), d)
	}
	for _, one := range c.messages {
		m.begins(one, c)
		s := m.bring(one)
		m.describe(s, c)
		one.clip(s)
	}
	if int(t.number(fMessages)) <= len(c.messages) {
		m.calls.forget(id)
		return
	}
	span := ptrace.NewSpan()
	m.describe(span, c)
	c.over, c.messages = &span, nil
	m.calls.end(id, m.time())
}

// describe writes what is known of a session with the record at hand.
func (m *Maker) describe(s ptrace.Span, c *call) {
	s.SetName("smtp.session")
	s.SetKind(ptrace.SpanKindServer)
	s.SetStartTimestamp(c.from)
	s.SetEndTimestamp(m.time())
	m.told.put(&ofSession, s.Attributes())
	if c.told == nil {
		return
	}
	for i, f := range taleFields {
		if text := c.told.texts[i]; text != "" && !m.told.has[f] {
			s.Attributes().PutStr(names[f], text)
		}
	}
	c.told.events.CopyTo(s.Events())
	s.SetDroppedEventsCount(c.told.missed)
}

// reception gives a message the span of the session that brought it: now, where that is over, or not known; else with its end.
func (m *Maker) reception() {
	t := &m.told
	uid, origin := t.id(fUID), t.id(fOrigin)
	if uid == 0 || origin == 0 {
		return // it was submitted on the host itself
	}
	one := carried{m.rec.TraceID(), uid, 0}
	c := m.calls.byID[origin]
	if c == nil {
		c = &call{from: m.time()}
	} else {
		c.brought++
	}
	if c.brought > 1 {
		one.from = m.time()
	}
	m.begins(one, c)
	switch {
	case c.over != nil:
		s := m.bring(one)
		trace, id, parent := s.TraceID(), s.SpanID(), s.ParentSpanID()
		c.over.CopyTo(s)
		s.SetTraceID(trace)
		s.SetSpanID(id)
		s.SetParentSpanID(parent)
		one.clip(s)
		return
	case c.brought > 0 && len(c.messages) < maxCarried:
		c.messages = append(c.messages, one)
		return
	}
	s := m.bring(one)
	m.describe(s, c)
	one.clip(s)
	if !t.has[fSession] {
		s.Attributes().PutStr(names[fSession], t.text(fOrigin))
	}
}

// begins notes that a message began with the call that brought it.
func (m *Maker) begins(one carried, c *call) {
	if one.from == 0 {
		m.begun(one.uid, c.from)
	}
}

// clip leaves of the call's span what belongs to the message's trace.
func (one carried) clip(s ptrace.Span) {
	if one.from > s.StartTimestamp() {
		s.SetStartTimestamp(min(one.from, s.EndTimestamp()))
	}
}

// bring begins a session's span in a message's trace.
func (m *Maker) bring(one carried) ptrace.Span {
	s := m.place(one.uid).AppendEmpty()
	s.SetTraceID(one.trace)
	s.SetSpanID(event.Within(one.uid, 2).Bytes())
	s.SetParentSpanID(event.SpanOfMessage(one.uid).Bytes())
	m.Spans++
	return s
}

func (c *calls) begin(id event.ID, at pcommon.Timestamp) *call {
	one := &call{from: at}
	if c.byID == nil {
		c.byID = make(map[event.ID]*call)
	}
	c.byID[id] = one
	c.begun = append(c.begun, id)
	for len(c.byID) > maxCalls || len(c.begun) > 2*maxCalls {
		c.forget(c.begun[0])
		c.begun = c.begun[1:]
	}
	return one
}

// end keeps an ended session for messages whose own records come behind it.
func (c *calls) end(id event.ID, at pcommon.Timestamp) {
	c.ended = append(c.ended, endedCall{id, at})
	for len(c.ended) > maxEnded || c.ended[0].at+endedFor < at {
		c.forget(c.ended[0].id)
		c.ended = c.ended[1:]
	}
}

func (c *calls) forget(id event.ID) {
	one := c.byID[id]
	if one == nil {
		return
	}
	if one.told != nil {
		c.events -= one.told.events.Len()
	}
	delete(c.byID, id)
}

// tell keeps what happened in a session. The texts are copied, and long ones cut: what is kept must not hold the record's memory.
func (c *calls) tell(one *call, at pcommon.Timestamp, t *told) {
	if one.told == nil {
		one.told = &tale{events: ptrace.NewSpanEventSlice()}
	}
	for i, f := range taleFields {
		if text := t.text(f); text != "" && one.told.texts[i] == "" {
			one.told.texts[i] = strings.Clone(cut(text))
		}
	}
	if one.told.events.Len() >= maxEventsOfOne || c.events >= maxEvents {
		one.told.missed++
		return
	}
	c.events++
	e := one.told.events.AppendEmpty()
	e.SetName(eventName(t))
	e.SetTimestamp(at)
	for _, f := range t.used[:t.n] {
		if !ofEvent[f] {
			continue
		}
		if t.value[f].Type() == pcommon.ValueTypeStr {
			e.Attributes().PutStr(names[f], strings.Clone(cut(t.value[f].Str())))
		} else {
			t.value[f].CopyTo(e.Attributes().PutEmpty(names[f]))
		}
	}
}

// eventName is what happened: with a queue id a login may be told that has no line of its own.
func eventName(t *told) string {
	if kind := t.text(fEvent); kind != event.KindMessageOpened.String() {
		return kind
	}
	return event.KindAuth.String()
}
