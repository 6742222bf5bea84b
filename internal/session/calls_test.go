package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// call is a server's line about a client at address ip, which has a port where that is logged.
func call(kind event.Kind, ip string, port int, pid int64) event.Event {
	ev := event.Event{Kind: kind, Scope: event.ScopeCall, Role: event.RoleServer, PeerIP: ip, PeerPort: port, PID: pid, ConnID: "[" + ip + "]", ConnShared: port == 0}
	if port != 0 {
		ev.ConnID += ":1"
	}
	return ev
}

func TestServerThatLogsNoConnectionsHasNoSessions(t *testing.T) {
	l := newLog(t, testConfig())
	received := call(event.KindMessageReceived, "192.0.2.1", 0, 0)
	received.QueueID, received.First = "A1", true
	first := l.at(0, received)
	second := l.at(1, call(event.KindReject, "192.0.2.1", 0, 0))
	other := l.at(1, call(event.KindReject, "192.0.2.2", 0, 0))
	later := l.at(300, call(event.KindReject, "192.0.2.1", 0, 0))
	if first.SessionID == 0 || !first.SessionInferred || first.OriginSession != first.SessionID || second.SessionID != first.SessionID {
		t.Errorf("%+v", first)
	}
	if other.SessionID == first.SessionID || later.SessionID == first.SessionID {
		t.Error("another client, or another time, is another conversation")
	}
	if n := len(l.summaries(event.KindSession)); n != 0 {
		t.Errorf("%d summaries of what was inferred", n)
	}
}

func TestCallsOfOneClientAtOnceAreKeptApartByTheProcessBehindEach(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, call(event.KindConnect, "192.0.2.1", 0, 9)) // the daemon
	l.at(1, call(event.KindConnect, "192.0.2.1", 0, 9))
	a := l.at(2, call(event.KindReject, "192.0.2.1", 0, 10))
	b := l.at(3, call(event.KindReject, "192.0.2.1", 0, 11))
	again := l.at(4, call(event.KindReject, "192.0.2.1", 0, 10))
	if a.SessionID == b.SessionID || a.SessionID != again.SessionID || a.SessionInferred {
		t.Errorf("%s %s %s", a.SessionID, b.SessionID, again.SessionID)
	}
	for _, pid := range []int64{11, 10} {
		end := call(event.KindDisconnect, "192.0.2.1", 0, pid)
		end.EndHint = event.EndQuit
		if got := l.at(5, end); got.SessionEnd != event.EndQuit || got.SessionID != map[int64]event.ID{10: a.SessionID, 11: b.SessionID}[pid] {
			t.Errorf("%+v", got)
		}
	}
	if sums := l.summaries(event.KindSession); len(sums) != 2 || sums[0].Event.PID != 11 {
		t.Errorf("%d summaries", len(sums))
	}
}

func TestCallsOfOneClientWithoutProcessesEndInTheirOrder(t *testing.T) {
	l := newLog(t, testConfig())
	for i := range 3 {
		l.at(float64(i), call(event.KindConnect, "192.0.2.1", 0, 0))
	}
	for i := range 3 {
		l.at(float64(5+i), call(event.KindDisconnect, "192.0.2.1", 0, 0))
	}
	if n := len(l.summaries(event.KindSession)); n != 3 {
		t.Errorf("%d summaries, want 3", n)
	}
	if open, _ := l.Open(); open != 0 {
		t.Errorf("%d open", open)
	}
}

func TestLineBehindTheEndOfACallIsNoNewOne(t *testing.T) {
	l := newLog(t, testConfig())
	begin := l.at(0, call(event.KindConnect, "192.0.2.1", 4711, 9))
	l.at(1, call(event.KindDisconnect, "192.0.2.1", 4711, 10))
	late := l.at(1, call(event.KindDisconnect, "192.0.2.1", 4711, 10))
	if late.SessionID != begin.SessionID || late.SessionEnd != event.EndNone || len(l.summaries(event.KindSession)) != 1 {
		t.Errorf("%+v", late)
	}
}

func TestLastLineBehindTheEndBelongsToTheEndOnceSuchLinesWereSeen(t *testing.T) {
	l := newLog(t, testConfig())
	end := func(at float64, port int, last bool) event.Event {
		ev := call(event.KindDisconnect, "192.0.2.1", port, 10)
		ev.ConnID, ev.Last, ev.EndHint = ev.ConnID+string(rune('a'+port)), last, event.EndQuit
		if last {
			ev.TLS, ev.EndHint = event.Yes, event.EndNone
		}
		return l.at(at, ev)
	}
	begin := func(at float64, port int) {
		ev := call(event.KindConnect, "192.0.2.1", port, 9)
		ev.ConnID += string(rune('a' + port))
		l.at(at, ev)
	}
	begin(0, 1)
	if first := end(1, 1, false); first.SessionEnd != event.EndQuit {
		t.Errorf("%+v", first)
	}
	end(1, 1, true)
	begin(2, 2)
	waits := end(3, 2, false)
	if last := end(3, 2, true); waits.SessionEnd != event.EndNone || last.SessionEnd != event.EndQuit || last.TLS != event.Yes {
		t.Errorf("%+v %+v", waits, last)
	}
	begin(4, 3)
	end(5, 3, false)
	begin(9, 4) // the last line did not come
	sums := l.summaries(event.KindSession)
	if len(sums) != 3 || sums[1].Event.TLS != event.Yes || sums[2].Event.SessionEnd != event.EndQuit || sums[2].Event.SessionPartial || len(l.synthetic(event.KindDisconnect)) != 1 {
		t.Errorf("%d summaries", len(sums))
	}
}

func TestRefusalThatStandsInASecondLogIsACopy(t *testing.T) {
	l := newLog(t, testConfig())
	said := func(source, line string) bool {
		ev := call(event.KindReject, "192.0.2.1", 0, 0)
		ev.Host, ev.Line, ev.Time, ev.Resolution = "mx", line, t0, event.ResolutionSecond
		l.Observe(&ev, source, t0, &l.out)
		return ev.Duplicate
	}
	for i, c := range []struct {
		source, line string
		want         bool
	}{
		{"main", "rejected a", false},
		{"main", "rejected a", false}, // twice in one second
		{"reject", "rejected a", true},
		{"reject", "rejected a", true},
		{"reject", "rejected a", false}, // the first log is behind
		{"main", "rejected a", true},
		{"reject", "rejected b", false},
	} {
		if got := said(c.source, c.line); got != c.want {
			t.Errorf("%d: %s in %s: copy %t", i, c.line, c.source, got)
		}
	}
	data, err := l.Save()
	if err != nil {
		t.Fatal(err)
	}
	restored := newLog(t, testConfig())
	if err := restored.Restore(data); err != nil {
		t.Fatal(err)
	}
	l = restored
	if !said("main", "rejected b") {
		t.Error("forgotten with a restart")
	}
}
