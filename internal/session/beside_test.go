package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// beside is a line of a program that stands beside the mail server, and knows nothing of its instance.
func (l *log) beside(at float64, ev event.Event) event.Event {
	ev.Beside, ev.Dialect, ev.Line = true, "filter", ev.QueueID+ev.RemoteQueueID
	ev.Time, ev.Resolution, ev.Host = t0+int64(at*1e9), event.ResolutionSecond, "mx"
	l.out.Reset()
	l.Observe(&ev, "file", ev.Time, &l.out)
	l.made = append(l.made, l.out.Made...)
	return ev
}

func TestFilterLineHasTheKeysOfTheMessageWhateverItsInstance(t *testing.T) {
	l := newLog(t, testConfig())
	open := l.at(0, opened("A1", 1))
	head := of(event.KindMessageHeader, "A1")
	head.MessageID, head.MailFrom = "m1@x", "anna@example.com"
	l.at(0, head)
	got := l.beside(0, event.Event{Kind: event.KindFilter, QueueID: "A1", FilterVerdict: "pass"})
	if got.MessageUID != open.MessageUID || got.OriginSession == 0 || got.MailFrom != "anna@example.com" || got.MessageID != "m1@x" {
		t.Errorf("uid %s origin %s from %q id %q", got.MessageUID, got.OriginSession, got.MailFrom, got.MessageID)
	}
}

func TestFilterLineBeginsAndChangesNoMessage(t *testing.T) {
	l := newLog(t, testConfig())
	before := l.beside(0, event.Event{Kind: event.KindFilter, QueueID: "A1", MailFrom: "x@y", MessageID: "forged@x"})
	if _, open := l.Open(); open != 0 || before.MessageUID != 0 {
		t.Errorf("%d messages, uid %s", open, before.MessageUID)
	}
	l.at(1, opened("A1", 1))
	l.beside(1, event.Event{Kind: event.KindFilter, QueueID: "A1", MailFrom: "x@y", MessageID: "forged@x", Size: 9, HasSize: true, RcptTo: "x@y", PeerIP: "203.0.113.9"})
	l.at(1, of(event.KindMessageReceived, "A1"))
	end := l.at(2, delivery("A1", "a@b.example", event.StatusDelivered))
	if end.MailFrom != "" || end.MessageID != "" || end.HasSize || !end.Final {
		t.Errorf("%+v", end)
	}
	l.at(3, of(event.KindMessageRemoved, "A1"))
	got := l.beside(4, event.Event{Kind: event.KindFilter, QueueID: "A1"})
	if got.MessageUID != end.MessageUID {
		t.Error("a line behind the end is of no message")
	}
	list := l.summaries(event.KindMessage)
	if len(list) != 1 || len(list[0].Message.Recipients) != 1 {
		t.Fatalf("%d summaries", len(list))
	}
}

func TestFilterLineLinksWhatItGotWithWhatItGaveBack(t *testing.T) {
	l := newLog(t, testConfig())
	parent := l.at(0, opened("A1", 1))
	child := opened("B2", 2)
	child.Instance = "postfix-in"
	l.at(1, child)
	l.beside(1, event.Event{Kind: event.KindFilter, QueueID: "A1", RemoteQueueID: "B2", Route: event.RouteFilter})
	end := delivery("B2", "a@b.example", event.StatusDelivered)
	end.Instance = "postfix-in"
	if got := l.at(2, end); got.ParentUID != parent.MessageUID {
		t.Errorf("parent %s, not %s", got.ParentUID, parent.MessageUID)
	}
}

func TestFilterInFrontOfTheQueueHasTheKeysOfWhatItGaveBack(t *testing.T) {
	l := newLog(t, testConfig())
	message := l.at(0, opened("B2", 1))
	got := l.beside(1, event.Event{Kind: event.KindFilter, RemoteQueueID: "B2", Route: event.RouteFilter})
	if got.MessageUID != message.MessageUID || got.QueueID != "" || got.ParentUID != 0 {
		t.Errorf("uid %s queue id %q parent %s", got.MessageUID, got.QueueID, got.ParentUID)
	}
}

func TestOfTwoInstancesWithAQueueIDTheOneThatIsNotOver(t *testing.T) {
	l := newLog(t, testConfig())
	live := l.at(0, opened("A1", 1))
	other := of(event.KindMessageReceived, "A1")
	other.Instance, other.First = "postfix-in", true
	l.at(1, other)
	gone := of(event.KindMessageRemoved, "A1")
	gone.Instance = "postfix-in"
	l.at(2, gone)
	if got := l.beside(3, event.Event{Kind: event.KindFilter, QueueID: "A1"}); got.MessageUID != live.MessageUID {
		t.Errorf("uid %s, not %s", got.MessageUID, live.MessageUID)
	}
}

// withID is a message that a host has taken in.
func withID(l *log, at float64, qid, mid string) event.Event {
	l.at(at, opened(qid, int64(at)+1))
	head := of(event.KindMessageHeader, qid)
	head.MessageID = mid
	l.at(at, head)
	return l.at(at, of(event.KindMessageReceived, qid))
}

func TestMessageIDAloneFindsTheOpenMessage(t *testing.T) {
	for _, asked := range []bool{false, true} { // before it came, too: the lines that build the index, and those that find it there
		l := newLog(t, testConfig())
		if asked {
			l.beside(0, event.Event{Kind: event.KindFilter, MessageID: "other@x"})
		}
		m := withID(l, 1, "A1", "m1@x")
		if got := l.beside(2, event.Event{Kind: event.KindFilter, MessageID: "m1@x"}); got.MessageUID != m.MessageUID || got.QueueID != "" {
			t.Errorf("uid %s, not %s", got.MessageUID, m.MessageUID)
		}
		l.at(3, delivery("A1", "a@b.example", event.StatusDelivered))
		l.at(3, of(event.KindMessageRemoved, "A1"))
		if got := l.beside(4, event.Event{Kind: event.KindFilter, MessageID: "m1@x"}); got.MessageUID != 0 {
			t.Error("joined with a message that is over")
		}
		if n := l.hosts.byName["mx"].Kept().MessageIDs; n != 0 {
			t.Errorf("%d kept", n)
		}
	}
}

func TestMessageIDOfTwoMessagesFindsNeither(t *testing.T) {
	l := newLog(t, testConfig())
	l.beside(0, event.Event{Kind: event.KindFilter, MessageID: "other@x"})
	withID(l, 1, "A1", "m1@x")
	second := withID(l, 2, "B2", "m1@x")
	if got := l.beside(3, event.Event{Kind: event.KindFilter, MessageID: "m1@x"}); got.MessageUID != 0 {
		t.Errorf("joined with %s", got.MessageUID)
	}
	l.at(4, of(event.KindMessageRemoved, "A1"))
	if got := l.beside(5, event.Event{Kind: event.KindFilter, MessageID: "m1@x"}); got.MessageUID != second.MessageUID {
		t.Errorf("uid %s, not %s", got.MessageUID, second.MessageUID)
	}
}

func TestMessageIDOfAFilteredMessageFindsWhatTheFilterGaveBack(t *testing.T) {
	l := newLog(t, testConfig())
	withID(l, 1, "A1", "m1@x")
	second := withID(l, 2, "B2", "m1@x")
	l.beside(2, event.Event{Kind: event.KindFilter, QueueID: "A1", RemoteQueueID: "B2", Route: event.RouteFilter})
	if got := l.beside(3, event.Event{Kind: event.KindFilter, MessageID: "m1@x"}); got.MessageUID != second.MessageUID {
		t.Errorf("uid %s, not %s", got.MessageUID, second.MessageUID)
	}
}
