package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Servers that make a process for each conversation and log what came of it, a test a trouble.

func forked(kind event.Kind, pid int64, ip string) event.Event {
	return event.Event{Kind: kind, Scope: event.ScopeFork, Role: event.RoleServer, Daemon: "mta", PID: pid, PeerIP: ip}
}

func said(pid int64, command string) event.Event {
	ev := forked(event.KindCommand, pid, "")
	ev.FromPeer, ev.Command, ev.Said, ev.Line = event.Yes, command, command, command
	return ev
}

func answered(pid int64, code int, text string) event.Event {
	ev := forked(event.KindReply, pid, "")
	ev.FromPeer, ev.Code, ev.Class, ev.Text, ev.Said = event.No, code, byte('0'+code/100), text, text
	return ev
}

func received(qid string, recipients int) event.Event {
	return event.Event{Kind: event.KindMessageReceived, QueueID: qid, Daemon: "mta", First: true, NoEnd: true, RecipientCount: recipients, MailFrom: "s@a.example", MessageID: "m@a.example"}
}

func TestProcessOfOneConversationEndsWithItsWords(t *testing.T) {
	l := newLog(t, testConfig())
	connect := l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	banner := l.at(0, answered(7, 220, "mx ESMTP"))
	l.at(1, said(7, "QUIT"))
	bye := l.at(1, answered(7, 221, "bye"))
	late := l.at(1, forked(event.KindDisconnect, 7, "192.0.2.1"))
	if banner.SessionID != connect.SessionID || bye.SessionEnd != event.EndQuit || late.SessionID != connect.SessionID || late.SessionEnd != event.EndNone {
		t.Errorf("%s %s %s, end %s", connect.SessionID, banner.SessionID, late.SessionID, bye.SessionEnd)
	}
	if n := len(l.summaries(event.KindSession)); n != 1 {
		t.Errorf("%d summaries", n)
	}
}

func TestNumberOfAProcessIsUsedAgainForAnotherClient(t *testing.T) {
	l := newLog(t, testConfig())
	first := l.at(0, forked(event.KindTLS, 7, "192.0.2.1"))
	second := l.at(60, forked(event.KindTLS, 7, "192.0.2.2"))
	if first.SessionID == second.SessionID || second.SessionID == 0 {
		t.Errorf("%s %s", first.SessionID, second.SessionID)
	}
	bye := forked(event.KindDisconnect, 7, "192.0.2.2")
	bye.EndHint = event.EndClientClosed
	l.at(61, bye)
	if third := l.at(90, forked(event.KindTLS, 7, "192.0.2.2")); third.SessionID == second.SessionID {
		t.Error("goes on after its end")
	}
}

func TestEndIsKnownFromTheLastWordWhereNoLineTellsIt(t *testing.T) {
	l := newLog(t, testConfig())
	failed := forked(event.KindTLS, 7, "192.0.2.1")
	failed.TLS, failed.EndHint = event.No, event.EndTLSFailed
	l.at(0, failed)
	l.at(3600, received("Q1", 1))
	if ends := l.synthetic(event.KindDisconnect); len(ends) != 1 || ends[0].SessionEnd != event.EndTLSFailed || !ends[0].SessionPartial {
		t.Errorf("%+v", ends)
	}
}

func TestReadyQueueIDIsNoMessage(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	for _, ev := range []event.Event{answered(7, 220, "mx ESMTP"), said(7, "EHLO"), answered(7, 250, "mx"), said(7, "QUIT"), answered(7, 221, "bye"), {Kind: event.KindLifecycle}} {
		ev.QueueID = "Q1"
		if got := l.at(1, ev); got.MessageUID != 0 || got.QueueID != "Q1" {
			t.Errorf("%s is of message %s", got.Kind, got.MessageUID)
		}
	}
	if _, n := l.Open(); n != 0 {
		t.Errorf("%d messages", n)
	}
	mail := said(8, "MAIL")
	mail.QueueID = "Q2"
	l.at(2, forked(event.KindConnect, 8, "192.0.2.1"))
	begun := l.at(2, mail)
	end := received("Q2", 1)
	end.Scope, end.Role, end.PID, end.PeerIP = event.ScopeFork, event.RoleServer, 8, "192.0.2.1"
	if got := l.at(3, end); begun.MessageUID == 0 || got.MessageUID != begun.MessageUID || got.OriginSession == 0 || got.Kind != event.KindMessageReceived {
		t.Errorf("%s, then %s of %s, %s", begun.MessageUID, got.MessageUID, got.OriginSession, got.Kind)
	}
}

func TestRefusalThatTheLogTellsTwiceIsOne(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	l.at(0, answered(7, 220, "mx ESMTP"))
	rcpt := said(7, "RCPT")
	rcpt.RcptTo = "x@b.example"
	l.at(1, rcpt)
	refusal := l.at(1, answered(7, 550, "no such user"))
	why := forked(event.KindReject, 7, "")
	why.Command, why.RcptTo = "RCPT", "x@b.example"
	again := l.at(1, why)
	if refusal.Kind != event.KindReject || again.Kind == event.KindReject {
		t.Errorf("%s, %s", refusal.Kind, again.Kind)
	}
	if alone := l.at(2, forked(event.KindReject, 9, "192.0.2.9")); alone.Kind != event.KindReject {
		t.Error("the log has no other word of it")
	}
}

func TestConnectionThatIsRefusedInTwoLinesIsOne(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	why := forked(event.KindReject, 7, "192.0.2.1")
	why.Command = event.CommandConnect
	first, words := l.at(0, why), l.at(0, answered(7, 554, "not accepting messages"))
	if first.Kind != event.KindReject || words.Kind != event.KindReply {
		t.Errorf("%s, %s", first.Kind, words.Kind)
	}
	l.at(1, said(7, "QUIT"))
	if bye := l.at(1, answered(7, 221, "bye")); bye.SessionEnd != event.EndRejected {
		t.Errorf("end %s", bye.SessionEnd)
	}
}

func TestLoginThatTheLogTellsTwiceIsOne(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	l.at(0, answered(7, 220, "mx ESMTP"))
	login := said(7, "AUTH")
	login.AuthMechanism = "PLAIN"
	l.at(1, login)
	words := l.at(1, answered(7, 235, "OK"))
	own := forked(event.KindAuth, 7, "192.0.2.1")
	own.AuthMechanism, own.AuthResult, own.User = "PLAIN", "success", "anna"
	if got := l.at(1, own); words.AuthResult != "" || words.Command != "AUTH" || got.AuthResult != "success" {
		t.Errorf("%q %q, %q", words.Command, words.AuthResult, got.AuthResult)
	}
}

func TestDeliveryProcessSpeaksToNobody(t *testing.T) {
	l := newLog(t, testConfig())
	if got := l.at(0, answered(12, 451, "reply: read error")); got.SessionID != 0 || got.Role != event.RoleUnknown {
		t.Errorf("%s %s", got.SessionID, got.Role)
	}
}

func TestDataThatBrokeOffEndsTheProcess(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, forked(event.KindConnect, 7, "192.0.2.1"))
	broke := forked(event.KindMessageAborted, 7, "")
	broke.QueueID, broke.EndHint = "Q1", event.EndLost
	if got := l.at(1, broke); got.SessionEnd != event.EndLost {
		t.Errorf("end %s", got.SessionEnd)
	}
	late := received("Q1", 1)
	if got := l.at(1, late); got.Kind != event.KindMessageAborted {
		t.Errorf("given up, then %s", got.Kind)
	}
	if _, n := l.Open(); n != 0 {
		t.Errorf("%d messages wait", n)
	}
}

func TestNoticeWithoutAFirstLineHasItsParent(t *testing.T) {
	l := newLog(t, testConfig())
	parent := l.at(0, received("Q1", 1))
	l.at(1, delivery("Q1", "x@b.example", event.StatusBounced))
	made := of(event.KindNotification, "Q1")
	made.ChildQueueID, made.ChildKind = "Q2", event.MessageDSN
	l.at(1, made)
	got := l.at(2, delivery("Q2", "s@a.example", event.StatusDelivered))
	if got.ParentUID != parent.MessageUID || got.MessageKind != event.MessageDSN || got.MailFrom != "<>" || !got.Final || got.MessagePartial {
		t.Errorf("%+v", got)
	}
	l.at(30, of(event.KindLifecycle, "")) // others of the notice's recipients would have shown themselves
	if sums := l.summaries(event.KindMessage); len(sums) != 2 || sums[1].Event.MessageKind != event.MessageDSN {
		t.Errorf("%d summaries", len(sums))
	}
}

func TestMessageThatIsRefusedAfterItWasToldOfIsNone(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	refusal := of(event.KindReject, "Q1")
	refusal.Command = event.CommandEOM
	l.at(0, refusal)
	if _, n := l.Open(); n != 0 || len(l.summaries(event.KindMessage)) != 0 {
		t.Errorf("%d messages", n)
	}
	if again := l.at(0, refusal); again.Kind == event.KindReject {
		t.Error("refused twice")
	}
}

func TestMessageOfAListGoesOnUnderItsOwnersID(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	clone := of(event.KindMessageQueued, "Q1")
	clone.ChildQueueID, clone.ChildKind, clone.Argument = "Q2", event.MessageMail, "owner@b.example"
	l.at(0, clone)
	got := l.at(1, delivery("Q2", "x@c.example", event.StatusDelivered))
	if got.ParentUID == 0 || got.MailFrom != "owner@b.example" || got.MessageID != "m@a.example" {
		t.Errorf("%+v", got)
	}
	l.at(30, of(event.KindLifecycle, ""))
	if _, n := l.Open(); n != 0 {
		t.Errorf("%d messages wait for an end that no line tells", n)
	}
}

func TestVerdictThatIsFasterThanTheFirstLine(t *testing.T) {
	l := newLog(t, testConfig())
	first := l.at(0, delivery("Q1", "x@b.example", event.StatusBounced))
	if got := l.at(0, received("Q1", 1)); got.Kind != event.KindMessageReceived || got.MessageUID != first.MessageUID || got.MessagePartial {
		t.Errorf("%s %s %t", got.Kind, got.MessageUID, got.MessagePartial)
	}
}

func TestVerdictOnTheSenderOfABounceIsTheNotices(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	l.at(1, delivery("Q1", "x@b.example", event.StatusBounced))
	unknown := delivery("Q1", "s@a.example", event.StatusBounced)
	unknown.Tried = event.No
	if got := l.at(1, unknown); got.Kind != event.KindNotification || got.Status != event.StatusNone {
		t.Errorf("%s %s", got.Kind, got.Status)
	}
}

func TestAliasesNameTheAddressBeforeThem(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	one, two := of(event.KindMessageRedirected, "Q1"), of(event.KindMessageRedirected, "Q1")
	one.OrigRcptTo, one.RcptTo, one.Route = "postmaster@b.example", "root", event.RouteForward
	two.OrigRcptTo, two.RcptList, two.Route = "root", []string{"anna", "bram@c.example"}, event.RouteForward
	l.at(0, one)
	l.at(0, two)
	for _, to := range []string{"anna", "bram@c.example"} {
		if got := l.at(1, delivery("Q1", to, event.StatusDelivered)); got.OrigRcptTo != "postmaster@b.example" {
			t.Errorf("%s came out of %q", to, got.OrigRcptTo)
		}
	}
}

func TestLocalUserIsTheSenderOrAnAlias(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 2))
	one, two := delivery("Q1", "x@b.example", event.StatusDelivered), delivery("Q1", "/dev/null", event.StatusDiscarded)
	one.OnBehalf, two.OnBehalf = "s@a.example", "void@b.example"
	if a, b := l.at(1, one), l.at(1, two); a.OrigRcptTo != "" || b.OrigRcptTo != "void@b.example" {
		t.Errorf("%q %q", a.OrigRcptTo, b.OrigRcptTo)
	}
}

func TestHostThatIsNamedBeforeItsAddressIsOneConversation(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 2))
	secure := event.Event{Kind: event.KindTLS, Scope: event.ScopePeer, Role: event.RoleClient, Daemon: "mta", PID: 77, ServerAddress: "mx-corp-example.protection.example.net", TLS: event.Yes, TLSVersion: "1.3"}
	l.at(0, secure)
	other := secure
	other.ServerAddress, other.TLSVersion = "mx.c.example", "1.2"
	l.at(0, other)
	to := delivery("Q1", "x@b.example", event.StatusDelivered)
	to.Scope, to.PeerIP, to.ServerAddress = event.ScopePeer, "192.0.2.9", "mx-corp-ex...ection.example.net"
	if got := l.at(1, to); got.TLS != event.Yes || got.TLSVersion != "1.3" || got.SessionID == 0 {
		t.Errorf("%d %q", got.TLS, got.TLSVersion)
	}
	plain := delivery("Q1", "y@b.example", event.StatusDelivered)
	plain.Scope, plain.PeerIP, plain.ServerAddress = event.ScopePeer, "192.0.2.10", "mx.d.example"
	if got := l.at(1, plain); got.TLS != event.Open {
		t.Errorf("%d", got.TLS)
	}
}

func TestFurtherMessagesGoOverTheConnectionThatIsKept(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	l.at(0, received("Q2", 1))
	l.at(0, event.Event{Kind: event.KindTLS, Scope: event.ScopePeer, Role: event.RoleClient, Daemon: "mta", PID: 77, ServerAddress: "mx.b.example", TLS: event.Yes, TLSVersion: "1.3"})
	var ids []event.ID
	for _, qid := range []string{"Q1", "Q2"} {
		to := delivery(qid, "x@b.example", event.StatusDelivered)
		to.Scope, to.PeerIP, to.ServerAddress, to.ConnKept = event.ScopePeer, "192.0.2.9", "mx.b.example", true
		got := l.at(1, to)
		if ids = append(ids, got.SessionID); got.TLSVersion != "1.3" {
			t.Errorf("%s: %q", qid, got.TLSVersion)
		}
	}
	if ids[0] == 0 || ids[0] != ids[1] {
		t.Errorf("%s", ids)
	}
}

func TestOneAddressHasOneSpelling(t *testing.T) {
	l := newLog(t, testConfig())
	a := l.at(0, forked(event.KindTLS, 7, "2001:db8:0:0:0:0:0:1"))
	b := l.at(1, forked(event.KindAuth, 7, "2001:db8::1"))
	if a.PeerIP != b.PeerIP || a.SessionID != b.SessionID {
		t.Errorf("%s %s", a.PeerIP, b.PeerIP)
	}
}

func TestWhatTheLastHostSaidHoldsThoughNobodyIsAskedAgain(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	first := delivery("Q1", "x@b.example", event.StatusDeferred)
	first.Code, first.Text = 450, "later"
	l.at(1, first)
	skipped := delivery("Q1", "x@b.example", event.StatusDeferred)
	skipped.Tried, skipped.Line = event.No, "again"
	l.at(inSeconds(2*time.Hour), skipped)
	l.at(inSeconds(5*24*time.Hour-time.Hour), of(event.KindMessageExpired, "Q1"))
	if ends := l.synthetic(event.KindDelivery); len(ends) != 1 || ends[0].Code != 450 || ends[0].Text != "later" {
		t.Errorf("%+v", ends)
	}
	if n := len(l.summaries(event.KindMessage)); n != 1 {
		t.Errorf("%d summaries", n)
	}
}

func TestMessageThatIsHandedOnIsOver(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, received("Q1", 1))
	on := delivery("Q1", "x@b.example", event.StatusDelivered)
	on.Route, on.RemoteQueueID = event.RouteFilter, "Q2"
	if got := l.at(1, on); got.Final {
		t.Error("the recipient has not ended")
	}
	if _, n := l.Open(); n != 0 || len(l.summaries(event.KindMessage)) != 1 {
		t.Errorf("%d messages wait for an end that no line tells", n)
	}
}

func inSeconds(d time.Duration) float64 { return d.Seconds() }
