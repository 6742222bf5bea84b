package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// An answer that stands on several records counts on one of them, a test a way to stand on several.

// asked is a verdict over a conversation with a host.
func asked(qid, to, command string, code int) event.Event {
	ev := delivery(qid, to, event.StatusDelivered)
	if code >= 400 {
		ev.Status = event.StatusDeferred
	}
	ev.Role, ev.Scope, ev.PeerIP, ev.PeerPort = event.RoleClient, event.ScopePeer, "198.51.100.1", 25
	ev.Command, ev.Code, ev.Class = command, code, byte('0'+code/100)
	return ev
}

func TestAnswerForSeveralRecipientsCountsOnce(t *testing.T) {
	l := newLog(t, testConfig())
	first := l.at(0, asked("A1", "a@b.example", event.CommandEOM, 250))
	second := l.at(0, asked("A1", "c@b.example", event.CommandEOM, 250))
	if first.NoTrial || first.Retold || !second.NoTrial || !second.Retold {
		t.Errorf("one answer to the dot: trial %v %v, told again %v %v", !first.NoTrial, !second.NoTrial, first.Retold, second.Retold)
	}
	refused := l.at(1, asked("A2", "a@b.example", "RCPT", 450))
	again := l.at(1, asked("A2", "c@b.example", "RCPT", 450))
	other := l.at(1, asked("A2", "d@b.example", "RCPT", 451))
	if refused.NoTrial || !again.NoTrial || again.Retold || other.NoTrial {
		t.Errorf("each recipient has an answer of its own, and the transaction is one trial: %v %v %v", refused.NoTrial, again.NoTrial, other.NoTrial)
	}
}

// Who only logs results names no connection: the next try of a message looks like the same one.
func TestNextTryOfARecipientIsATrialOfItsOwn(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, asked("A1", "a@b.example", "RCPT", 450))
	same := l.at(0, asked("A1", "c@b.example", "RCPT", 450))
	first := l.at(300, asked("A1", "c@b.example", "RCPT", 450))
	second := l.at(300, asked("A1", "a@b.example", "RCPT", 450))
	third := l.at(900, asked("A1", "a@b.example", "RCPT", 450))
	if !same.NoTrial || first.NoTrial || !second.NoTrial || third.NoTrial {
		t.Errorf("trials: %v %v %v %v, want one a try", !same.NoTrial, !first.NoTrial, !second.NoTrial, !third.NoTrial)
	}
	if l.Tracker = restarted(t, l.Tracker); l.at(1800, asked("A1", "a@b.example", "RCPT", 450)).NoTrial {
		t.Error("the next try behind a restart is none")
	}
}

func TestTrialsAreTheSameAfterARestart(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, asked("A1", "a@b.example", event.CommandEOM, 250))
	l.Tracker = restarted(t, l.Tracker)
	if second := l.at(0, asked("A1", "c@b.example", event.CommandEOM, 250)); !second.NoTrial {
		t.Error("counted again behind a restart")
	}
}

// restarted is the tracker as another process has it.
func restarted(t *testing.T, old *Tracker) *Tracker {
	t.Helper()
	data, err := old.Save()
	if err != nil {
		t.Fatal(err)
	}
	fresh := New(testConfig())
	if err := fresh.Restore(data); err != nil {
		t.Fatal(err)
	}
	return fresh
}

func TestVerdictRepeatsHowItsConnectionBroke(t *testing.T) {
	l := newLog(t, testConfig())
	broke := asked("A1", "", "RCPT", 0)
	broke.Kind, broke.Status, broke.Tried, broke.ErrorType = event.KindWarning, event.StatusNone, event.Open, "connection_lost"
	if got := l.at(0, broke); got.NoTrial {
		t.Error("the line that tells of it is the trial")
	}
	end := asked("A1", "a@b.example", "", 0)
	end.Status, end.ErrorType = event.StatusDeferred, "connection_lost"
	if got := l.at(0, end); !got.NoTrial {
		t.Error("the verdict counts it again")
	}
}

// spokenAndLogged is a server whose log has the words of a conversation and lines of its own about it.
func spokenAndLogged(t *testing.T) (l *log, words, own func(command string, code int, kind event.Kind) event.Event) {
	l = newLog(t, testConfig())
	base := event.Event{Scope: event.ScopeConn, ConnID: "C1", Role: event.RoleServer, PeerIP: "192.0.2.1", Daemon: "core"}
	connect := base
	connect.Kind = event.KindConnect
	l.at(0, connect)
	words = func(command string, code int, _ event.Kind) event.Event {
		ask := base
		ask.Kind, ask.FromPeer, ask.Command, ask.Said = event.KindCommand, event.Yes, command, command
		l.at(1, ask)
		ev := base
		ev.Kind, ev.FromPeer, ev.Code, ev.Class, ev.Said = event.KindReply, event.No, code, byte('0'+code/100), "no"
		return l.at(1, ev)
	}
	own = func(command string, code int, kind event.Kind) event.Event {
		ev := base
		ev.Kind, ev.Command = kind, command
		if code > 0 {
			ev.Code, ev.Class = code, byte('0'+code/100)
		}
		if kind == event.KindAuth {
			ev.AuthResult = "failure"
		}
		return l.at(1, ev)
	}
	return l, words, own
}

func TestRefusalInWordsAndInALineCountsOnce(t *testing.T) {
	_, words, own := spokenAndLogged(t)
	line, spoken := own("RCPT", 550, event.KindReject), words("RCPT", 550, 0)
	if line.Retold || !spoken.Retold {
		t.Errorf("line first: %v %v", line.Retold, spoken.Retold)
	}
	if again := words("RCPT", 550, 0); again.Retold {
		t.Error("another refusal with the same code, of which no line tells")
	}
	bye := own("", 550, event.KindDisconnect)
	if !bye.Retold {
		t.Error("the last line quotes the newest refusal")
	}
	_, words, own = spokenAndLogged(t)
	spoken, line = words("RCPT", 550, 0), own("RCPT", 550, event.KindReject)
	if spoken.Retold || !line.Retold {
		t.Errorf("words first: %v %v", spoken.Retold, line.Retold)
	}
}

func TestFailedLoginInWordsAndInALineCountsOnce(t *testing.T) {
	_, words, own := spokenAndLogged(t)
	line, spoken := own("AUTH", 0, event.KindAuth), words("AUTH", 535, 0)
	if line.AuthResult != "failure" || spoken.AuthResult != "" {
		t.Errorf("%q, then %q", line.AuthResult, spoken.AuthResult)
	}
	if again := words("AUTH", 535, 0); again.AuthResult != "failure" {
		t.Errorf("the second failure is %q", again.AuthResult)
	}
}

func TestOnly235LetsAnybodyIn(t *testing.T) {
	_, words, _ := spokenAndLogged(t)
	for code, want := range map[int]string{235: "success", 535: "failure", 454: "failure", 221: "", 250: ""} {
		if got := words("AUTH", code, 0); got.AuthResult != want {
			t.Errorf("%d: %q", code, got.AuthResult)
		}
	}
}

// Of a conversation whose verdicts have lines of their own the words decide nothing.
func TestWordsBesideVerdictsAreNoTrials(t *testing.T) {
	l := newLog(t, testConfig())
	ask := event.Event{Kind: event.KindCommand, Scope: event.ScopePID, Role: event.RoleClient, FromPeer: event.Yes, OwnVerdicts: true, Daemon: "smtp", PID: 5, PeerIP: "198.51.100.1"}
	say := func(command, rcpt string, code int) event.Event {
		c := ask
		c.Command, c.Said, c.MailFrom, c.RcptTo = command, command, "s@a.example", rcpt
		l.at(0, c)
		r := ask
		r.Kind, r.FromPeer, r.Code, r.Class, r.Said = event.KindReply, event.No, code, byte('0'+code/100), "x"
		return l.at(0, r)
	}
	say("EHLO", "", 250)
	say("MAIL", "", 250)
	if got := say("RCPT", "x@b.example", 550); got.Status != event.StatusNone || !got.NoTrial || !got.Retold {
		t.Errorf("status %s, trial %v, retold %v", got.Status, !got.NoTrial, got.Retold)
	}
}

func TestRefusalsThatDecideNothingAreNoTrials(t *testing.T) {
	for _, c := range []struct {
		command string
		code    int
		trial   bool
	}{{"EHLO", 502, false}, {"HELO", 550, true}, {"STARTTLS", 454, false}, {"AUTH", 535, false}, {"MAIL", 550, true}, {"DATA", 554, false}} {
		l := newLog(t, testConfig())
		ask := event.Event{Kind: event.KindCommand, Scope: event.ScopeID, ConnID: "7", Role: event.RoleClient, FromPeer: event.Yes, Command: c.command, Said: c.command}
		l.at(0, ask)
		got := l.at(0, event.Event{
			Kind: event.KindReply, Scope: event.ScopeID, ConnID: "7", Role: event.RoleClient, FromPeer: event.No, Code: c.code, Class: byte('0' + c.code/100), Said: "no",
		})
		if got.NoTrial == c.trial {
			t.Errorf("%s %d: a trial is %v", c.command, c.code, !got.NoTrial)
		}
	}
}

// Some servers say who logged in, and over what, on each message only.
func TestLoginAndTLSOfMessagesCountOnceASession(t *testing.T) {
	l := newLog(t, testConfig())
	message := func(at float64, qid, by string) event.Event {
		ev := call(event.KindMessageReceived, "192.0.2.1", 0, 0)
		ev.QueueID, ev.First, ev.CallBy, ev.Helo = qid, true, by, "c.example"
		ev.TLS, ev.AuthResult, ev.User = event.Yes, "success", "anna"
		return l.at(at, ev)
	}
	first, second, other := message(0, "A1", "p1"), message(1, "A2", "p1"), message(2, "A3", "p2")
	if first.Secured != event.Yes || first.AuthResult != "success" || second.Secured != event.Open || second.AuthResult != "" || second.User != "anna" {
		t.Errorf("first %v %q, second %v %q", first.Secured, first.AuthResult, second.Secured, second.AuthResult)
	}
	if other.Secured != event.Yes || other.AuthResult != "success" || other.SessionID == first.SessionID {
		t.Errorf("a message that another process took in is of another session: %v %q", other.Secured, other.AuthResult)
	}
}

func TestRowWithOneStampMeasuresNoLatency(t *testing.T) {
	list, _ := observeRows(row("7", "EHLO", 250), row("7", "RCPT", 550))
	for i := range list {
		if list[i].HasLatency {
			t.Errorf("%s took %s", list[i].Command, list[i].Latency)
		}
	}
	named := row("7", "DATA", 250)
	named.Latency, named.HasLatency = time.Second, true
	if list, _ = observeRows(named); list[0].Latency != time.Second {
		t.Error("the row says itself how long it took")
	}
}

// Of Exim's processes one calls and the one that waits for it writes the verdicts. What a line of the host's told is not told by the verdict again, and the
// next try of the message is another conversation, which a log without process numbers shows only thus.
func TestAnswerOfALineAndItsVerdictAreOneTrialOfOneConversation(t *testing.T) {
	for name, pids := range map[string][2]int64{"with process numbers": {7, 8}, "without": {}} {
		t.Run(name, func(t *testing.T) {
			l := newLog(t, testConfig())
			try := func(at float64, n int64) (told, verdict event.Event) {
				line, end := asked("A1", "a@b.example", event.CommandEOM, 421), asked("A1", "a@b.example", event.CommandEOM, 421)
				line.Kind, line.Status, line.RcptTo, line.Tried = event.KindReply, event.StatusNone, "", event.Open
				end.Waited = true
				if pids[0] != 0 {
					line.PID, end.PID = pids[0]+n, pids[1]+n
				}
				return l.at(at, line), l.at(at, end)
			}
			told, verdict := try(0, 0)
			again, last := try(300, 100)
			if told.NoTrial || !verdict.NoTrial || !verdict.Retold || again.NoTrial || !last.NoTrial {
				t.Errorf("trials: %v %v, %v %v", !told.NoTrial, !verdict.NoTrial, !again.NoTrial, !last.NoTrial)
			}
			if told.SessionID != verdict.SessionID || again.SessionID != last.SessionID || told.SessionID == again.SessionID {
				t.Errorf("conversations: %x %x, %x %x", told.SessionID, verdict.SessionID, again.SessionID, last.SessionID)
			}
		})
	}
}
