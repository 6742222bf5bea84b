package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

const year = int64(365 * 24 * 3600)

// seenEvents takes events of one host through a tracker, each seen some seconds behind its stamp, and gives what was made.
func observeSeen(t *Tracker, seen func(i int, ev *event.Event) int64, events ...event.Event) (made []Made) {
	var out Output
	for i := range events {
		ev := events[i]
		ev.Host, ev.Resolution = "mx", event.ResolutionSecond
		ev.Observed = seen(i, &ev)
		out.Reset()
		t.Observe(&ev, "mail.log", ev.Observed, &out)
		made = append(made, out.Made...)
		events[i] = ev
	}
	return made
}

func lineOf(seconds, pid int64, kind event.Kind) event.Event {
	return event.Event{
		Kind: kind, Time: (1_700_000_000 + seconds) * int64(time.Second), Scope: event.ScopePID, Daemon: "smtpd", PID: pid, PeerIP: "192.0.2.1", Role: event.RoleServer,
		Dialect: "postfix", Line: "line",
	}
}

// A line stamped 2099 ends nothing, wherever it stands; what it is about itself goes on, too.
func TestLineOfAnotherCenturyEndsNothing(t *testing.T) {
	for name, pid := range map[string]int64{"of the same process": 1, "of another": 2} {
		t.Run(name, func(t *testing.T) {
			tracker := New(Config{MaxSessions: 100, SessionIdle: 10 * time.Minute, MaxMessages: 100, MessageTTL: 120 * time.Hour, MaxRecipients: 10})
			live := func(_ int, ev *event.Event) int64 { return min(ev.Time, 1_700_000_100*int64(time.Second)) }
			events := []event.Event{lineOf(0, 1, event.KindConnect), lineOf(70*year, pid, event.KindWarning), lineOf(2, 1, event.KindDisconnect)}
			made := observeSeen(tracker, live, events...)
			for _, m := range made {
				if m.Event != nil && m.Event.SessionEnd == event.EndExpired {
					t.Errorf("%s ended %s", m.Event.SessionID, m.Event.SessionEnd)
				}
			}
		})
	}
}

// What has been silent too long by the stamp of a line that is not believed yet is over for that line: the same conversations come out as when it is believed.
func TestSessionIsTheSameReadLaterAsReadLive(t *testing.T) {
	ids := func(seen func(int, *event.Event) int64) (list []event.ID) {
		tracker := New(Config{MaxSessions: 100, SessionIdle: 10 * time.Minute, MaxMessages: 100, MessageTTL: 120 * time.Hour, MaxRecipients: 10})
		events := []event.Event{
			lineOf(0, 1, event.KindConnect), lineOf(7200, 1, event.KindReject), lineOf(7201, 1, event.KindDisconnect), lineOf(14400, 2, event.KindConnect), lineOf(28800, 2, event.KindReject),
		}
		observeSeen(tracker, seen, events...)
		for i := range events {
			list = append(list, events[i].SessionID)
		}
		return list
	}
	live := ids(func(_ int, ev *event.Event) int64 { return ev.Time + int64(time.Second) })
	later := ids(func(int, *event.Event) int64 { return (1_700_000_000 + year) * int64(time.Second) })
	for i := range live {
		if live[i] != later[i] {
			t.Errorf("line %d: %s live, %s later", i, live[i], later[i])
		}
	}
	if live[0] == live[1] || live[1] != live[2] || live[3] == live[4] {
		t.Errorf("%v", live)
	}
}

// Nor does a wrong stamp keep what it is about, or anything else, from ending: a stamp of a day that is past by now, but far ahead of the log.
func TestWrongStampKeepsNothingOpen(t *testing.T) {
	tracker := New(Config{MaxSessions: 100, SessionIdle: 10 * time.Minute, MaxMessages: 100, MessageTTL: 120 * time.Hour, MaxRecipients: 10})
	later := func(int, *event.Event) int64 { return (1_700_000_000 + 3*year) * int64(time.Second) }
	events := []event.Event{lineOf(0, 1, event.KindConnect), lineOf(year, 2, event.KindConnect)}
	for i := range int64(40) {
		events = append(events, lineOf(60*i, 3, event.KindConnect), lineOf(60*i+1, 3, event.KindDisconnect))
	}
	observeSeen(tracker, later, events...)
	if sessions, _ := tracker.Open(); sessions != 0 {
		t.Errorf("%d sessions are open", sessions)
	}
}
