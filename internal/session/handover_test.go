package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// receive is what a host logs when it takes a message in.
func receive(l *log, at float64, host, qid, mid string) (event.Event, event.Event) {
	open := opened(qid, 1)
	open.Host = host
	first := l.at(at, open)
	head := of(event.KindMessageHeader, qid)
	head.Host, head.MessageID = host, mid
	l.at(at, head)
	got := of(event.KindMessageReceived, qid)
	got.Host = host
	return first, l.at(at, got)
}

// hand is a delivery that the next host queued under an id.
func hand(l *log, at float64, host, qid, remote string) event.Event {
	ev := delivery(qid, "a@b.example", event.StatusDelivered)
	ev.Host, ev.RemoteQueueID, ev.Role = host, remote, event.RoleClient
	return l.at(at, ev)
}

func wantHop(t *testing.T, l *log, child, parent event.Event) {
	t.Helper()
	hops := l.synthetic(event.KindHop)
	if len(hops) != 1 {
		t.Fatalf("%d hops", len(hops))
	}
	if h := hops[0]; h.MessageUID != child.MessageUID || h.ParentUID != parent.MessageUID || h.ClientAddress != "mx1" || h.ServerAddress != "mx2" {
		t.Errorf("%+v", h)
	}
}

func TestHopToTheNextHostWhoseLogComesLater(t *testing.T) {
	l := newLog(t, testConfig())
	parent, _ := receive(l, 0, "mx1", "A1", "m1@x")
	hand(l, 5, "mx1", "A1", "B2")
	child, _ := receive(l, 4, "mx2", "B2", "m1@x")
	wantHop(t, l, child, parent)
}

func TestHopToTheNextHostWhoseLogCameFirst(t *testing.T) {
	l := newLog(t, testConfig())
	child, _ := receive(l, 4, "mx2", "B2", "m1@x")
	parent, _ := receive(l, 0, "mx1", "A1", "m1@x")
	hand(l, 5, "mx1", "A1", "B2")
	hand(l, 5, "mx1", "A1", "B2") // another recipient of the same transaction
	wantHop(t, l, child, parent)
}

func TestHopRecordIsTheSameWhicheverLogComesFirst(t *testing.T) {
	one, two := newLog(t, testConfig()), newLog(t, testConfig())
	receive(one, 0, "mx1", "A1", "m1@x")
	hand(one, 5, "mx1", "A1", "B2")
	receive(one, 4, "mx2", "B2", "m1@x")
	receive(two, 4, "mx2", "B2", "m1@x")
	receive(two, 0, "mx1", "A1", "m1@x")
	hand(two, 5, "mx1", "A1", "B2")
	a, b := one.synthetic(event.KindHop), two.synthetic(event.KindHop)
	if len(a) != 1 || len(b) != 1 || Describe(a[0]) != Describe(b[0]) || a[0].Time != b[0].Time || a[0].ParentUID != b[0].ParentUID {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestNoHopToAnotherMessageUnderThatQueueID(t *testing.T) {
	l := newLog(t, testConfig())
	receive(l, 0, "mx1", "A1", "m1@x")
	hand(l, 5, "mx1", "A1", "B2")
	receive(l, 4, "mx2", "B2", "other@x")
	receive(l, 5, "mx1", "B2", "m1@x") // and none to itself
	if hops := l.synthetic(event.KindHop); len(hops) != 0 {
		t.Errorf("%+v", hops[0])
	}
}

func TestHopWithoutMessageIDsIsFoundByTime(t *testing.T) {
	l := newLog(t, testConfig())
	receive(l, 0, "mx1", "A1", "")
	hand(l, 5, "mx1", "A1", "B2")
	receive(l, 5, "mx2", "B2", "")
	hand(l, 5, "mx1", "A1", "C3")
	receive(l, 500, "mx2", "C3", "")
	if hops := l.synthetic(event.KindHop); len(hops) != 1 || hops[0].QueueID != "B2" {
		t.Errorf("%d hops", len(hops))
	}
}

func TestHandoversAreBounded(t *testing.T) {
	var p handovers
	p.clear()
	for i := range 5 * maxHandovers {
		p.add(handover{Key: hash.New().Num(int64(i))})
		p.add(handover{Key: hash.New().Num(0)})
	}
	if n := p.recent.Len(); n != maxHandovers {
		t.Errorf("%d handovers", n)
	}
}

func TestForwardedMessageWhoseLinesComeLater(t *testing.T) {
	l := newLog(t, testConfig())
	parent := l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	fwd := delivery("A1", "list@b.example", event.StatusDelivered)
	fwd.Route, fwd.ChildQueueID = event.RouteForward, "B2"
	if got := l.at(1, fwd); got.Final {
		t.Error("a forward ended the recipient")
	}
	l.at(1, of(event.KindMessageReceived, "B2"))
	if end := l.at(2, delivery("B2", "a@far.example", event.StatusDelivered)); end.ParentUID != parent.MessageUID || end.Direction != event.DirectionForwarded || !end.Final {
		t.Errorf("%+v", end)
	}
}

func TestNoticeWhoseLinesComeLaterKnowsWhatItIsAbout(t *testing.T) {
	l := newLog(t, testConfig())
	parent := l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	note := of(event.KindNotification, "A1")
	note.ChildQueueID = "N9"
	l.at(1, note)
	head := of(event.KindMessageHeader, "N9")
	head.MessageID = "n9@x"
	if got := l.at(1, head); got.ParentUID != parent.MessageUID {
		t.Errorf("parent %s", got.ParentUID)
	}
}

// A proxy in front of the queue receives, the server behind it queues: the message came from the proxy's client.
func TestMessageBehindAProxyCameFromTheProxysClient(t *testing.T) {
	l := newLog(t, testConfig())
	front := l.at(0, smtpd(event.KindConnect, 1, "203.0.113.9"))
	l.at(0, smtpd(event.KindConnect, 2, "127.0.0.1"))
	back := opened("B2", 2)
	back.PeerIP = "127.0.0.1"
	l.at(1, back)
	l.at(1, of(event.KindMessageReceived, "B2"))
	said := smtpd(event.KindFilter, 1, "")
	said.RemoteQueueID, said.Class, said.FilterName, said.FilterVerdict = "B2", '2', "proxy", "accept"
	accepted := l.at(1, said)
	end := l.at(2, delivery("B2", "a@b.example", event.StatusDelivered))
	if accepted.MessageUID != end.MessageUID || end.OriginSession != front.SessionID {
		t.Errorf("origin %s, want %s", end.OriginSession, front.SessionID)
	}
}

func TestGreylistedThenDeliveredSaysSo(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	grey := delivery("A1", "a@b.example", event.StatusDeferred)
	grey.Reason = "greylisted"
	l.at(1, grey)
	end := l.at(313, delivery("A1", "a@b.example", event.StatusDelivered))
	if end.Attempt != 2 || end.RetryAfter != 312*time.Second || !end.HasRetryAfter || end.PreviousReason != "greylisted" {
		t.Errorf("%+v", end)
	}
	l.at(313, of(event.KindMessageRemoved, "A1"))
	sum := l.summaries(event.KindMessage)[0]
	if got, want := sum.Sentence(), "message A1 to <a@b.example>: delivered after 5m13s at attempt 2 (greylisted before)"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestRefusalOfTheFirstHostStandsBesideTheAcceptanceOfTheSecond(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	l.at(1, event.Event{
		Kind: event.KindReply, QueueID: "A1", Daemon: "smtp", Role: event.RoleClient, Code: 421, Class: '4', Enhanced: "4.3.2", Reason: "server_busy",
		ServerAddress: "mx1.b.example", PeerIP: "192.0.2.1",
	})
	ok := delivery("A1", "a@b.example", event.StatusDelivered)
	ok.ServerAddress, ok.PeerIP, ok.Code, ok.Role = "mx2.b.example", "192.0.2.2", 250, event.RoleClient
	if end := l.at(2, ok); end.Attempt != 1 {
		t.Errorf("attempt %d", end.Attempt)
	}
	l.at(2, of(event.KindMessageRemoved, "A1"))
	hops := l.summaries(event.KindMessage)[0].Message.Hops
	if len(hops) != 2 || hops[0].Server != "mx1.b.example" || hops[0].Code != 421 || hops[0].Status != event.StatusNone ||
		hops[1].Status != event.StatusDelivered || hops[1].Code != 0 {
		t.Errorf("%+v", hops)
	}
}
