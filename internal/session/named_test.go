package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// receivedFor is a message's reception for recipients that the line names.
func receivedFor(qid string, to ...string) event.Event {
	ev := of(event.KindMessageReceived, qid)
	ev.First, ev.RcptList, ev.RecipientCount = true, to, len(to)
	return ev
}

func madeFor(l *log) map[string]event.Status {
	ends := map[string]event.Status{}
	for _, m := range l.made {
		if m.Event != nil && m.Event.Kind == event.KindDelivery {
			ends[m.Event.OrigRcptTo+">"+m.Event.RcptTo] = m.Event.Status
		}
	}
	return ends
}

func TestMessageThatIsDeletedBeforeAnyVerdictEndsThoseItWasReceivedFor(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, receivedFor("A1", "a@b.example", "list@b.example", "done@b.example"))
	l.at(1, delivery("A1", "done@b.example", event.StatusDelivered))
	member := delivery("A1", "c@d.example", event.StatusDeferred)
	member.OrigRcptTo = "list@b.example"
	l.at(1, member)
	l.at(2, of(event.KindMessageDeleted, "A1"))
	got := madeFor(l)
	if len(got) != 2 || got[">a@b.example"] != event.StatusDeleted || got["list@b.example>c@d.example"] != event.StatusDeleted {
		t.Errorf("%v", got)
	}
}

func TestMessageThatIsGivenUpAsAWholeBouncesForAll(t *testing.T) {
	for _, kind := range []event.Kind{event.KindMessageDeleted, event.KindFilter} {
		l := newLog(t, testConfig())
		l.at(0, receivedFor("A1", "a@b.example"))
		l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
		whole := of(kind, "A1")
		whole.Status = event.StatusBounced
		if got := l.at(2, whole); got.Status != event.StatusNone {
			t.Errorf("%s: the verdict is the recipients', not the line's", kind)
		}
		l.at(3, of(event.KindMessageRemoved, "A1"))
		if got := madeFor(l); len(got) != 1 || got[">a@b.example"] != event.StatusBounced {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestRefusalOfOneRecipientBehindTheDataLeavesTheMessage(t *testing.T) {
	l := newLog(t, testConfig())
	refused := of(event.KindReject, "A1")
	refused.Command, refused.RcptTo, refused.Class, refused.OneOnly = event.CommandEOM, "b@b.example", '5', true
	l.at(0, refused)
	l.at(0, receivedFor("A1", "a@b.example"))
	if got := l.at(1, delivery("A1", "a@b.example", event.StatusDelivered)); got.MessagePartial || !got.Final {
		t.Errorf("%+v", got)
	}
}

func TestConnectionThatIsRefusedEndsThoughNoLineSaysSo(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, call(event.KindConnect, "192.0.2.1", 1, 9))
	refused := call(event.KindReject, "192.0.2.1", 1, 10)
	refused.Command, refused.EndHint, refused.Class = event.CommandConnect, event.EndRejected, '4'
	l.at(0, refused)
	l.at(5, call(event.KindConnect, "192.0.2.2", 1, 9))
	if sums := l.summaries(event.KindSession); len(sums) != 1 || sums[0].Event.SessionEnd != event.EndRejected || sums[0].Event.SessionPartial {
		t.Errorf("%+v", sums)
	}
}

func TestConnectionThatIsRefusedBeforeItIsLoggedIsASession(t *testing.T) {
	refused := call(event.KindReject, "192.0.2.1", 2, 9)
	refused.Command, refused.EndHint, refused.Class, refused.Last = event.CommandConnect, event.EndRejected, '4', true
	l := newLog(t, testConfig())
	if got := l.at(0, refused); got.SessionEnd != event.EndNone || !got.SessionInferred {
		t.Errorf("this server logs no connections: %+v", got)
	}
	l.at(1, call(event.KindConnect, "192.0.2.1", 1, 9))
	refused.ConnID = "[192.0.2.1]:2"
	if got := l.at(1, refused); got.SessionEnd != event.EndRejected || got.SessionInferred || got.SessionPartial {
		t.Errorf("%+v", got)
	}
	if sums := l.summaries(event.KindSession); len(sums) != 1 {
		t.Errorf("%d summaries", len(sums))
	}
}

func TestRuleThatDiscardsOrQuarantinesARecipientDecidesForTheMessage(t *testing.T) {
	for verdict, status := range map[string]event.Status{"discard": event.StatusDiscarded, "quarantine": event.StatusHeld} {
		l := newLog(t, testConfig())
		rule := of(event.KindFilter, "A1")
		rule.Scope, rule.Role, rule.PID, rule.PeerIP = event.ScopeFork, event.RoleServer, 7, "192.0.2.1"
		rule.Command, rule.RcptTo, rule.FilterVerdict = "RCPT", "a@b.example", verdict
		l.at(0, rule)
		received := of(event.KindMessageReceived, "A1")
		received.First, received.RecipientCount = true, 1
		if got := l.at(1, received); got.MessagePartial {
			t.Errorf("%s: the rule's line is the first of the message", verdict)
		}
		if verdict == "discard" {
			l.at(1, of(event.KindMessageDiscarded, "A1"))
		}
		if got := madeFor(l); len(got) != 1 || got[">a@b.example"] != status {
			t.Errorf("%s: %v", verdict, got)
		}
	}
}

// A virtual domain has mailboxes here and addresses that lead elsewhere, and the log does not say which.
func TestAddressOfALearnedDomainThatLeavesIsForwarded(t *testing.T) {
	l := newLog(t, testConfig())
	received := receivedFor("A1", "a@virt.example", "b@virt.example")
	received.PeerIP = "192.0.2.1"
	l.at(0, received)
	mailbox := delivery("A1", "a@virt.example", event.StatusDelivered)
	mailbox.Route = event.RouteLocal
	l.at(1, mailbox)
	away := delivery("A1", "b@virt.example", event.StatusDelivered)
	away.Route = event.RouteMX
	if got := l.at(1, away); got.Direction != event.DirectionForwarded {
		t.Errorf("%s", got.Direction)
	}
}

func TestMembersOfAListGetNothingFromThisHost(t *testing.T) {
	l := newLog(t, testConfig())
	received := receivedFor("A1", "list@b.example")
	received.PeerIP = "192.0.2.1"
	l.at(0, received)
	clone := of(event.KindMessageQueued, "A1")
	clone.ChildQueueID, clone.ChildKind, clone.Argument = "B1", event.MessageMail, "owner"
	l.at(1, clone)
	member := delivery("B1", "c@d.example", event.StatusDelivered)
	member.Route, member.FromAlias = event.RouteMX, true
	if got := l.at(1, member); got.Direction != event.DirectionForwarded {
		t.Errorf("%s", got.Direction)
	}
}

func TestHoldBeforeAnyVerdictIsOfThoseTheMessageWasReceivedFor(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, receivedFor("A1", "list@b.example"))
	l.at(1, of(event.KindMessageHeld, "A1"))
	l.at(2, of(event.KindMessageHeld, "A1")) // each queue run says so again
	if got := l.synthetic(event.KindDelivery); len(got) != 1 || got[0].RcptTo != "list@b.example" || got[0].Status != event.StatusHeld {
		t.Errorf("%v", got)
	}
	l.at(3, of(event.KindMessageReleased, "A1"))
	member := delivery("A1", "c@d.example", event.StatusDelivered)
	member.OrigRcptTo = "list@b.example"
	l.at(4, member)
	l.at(5, of(event.KindMessageRemoved, "A1"))
	if sums := l.summaries(event.KindMessage); len(sums) != 1 || len(sums[0].Message.Recipients) != 1 || sums[0].Message.Totals[event.StatusDelivered] != 1 {
		t.Errorf("%+v", sums)
	}
}
