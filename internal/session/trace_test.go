package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// heading is the line that tells the Message-ID.
func heading(qid, mid string) event.Event {
	ev := of(event.KindMessageHeader, qid)
	ev.MessageID = mid
	return ev
}

func TestRecordsCarryTheTraceFromTheMessageIDOn(t *testing.T) {
	l := newLog(t, testConfig())
	if ev := l.at(0, opened("A1", 1)); ev.Trace != (event.TraceID{}) || ev.Span != 0 {
		t.Errorf("the opening line has %v, which nobody can know then", ev.Trace)
	}
	want := event.TraceOfMessageID("m1@x")
	for i, ev := range []event.Event{heading("A1", "m1@x"), of(event.KindMessageReceived, "A1"), of(event.KindMessageQueued, "A1")} {
		if ev = l.at(float64(i), ev); ev.Trace != want || ev.Span != 0 {
			t.Errorf("%s: trace %v, span %v", ev.Kind, ev.Trace, ev.Span)
		}
	}
	put := l.at(4, delivery("A1", "a@b.example", event.StatusDeferred))
	sent := l.at(5, delivery("A1", "a@b.example", event.StatusDelivered))
	if put.Trace != want || put.Span == 0 || sent.Span == 0 || put.Span == sent.Span {
		t.Errorf("tries have the spans %v and %v", put.Span, sent.Span)
	}
	l.at(6, of(event.KindMessageRemoved, "A1"))
	sum := l.summaries(event.KindMessage)[0].Event
	if sum.Trace != want || sum.Span != event.SpanOfMessage(put.MessageUID) {
		t.Errorf("the summary has %v %v", sum.Trace, sum.Span)
	}
}

func TestMessageWithoutAMessageIDHasATraceOfItsOwn(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	ev := l.at(1, of(event.KindMessageReceived, "A1"))
	if ev.Trace != event.TraceOfMessage(ev.MessageUID) {
		t.Errorf("%v", ev.Trace)
	}
	late := l.at(2, heading("A1", "m1@x"))
	if late.Trace != ev.Trace {
		t.Errorf("it changed to %v", late.Trace)
	}
	begun := l.at(3, delivery("B1", "a@b.example", event.StatusDelivered)) // its log begins in the middle
	if begun.Trace != event.TraceOfMessage(begun.MessageUID) || begun.Span == 0 {
		t.Errorf("%v %v", begun.Trace, begun.Span)
	}
}

func TestOneMailIsOneTraceOnEveryHost(t *testing.T) {
	long := strings.Repeat("0123456789", 12) + "@mail.example.com"
	l := newLog(t, testConfig())
	for host, mid := range map[string]string{"mx1": long, "mx2": long, "sendmail": long[:99]} {
		ev := heading("A1", mid)
		ev.Host = host
		if got := l.at(0, ev); got.Trace != event.TraceOfMessageID(long) {
			t.Errorf("%s: %v", host, got.Trace)
		}
	}
	if event.TraceOfMessageID("a@x") == event.TraceOfMessageID("b@x") {
		t.Error("two mails, one trace")
	}
}

func TestRepeatedMessageIDMakesNoUnboundedTrace(t *testing.T) {
	l := newLog(t, testConfig())
	one := func(i int, mid string) event.Event {
		qid := fmt.Sprint("Q", i)
		ev := l.at(float64(i), heading(qid, mid))
		l.at(float64(i), of(event.KindMessageRemoved, qid))
		return ev
	}
	shared := event.TraceOfMessageID("same@x")
	traces := map[event.TraceID]int{}
	for i := range 3 * 100 {
		if i == 2*100 { // what is counted survives a restart
			data, err := l.Save()
			if err != nil {
				t.Fatal(err)
			}
			l.Tracker = New(testConfig())
			if err := l.Restore(data); err != nil {
				t.Fatal(err)
			}
		}
		ev := one(2*i, "same@x")
		traces[ev.Trace]++
		if ev.Trace != shared && ev.Trace != event.TraceOfMessage(ev.MessageUID) {
			t.Fatalf("message %d has neither trace", i)
		}
		one(2*i+1, fmt.Sprint("other", i, "@x"))
	}
	if traces[shared] != 100 || len(traces) != 2*100+1 {
		t.Errorf("%d in the shared trace, %d traces", traces[shared], len(traces))
	}
}

func TestMessageHasNoMoreSpansThanFit(t *testing.T) {
	cfg := testConfig()
	cfg.MaxRecipients = 2 * 1000
	l := newLog(t, cfg)
	l.at(0, heading("A1", "m1@x"))
	spans := map[event.ID]bool{}
	for i := range 2 * 1000 {
		ev := l.at(1, delivery("A1", fmt.Sprintf("u%d@b.example", i), event.StatusDelivered))
		if ev.Trace == (event.TraceID{}) {
			t.Fatal("no trace")
		}
		if ev.Span != 0 {
			spans[ev.Span] = true
		}
	}
	if len(spans) != 1000 {
		t.Errorf("%d spans", len(spans))
	}
}

func TestSpansAreTriesAndWhatElseHappenedOnce(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, heading("A1", "m1@x"))
	refused := of(event.KindReply, "A1")
	refused.Role, refused.Code, refused.Class, refused.ServerAddress = event.RoleClient, 450, '4', "mx1.example"
	retold := refused
	retold.Retold = true
	waits := delivery("A1", "a@b.example", event.StatusDeferred)
	waits.Tried = event.No
	clean := of(event.KindFilter, "A1")
	clean.FilterName, clean.FilterVerdict = "rspamd", "no action"
	again := delivery("A1", "a@b.example", event.StatusDelivered)
	for i, c := range []struct {
		ev   event.Event
		span bool
	}{{refused, true}, {retold, false}, {waits, false}, {clean, true}, {of(event.KindNotification, "A1"), true}, {again, true}, {again, false}} {
		at := float64(i)
		if i == 6 {
			at = 5 // the line of the try before, once more
		}
		if ev := l.at(at, c.ev); (ev.Span != 0) != c.span {
			t.Errorf("%d: a %s has the span %v", i, ev.Kind, ev.Span)
		}
	}
}
