package session

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Programs of the host that a message goes through, a test a trouble.

// comeIn is the reception of a message by a queue manager: who brought it, and its Message-ID.
func (l *log) comeIn(at float64, qid string, pid int64, ip, mid string) event.Event {
	first := smtpd(event.KindMessageOpened, pid, ip)
	first.QueueID = qid
	if ip == "" {
		first.Scope, first.Role, first.Daemon = event.ScopeNone, event.RoleUnknown, "pickup"
	}
	l.at(at, first)
	l.at(at, event.Event{Kind: event.KindMessageHeader, QueueID: qid, MessageID: mid, Daemon: "cleanup"})
	received := of(event.KindMessageReceived, qid)
	received.MailFrom, received.RecipientCount = "s@example.net", 1
	return l.at(at, received)
}

// over is an acceptance by a program or host.
func over(route event.Route, qid, ip string, port int, answer string) event.Event {
	ev := delivery(qid, "r@b.example", event.StatusDelivered)
	ev.Route, ev.Role, ev.Scope, ev.PeerIP, ev.PeerPort, ev.RemoteQueueID = route, event.RoleClient, event.ScopePeer, ip, port, answer
	ev.Code, ev.Class, ev.Command = 250, '2', event.CommandEOM
	return ev
}

func TestQueueIDOfThisHostTellsAFilter(t *testing.T) {
	for name, c := range map[string]struct {
		ip, again string
		route     event.Route
		want      event.Route
	}{
		"by LMTP":                      {"127.0.0.1", "127.0.0.1", event.RouteLMTP, event.RouteFilter},
		"by SMTP":                      {"127.0.0.1", "127.0.0.1", event.RouteRelayhost, event.RouteFilter},
		"in another container":         {"172.18.0.3", "172.18.0.3", event.RouteMX, event.RouteFilter},
		"on another machine of ours":   {"198.51.100.7", "198.51.100.7", event.RouteMX, event.RouteFilter},
		"another instance on the host": {"192.0.2.25", "192.0.2.25", event.RouteMX, event.RouteFilter},
	} {
		l := newLog(t, testConfig())
		l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
		l.comeIn(3, "B1", 2, c.again, "m@a.example")
		got := l.at(4, over(c.route, "A1", c.ip, 10024, "B1"))
		if got.Route != c.want || got.Final {
			t.Errorf("%s: route %s, final %v", name, got.Route, got.Final)
		}
		l.at(4, of(event.KindMessageRemoved, "A1"))
		sum := l.summaries(event.KindMessage)[0]
		if sum.Message.HandedOn != 1 || sum.Message.Totals[event.StatusDelivered] != 0 || !strings.Contains(sum.Sentence(), "handed on to "+c.ip+" as B1") {
			t.Errorf("%s: %s", name, sum.Sentence())
		}
		if end := l.at(5, over(event.RouteMX, "B1", "203.0.113.9", 25, "X77")); !end.Final {
			t.Errorf("%s: the end behind the filter is %v", name, end.Final)
		}
	}
}

// A mail exchanger knows the Message-ID of what it gets, and may send a message with it before it answers: with the queue id of that in the answer it would be a filter of
// ours, and its message one of the user whose mail it was given.
func TestStrangerWhoAnswersWithAnIDOfOursIsNoFilter(t *testing.T) {
	l := newLog(t, testConfig())
	first := smtpd(event.KindMessageOpened, 1, "192.0.2.1")
	first.QueueID, first.User, first.AuthResult = "A1", "anna", "success"
	l.at(0, first)
	l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
	l.comeIn(3, "B1", 2, "203.0.113.66", "m@a.example")
	if got := l.at(4, over(event.RouteMX, "A1", "203.0.113.66", 25, "B1")); got.Route != event.RouteMX || !got.Final {
		t.Errorf("route %s, final %v", got.Route, got.Final)
	}
	got := l.at(5, delivery("B1", "x@b.example", event.StatusDelivered))
	if got.User != "" || got.ParentUID != 0 || got.ClientAddress == "192.0.2.1" {
		t.Errorf("the stranger's message is %q's, made from %s", got.User, got.ParentUID)
	}
	l.at(6, of(event.KindMessageRemoved, "B1"))
	if sum := l.summaries(event.KindMessage); len(sum) != 1 || sum[0].Event.User != "" || sum[0].Event.PeerIP != "203.0.113.66" {
		t.Errorf("%+v", sum)
	}
}

// Nor is one whose answer has a filter's own id, which any header tells.
func TestStrangerWhoAnswersWithAFiltersIDIsNoFilter(t *testing.T) {
	l := newLog(t, testConfig())
	l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
	l.at(1, event.Event{Kind: event.KindFilter, Beside: true, FilterID: "12345-06", RcptTo: "r@b.example", RemoteQueueID: "A1", Daemon: "amavis"})
	if got := l.at(4, over(event.RouteMX, "A1", "203.0.113.66", 25, "12345-06")); got.Route != event.RouteMX || !got.Final {
		t.Errorf("route %s, final %v", got.Route, got.Final)
	}
}

func TestWhatIsNoQueueIDOfThisHostTellsNone(t *testing.T) {
	for name, c := range map[string]struct {
		route  event.Route
		answer string
		other  func(l *log)
	}{
		"a mailbox by LMTP":                      {event.RouteLMTP, "", func(*log) {}},
		"a tunnel to a smarthost":                {event.RouteRelayhost, "Z9", func(*log) {}},
		"an id that another mail has here":       {event.RouteRelayhost, "Z9", func(l *log) { l.comeIn(1, "Z9", 7, "192.0.2.9", "other@a.example") }},
		"an id that the mail itself has":         {event.RouteRelayhost, "A1", func(*log) {}},
		"an id of a message that came before it": {event.RouteRelayhost, "Z9", func(l *log) { l.comeIn(-50, "Z9", 7, "192.0.2.9", "m@a.example") }},
		"an alias behind the mailbox":            {event.RouteLMTP, "", func(l *log) { l.comeIn(2, "Z9", 0, "", "m@a.example") }}, // Sieve's redirect
	} {
		l := newLog(t, testConfig())
		c.other(l)
		l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
		if name == "an alias behind the mailbox" {
			c.other(l)
		}
		got := l.at(4, over(c.route, "A1", "127.0.0.1", 24, c.answer))
		if got.Route != c.route || !got.Final {
			t.Errorf("%s: route %s, final %v", name, got.Route, got.Final)
		}
	}
}

func TestNothingIsLearnedFromAHop(t *testing.T) {
	l := newLog(t, testConfig())
	failed := over(event.RouteLMTP, "A1", "127.0.0.1", 10024, "")
	failed.Status, failed.Code, failed.Class = event.StatusDeferred, 451, '4'
	l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
	l.at(1, failed)
	l.comeIn(3, "B1", 2, "127.0.0.1", "m@a.example")
	l.at(4, over(event.RouteLMTP, "A1", "127.0.0.1", 10024, "B1"))
	if n := l.hosts.byName["mx"].Kept().Domains; n != 0 {
		t.Errorf("%d domains", n)
	}
	if got := l.at(5, over(event.RouteMX, "B1", "203.0.113.9", 25, "X77")); got.Direction == event.DirectionInbound || got.Direction == event.DirectionForwarded {
		t.Errorf("direction %s", got.Direction)
	}
}

func TestFilterThatIsKnownFailsAsAFilter(t *testing.T) {
	l := newLog(t, testConfig())
	l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
	l.comeIn(3, "B1", 2, "127.0.0.1", "m@a.example")
	l.at(4, over(event.RouteLMTP, "A1", "127.0.0.1", 10024, "B1"))
	l.Tracker = restarted(t, l.Tracker)
	l.comeIn(10, "A2", 1, "192.0.2.1", "m2@a.example")
	broken := over(event.RouteLMTP, "A2", "127.0.0.1", 10024, "")
	broken.Status, broken.Code, broken.Class, broken.ErrorType = event.StatusDeferred, 0, 0, "connection_lost"
	if got := l.at(11, broken); got.Route != event.RouteFilter || got.Direction == event.DirectionInbound {
		t.Errorf("%s %s", got.Route, got.Direction)
	}
	refused := over(event.RouteLMTP, "A2", "127.0.0.1", 10024, "")
	refused.Status, refused.Code, refused.Class = event.StatusBounced, 554, '5'
	if got := l.at(12, refused); got.Route != event.RouteFilter || !got.Final {
		t.Errorf("%s, final %v", got.Route, got.Final)
	}
}

func TestFilterThatThrowsAway(t *testing.T) {
	for _, c := range []struct {
		route event.Route
		ip    string
		port  int
		want  event.Status
	}{
		{event.RouteLMTP, "127.0.0.1", 10024, event.StatusDiscarded},
		{event.RouteRelayhost, "127.0.0.1", 10024, event.StatusDiscarded},
		{event.RouteMX, "203.0.113.9", 10024, event.StatusDiscarded},
		{event.RouteMX, "10.1.2.3", 25, event.StatusDiscarded},
		{event.RouteMX, "203.0.113.9", 25, event.StatusDelivered}, // somebody else's filter
	} {
		l := newLog(t, testConfig())
		l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
		end := over(c.route, "A1", c.ip, c.port, "")
		end.Discards = true
		if got := l.at(4, end); got.Status != c.want || !got.Final {
			t.Errorf("%s %s:%d: %s, final %v", c.route, c.ip, c.port, got.Status, got.Final)
		}
	}
}

// Proxmox' filter answers with an id of its own, and says in its own lines what it did for whom.
func TestFilterWithAnIDOfItsOwn(t *testing.T) {
	l := newLog(t, testConfig())
	says := func(to, qid string, ends bool) {
		ev := event.Event{Kind: event.KindFilter, Beside: true, FilterName: "pmg", FilterID: "F1", RcptTo: to, RemoteQueueID: qid}
		if ends {
			ev.Action = event.ActionQuarantine
		}
		if qid != "" {
			ev.Route = event.RouteFilter
		}
		l.at(3, ev)
	}
	l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example")
	child := l.comeIn(3, "B1", 2, "127.0.0.1", "m@a.example")
	says("on@b.example", "B1", false)
	says("gone@b.example", "", true)
	verdict := func(to string) event.Event {
		ev := over(event.RouteLMTP, "A1", "127.0.0.1", 10024, "F1")
		ev.RcptTo, ev.Line = to, to
		return l.at(4, ev)
	}
	on, gone := verdict("on@b.example"), verdict("gone@b.example")
	if on.Route != event.RouteFilter || on.Final || on.ChildQueueID != "B1" {
		t.Errorf("%s, final %v, child %q", on.Route, on.Final, on.ChildQueueID)
	}
	if gone.Status != event.StatusDelivered || !gone.Final || gone.Action != event.ActionQuarantine { // the server was told no more than that
		t.Errorf("%s, final %v, %s", gone.Status, gone.Final, gone.Action)
	}
	if end := l.at(5, over(event.RouteMX, "B1", "203.0.113.9", 25, "X77")); end.ParentUID != on.MessageUID || end.MessageUID != child.MessageUID {
		t.Errorf("parent %s", end.ParentUID)
	}
	if other := verdict("on@b.example"); other.Route != event.RouteFilter { // by what was learned
		t.Errorf("%s", other.Route)
	}
}

func TestHopOfAMessage(t *testing.T) {
	for name, c := range map[string]struct {
		again func(l *log) event.Event
		want  event.MessageHop
	}{
		"back from the loopback": {func(l *log) event.Event { return l.comeIn(2, "B1", 2, "127.0.0.1", "m@a.example") }, event.HopInternal},
		"back by a program":      {func(l *log) event.Event { return l.comeIn(2, "B1", 0, "", "m@a.example") }, event.HopInternal},
		"back from a container":  {func(l *log) event.Event { return l.comeIn(2, "B1", 2, "172.18.0.3", "m@a.example") }, event.HopInternal},
		"webmail":                {func(l *log) event.Event { return l.comeIn(2, "B1", 2, "127.0.0.1", "new@a.example") }, event.HopFirst},
		"sent twice by its host": {func(l *log) event.Event { return l.comeIn(2, "B1", 2, "192.0.2.1", "m@a.example") }, event.HopFirst},
		"twice in one session":   {func(l *log) event.Event { return l.comeIn(2, "B1", 1, "192.0.2.1", "m@a.example") }, event.HopFirst},
		"without a Message-ID":   {func(l *log) event.Event { return l.comeIn(2, "B1", 2, "127.0.0.1", "") }, event.HopFirst},
		"behind the first's end": {func(l *log) event.Event {
			l.at(1, of(event.KindMessageRemoved, "A1"))
			return l.comeIn(2, "B1", 2, "127.0.0.1", "m@a.example")
		}, event.HopFirst},
		"named by the forwarding line": {func(l *log) event.Event {
			fwd := delivery("A1", "list@b.example", event.StatusDelivered)
			fwd.Route, fwd.ChildQueueID = event.RouteForward, "B1"
			l.at(1, fwd)
			return l.comeIn(2, "B1", 0, "", "else@a.example")
		}, event.HopInternal},
		"a notice": {func(l *log) event.Event {
			told := of(event.KindNotification, "A1")
			told.ChildQueueID = "B1"
			l.at(1, told)
			first := of(event.KindMessageHeader, "B1")
			first.MessageID = "n@mx.example"
			l.at(2, first)
			received := of(event.KindMessageReceived, "B1")
			received.MailFrom = "<>"
			return l.at(2, received)
		}, event.HopFirst},
		"where only filters call": {func(l *log) event.Event {
			first := smtpd(event.KindMessageOpened, 2, "127.0.0.1")
			first.QueueID, first.Service = "B1", "127.0.0.1:10025"
			l.at(2, first)
			received := of(event.KindMessageReceived, "B1")
			return l.at(2, received)
		}, event.HopInternal},
		"behind a filter in front of the queue": {func(l *log) event.Event {
			front := smtpd(event.KindMessageOpened, 9, "192.0.2.9")
			l.at(2, front)
			first := smtpd(event.KindMessageOpened, 2, "127.0.0.1")
			first.QueueID, first.Service = "B1", "10025"
			l.at(2, first)
			received := of(event.KindMessageReceived, "B1")
			return l.at(2, received)
		}, event.HopFirst},
		"told by XFORWARD": {func(l *log) event.Event {
			first := smtpd(event.KindMessageOpened, 2, "127.0.0.1")
			first.QueueID, first.ParentQueueID = "B1", "UNSEEN1"
			l.at(2, first)
			received := of(event.KindMessageReceived, "B1")
			return l.at(2, received)
		}, event.HopInternal},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLog(t, testConfig())
			if first := l.comeIn(0, "A1", 1, "192.0.2.1", "m@a.example"); first.MessageHop != event.HopFirst {
				t.Errorf("the first is %q", first.MessageHop)
			}
			got := c.again(l)
			if got.Kind != event.KindMessageReceived || got.MessageHop != c.want {
				t.Errorf("%s %q", got.Kind, got.MessageHop)
			}
		})
	}
}
