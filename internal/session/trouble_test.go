package session

import (
	"fmt"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// What happens to logs in the field, a test a trouble.

// life is one message's lines, a second apart.
func life(qid string, from float64) []func(l *log) event.Event {
	return []func(l *log) event.Event{
		func(l *log) event.Event { return l.at(from, opened(qid, 1)) },
		func(l *log) event.Event { return l.at(from+1, of(event.KindMessageReceived, qid)) },
		func(l *log) event.Event { return l.at(from+2, delivery(qid, "a@b.example", event.StatusDelivered)) },
		func(l *log) event.Event { return l.at(from+3, of(event.KindMessageRemoved, qid)) },
	}
}

func TestLogThatStartsInTheMiddleSaysPartial(t *testing.T) {
	l := newLog(t, testConfig())
	lines := life("A1", 0)
	end, removed := lines[2](l), lines[3](l)
	if !end.MessagePartial || end.MessageUID == 0 || removed.MessageUID != end.MessageUID || !end.Final || end.HasTotalDuration {
		t.Errorf("%+v", end)
	}
	if sums := l.summaries(event.KindMessage); len(sums) != 1 || !sums[0].Event.MessagePartial || sums[0].Message.Totals[event.StatusDelivered] != 1 {
		t.Errorf("%+v", sums)
	}
}

// Fluent Bit sends the chunks of a backlog at the same time: the newest may come first.
func TestBacklogInShuffledChunksJoinsWhatCanBeJoined(t *testing.T) {
	for _, gap := range []float64{4, 1200, 3000} { // seconds that the second chunk is ahead
		l := newLog(t, testConfig())
		lines := life("A1", 0)
		other := life("Z9", gap)
		end := lines[2](l) // the second half came first
		lines[3](l)
		for _, line := range other {
			line(l)
		}
		open := lines[0](l)
		received := lines[1](l)
		if open.MessageUID != end.MessageUID || received.MessageUID != end.MessageUID || received.Kind != event.KindMessageReceived {
			t.Errorf("gap %g: %s %s %s, %s", gap, open.MessageUID, received.MessageUID, end.MessageUID, received.Kind)
		}
		if _, open := l.Open(); open != 0 {
			t.Errorf("gap %g: %d messages wait for an end that came already", gap, open)
		}
		if n := len(l.summaries(event.KindMessage)); n != 2 {
			t.Errorf("gap %g: %d summaries", gap, n)
		}
	}
}

// An older file is read beside a newer one, or a chunk comes late: what is in it is not over because the newer one has gone on.
func TestOlderFileBesideANewerOneKeepsItsSessions(t *testing.T) {
	l := newLog(t, testConfig())
	day := 86400.0
	l.at(day, smtpd(event.KindConnect, 9, "192.0.2.9"))
	for i := range 50 {
		at := float64(i * 5)
		a := l.at(at, smtpd(event.KindConnect, 1, "192.0.2.1"))
		l.at(day+at, of(event.KindMessageRemoved, fmt.Sprintf("N%d", i)))
		b := l.at(at+2, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
		if a.SessionID != b.SessionID || b.SessionEnd != event.EndQuit || b.SessionDuration != 2*time.Second || b.SessionPartial {
			t.Fatalf("session %d: %s %s ended %s", i, a.SessionID, b.SessionID, b.SessionEnd)
		}
	}
	if s, _ := l.Open(); s != 1 {
		t.Errorf("%d sessions open", s)
	}
}

// Lines of one reception come from several processes and, through several files, not in order.
func TestLinesOutOfOrderWithinSecondsAreOneMessage(t *testing.T) {
	orders := [][]int{{1, 0, 2, 3}, {0, 2, 1, 3}, {2, 0, 1, 3}, {1, 2, 0, 3}}
	for _, order := range orders {
		l := newLog(t, testConfig())
		lines := life("A1", 0)
		ids := map[event.ID]bool{}
		for _, i := range order {
			ids[lines[i](l).MessageUID] = true
		}
		if len(ids) != 1 || len(l.summaries(event.KindMessage)) != 1 {
			t.Errorf("%v: %d ids, %d summaries", order, len(ids), len(l.summaries(event.KindMessage)))
		}
	}
}

func TestClockThatStepsBackGoesOnFromThere(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(30*86400, smtpd(event.KindConnect, 1, "192.0.2.1")) // a month ahead
	l.at(30*86400, opened("A1", 1))
	const stepBackAfter = 4096 // lines: see the clock of a mail host
	for i := range stepBackAfter + 10 {
		l.at(float64(i/100), of(event.KindMessageRemoved, "X"))
	}
	b := l.at(60, smtpd(event.KindConnect, 2, "192.0.2.2"))
	l.at(700, of(event.KindMessageRemoved, "X"))
	if s, _ := l.Open(); s != 0 {
		t.Errorf("%d sessions wait for a clock of next month", s)
	}
	ended := false
	for _, e := range l.synthetic(event.KindDisconnect) {
		ended = ended || e.SessionID == b.SessionID
	}
	if !ended {
		t.Error("the session after the step did not expire")
	}
	c := l.at(701, smtpd(event.KindConnect, 3, "192.0.2.3"))
	if d := l.at(700, smtpd(event.KindDisconnect, 3, "192.0.2.3")); d.SessionID != c.SessionID || d.HasDuration {
		t.Errorf("a negative duration is none: %+v", d)
	}
}

func TestMessageDeferredForFiveDaysIsOneMessage(t *testing.T) {
	l := newLog(t, testConfig())
	open := l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	at, n := 0.0, 0
	for ; at < 5*86400; at += 4000 {
		ev := delivery("A1", "a@b.example", event.StatusDeferred)
		ev.Line = fmt.Sprint(at)
		ev.Reason = "mailbox_full"
		n++
		if got := l.at(at, ev); got.MessageUID != open.MessageUID || got.Attempt != n {
			t.Fatalf("attempt %d of %s, want %d of %s", got.Attempt, got.MessageUID, n, open.MessageUID)
		}
	}
	l.at(at, of(event.KindMessageExpired, "A1"))
	l.at(at, of(event.KindMessageRemoved, "A1"))
	ends := l.synthetic(event.KindDelivery)
	if len(ends) != 1 || ends[0].Status != event.StatusExpired || ends[0].Reason != "mailbox_full" || ends[0].MessagePartial {
		t.Errorf("%+v", ends)
	}
}

func TestHundredThousandOpenMessagesOfAListServerAllEnd(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	cfg := testConfig()
	cfg.MaxMessages = n
	l := &log{Tracker: New(cfg), t: t}
	each := func(at float64, event func(qid string) event.Event) (evicted int) {
		for i := range n {
			ev := event(fmt.Sprintf("Q%d", i))
			l.at(at, ev)
			evicted += l.out.Evicted[mailhost.CauseMessageLimit]
		}
		l.seen = l.seen[:0]
		return evicted
	}
	evicted := each(0, func(qid string) event.Event { return of(event.KindMessageReceived, qid) })
	if _, open := l.Open(); open != n || evicted != 0 {
		t.Fatalf("%d open, %d evicted", open, evicted)
	}
	each(1, func(qid string) event.Event { return delivery(qid, "a@b.example", event.StatusDelivered) })
	each(2, func(qid string) event.Event { return of(event.KindMessageRemoved, qid) })
	if _, open := l.Open(); open != 0 || len(l.summaries(event.KindMessage)) != n {
		t.Errorf("%d open, %d summaries", open, len(l.summaries(event.KindMessage)))
	}
}

func TestQueueIDUsedAgainWithoutTheEndOfTheFirst(t *testing.T) {
	l := newLog(t, testConfig())
	first := l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	second := l.at(3600, opened("A1", 2))
	end := l.at(3601, delivery("A1", "c@b.example", event.StatusDelivered))
	if second.MessageUID == first.MessageUID || end.MessageUID != second.MessageUID || end.Attempt != 1 {
		t.Errorf("%s %s %s", first.MessageUID, second.MessageUID, end.MessageUID)
	}
	if sums := l.summaries(event.KindMessage); len(sums) != 1 || !sums[0].Event.MessagePartial || sums[0].Event.MessageUID != first.MessageUID {
		t.Errorf("%+v", sums)
	}
}

// One host more than the limit: the one that was silent longest goes, and says so.
func TestMoreHostsThanTheLimit(t *testing.T) {
	l := newLog(t, testConfig())
	gone := 0
	for i := range maxHosts + 10 {
		ev := delivery("A1", "a@b.example", event.StatusDeferred)
		ev.Host = fmt.Sprintf("mx%d", i)
		l.at(float64(i), ev)
		gone += l.out.Evicted[mailhost.CauseHostLimit]
	}
	if l.hosts.count() != maxHosts {
		t.Errorf("%d hosts", l.hosts.count())
	}
	_, open := l.Open()
	if open > testConfig().MaxMessages || gone+l.evictedByLimit() == 0 {
		t.Errorf("%d open", open)
	}
}

// A host that is heard now and then while somebody makes up names, all of it in one batch, is not the one that was silent longest.
func TestAHostThatIsHeardOutlastsAFloodOfNames(t *testing.T) {
	tracker := New(roomy)
	var out Output
	second := int64(0)
	line := func(host, id string) event.Event {
		ev := delivery(id, "a@b.example", event.StatusDeferred)
		second++
		ev.Host, ev.Time, ev.Resolution = host, t0+second*1e9, event.ResolutionSecond
		out.Reset()
		tracker.Observe(&ev, "file", 1, &out)
		return ev
	}
	line("mx", "A1")
	for i := range 2 * maxHosts {
		line(fmt.Sprintf("made-up-%d", i), "B2")
		if i%1000 == 0 {
			line("mx", "A1")
		}
	}
	if last := line("mx", "A1"); last.Attempt != 11 {
		t.Errorf("attempt %d of 11: the host was forgotten", last.Attempt)
	}
}

func (l *log) evictedByLimit() int { return len(l.summaries(event.KindMessage)) }

func TestMessageWithoutALineForItsTTLIsGivenUp(t *testing.T) {
	cfg := testConfig()
	cfg.MessageTTL = time.Hour
	l := newLog(t, cfg)
	l.at(0, opened("A1", 1))
	l.at(0, of(event.KindMessageReceived, "A1"))
	l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	l.at(3500, of(event.KindMessageRemoved, "B2"))
	if _, open := l.Open(); open != 1 {
		t.Fatalf("%d open: given up too early", open)
	}
	l.at(3602, of(event.KindMessageRemoved, "C3"))
	sums := l.summaries(event.KindMessage)
	if _, open := l.Open(); open != 0 || len(sums) != 1 || !sums[0].Event.MessagePartial || l.out.Evicted[mailhost.CauseMessageExpired] != 1 {
		t.Errorf("%d open, %+v", open, sums)
	}
}

// Postfix's HOLD and DISCARD of an access map or a policy server are logged before there is a queue id.
func TestFateThatIsDecidedBeforeTheQueueIDIsTheMessages(t *testing.T) {
	for _, c := range []struct {
		kind   event.Kind
		status event.Status
	}{{event.KindMessageHeld, event.StatusHeld}, {event.KindMessageDiscarded, event.StatusDiscarded}} {
		l := newLog(t, testConfig())
		l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
		fate := smtpd(c.kind, 1, "192.0.2.1")
		fate.RcptTo = "a@b.example"
		l.at(1, fate)
		l.at(1, opened("A1", 1))
		l.at(1, of(event.KindMessageHeader, "A1"))
		l.at(2, opened("A2", 1)) // the next one has no such fate
		l.at(2, of(event.KindMessageHeader, "A2"))
		made := l.synthetic(event.KindDelivery)
		if len(made) != 1 || made[0].Status != c.status || made[0].QueueID != "A1" || made[0].RcptTo != "a@b.example" {
			t.Errorf("%s: %+v", c.status, made)
		}
	}
}

func TestReleasedMessageIsHeldNoLonger(t *testing.T) {
	l := newLog(t, testConfig())
	for i, line := range []event.Event{opened("A1", 1), of(event.KindMessageReceived, "A1"), delivery("A1", "a@b.example", event.StatusDeferred), of(event.KindMessageHeld, "A1"), of(event.KindMessageReleased, "A1"), of(event.KindMessageRemoved, "A1")} {
		l.at(float64(i), line)
	}
	sums := l.summaries(event.KindMessage)
	if len(sums) != 1 || sums[0].Message.Totals[event.StatusHeld] != 0 || sums[0].Message.Totals[event.StatusDeferred] != 1 {
		t.Errorf("%+v", sums)
	}
}

// A server's process that was killed writes nothing at its end, the one that watches it does.
func TestConversationOfAKilledProcessIsAborted(t *testing.T) {
	l := newLog(t, testConfig())
	call := l.at(0, smtpd(event.KindConnect, 7, "192.0.2.1"))
	l.at(1, smtpd(event.KindConnect, 8, "192.0.2.2"))
	died := l.at(2, event.Event{Kind: event.KindWarning, Daemon: "master", PID: 1, ChildPID: 7, Died: true})
	if died.SessionID != call.SessionID || died.SessionEnd != event.EndAborted {
		t.Errorf("%+v", died)
	}
	again := l.at(3, event.Event{Kind: event.KindWarning, Daemon: "master", PID: 1, ChildPID: 9, Died: true}) // it had no client
	if again.SessionID != 0 || again.SessionEnd != event.EndNone {
		t.Errorf("%+v", again)
	}
}

// XCLIENT: a proxy in front of the server says, within the conversation, who calls.
func TestCallerThatAProxyNamesIsTheSessions(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 7, "192.0.2.110"))
	mail := smtpd(event.KindMessageOpened, 7, "203.0.113.55")
	mail.QueueID, mail.ClientAddress = "A1", "spike.example"
	first := l.at(1, mail)
	bye := smtpd(event.KindDisconnect, 7, "203.0.113.55")
	bye.ClientAddress, bye.EndHint = "spike.example", event.EndQuit
	last := l.at(2, bye)
	sums := l.summaries(event.KindSession)
	if first.SessionID != last.SessionID || len(sums) != 1 || sums[0].Event.PeerIP != "203.0.113.55" || sums[0].Event.ClientAddress != "spike.example" {
		t.Errorf("%+v %+v", last, sums)
	}
}

// A server may call a recipient accepted that it then refuses: its last line quotes the refusal.
func TestRefusalThatOnlyTheLastLineQuotesHasItsWords(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 7, "192.0.2.1"))
	bye := smtpd(event.KindDisconnect, 7, "192.0.2.1")
	bye.HasCommands, bye.SomeCommands = true, true
	bye.Commands[event.VerbRCPT] = event.Count{OK: 1, All: 2}
	bye.Code, bye.Class, bye.Text, bye.RcptTo = 550, '5', "I cannot deliver mail for <a@b.example>", "a@b.example"
	l.at(1, bye)
	made := l.synthetic(event.KindReject)
	if len(made) != 1 || made[0].Code != 550 || made[0].RcptTo != "a@b.example" || made[0].RejectPermanent != event.Yes || made[0].Reason == "unlogged" {
		t.Errorf("%+v", made)
	}
}

// A server that is stopped, or that starts, has no process of before: what was open then is over, but not what another instance is at.
func TestStopEndsWhatWasOpen(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 7, "192.0.2.1"))
	l.at(0, smtpd(event.KindConnect, 8, "192.0.2.2"))
	other := smtpd(event.KindConnect, 9, "192.0.2.3")
	other.Instance = "other"
	l.at(0, other)
	l.at(2, event.Event{Kind: event.KindLifecycle, Daemon: "master", PID: 1, Stopped: true, Instance: smtpd(event.KindConnect, 7, "").Instance})
	sums := l.summaries(event.KindSession)
	if len(sums) != 2 || sums[0].Event.SessionEnd != event.EndAborted || sums[1].Event.SessionEnd != event.EndAborted {
		t.Errorf("%+v", sums)
	}
}

// What nullmailer moves into its folder of failed messages was put off for too long, or refused: only who waits for another try expires.
func TestRemovedForGoodExpiresWhoWaits(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, of(event.KindMessageReceived, "A1"))
	l.at(1, delivery("A1", "a@b.example", event.StatusDeferred))
	l.at(2, delivery("A1", "c@b.example", event.StatusBounced))
	gone := of(event.KindMessageRemoved, "A1")
	gone.GivenUp = true
	l.at(3, gone)
	if made := l.synthetic(event.KindDelivery); len(made) != 1 || made[0].RcptTo != "a@b.example" || made[0].Status != event.StatusExpired || !made[0].Final {
		t.Errorf("%+v", made)
	}
}
