package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// observeRows takes events of one host through a tracker, a second apart where they say no time.
func observeRows(events ...event.Event) (list []event.Event, made []Made) {
	t := New(Config{MaxSessions: 100, SessionIdle: 600e9, MaxMessages: 100, MessageTTL: 3600e9, MaxRecipients: 100, SessionSummaries: true, MessageSummaries: true})
	var out Output
	for i := range events {
		ev := events[i]
		if ev.Time == 0 {
			ev.Time = 1795446912e9 + int64(i)*1e9
		}
		ev.Host, ev.Resolution, ev.Dialect = "mx", event.ResolutionSecond, "test"
		out.Made = nil
		t.Observe(&ev, "file", 0, &out)
		list, made = append(list, ev), append(made, out.Made...)
	}
	return list, made
}

func row(socket, command string, code int) event.Event {
	return event.Event{
		Kind: event.KindReply, Answered: true, Scope: event.ScopeAddress, ConnID: socket, PeerIP: "192.0.2.1", Role: event.RoleServer, FromPeer: event.Yes, Command: command, Code: code,
		Class: byte('0' + code/100),
	}
}

func sessionsOf(made []Made) (list []*Summary) {
	for i := range made {
		if s := made[i].Summary; s != nil && s.Session != nil {
			list = append(list, s)
		}
	}
	return list
}

func TestCommandAndReplyInOneLine(t *testing.T) {
	rcpt := row("7", "RCPT", 550)
	rcpt.RcptTo = "x@a.test"
	list, made := observeRows(row("7", "EHLO", 250), row("7", "MAIL", 250), rcpt, row("7", "RCPT", 250), row("7", "DATA", 250), row("7", "QUIT", 221))
	if list[2].Kind != event.KindReject || list[2].Command != "RCPT" || list[2].RcptTo != "x@a.test" || list[4].Command != event.CommandEOM {
		t.Errorf("%s %s %s, %s", list[2].Kind, list[2].Command, list[2].RcptTo, list[4].Command)
	}
	all := sessionsOf(made)
	if len(all) != 1 || all[0].Session.Messages != 1 || all[0].Session.Refused != 1 || all[0].Event.SessionEnd != event.EndQuit || all[0].Event.SessionPartial {
		t.Errorf("%+v", all)
	}
}

func TestSocketThatIsUsedAgain(t *testing.T) {
	list, made := observeRows(row("7", event.CommandConnect, 220), row("8", event.CommandConnect, 220), row("7", "QUIT", 221), row("7", event.CommandConnect, 220), row("8", "QUIT", 221))
	if list[0].SessionID == list[3].SessionID || list[0].SessionID != list[2].SessionID || list[1].SessionID != list[4].SessionID || list[0].SessionID == list[1].SessionID {
		t.Errorf("%v %v %v %v %v", list[0].SessionID, list[1].SessionID, list[2].SessionID, list[3].SessionID, list[4].SessionID)
	}
	if n := len(sessionsOf(made)); n != 2 {
		t.Errorf("%d sessions ended", n)
	}
}

func TestRemarkWithoutAConversationOpensNone(t *testing.T) {
	for _, scope := range []event.Scope{event.ScopeID, event.ScopeSource, event.ScopeAddress} {
		list, _ := observeRows(event.Event{Kind: event.KindTLS, TLS: event.No, Scope: scope, ConnID: "7", PeerIP: "192.0.2.1"}, event.Event{Kind: event.KindDisconnect, Scope: scope, ConnID: "7", PeerIP: "192.0.2.1"})
		if list[0].SessionID != 0 || list[1].SessionID != 0 {
			t.Errorf("scope %d: %v %v", scope, list[0].SessionID, list[1].SessionID)
		}
	}
}

func TestWhoHungUpExplainsAnEndWithoutWords(t *testing.T) {
	hangUp := event.Event{Kind: event.KindDisconnect, Scope: event.ScopeID, ConnID: "7", Role: event.RoleServer, EndHint: event.EndClientClosed}
	say := func(command string, code int) event.Event {
		ev := row("7", command, code)
		ev.Scope = event.ScopeID
		return ev
	}
	for _, tt := range []struct {
		last event.Event
		want event.End
	}{{say("EHLO", 250), event.EndClientClosed}, {say("QUIT", 221), event.EndQuit}, {say(event.CommandConnect, 554), event.EndRejected}} {
		_, made := observeRows(say(event.CommandConnect, 220), tt.last, hangUp)
		if tt.last.Code == 554 {
			_, made = observeRows(tt.last, hangUp)
		}
		if all := sessionsOf(made); len(all) != 1 || all[0].Event.SessionEnd != tt.want {
			t.Errorf("%s: %+v", tt.last.Command, all)
		}
	}
}

func TestHandshakeThatFailedExplainsTheEnd(t *testing.T) {
	failed := event.Event{Kind: event.KindTLS, TLS: event.No, Scope: event.ScopeID, ConnID: "7", EndHint: event.EndTLSFailed}
	lost := event.Event{Kind: event.KindDisconnect, Scope: event.ScopeID, ConnID: "7", EndHint: event.EndLost}
	greeting := row("7", event.CommandConnect, 220)
	greeting.Scope = event.ScopeID
	_, made := observeRows(greeting, failed, lost)
	if all := sessionsOf(made); len(all) != 1 || all[0].Event.SessionEnd != event.EndTLSFailed {
		t.Errorf("%+v", all)
	}
}

func TestVerdictsThatAreToldElsewhere(t *testing.T) {
	say := func(command string, code int) event.Event {
		ev := row("7", command, code)
		ev.Scope, ev.Role, ev.OwnVerdicts = event.ScopeID, event.RoleClient, true
		return ev
	}
	rcpt := say("RCPT", 550)
	rcpt.RcptTo = "x@a.test"
	list, _ := observeRows(say("EHLO", 250), say("MAIL", 250), rcpt)
	if list[2].Status != event.StatusNone || list[2].Code != 550 {
		t.Errorf("%s %d", list[2].Status, list[2].Code)
	}
}

func TestMessageThatIsPutOff(t *testing.T) {
	of := func(kind event.Kind, putOff bool) event.Event {
		return event.Event{Kind: kind, QueueID: "5", UniqueID: true, First: kind == event.KindMessageReceived, PutOff: putOff, RcptTo: "x@a.test", RecipientCount: 1, MailFrom: "a@a.test"}
	}
	list, made := observeRows(of(event.KindMessageReceived, false), of(event.KindMessageQueued, true), of(event.KindMessageRemoved, false),
		of(event.KindMessageReceived, false), of(event.KindMessageRemoved, false))
	if list[2].Kind != event.KindMessageQueued || list[3].Kind != event.KindMessageQueued || list[4].Kind != event.KindMessageRemoved || list[0].MessageUID != list[4].MessageUID {
		t.Errorf("%s %s %s", list[2].Kind, list[3].Kind, list[4].Kind)
	}
	messages := 0
	for i := range made {
		if s := made[i].Summary; s != nil && s.Message != nil {
			messages++
			if s.Event.RecipientCount != 1 {
				t.Errorf("%d recipients", s.Event.RecipientCount)
			}
		}
	}
	if messages != 1 {
		t.Errorf("%d messages", messages)
	}
}

func TestGroupThatIsExpanded(t *testing.T) {
	deliver := func(to string) event.Event {
		return event.Event{Kind: event.KindDelivery, QueueID: "5", UniqueID: true, RcptTo: to, Status: event.StatusDelivered, Route: event.RouteLocal, Tried: event.Yes}
	}
	_, made := observeRows(
		event.Event{Kind: event.KindMessageReceived, QueueID: "5", UniqueID: true, First: true, NoEnd: true, RcptTo: "team@a.test", RecipientCount: 1},
		event.Event{Kind: event.KindMessageRedirected, QueueID: "5", UniqueID: true, OrigRcptTo: "team@a.test", RcptList: []string{"x@a.test", "y@a.test"}},
		deliver("x@a.test"), deliver("y@a.test"))
	n := 0
	for i := range made {
		if s := made[i].Summary; s != nil && s.Message != nil {
			n++
			if len(s.Message.Recipients) != 2 {
				t.Errorf("%d recipients", len(s.Message.Recipients))
			}
		}
	}
	if n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestExpiryKeepsTheReasonOfTheLastTry(t *testing.T) {
	of := func(status event.Status, tried event.Tri, reason string) event.Event {
		return event.Event{
			Kind: event.KindDelivery, QueueID: "5", UniqueID: true, RcptTo: "x@a.test", Status: status, Tried: tried, Reason: reason, Route: event.RouteMX, Line: reason,
		}
	}
	list, _ := observeRows(of(event.StatusDeferred, event.Yes, "mailbox_full"), of(event.StatusExpired, event.No, "connection_timeout"))
	if list[1].Reason != "mailbox_full" {
		t.Errorf("%s", list[1].Reason)
	}
}
