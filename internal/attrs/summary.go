package attrs

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// PutSummary fills the list with what a session's or message's summary carries: the event's attributes, totals, and the bounded arrays.
func (l *List) PutSummary(s *session.Summary) {
	l.Put(&s.Event)
	switch {
	case s.Session != nil:
		l.sessionTotals(s.Session, &s.Event)
	case s.Message != nil:
		l.messageTotals(s.Message)
	}
}

func (l *List) sessionTotals(t *session.TotalsOfSession, ev *event.Event) {
	l.int(SessionMessages, int64(t.Messages))
	l.int(SessionAccepted, int64(t.Accepted))
	l.int(SessionRefused, int64(t.Refused))
	l.num(SessionBytes, max(t.Bytes, 0))
	l.bool(SessionIdle, true, t.Idle)
	if t.Slowest.HasLatency {
		l.add(SlowestCommand, KindString, 0, t.Slowest.Command)
		l.dbl(SlowestLatency, t.Slowest.Latency.Seconds(), true)
	}
	if ev.HasCommands { // the server's own counters, one map for what succeeded and one for what failed
		l.counts(SessionCommandsOK, func(v event.Verb) int64 { return int64(ev.Commands[v].OK) })
		l.counts(SessionCommandsKO, func(v event.Verb) int64 { return int64(ev.Commands[v].All) - int64(ev.Commands[v].OK) })
	}
	if len(t.Commands) > 0 {
		l.commands(t)
	}
}

// counts is a map of the verbs that have a number above zero; none where no verb has.
func (l *List) counts(key string, of func(event.Verb) int64) {
	at := -1
	for v := range event.Verb(event.Verbs) {
		n := of(v)
		if n <= 0 {
			continue
		}
		if at < 0 { // made with the first
			at = l.add(key, KindMap, 0, "")
		}
		l.int(v.String(), n)
		l.Items[at].num++
	}
}

// array is a bounded array of maps: at most MaxItems items and MaxArray bytes of text.
type array struct {
	at      int // its place in the list
	bytes   int
	dropped int
}

// item begins the array's next item, or is false when it is full; size is the length of the item's text. What is added from now on belongs to it, until endItem.
func (l *List) item(a *array, size int) (at int, ok bool) {
	const overhead = 64 // of names and numbers
	if a.dropped > 0 || l.Items[a.at].num >= MaxItems || a.bytes+size+overhead > MaxArray {
		a.dropped++
		return 0, false
	}
	a.bytes += size + overhead
	l.Items[a.at].num++
	return l.add("", KindMap, 0, ""), true
}

// endItem counts what was added to the item that begins at a place.
func (l *List) endItem(at int) { l.Items[at].num = int64(len(l.Items) - at - 1) }

func (l *List) commands(t *session.TotalsOfSession) {
	a := array{at: l.add(Commands, KindArray, 0, "")}
	for i := range t.Commands {
		c := &t.Commands[i]
		at, ok := l.item(&a, len(c.Command)+len(c.Argument))
		if !ok {
			continue
		}
		l.text("command", c.Command)
		l.text("argument", c.Argument)
		l.num("reply_code", int64(c.Code))
		l.text("enhanced_code", c.Enhanced)
		l.dbl("latency", c.Latency.Seconds(), c.HasLatency)
		l.endItem(at)
	}
	l.num(CommandsDropped, int64(a.dropped+t.CommandsDropped))
}

func (l *List) messageTotals(t *session.TotalsOfMessage) {
	l.dbl(MessageDuration, t.Duration.Seconds(), t.HasDuration)
	for s, n := range t.Totals {
		if n > 0 && event.Status(s) != event.StatusNone {
			l.int(recipientTotals[s], int64(n))
		}
	}
	l.num(RecipientHandedOn, int64(t.HandedOn))
	if len(t.Recipients) > 0 {
		l.recipients(t)
	}
	if len(t.Hops) > 0 {
		l.hops(t.Hops)
	}
}

// recipientTotals are the names by status.
var recipientTotals = func() (names [event.Statuses]string) {
	for s := range names {
		names[s] = RecipientTotal + event.Status(s).String()
	}
	return names
}()

func (l *List) hops(hops []session.Hop) {
	l.add(Hops, KindArray, int64(len(hops)), "")
	for i := range hops {
		h := &hops[i]
		at := l.add("", KindMap, 0, "")
		l.text("server", h.Server)
		l.text("address", h.Address)
		l.str("route", h.Route.String())
		l.str("status", h.Status.String())
		l.num("reply_code", int64(h.Code))
		l.text("enhanced_code", h.Enhanced)
		l.text("reason", h.Reason)
		l.endItem(at)
	}
}

func (l *List) recipients(t *session.TotalsOfMessage) {
	a := array{at: l.add(Recipients, KindArray, 0, "")}
	for i := range t.Recipients {
		r := &t.Recipients[i]
		text := reply.Clean(r.Reply, r.Code, r.Enhanced)
		at, ok := l.item(&a, len(r.To)+len(r.Orig)+len(text))
		if !ok {
			continue
		}
		l.text("rcpt_to", r.To)
		l.text("orig_rcpt_to", r.Orig)
		l.str("status", r.Status.String())
		l.str("route", r.Route.String())
		l.str("mailbox_action", r.Action.String())
		l.text("dsn", r.DSN)
		l.num("reply_code", int64(r.Code))
		l.text("enhanced_code", r.Enhanced)
		l.text("reason", r.Reason)
		l.num("attempts", int64(r.Attempts))
		l.text("deferred_for", r.Deferred)
		l.text("reply", text)
		l.endItem(at)
	}
	l.num(RecipientsDropped, int64(a.dropped+t.RecipientsDropped))
}
