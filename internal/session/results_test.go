package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Servers that write one record a result: with an id of the conversation, the number of tries, and no line of a message's end.

func result(qid, to string, status event.Status, conn string) event.Event {
	ev := delivery(qid, to, status)
	ev.Scope, ev.ConnID, ev.Role, ev.NoEnd, ev.PeerIP = event.ScopePeer, conn, event.RoleClient, true, "198.51.100.1"
	ev.Line = qid + to + status.String() + conn
	return ev
}

func reception(qid, conn string, recipients int) event.Event {
	return event.Event{
		Kind: event.KindMessageReceived, QueueID: qid, Scope: event.ScopePeer, ConnID: conn, Role: event.RoleServer, PeerIP: "192.0.2.77", ClientAddress: "192.0.2.77",
		MailFrom: "a@b.test", RecipientCount: recipients, First: true, NoEnd: true,
	}
}

func TestConversationIsInferredFromTheLogsOwnID(t *testing.T) {
	l := newLog(t, testConfig())
	in1, in2 := l.at(0, reception("m1", "in", 1)), l.at(1, reception("m2", "in", 1))
	out1, out2 := l.at(2, result("m1", "c@d.test", event.StatusDelivered, "out-1")), l.at(2, result("m2", "e@d.test", event.StatusDelivered, "out-2"))
	if in1.SessionID == 0 || in1.SessionID != in2.SessionID || !in1.SessionInferred || in1.Transaction != 1 || in2.Transaction != 2 {
		t.Errorf("in: %s.%d and %s.%d", in1.SessionID, in1.Transaction, in2.SessionID, in2.Transaction)
	}
	if out1.SessionID == out2.SessionID || out1.SessionID == in1.SessionID {
		t.Errorf("out: %s and %s: two connections to one host", out1.SessionID, out2.SessionID)
	}
	if out1.OriginSession != in1.SessionID {
		t.Errorf("origin is %s", out1.OriginSession)
	}
	if n := len(l.summaries(event.KindSession)); n != 0 {
		t.Errorf("%d summaries of inferred sessions", n)
	}
}

func TestMessageWithoutALastLineEndsWithItsLastRecipient(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, reception("m1", "in", 2))
	l.at(1, result("m1", "c@d.test", event.StatusDelivered, "o"))
	if n := len(l.summaries(event.KindMessage)); n != 0 {
		t.Fatal("it ended before its second recipient")
	}
	l.at(2, result("m1", "e@d.test", event.StatusBounced, "o"))
	if n := len(l.summaries(event.KindMessage)); n != 1 {
		t.Errorf("%d summaries", n)
	}
}

func TestMessageWhoseBeginningWasNotReadEndsToo(t *testing.T) {
	l := newLog(t, testConfig())
	first := result("m1", "c@d.test", event.StatusDeferred, "o")
	first.Attempt = 5
	if ev := l.at(0, first); ev.Attempt != 5 || !ev.MessagePartial {
		t.Errorf("attempt %d, partial %t", ev.Attempt, ev.MessagePartial)
	}
	second := result("m1", "c@d.test", event.StatusDelivered, "p")
	second.Attempt = 6
	if ev := l.at(60, second); ev.Attempt != 6 {
		t.Errorf("attempt %d", ev.Attempt)
	}
	if _, open := l.Open(); open != 0 {
		t.Errorf("%d messages are open", open)
	}
}

func TestTheServersCountOfTriesDoesNotReplaceOurs(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, reception("m1", "in", 1))
	ev := result("m1", "c@d.test", event.StatusDeferred, "o")
	ev.Attempt = 3 // it counts waits, too
	if ev = l.at(1, ev); ev.Attempt != 1 {
		t.Errorf("attempt %d", ev.Attempt)
	}
}

func TestExpiryWithoutATryHasTheLastTrysReason(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, reception("m1", "in", 1))
	tried := result("m1", "c@d.test", event.StatusDeferred, "o")
	tried.Code, tried.Enhanced, tried.Text, tried.Reason, tried.Category, tried.Provider, tried.Direction = 452, "4.2.2", "full", "mailbox_full", "recipient", "other", event.DirectionOutbound
	l.at(1, tried)
	waits := result("m1", "c@d.test", event.StatusDeferred, "")
	waits.Tried, waits.Route, waits.Reason, waits.Line = event.No, event.RouteNone, "operator", "suspended"
	l.at(2, waits)
	over := result("m1", "c@d.test", event.StatusExpired, "")
	over.Tried, over.Route, over.DSN, over.Reason = event.No, event.RouteNone, "5.4.7", "connection_timeout"
	ev := l.at(3600, over)
	if ev.Reason != "mailbox_full" || ev.Code != 452 || ev.DSN != "5.4.7" || ev.Route != event.RouteMX || !ev.Final || ev.Attempt != 0 {
		t.Errorf("%+v", ev)
	}
}

func TestReportOfMailThatLeftOpensNoMessage(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindReport, QueueID: "m1", RcptTo: "c@d.test", Code: 550})
	if _, open := l.Open(); open != 0 {
		t.Errorf("%d messages are open", open)
	}
	l.at(1, reception("m2", "in", 1))
	if ev := l.at(2, event.Event{Kind: event.KindReport, QueueID: "m2", RcptTo: "c@d.test"}); ev.MessageUID == 0 {
		t.Error("the report's own message is known, but not joined")
	}
}

func TestVerdictWithoutAMessageHasItsServersDuration(t *testing.T) {
	l := newLog(t, testConfig())
	ev := delivery("", "c@d.test", event.StatusDelivered)
	ev.Delays.Total, ev.Delays.Has = 2.5, event.DelayTotal
	if ev = l.at(0, ev); !ev.Final || !ev.HasTotalDuration || ev.Duration != 2500*time.Millisecond {
		t.Errorf("%t %t %s", ev.Final, ev.HasTotalDuration, ev.Duration)
	}
}

func TestDiscardedBatchEndsForAllItsRecipients(t *testing.T) {
	l := newLog(t, testConfig())
	ev := reception("m1", "in", 2)
	ev.Kind, ev.RcptList, ev.Route = event.KindMessageDiscarded, []string{"c@d.test", "e@d.test"}, event.RouteDiscard
	l.at(0, ev)
	sums := l.summaries(event.KindMessage)
	if len(sums) != 1 || sums[0].Message.Totals[event.StatusDiscarded] != 2 {
		t.Errorf("%+v", sums)
	}
}
