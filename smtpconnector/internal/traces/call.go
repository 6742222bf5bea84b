package traces

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// call is a session of one that called this host, while it lasts and shortly after: its records know no message, and a message's name no more of it than its id.
type call struct {
	span     ptrace.Span // as each of its messages will have it
	messages []carried   // that it has brought, and that wait for its end
	events   int
	ended    bool
}

// carried is a message that a call has brought.
type carried struct {
	trace pcommon.TraceID
	uid   event.ID
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

// callEvents are the events that sessions consist of.
var callEvents = func() map[string]bool {
	names := make(map[string]bool)
	for _, k := range []event.Kind{
		event.KindConnect, event.KindDisconnect, event.KindTLS, event.KindAuth, event.KindCommand, event.KindReply, event.KindReject, event.KindFilter, event.KindWarning,
	} {
		names[k.EventName()] = true
	}
	return names
}()

func isOfCall(name string) bool { return callEvents[name] }

// call keeps what a record tells of a session that brings messages.
func (m *Maker) call() {
	t, id := &m.told, m.told.id(fSession)
	if id == 0 || t.text(fRole) == "client" {
		return
	}
	kind := t.text(fEvent)
	c := m.calls.byID[id]
	if c == nil {
		if t.text(fRole) == "" && kind != event.KindConnect.String() || t.has[fEnd] {
			return
		}
		c = m.calls.begin(id, m.time())
	}
	if c.ended {
		return
	}
	c.span.SetEndTimestamp(m.time())
	switch {
	case kind == event.KindConnect.String(), kind == event.KindDisconnect.String():
		t.put(&ofSession, true, c.span.Attributes())
	default:
		if kind == event.KindTLS.String() || kind == event.KindAuth.String() || kind == event.KindMessageOpened.String() {
			t.put(&ofSession, true, c.span.Attributes())
		}
		m.calls.tell(c, m.time(), t)
	}
	if t.has[fEnd] {
		m.endCall(id, c)
	}
}

// endCall gives each message that the session has brought its span.
func (m *Maker) endCall(id event.ID, c *call) {
	t := &m.told
	t.put(&ofSession, true, c.span.Attributes())
	if d := t.number(fSessionDuration); d > 0 {
		c.span.SetStartTimestamp(before(m.time(), d))
	}
	for _, one := range c.messages {
		m.bring(c, one)
	}
	c.messages, c.ended = nil, true
	m.calls.end(id, m.time())
}

// reception gives a message the span of the session that brought it: now, where that is over, or not known; else with its end.
func (m *Maker) reception() {
	t := &m.told
	uid, origin := t.id(fUID), t.id(fOrigin)
	if uid == 0 || origin == 0 {
		return // it was submitted on the host itself
	}
	one := carried{m.rec.TraceID(), uid}
	switch c := m.calls.byID[origin]; {
	case c == nil:
		s := m.span(uid, sessionOf(uid), "smtp.session")
		s.SetKind(ptrace.SpanKindServer)
		t.put(&ofSession, false, s.Attributes())
		s.Attributes().PutStr(names[fSession], t.text(fOrigin))
	case !c.ended && len(c.messages) < maxCarried:
		c.messages = append(c.messages, one)
	default:
		m.bring(c, one)
	}
}

// bring adds the session's span to a message's trace.
func (m *Maker) bring(c *call, one carried) {
	s := m.place(one.uid).AppendEmpty()
	c.span.CopyTo(s)
	s.SetTraceID(one.trace)
	s.SetSpanID(sessionOf(one.uid))
	s.SetParentSpanID(event.SpanOfMessage(one.uid).Bytes())
	m.Spans++
}

// sessionOf is the id of the span of the session that brought a message.
func sessionOf(uid event.ID) pcommon.SpanID { return event.Within(uid, 2).Bytes() }

func (c *calls) begin(id event.ID, at pcommon.Timestamp) *call {
	one := &call{span: ptrace.NewSpan()}
	one.span.SetName("smtp.session")
	one.span.SetKind(ptrace.SpanKindServer)
	one.span.SetStartTimestamp(at)
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
	if one := c.byID[id]; one != nil {
		c.events -= one.events
		delete(c.byID, id)
	}
}

// tell adds what happened in the session to its span.
func (c *calls) tell(one *call, at pcommon.Timestamp, t *told) {
	if one.events >= maxEventsOfOne || c.events >= maxEvents {
		one.span.SetDroppedEventsCount(one.span.DroppedEventsCount() + 1)
		return
	}
	one.events++
	c.events++
	e := one.span.Events().AppendEmpty()
	e.SetName(eventName(t))
	e.SetTimestamp(at)
	t.put(&ofEvent, true, e.Attributes())
}

// eventName is what happened: with a queue id a login may be told that has no line of its own.
func eventName(t *told) string {
	if kind := t.text(fEvent); kind != event.KindMessageOpened.String() {
		return kind
	}
	return event.KindAuth.String()
}
