package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// conn is an event of the server's own lines, or a client's, about conversation id.
func conn(kind event.Kind, role event.Role, id string) event.Event {
	return event.Event{Kind: kind, Scope: event.ScopeConn, Role: role, ConnID: id, Dialect: "opensmtpd"}
}

// traced is a line of the protocol that knows the conversation by its second name.
func traced(kind event.Kind, name, command string, code int) event.Event {
	ev := event.Event{
		Kind: kind, Scope: event.ScopeConn, Role: event.RoleServer, ConnAlias: name, Command: command, Code: code,
		FromPeer: event.TriOf(kind == event.KindCommand), Said: command,
	}
	if code > 0 {
		ev.Class = byte('0' + code/100)
	}
	return ev
}

func caller(id, ip string) event.Event {
	ev := conn(event.KindConnect, event.RoleServer, id)
	ev.PeerIP = ip
	return ev
}

func TestConversationWithTwoNamesIsOneSession(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindLifecycle, ConnAlias: "0x1", AliasOf: event.AliasNext})
	a := l.at(0, caller("aa", "192.0.2.1"))
	l.at(1, event.Event{Kind: event.KindLifecycle, ConnAlias: "0x2", AliasOf: event.AliasNext})
	b := l.at(1, caller("bb", "192.0.2.2"))
	mail := traced(event.KindCommand, "0x1", "MAIL", 0)
	mail.MailFrom = "a@b.test"
	if got := l.at(2, mail); got.SessionID != a.SessionID {
		t.Error("the trace of the first is not in it")
	}
	if got := l.at(2, traced(event.KindCommand, "0x2", "NOOP", 0)); got.SessionID != b.SessionID {
		t.Error("the trace of the second is not in it")
	}
	l.at(2, traced(event.KindReply, "0x1", "", 250))
	l.at(2, traced(event.KindCommand, "0x1", "RCPT", 0))
	l.at(2, traced(event.KindReply, "0x1", "", 550))
	reject := conn(event.KindReject, event.RoleServer, "aa")
	reject.Command, reject.Code, reject.Class = "RCPT", 550, '5'
	if got := l.at(2, reject); got.MailFrom != "a@b.test" || got.SessionID != a.SessionID {
		t.Errorf("the refusal does not know its sender: %q", got.MailFrom)
	}
	l.at(3, conn(event.KindDisconnect, event.RoleServer, "aa"))

	// the name is given to the next one
	l.at(4, event.Event{Kind: event.KindLifecycle, ConnAlias: "0x1", AliasOf: event.AliasNext})
	c := l.at(4, caller("cc", "192.0.2.3"))
	if got := l.at(5, traced(event.KindCommand, "0x1", "NOOP", 0)); got.SessionID != c.SessionID || c.SessionID == a.SessionID {
		t.Error("a name that is used again is still the old one's")
	}
	if n := len(l.summaries(event.KindSession)); n != 1 {
		t.Errorf("%d sessions have ended, want 1", n)
	}
}

func TestSecondNameSurvivesARestart(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindLifecycle, ConnAlias: "0x1", AliasOf: event.AliasNext})
	a := l.at(0, caller("aa", "192.0.2.1"))
	data, err := l.Save()
	if err != nil {
		t.Fatal(err)
	}
	again := newLog(t, testConfig())
	if err := again.Restore(data); err != nil {
		t.Fatal(err)
	}
	if got := again.at(1, traced(event.KindCommand, "0x1", "NOOP", 0)); got.SessionID != a.SessionID {
		t.Error("the name was forgotten")
	}
}

func TestCallAndItsAnswerAreOneConnection(t *testing.T) {
	l := newLog(t, testConfig())
	call := conn(event.KindConnect, event.RoleClient, "aa")
	call.PeerIP = "198.51.100.1"
	first := l.at(0, call)
	if got := l.at(1, conn(event.KindConnect, event.RoleClient, "aa")); got.SessionID != first.SessionID {
		t.Error("that it was answered began another session")
	}

	// it failed, and is made again under the same id
	failed := conn(event.KindTLS, event.RoleClient, "aa")
	failed.EndHint, failed.Last = event.EndTLSFailed, true
	if got := l.at(2, failed); got.SessionEnd != event.EndTLSFailed || got.SessionPartial {
		t.Errorf("ended %s", got.SessionEnd)
	}
	if got := l.at(3, call); got.SessionID == first.SessionID {
		t.Error("a new connection is in the old one's session")
	}
}

// expandable is a message with n recipients that an alias may make more of.
func expandable(id string, n int) event.Event {
	return event.Event{
		Kind: event.KindMessageReceived, QueueID: id, First: true, NoEnd: true, MayExpand: true, RecipientCount: n, MailFrom: "a@b.test",
	}
}

func verdictOnID(queueID, id, to string, status event.Status) event.Event {
	return event.Event{Kind: event.KindDelivery, QueueID: queueID, RecipientID: id, RcptTo: to, Status: status, Tried: event.Yes, Line: id}
}

func TestTwoMailboxesOfOneAddressAreTwoRecipients(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, expandable("m1", 1))
	l.at(0, event.Event{Kind: event.KindMessageQueued, QueueID: "m1", RecipientID: "m1-2", RcptTo: "sales@c.test"})
	one := l.at(1, verdictOnID("m1", "m1-1", "sales@c.test", event.StatusDelivered))
	two := l.at(1, verdictOnID("m1", "m1-2", "sales@c.test", event.StatusDeferred))
	if !one.Final || two.Final || two.Duplicate {
		t.Errorf("%v %v %v", one.Final, two.Final, two.Duplicate)
	}
	if got := l.at(1000, verdictOnID("m1", "m1-2", "sales@c.test", event.StatusDelivered)); !got.Final || got.Attempt != 2 || got.MessageUID != one.MessageUID {
		t.Errorf("%+v", got)
	}
	l.at(1011, expandable("m2", 1))
	if list := l.summaries(event.KindMessage); len(list) != 1 || list[0].Message.Totals[event.StatusDelivered] != 2 || list[0].Event.MessagePartial {
		t.Errorf("%d summaries", len(list))
	}
}

func TestRecipientThatAnAliasMadeShowsItselfLater(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, expandable("m1", 1))
	l.at(0, event.Event{Kind: event.KindMessageQueued, QueueID: "m1", RecipientID: "m1-1", RcptTo: "list@c.test"})
	l.at(1, verdictOnID("m1", "m1-1", "list@c.test", event.StatusDelivered))
	l.at(5, verdictOnID("m1", "m1-2", "far@d.test", event.StatusDeferred))
	l.at(100, expandable("m2", 1))
	if n := len(l.summaries(event.KindMessage)); n != 0 {
		t.Error("the message ended with a recipient that is still waiting")
	}
	l.at(200, verdictOnID("m1", "m1-2", "far@d.test", event.StatusBounced))
	l.at(300, expandable("m3", 1))
	if list := l.summaries(event.KindMessage); len(list) != 1 || list[0].Message.Totals[event.StatusBounced] != 1 {
		t.Errorf("%d summaries", len(list))
	}
}

func TestVerdictOverAnLMTPConversationIsByLMTP(t *testing.T) {
	l := newLog(t, testConfig())
	call := conn(event.KindConnect, event.RoleClient, "aa")
	call.PeerIP, call.PeerPort, call.Protocol = "127.0.0.1", 24, "LMTP"
	l.at(0, call)
	l.at(0, expandable("m1", 1))
	verdict := verdictOnID("m1", "m1-1", "anna@c.test", event.StatusDelivered)
	verdict.Scope, verdict.ConnID, verdict.Role, verdict.Route, verdict.PeerIP = event.ScopeConn, "aa", event.RoleClient, event.RouteMX, "127.0.0.1"
	if got := l.at(1, verdict); got.Route != event.RouteLMTP || got.Direction != event.DirectionInbound || got.PeerPort != 24 {
		t.Errorf("%s %s %d", got.Route, got.Direction, got.PeerPort)
	}
}

func TestVerdictsOverOneConnectionAreOfTheirTransactions(t *testing.T) {
	l := newLog(t, testConfig())
	call := conn(event.KindConnect, event.RoleClient, "aa")
	call.PeerIP = "198.51.100.1"
	l.at(0, call)
	for i, want := range []struct {
		message, recipient string
		transaction        int
	}{{"m1", "m1-1", 1}, {"m1", "m1-2", 1}, {"m2", "m2-1", 2}, {"m1", "m1-1", 3}, {"m1", "m1-2", 3}, {"m1", "m1-2", 4}} {
		ev := verdictOnID(want.message, want.recipient, want.recipient+"@d.test", event.StatusDeferred)
		ev.Scope, ev.ConnID, ev.Role, ev.Route = event.ScopeConn, "aa", event.RoleClient, event.RouteMX
		if got := l.at(float64(i), ev); got.Transaction != want.transaction {
			t.Errorf("verdict %d is of transaction %d, want %d", i, got.Transaction, want.transaction)
		}
	}
}
