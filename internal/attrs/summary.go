package attrs

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// summaryRoom is how many attributes a summary has besides those of its event, rounded up.
const summaryRoom = 10

// PutSummary writes a session's or message's summary to rec: its sentence as the body, the event's attributes, totals, and the
// bounded arrays.
func (w *Writer) PutSummary(s *session.Summary, rec plog.LogRecord) {
	rec.Body().SetStr(valid(s.Sentence()))
	w.more = summaryRoom
	w.Put(&s.Event, rec)
	w.more = 0
	m := rec.Attributes()
	switch {
	case s.Session != nil:
		putSession(s.Session, &s.Event, m)
	case s.Message != nil:
		putMessage(s.Message, m)
	}
}

func putSession(t *session.TotalsOfSession, ev *event.Event, m pcommon.Map) {
	m.PutInt(SessionMessages, int64(t.Messages))
	m.PutInt(SessionAccepted, int64(t.Accepted))
	m.PutInt(SessionRefused, int64(t.Refused))
	if t.Bytes > 0 {
		m.PutInt(SessionBytes, t.Bytes)
	}
	if t.Idle {
		m.PutBool(SessionIdle, true)
	}
	if t.Slowest.HasLatency {
		m.PutStr(SlowestCommand, t.Slowest.Command)
		m.PutDouble(SlowestLatency, t.Slowest.Latency.Seconds())
	}
	if ev.HasCommands {
		putCounts(m, &ev.Commands)
	}
	if len(t.Commands) > 0 {
		putCommands(m, t)
	}
}

// putCounts writes the server's own counters, one map for what succeeded and one for what failed.
func putCounts(m pcommon.Map, counts *[event.Verbs]event.Count) {
	ok, failed := pcommon.NewMap(), pcommon.NewMap()
	for v, n := range counts {
		if n.OK > 0 {
			ok.PutInt(event.Verb(v).String(), int64(n.OK))
		}
		if n.All > n.OK {
			failed.PutInt(event.Verb(v).String(), int64(n.All-n.OK))
		}
	}
	if ok.Len() > 0 {
		ok.MoveTo(m.PutEmptyMap(SessionCommandsOK))
	}
	if failed.Len() > 0 {
		failed.MoveTo(m.PutEmptyMap(SessionCommandsKO))
	}
}

// array fills a bounded array of maps: at most MaxItems items and MaxArray bytes of text.
type array struct {
	list    pcommon.Slice
	bytes   int
	dropped int
}

// item gives the next item's map, or false when the array is full; size is the length of the item's text.
func (a *array) item(size int) (pcommon.Map, bool) {
	const overhead = 64 // of names and numbers
	if a.dropped > 0 || a.list.Len() >= MaxItems || a.bytes+size+overhead > MaxArray {
		a.dropped++
		return pcommon.Map{}, false
	}
	a.bytes += size + overhead
	return a.list.AppendEmpty().SetEmptyMap(), true
}

func putCommands(m pcommon.Map, t *session.TotalsOfSession) {
	a := array{list: m.PutEmptySlice(Commands), dropped: 0}
	for i := range t.Commands {
		c := &t.Commands[i]
		item, ok := a.item(len(c.Command) + len(c.Argument))
		if !ok {
			continue
		}
		put(item, "command", c.Command)
		put(item, "argument", c.Argument)
		putNumber(item, "reply_code", c.Code)
		put(item, "enhanced_code", c.Enhanced)
		if c.HasLatency {
			item.PutDouble("latency", c.Latency.Seconds())
		}
	}
	putNumber(m, CommandsDropped, a.dropped+t.CommandsDropped)
}

func putMessage(t *session.TotalsOfMessage, m pcommon.Map) {
	if t.HasDuration {
		m.PutDouble(MessageDuration, t.Duration.Seconds())
	}
	for s, n := range t.Totals {
		if n > 0 && event.Status(s) != event.StatusNone {
			m.PutInt(RecipientTotal+event.Status(s).String(), int64(n))
		}
	}
	putNumber(m, RecipientHandedOn, t.HandedOn)
	if len(t.Recipients) > 0 {
		putRecipients(m, t)
	}
	if len(t.Hops) > 0 {
		list := m.PutEmptySlice(Hops)
		for i := range t.Hops {
			h := &t.Hops[i]
			item := list.AppendEmpty().SetEmptyMap()
			put(item, "server", h.Server)
			put(item, "address", h.Address)
			put(item, "route", h.Route.String())
			put(item, "status", h.Status.String())
			putNumber(item, "reply_code", h.Code)
			put(item, "enhanced_code", h.Enhanced)
			put(item, "reason", h.Reason)
		}
	}
}

func putRecipients(m pcommon.Map, t *session.TotalsOfMessage) {
	a := array{list: m.PutEmptySlice(Recipients)}
	for i := range t.Recipients {
		r := &t.Recipients[i]
		text := reply.Clean(r.Reply, r.Code, r.Enhanced)
		item, ok := a.item(len(r.To) + len(r.Orig) + len(text))
		if !ok {
			continue
		}
		put(item, "rcpt_to", r.To)
		put(item, "orig_rcpt_to", r.Orig)
		put(item, "status", r.Status.String())
		put(item, "route", r.Route.String())
		put(item, "dsn", r.DSN)
		putNumber(item, "reply_code", r.Code)
		put(item, "enhanced_code", r.Enhanced)
		put(item, "reason", r.Reason)
		putNumber(item, "attempts", r.Attempts)
		put(item, "deferred_for", r.Deferred)
		put(item, "reply", text)
	}
	putNumber(m, RecipientsDropped, a.dropped+t.RecipientsDropped)
}

func put(m pcommon.Map, key, s string) {
	if s != "" {
		m.PutStr(key, valid(s))
	}
}

func putNumber(m pcommon.Map, key string, n int) {
	if n != 0 {
		m.PutInt(key, int64(n))
	}
}
