package session

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Receptions that break off, a test a trouble.

func brokenAfter(command string) event.Event {
	ev := smtpd(event.KindWarning, 1, "192.0.2.1")
	ev.Command, ev.ErrorType, ev.EndHint = command, "connection_lost", event.EndLost
	return ev
}

func headerOf(qid string) event.Event {
	ev := of(event.KindMessageHeader, qid)
	ev.MessageID = "m@c.example"
	return ev
}

func TestHeaderBehindAnAbortOpensNoSecondMessage(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	candidate := l.at(0.1, opened("A1", 1))
	l.at(0.2, brokenAfter("DATA"))
	l.at(0.3, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
	late := l.at(0.3002, headerOf("A1"))
	if late.MessageUID != candidate.MessageUID {
		t.Errorf("%s, the candidate was %s", late.MessageUID, candidate.MessageUID)
	}
	if _, open := l.Open(); open != 0 {
		t.Errorf("%d messages wait", open)
	}
	if n := len(l.synthetic(event.KindMessageAborted)); n != 1 {
		t.Errorf("%d aborted", n)
	}
	if next := l.at(20, headerOf("A1")); next.MessageUID == candidate.MessageUID { // a notice, whose id was used before
		t.Error("an id that comes again later is another message's")
	}
}

func TestMessageWhoseAnswerWasLostIsReceived(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	candidate := l.at(0.1, opened("A1", 1))
	l.at(0.1, headerOf("A1"))
	l.at(0.2, brokenAfter(event.CommandEOM))
	l.at(0.3, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
	got := l.at(0.4, of(event.KindMessageReceived, "A1"))
	if got.Kind != event.KindMessageReceived || got.MessageUID != candidate.MessageUID || len(l.synthetic(event.KindMessageAborted)) != 0 {
		t.Errorf("%s, %d aborted", got.Kind, len(l.synthetic(event.KindMessageAborted)))
	}
}

func TestQueueManagerKnowsBetterThatAMessageIsThere(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	l.at(0.1, opened("A1", 1))
	l.at(0.2, brokenAfter("DATA"))
	l.at(0.3, smtpd(event.KindDisconnect, 1, "192.0.2.1"))
	got := l.at(0.4, of(event.KindMessageReceived, "A1"))
	l.at(1, delivery("A1", "a@b.example", event.StatusDelivered))
	l.at(1, of(event.KindMessageRemoved, "A1"))
	if _, open := l.Open(); got.Kind != event.KindMessageReceived || open != 0 || len(l.summaries(event.KindMessage)) != 1 {
		t.Errorf("%s, %d open, %d summaries", got.Kind, open, len(l.summaries(event.KindMessage)))
	}
}

func TestChunksAreNoMessages(t *testing.T) {
	for _, c := range []struct {
		mail, data, bdat event.Count
		want             int
	}{
		{mail: event.Count{OK: 2, All: 2}, bdat: event.Count{OK: 6, All: 6}, want: 2},
		{mail: event.Count{OK: 19, All: 19}, data: event.Count{OK: 17, All: 17}, bdat: event.Count{OK: 2, All: 2}, want: 19},
		{mail: event.Count{OK: 3, All: 3}, data: event.Count{OK: 1, All: 2}, bdat: event.Count{OK: 4, All: 4}, want: 2},
		{mail: event.Count{OK: 2, All: 2}, bdat: event.Count{OK: 1, All: 2}, want: 1},
		{mail: event.Count{OK: 1, All: 1}, data: event.Count{OK: 1, All: 1}, want: 1},
	} {
		l := newLog(t, testConfig())
		l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
		bye := smtpd(event.KindDisconnect, 1, "192.0.2.1")
		bye.HasCommands = true
		bye.Commands[event.VerbMAIL], bye.Commands[event.VerbDATA], bye.Commands[event.VerbBDAT] = c.mail, c.data, c.bdat
		l.at(1, bye)
		if got := l.summaries(event.KindSession)[0].Session.Messages; got != c.want {
			t.Errorf("mail=%v data=%v bdat=%v: %d messages, want %d", c.mail, c.data, c.bdat, got, c.want)
		}
	}
}

func TestDurationOfTheLineIsTheSessions(t *testing.T) {
	l := newLog(t, testConfig())
	l.at(0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	bye := smtpd(event.KindDisconnect, 1, "192.0.2.1")
	bye.SessionDuration, bye.HasDuration = 13937e6, true
	if got := l.at(14, bye); got.SessionDuration != 13937e6 {
		t.Errorf("%s", got.SessionDuration)
	}
	if got := l.summaries(event.KindSession)[0].Event.SessionDuration; got != 13937e6 {
		t.Errorf("summary %s", got)
	}
}

func TestProbesAndNoticesByOneSender(t *testing.T) {
	l := newLog(t, testConfig())
	probe := of(event.KindMessageReceived, "P1")
	probe.MailFrom, probe.MessageKind, probe.First = "double-bounce@mx.example", event.MessageProbe, true
	if got := l.at(0, probe); got.MessageKind != event.MessageProbe {
		t.Errorf("%s", got.MessageKind)
	}
	told := of(event.KindNotification, "A1")
	told.ChildQueueID = "N1"
	l.at(1, told)
	notice := probe
	notice.QueueID = "N1"
	if got := l.at(1, notice); got.MessageKind != event.MessageDSN {
		t.Errorf("a notice that a line tells of is %s", got.MessageKind)
	}
	notice.QueueID = "N2"
	l.at(2, notice)
	if got := l.at(3, delivery("N2", "root@mx.example", event.StatusDelivered)); got.MessageKind != event.MessageDSN || !got.Final {
		t.Errorf("what is delivered is no probe: %s, final %v", got.MessageKind, got.Final)
	}
}
