package session

import (
	"fmt"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// transaction is what a server that logs by connection id says of a message until it has it.
func (l *log) transaction(kept bool, rcpts ...string) {
	conn := func(kind event.Kind) event.Event {
		return event.Event{Kind: kind, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: "192.0.2.1"}
	}
	l.at(0, conn(event.KindConnect))
	open := conn(event.KindMessageOpened)
	open.QueueID, open.MailFrom, open.Transaction = "U.1", "s@a.test", 1
	l.at(0, open)
	for _, to := range rcpts {
		ev := conn(event.KindReply)
		ev.QueueID, ev.Command, ev.RcptTo = "U.1", "RCPT", to
		l.at(0, ev)
	}
	header := conn(event.KindMessageHeader)
	header.QueueID, header.MessageID, header.RecipientCount = "U.1", "m@a.test", len(rcpts)
	l.at(0, header)
	if kept {
		queued := conn(event.KindMessageQueued)
		queued.QueueID, queued.NoEnd = "U.1", true
		l.at(0, queued)
	}
	received := conn(event.KindMessageReceived)
	received.QueueID, received.NoEnd, received.HandedOver = "U.1", true, true
	l.at(0, received)
}

// partOf is a verdict that names nobody.
func partOf(part int, status event.Status, domain string, n int) event.Event {
	return event.Event{
		Kind: event.KindDelivery, QueueID: "U.1", Role: event.RoleClient, Part: part, Status: status, Tried: event.Yes, Route: event.RouteMX,
		DestinationDomain: domain, RecipientCount: n, Line: fmt.Sprint(part, status, domain, n),
	}
}

func (l *log) ends() (list []string) {
	for _, s := range l.summaries(event.KindMessage) {
		for _, r := range s.Message.Recipients {
			list = append(list, r.To+" "+r.Status.String())
		}
	}
	return list
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestVerdictOnAPartIsOnTheRecipientsOfItsDomain(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@two.test", "c@ONE.test")
	ev := l.at(1, partOf(2, event.StatusDeferred, "", 0)) // the second domain
	if ev.RcptTo != "b@two.test" || ev.Attempt != 1 {
		t.Errorf("%+v", ev)
	}
	ev = l.at(1, partOf(1, event.StatusDelivered, "one.test", 2))
	if len(ev.RcptList) != 2 || !ev.Final || ev.DestinationDomain != "one.test" {
		t.Errorf("%+v", ev)
	}
	l.at(9, partOf(2, event.StatusExpired, "", 0))
	wants(t, l.ends(), "a@one.test delivered", "b@two.test expired", "c@ONE.test delivered")
}

func TestDeliveredPartLeavesOutTheDeferredOfTheSameTry(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@one.test", "c@one.test")
	deferred := partOf(1, event.StatusDeferred, "", 0)
	deferred.RcptTo = "b@one.test"
	l.at(1, deferred)
	if ev := l.at(1, partOf(1, event.StatusDelivered, "one.test", 2)); fmt.Sprint(ev.RcptList) != "[a@one.test c@one.test]" {
		t.Errorf("%v", ev.RcptList)
	}
	if ev := l.at(60, partOf(1, event.StatusDelivered, "one.test", 1)); ev.RcptTo != "b@one.test" || ev.Attempt != 2 {
		t.Errorf("%+v", ev)
	}
	wants(t, l.ends(), "a@one.test delivered", "b@one.test delivered", "c@one.test delivered")
}

// A server may be set to make a part for each recipient.
func TestPartForEachRecipient(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@one.test", "c@one.test")
	if ev := l.at(1, partOf(3, event.StatusDeferred, "", 0)); ev.RcptTo != "c@one.test" { // there are not so many domains
		t.Errorf("%+v", ev)
	}
	if ev := l.at(1, partOf(1, event.StatusDelivered, "one.test", 1)); ev.RcptTo != "a@one.test" {
		t.Errorf("%+v", ev)
	}
	l.at(1, partOf(2, event.StatusBounced, "", 0))
	l.at(9, partOf(3, event.StatusDelivered, "one.test", 1))
	wants(t, l.ends(), "a@one.test delivered", "b@one.test bounced", "c@one.test delivered")
}

// A host took one recipient with an answer that the server counts as none: so it makes no part for each recipient yet.
func TestOneDeliveredOfSeveralProvesNoPartForEachRecipient(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@one.test", "c@two.test", "d@two.test")
	l.at(1, partOf(1, event.StatusDelivered, "one.test", 1))
	if ev := l.at(1, partOf(2, event.StatusBounced, "", 0)); fmt.Sprint(ev.RcptList) != "[c@two.test d@two.test]" {
		t.Errorf("%q %q", ev.RcptTo, ev.RcptList)
	}
}

// More parts than domains prove it, also where the verdict names the domain; and a recipient that its part is not the number of proves the contrary.
func TestPartForEachRecipientIsLearntAndUnlearnt(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@one.test", "c@two.test", "d@two.test")
	l.at(1, partOf(2, event.StatusDelivered, "one.test", 1))
	if ev := l.at(1, partOf(3, event.StatusBounced, "", 0)); ev.RcptTo != "c@two.test" {
		t.Errorf("%q %q", ev.RcptTo, ev.RcptList)
	}
	l.transaction(true, "a@one.test", "b@one.test", "c@two.test", "d@two.test")
	named := partOf(2, event.StatusDeferred, "", 0)
	named.RcptTo = "d@two.test"
	l.at(2, named)
	if ev := l.at(3, partOf(2, event.StatusBounced, "", 0)); fmt.Sprint(ev.RcptList) != "[c@two.test d@two.test]" {
		t.Errorf("%q %q", ev.RcptTo, ev.RcptList)
	}
}

// What is delivered is a number that fits no set of names: nobody is named, and nothing is invented.
func TestVerdictThatFitsNobodyNamesNobody(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@one.test", "c@one.test")
	if ev := l.at(1, partOf(1, event.StatusDelivered, "rewritten.test", 3)); ev.Recipients() != 0 || !ev.Final || ev.RecipientCount != 3 {
		t.Errorf("%+v", ev)
	}
}

func TestMessageThatAnotherProgramTookIsDelivered(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(false, "a@one.test", "b@one.test")
	if made := l.synthetic(event.KindDelivery); len(made) != 2 || made[0].Status != event.StatusDelivered || !made[0].Final {
		t.Errorf("%+v", made)
	}
	wants(t, l.ends(), "a@one.test delivered", "b@one.test delivered")
}

// A server may say that it takes a recipient, and refuse it then.
func TestRecipientThatWasRefusedAfterAllIsNotDelivered(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindConnect, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: "192.0.2.1"})
	l.at(0, event.Event{Kind: event.KindMessageOpened, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", MailFrom: "s@a.test"})
	l.at(0, event.Event{Kind: event.KindReply, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", Command: "RCPT", RcptTo: "no@two.test"})
	l.at(0, event.Event{Kind: event.KindFilter, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", Command: "RCPT", RcptTo: "a@one.test", FilterVerdict: "ok"})
	l.at(0, event.Event{Kind: event.KindReply, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", Command: "RCPT", RcptTo: "a@one.test"})
	l.at(0, event.Event{Kind: event.KindMessageHeader, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", RecipientCount: 1})
	ev := l.at(0, event.Event{Kind: event.KindDelivery, Scope: event.ScopeConn, ConnID: "U", QueueID: "U.1", Status: event.StatusDelivered, Tried: event.Yes, Route: event.RoutePipe})
	l.at(0, event.Event{Kind: event.KindMessageReceived, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", NoEnd: true, HandedOver: true})
	if ev.RcptTo != "a@one.test" {
		t.Errorf("%+v", ev)
	}
	wants(t, l.ends(), "a@one.test delivered")
}

// Of a message that the server made itself nothing is known but that it went out.
func TestMadeMessageEndsWithItsFirstVerdict(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindMessageReceived, QueueID: "U.1", First: true, NoEnd: true})
	ev := l.at(1, partOf(1, event.StatusDelivered, "a.test", 1))
	if !ev.Final || ev.Recipients() != 0 || ev.MessagePartial {
		t.Errorf("%+v", ev)
	}
	if _, open := l.Open(); open != 0 || len(l.summaries(event.KindMessage)) != 1 {
		t.Errorf("%d open", open)
	}
}

// A transaction that was given up leaves no message with recipients behind.
func TestAbandonedTransactionWithRecipientsIsNoMessage(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, event.Event{Kind: event.KindConnect, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: "192.0.2.1"})
	l.at(0, event.Event{Kind: event.KindMessageOpened, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", MailFrom: "s@a.test"})
	l.at(0, event.Event{Kind: event.KindReply, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", Command: "RCPT", RcptTo: "a@one.test"})
	l.at(1, event.Event{Kind: event.KindDisconnect, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: "192.0.2.1", EndHint: event.EndLost})
	if _, open := l.Open(); open != 0 || len(l.summaries(event.KindMessage)) != 0 || len(l.synthetic(event.KindMessageAborted)) != 1 {
		t.Errorf("%d open, %v", open, l.ends())
	}
}

// The server is called by a proxy, which then says for whom.
func TestProxyInFrontSaysWhoCalls(t *testing.T) {
	l := newLog(t, testConfig())
	for _, ip := range []string{"10.0.0.1", "192.0.2.1"} {
		l.at(0, event.Event{Kind: event.KindConnect, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: ip})
	}
	l.at(1, event.Event{Kind: event.KindDisconnect, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer})
	if sums := l.summaries(event.KindSession); len(sums) != 1 || sums[0].Event.PeerIP != "192.0.2.1" || sums[0].Event.SessionPartial {
		t.Errorf("%+v", sums)
	}
}

// Lines without a stamp say again what they said before: that is another try, not the same line.
func TestRetryWithoutStampIsNoDuplicate(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test")
	var out Output
	for try := 1; try <= 2; try++ {
		ev := partOf(1, event.StatusDeferred, "", 0)
		ev.Host, ev.Instance = "mx", "postfix"
		l.Observe(&ev, "file", t0, &out)
		if ev.Duplicate || ev.Attempt != try {
			t.Errorf("try %d: %+v", try, ev)
		}
	}
}

// The line of a verdict has no code, but the conversation that the log shows besides it does.
func TestVerdictHasTheCodeOfTheConversation(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test")
	say := func(peer event.Tri, ev event.Event) {
		ev.Scope, ev.ConnID, ev.Role, ev.FromPeer, ev.OwnVerdicts, ev.QueueID, ev.Part = event.ScopeID, "U.1.1", event.RoleClient, peer, true, "U.1", 1
		l.at(1, ev)
	}
	say(event.No, event.Event{Kind: event.KindReply, Code: 220, Class: '2'})
	for _, c := range []string{"EHLO", "MAIL", "RCPT", "DATA"} {
		say(event.Yes, event.Event{Kind: event.KindCommand, Command: c, RcptTo: "a@one.test", MailFrom: "s@a.test"})
		code := 250
		if c == "DATA" {
			code = 354
		}
		say(event.No, event.Event{Kind: event.KindReply, Code: code, Class: byte('0' + code/100)})
	}
	say(event.Yes, event.Event{Kind: event.KindContent, Said: "."})
	say(event.No, event.Event{Kind: event.KindReply, Code: 250, Class: '2', Enhanced: "2.0.0"})
	ev := partOf(1, event.StatusDelivered, "one.test", 1)
	ev.Class, ev.Command = '2', event.CommandEOM
	if ev = l.at(1, ev); ev.Code != 250 || ev.Enhanced != "2.0.0" || ev.RcptTo != "a@one.test" || ev.Attempt != 1 {
		t.Errorf("%+v", ev)
	}
}

// A plugin replaced a recipient by others before the server accepted it: each has its end, and what it was.
func TestRecipientThatLeadsToOthersBeforeItIsAccepted(t *testing.T) {
	l := newLog(t, testConfig())
	conn := func(kind event.Kind) event.Event {
		return event.Event{Kind: kind, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, PeerIP: "192.0.2.1", QueueID: "U.1"}
	}
	open := conn(event.KindMessageOpened)
	open.MailFrom = "s@a.test"
	l.at(0, open)
	led := conn(event.KindMessageRedirected)
	led.Route, led.OrigRcptTo, led.RcptList = event.RouteForward, "list@ours.test", []string{"a@one.test", "b@two.test"}
	l.at(0, led)
	reply := conn(event.KindReply)
	reply.Command, reply.RcptTo = "RCPT", "b@two.test"
	l.at(0, reply)
	header := conn(event.KindMessageHeader)
	header.RecipientCount = 1
	l.at(0, header)
	kept := conn(event.KindMessageQueued)
	kept.NoEnd = true
	l.at(0, kept)
	received := conn(event.KindMessageReceived)
	received.NoEnd, received.HandedOver = true, true
	l.at(0, received)
	l.at(1, partOf(1, event.StatusDelivered, "one.test", 1))
	if ev := l.at(1, partOf(2, event.StatusDelivered, "two.test", 1)); ev.RcptTo != "b@two.test" || ev.OrigRcptTo != "list@ours.test" || ev.Direction != event.DirectionForwarded {
		t.Errorf("%+v", ev)
	}
	wants(t, l.ends(), "a@one.test delivered", "b@two.test delivered")
}

// All hosts of a part failed: the verdict has no words, the lines before it say why.
func TestVerdictWithoutWordsIsExplainedByTheHostThatFailed(t *testing.T) {
	l := newLog(t, testConfig())
	l.transaction(true, "a@one.test", "b@two.test")
	l.at(1, event.Event{Kind: event.KindConnect, QueueID: "U.1", Part: 2, Role: event.RoleClient, PeerIP: "192.0.2.7", ErrorType: "timeout", Reason: "connection_timeout"})
	if ev := l.at(1, partOf(1, event.StatusDeferred, "", 0)); ev.ErrorType != "" {
		t.Errorf("%+v", ev)
	}
	if ev := l.at(2, partOf(2, event.StatusDeferred, "", 0)); ev.ErrorType != "timeout" || ev.Reason != "connection_timeout" || ev.RcptTo != "b@two.test" {
		t.Errorf("%+v", ev)
	}
}

func TestRecipientThatAFilterWantedAndTheServerRefusedIsNone(t *testing.T) {
	l := newLog(t, testConfig())
	said := func(kind event.Kind, to string, class byte) {
		l.at(0, event.Event{
			Kind: kind, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", Command: "RCPT", RcptTo: to,
			FilterVerdict: map[bool]string{true: "ok"}[kind == event.KindFilter], Class: class,
		})
	}
	l.at(0, event.Event{Kind: event.KindMessageOpened, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", MailFrom: "s@a.test"})
	said(event.KindFilter, "a@one.test", 0)
	said(event.KindReject, "a@one.test", '5') // the next host does not want it
	said(event.KindFilter, "b@one.test", 0)
	said(event.KindReply, "b@one.test", '2')
	l.at(0, event.Event{Kind: event.KindMessageHeader, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", RecipientCount: 1})
	taken := event.Event{
		Kind: event.KindDelivery, Scope: event.ScopeConn, ConnID: "U", QueueID: "U.1", Class: '2', Status: event.StatusDelivered,
		Route: event.RouteRelayhost, Tried: event.Yes,
	}
	if ev := l.at(1, taken); ev.RcptTo != "b@one.test" || !ev.Final {
		t.Errorf("%q %q %v", ev.RcptTo, ev.RcptList, ev.Final)
	}
	l.at(1, event.Event{
		Kind: event.KindMessageReceived, Scope: event.ScopeConn, ConnID: "U", Role: event.RoleServer, QueueID: "U.1", NoEnd: true, HandedOver: true,
	})
	wants(t, l.ends(), "b@one.test delivered")
}
