package session

import (
	"fmt"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// t0 is an ordinary moment in log time.
var t0 = time.Date(2026, 11, 23, 15, 32, 33, 0, time.UTC).UnixNano()

func testConfig() Config {
	return Config{
		MaxSessions: 100, SessionIdle: 10 * time.Minute, MaxMessages: 100, MessageTTL: 120 * time.Hour, MaxRecipients: 100,
		SessionSummaries: true, MessageSummaries: true,
	}
}

// log drives a tracker with events at seconds behind t0 and keeps all that came out.
type log struct {
	*Tracker
	t    *testing.T
	out  Output
	seen []event.Event
	made []Made
}

func newLog(t *testing.T, cfg Config) *log { return &log{Tracker: New(cfg), t: t} }

func (l *log) at(second float64, ev event.Event) event.Event {
	ev.Time = t0 + int64(second*1e9)
	ev.Resolution = event.ResolutionSecond
	if ev.Host == "" {
		ev.Host = "mx"
	}
	if ev.Instance == "" {
		ev.Instance = "postfix"
	}
	l.out.Reset()
	l.Observe(&ev, "file", ev.Time, &l.out)
	l.seen = append(l.seen, ev)
	l.made = append(l.made, l.out.Made...)
	return ev
}

func (l *log) summaries(kind event.Kind) (list []*Summary) {
	for _, m := range l.made {
		if m.Summary != nil && m.Summary.Event.Kind == kind {
			list = append(list, m.Summary)
		}
	}
	return list
}

func (l *log) synthetic(kind event.Kind) (list []*event.Event) {
	for _, m := range l.made {
		if m.Event != nil && m.Event.Kind == kind {
			list = append(list, m.Event)
		}
	}
	return list
}

func smtpd(kind event.Kind, pid int64, ip string) event.Event {
	return event.Event{Kind: kind, Scope: event.ScopePID, Role: event.RoleServer, Daemon: "smtpd", PID: pid, PeerIP: ip}
}

func of(kind event.Kind, qid string) event.Event {
	return event.Event{Kind: kind, QueueID: qid, Daemon: "qmgr"}
}

func delivery(qid, to string, status event.Status) event.Event {
	return event.Event{
		Kind: event.KindDelivery, QueueID: qid, RcptTo: to, Status: status, Tried: event.Yes, Daemon: "smtp", PID: 77, Route: event.RouteMX,
		Line: qid + to + status.String(),
	}
}

func opened(qid string, pid int64) event.Event {
	ev := smtpd(event.KindMessageOpened, pid, "192.0.2.1")
	ev.QueueID = qid
	return ev
}

func TestInterleavedProcessesKeepTheirSessions(t *testing.T) {
	l := newLog(t, testConfig())
	a := l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	b := l.at(0, smtpd(event.KindConnect, 2, "192.0.2.2"))
	a2 := l.at(1, opened("A1", 1))
	bye := smtpd(event.KindDisconnect, 2, "192.0.2.2")
	bye.EndHint = event.EndQuit
	b2 := l.at(2, bye)
	if a.SessionID == 0 || a.SessionID == b.SessionID || a2.SessionID != a.SessionID || b2.SessionID != b.SessionID {
		t.Fatalf("ids %s %s %s %s", a.SessionID, b.SessionID, a2.SessionID, b2.SessionID)
	}
	if b2.SessionEnd != event.EndQuit || b2.SessionDuration != 2*time.Second {
		t.Errorf("end %s after %s", b2.SessionEnd, b2.SessionDuration)
	}
	if n := len(l.summaries(event.KindSession)); n != 1 {
		t.Errorf("%d session summaries", n)
	}
}

func TestTwoConnectsOfOneProcessInOneSecondAreTwoSessions(t *testing.T) {
	l := newLog(t, testConfig())
	first := l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.at(0.2, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
	second := l.at(0.4, smtpd(event.KindConnect, 1, "192.0.2.1"))
	if first.SessionID == second.SessionID {
		t.Error("one id for two sessions")
	}
}

func TestSubsecondStampsGiveTheSameIDs(t *testing.T) {
	coarse, fine := newLog(t, testConfig()), newLog(t, testConfig())
	a := coarse.at(3, smtpd(event.KindConnect, 1, "192.0.2.1"))
	b := fine.at(3.77, smtpd(event.KindConnect, 1, "192.0.2.1"))
	if a.SessionID != b.SessionID {
		t.Errorf("%s, %s", a.SessionID, b.SessionID)
	}
}

func TestProcessThatDiesWithoutALastLineEndsItsSession(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.at(5, smtpd(event.KindConnect, 1, "192.0.2.9"))
	ends := l.synthetic(event.KindDisconnect)
	if len(ends) != 1 || ends[0].SessionEnd != event.EndAborted || !ends[0].SessionPartial || !ends[0].Synthetic {
		t.Errorf("%+v", ends)
	}
}

func TestSilentSessionExpiresInLogTime(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.at(599, of(event.KindMessageRemoved, "B2"))
	if n := len(l.synthetic(event.KindDisconnect)); n != 0 {
		t.Fatal("expired too early")
	}
	l.at(601, of(event.KindMessageRemoved, "B3"))
	if ends := l.synthetic(event.KindDisconnect); len(ends) != 1 || ends[0].SessionEnd != event.EndExpired {
		t.Errorf("%+v", ends)
	}
	if s, _ := l.Open(); s != 0 {
		t.Errorf("%d sessions open", s)
	}
}

func TestSilentHostExpiresByTheWall(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.out.Reset()
	l.Tick(t0+int64(9*time.Minute), &l.out)
	if len(l.out.Made) != 0 {
		t.Fatal("expired too early")
	}
	l.Tick(t0+int64(11*time.Minute), &l.out)
	if len(l.out.Made) != 2 {
		t.Errorf("%d records", len(l.out.Made))
	}
}

func TestRefusalsThatOnlyTheCountersShow(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	logged := smtpd(event.KindReject, 1, "192.0.2.1")
	logged.Command, logged.Code, logged.Class = "RCPT", 550, '5'
	l.at(1, logged)
	bye := smtpd(event.KindDisconnect, 1, "192.0.2.1")
	bye.HasCommands = true
	bye.Commands[event.VerbRCPT] = event.Count{OK: 1, All: 4}
	bye.Commands[event.VerbQUIT] = event.Count{OK: 1, All: 1}
	l.at(2, bye)
	rejects := l.synthetic(event.KindReject)
	if len(rejects) != 2 || rejects[0].Reason != "unlogged" || rejects[0].Command != "RCPT" {
		t.Errorf("%d rejects", len(rejects))
	}
	if sum := l.summaries(event.KindSession)[0].Session; sum.Refused != 3 || sum.Accepted != 1 {
		t.Errorf("%+v", sum)
	}
}

func TestRefusalsThatHaveALineAreNotMadeWhereTheWordsAreShownToo(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	rcpt := smtpd(event.KindCommand, 1, "192.0.2.1")
	rcpt.Command, rcpt.RcptTo, rcpt.FromPeer = "RCPT", "c@d.example", event.Yes
	l.at(1, rcpt)
	logged := smtpd(event.KindReject, 1, "192.0.2.1")
	logged.Command, logged.Code, logged.Class = "RCPT", 550, '5'
	l.at(1, logged)
	answer := smtpd(event.KindReply, 1, "192.0.2.1")
	answer.Code, answer.Class, answer.FromPeer = 550, '5', event.No
	l.at(1, answer)
	bye := smtpd(event.KindDisconnect, 1, "192.0.2.1")
	bye.HasCommands = true
	bye.Commands[event.VerbRCPT] = event.Count{OK: 0, All: 1}
	l.at(2, bye)
	if made := l.synthetic(event.KindReject); len(made) != 0 {
		t.Errorf("%d rejects made", len(made))
	}
}

func TestFailedLoginsThatOnlyTheCountersShow(t *testing.T) {
	for _, end := range []struct {
		hint event.End
		made int
	}{{event.EndQuit, 1}, {event.EndLost, 0}} { // a connection lost in the middle of an AUTH exchange is no refusal
		l := newLog(t, testConfig())
		l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
		logged := smtpd(event.KindAuth, 1, "192.0.2.1")
		logged.Command, logged.AuthResult = "AUTH", "failure"
		l.at(1, logged)
		aborted := smtpd(event.KindWarning, 1, "192.0.2.1")
		aborted.Command = "AUTH"
		l.at(1, aborted)
		bye := smtpd(event.KindDisconnect, 1, "192.0.2.1")
		bye.HasCommands, bye.EndHint = true, end.hint
		bye.Commands[event.VerbAUTH] = event.Count{OK: 1, All: 4}
		l.at(2, bye)
		if made := l.synthetic(event.KindAuth); len(made) != end.made || end.made > 0 && (made[0].AuthResult != "failure" || made[0].Reason != "unlogged") {
			t.Errorf("%s: %d made", end.hint, len(made))
		}
	}
}

func TestQueueIDUsedAgainIsAnotherMessage(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	first := l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	removed := l.at(1, of(event.KindMessageRemoved, "A1"))
	second := l.at(2, opened("A1", 1))
	if removed.MessageUID != first.MessageUID || second.MessageUID == first.MessageUID || second.MessageUID == 0 {
		t.Errorf("%s %s %s", first.MessageUID, removed.MessageUID, second.MessageUID)
	}
}

func TestQueueIDOnTwoHostsIsTwoMessages(t *testing.T) {
	l := newLog(t, testConfig())
	a := l.at(0, opened("A1", 1))
	other := opened("A1", 1)
	other.Host = "mx2"
	b := l.at(0, other)
	if a.MessageUID == b.MessageUID {
		t.Error("one message on two hosts")
	}
}

// A service may log under a syslog_name of its own: "postfix/submission/smtpd" belongs to the queue of "postfix-out".
func TestSubmissionServiceOfAnotherNameOpensTheQueuesMessage(t *testing.T) {
	l := newLog(t, testConfig())
	open := opened("A1", 1)
	open.Service = "submission"
	a := l.at(0, open)
	received := of(event.KindMessageReceived, "A1")
	received.Instance = "postfix-out"
	b := l.at(0, received)
	if a.MessageUID != b.MessageUID || b.OriginSession == 0 {
		t.Errorf("%s %s origin %s", a.MessageUID, b.MessageUID, b.OriginSession)
	}
	foreign := of(event.KindMessageQueued, "A1")
	foreign.Instance = "postfix-in"
	if c := l.at(1, foreign); c.MessageUID == a.MessageUID {
		t.Error("another instance's message taken for this one")
	}
}

func TestDeferredThenDeliveredIsTwoAttemptsAndOneEnd(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	one := l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	again := l.at(301, of(event.KindMessageReceived, "A1"))
	two := l.at(302, delivery("A1", "a@b.example", event.StatusDelivered))
	l.at(302, of(event.KindMessageRemoved, "A1"))
	if one.Attempt != 1 || one.Final || two.Attempt != 2 || !two.Final || two.Duration != 302*time.Second {
		t.Errorf("%+v\n%+v", one, two)
	}
	if again.Kind != event.KindMessageQueued {
		t.Errorf("second run is %s", again.Kind)
	}
	sums := l.summaries(event.KindMessage)
	if len(sums) != 1 || sums[0].Message.Totals[event.StatusDelivered] != 1 || sums[0].Message.Recipients[0].Attempts != 2 {
		t.Errorf("%+v", sums)
	}
}

func TestUntriedVerdictIsNoAttempt(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	ev := delivery("A1", "a@b.example", event.StatusDeferred)
	ev.Tried = event.No
	if got := l.at(1, ev); got.Attempt != 0 {
		t.Error(got.Attempt)
	}
	if got := l.at(2, delivery("A1", "a@b.example", event.StatusDelivered)); got.Attempt != 1 {
		t.Error(got.Attempt)
	}
}

func TestExpiryGivesEachOpenRecipientItsEnd(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	late := delivery("A1", "late@b.example", event.StatusDeferred)
	late.Code, late.Enhanced, late.Reason = 450, "4.2.0", "mailbox_full"
	l.at(1, late)
	l.at(1, delivery("A1", "done@b.example", event.StatusDelivered))
	l.at(500, of(event.KindMessageExpired, "A1"))
	ends := l.synthetic(event.KindDelivery)
	if len(ends) != 1 {
		t.Fatalf("%d ends", len(ends))
	}
	e := ends[0]
	if e.RcptTo != "late@b.example" || e.Status != event.StatusExpired || !e.Final || e.Code != 450 || e.Reason != "mailbox_full" {
		t.Errorf("%+v", e)
	}
}

func TestFilterHopEndsNothingAndItsFailureDoes(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	hop := delivery("A1", "a@b.example", event.StatusDelivered)
	hop.Route, hop.RemoteQueueID = event.RouteFilter, "B2"
	l.at(1, opened("B2", 2))
	if got := l.at(1, hop); got.Final {
		t.Error("a filter hop ended the recipient")
	}
	second := l.at(2, delivery("B2", "a@b.example", event.StatusDelivered))
	if !second.Final || second.ParentUID != l.seen[0].MessageUID {
		t.Errorf("final %t parent %s", second.Final, second.ParentUID)
	}
	refused := delivery("A1", "x@b.example", event.StatusBounced)
	refused.Route = event.RouteFilter
	if got := l.at(3, refused); !got.Final {
		t.Error("a refusing filter did not end the recipient")
	}
}

func TestSameLineTwiceCountsOnce(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, opened("A1", 1))
	l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	twice := l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	if !twice.Duplicate || twice.Attempt != 1 {
		t.Errorf("%+v", twice)
	}
}

func TestTenThousandRecipientsOfOneMessage(t *testing.T) {
	cfg := testConfig()
	cfg.MaxRecipients = 10_000
	l := newLog(t, cfg)
	l.at(0, opened("A1", 1))
	for i := range 10_001 {
		l.at(1, delivery("A1", fmt.Sprintf("u%d@b.example", i), event.StatusDelivered))
	}
	l.at(2, of(event.KindMessageRemoved, "A1"))
	sum := l.summaries(event.KindMessage)[0].Message
	if len(sum.Recipients) != 10_000 || sum.RecipientsDropped != 1 || sum.Totals[event.StatusDelivered] != 10_000 {
		t.Errorf("%d kept, %d dropped", len(sum.Recipients), sum.RecipientsDropped)
	}
}

func TestLimitsEvictTheOldestAndCountIt(t *testing.T) {
	cfg := testConfig()
	cfg.MaxMessages, cfg.MaxSessions = 10, 10
	l := newLog(t, cfg)
	evicted := 0
	for i := range 30 {
		l.at(float64(i), smtpd(event.KindConnect, int64(i), "192.0.2.1"))
		l.at(float64(i), opened(fmt.Sprintf("Q%d", i), int64(i)))
		l.at(float64(i), delivery(fmt.Sprintf("Q%d", i), "a@b.example", event.StatusDeferred))
		evicted += l.out.Evicted[mailhost.CauseMessageLimit]
		evicted += l.out.Evicted[mailhost.CauseSessionLimit]
	}
	sessions, messages := l.Open()
	if sessions != 10 || messages != 10 {
		t.Errorf("%d sessions, %d messages open", sessions, messages)
	}
	for _, s := range l.summaries(event.KindMessage) {
		if !s.Event.MessagePartial {
			t.Error("evicted message not marked partial")
		}
	}
	if n := len(l.summaries(event.KindMessage)); n != 20 {
		t.Errorf("%d message summaries", n)
	}
}

func TestCloseEndsAllAsShutdown(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.at(0, opened("A1", 1))
	l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	var out Output
	l.Close(&out)
	var kinds []string
	for _, m := range out.Made {
		if m.Event != nil {
			kinds = append(kinds, m.Event.Kind.String()+" "+m.Event.SessionEnd.String())
		} else {
			kinds = append(kinds, "summary "+m.Summary.Event.Kind.String())
		}
	}
	if fmt.Sprint(kinds) != "[disconnect shutdown summary session summary message]" {
		t.Errorf("%v", kinds)
	}
}

// A restored tracker goes on exactly as the one that was saved would have.
func TestSavedStateGoesOnTheSame(t *testing.T) {
	script := func(l *log, from, to int) {
		for i := from; i < to; i++ {
			pid := int64(i % 7)
			qid := fmt.Sprintf("Q%d", i%13)
			at := float64(i)
			switch i % 5 {
			case 0:
				l.at(at, smtpd(event.KindConnect, pid, "192.0.2.1"))
			case 1:
				l.at(at, opened(qid, pid))
			case 2:
				l.at(at, of(event.KindMessageReceived, qid))
			case 3:
				l.at(at, delivery(qid, fmt.Sprintf("u%d@b.example", i%3), event.Status(1+i%3)))
			case 4:
				l.at(at, of(event.KindMessageRemoved, qid))
			}
		}
	}
	whole := newLog(t, testConfig())
	script(whole, 0, 2000)
	saved := newLog(t, testConfig())
	script(saved, 0, 1003)
	data, err := saved.Save()
	if err != nil {
		t.Fatal(err)
	}
	restored := newLog(t, testConfig())
	if err := restored.Restore(data); err != nil {
		t.Fatal(err)
	}
	before := len(whole.seen) - (2000 - 1003)
	script(restored, 1003, 2000)
	for i, ev := range restored.seen {
		if got, want := fmt.Sprintf("%+v", ev), fmt.Sprintf("%+v", whole.seen[before+i]); got != want {
			t.Fatalf("line %d\n got %s\nwant %s", 1003+i, got, want)
		}
	}
	if a, b := len(whole.made), len(saved.made)+len(restored.made); a != b {
		t.Errorf("%d records made, %d with a restart", a, b)
	}
}

func TestDamagedStateIsAnErrorAndLeavesTheTrackerEmpty(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	good, err := l.Save()
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		r := New(testConfig())
		if r.Restore(good[:n]) == nil {
			t.Fatalf("%d of %d bytes read as a state", n, len(good))
		}
		if s, m := r.Open(); s+m != 0 {
			t.Fatal("half a state was kept")
		}
	}
	for n := range good {
		bad := append([]byte(nil), good...)
		bad[n] ^= 0x40
		if r := New(testConfig()); r.Restore(bad) == nil && (n < 5 || n > 7) {
			t.Fatalf("byte %d of %d broken and read as a state", n, len(good))
		}
	}
}

func TestScreenedConnectionAndTheServersAreOneSession(t *testing.T) {
	l := newLog(t, testConfig())
	screen := event.Event{Kind: event.KindConnect, Scope: event.ScopeScreen, Role: event.RoleServer, Daemon: "postscreen", PeerIP: "192.0.2.7", PeerPort: 4711}
	a := l.at(0, screen)
	screen.Kind, screen.FilterName, screen.FilterVerdict = event.KindFilter, "postscreen", "pass_new"
	l.at(6, screen)
	b := l.at(6, smtpd(event.KindConnect, 9, "192.0.2.7"))
	c := l.at(7, smtpd(event.KindConnect, 10, "192.0.2.7"))
	if a.SessionID != b.SessionID || c.SessionID == a.SessionID {
		t.Errorf("%s %s %s", a.SessionID, b.SessionID, c.SessionID)
	}
}

func TestUsedConnectionIsOneInferredSessionWhateverTheProcess(t *testing.T) {
	l := newLog(t, testConfig())
	send := func(at float64, qid string, pid int64, use int) event.Event {
		ev := delivery(qid, "a@b.example", event.StatusDelivered)
		ev.Scope, ev.Role, ev.PeerIP, ev.PeerPort, ev.PID, ev.ConnUse = event.ScopePeer, event.RoleClient, "198.51.100.1", 25, pid, use
		return l.at(at, ev)
	}
	one := send(0, "A1", 5, 0)
	two := send(1, "B2", 6, 2)
	three := send(2, "C3", 5, 3)
	other := send(2, "D4", 6, 0)
	if one.SessionID != two.SessionID || two.SessionID != three.SessionID || other.SessionID == one.SessionID || !one.SessionInferred {
		t.Errorf("%s %s %s %s", one.SessionID, two.SessionID, three.SessionID, other.SessionID)
	}
	for _, m := range l.made {
		if m.Summary != nil && m.Summary.Event.Kind == event.KindSession {
			t.Error("an inferred session has a summary")
		}
	}
}
