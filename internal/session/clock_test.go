package session

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// tick is a line of the clock's tests: seconds of its stamp and of when it was seen.
type stampedAt struct{ at, seen int64 }

const year = int64(365 * 24 * 3600)

func TestClockBelievesAStampThatJumpsAheadWhenOthersAgree(t *testing.T) {
	const day = int64(24 * 3600)
	for name, c := range map[string]struct {
		lines []stampedAt
		want  []int64 // the clock behind each
	}{
		"small steps":                    {[]stampedAt{{100, year}, {101, year}, {400, year}}, []int64{100, 101, 400}},
		"one line far ahead":             {[]stampedAt{{100, year}, {9000, year}, {101, year}, {102, year}}, []int64{100, 100, 101, 102}},
		"two lines far ahead":            {[]stampedAt{{100, year}, {9000, year}, {9001, year}, {102, year}}, []int64{100, 100, 100, 102}},
		"a quiet night in an old log":    {[]stampedAt{{100, year}, {9000, year}, {9001, year}, {9002, year}, {9003, year}}, []int64{100, 100, 100, 9002, 9003}},
		"each hour a line in an old log": {[]stampedAt{{0, year}, {3600, year}, {7200, year}, {10800, year}, {14400, year}}, []int64{0, 0, 0, 3600, 7200}},
		"a quiet night, read as it is":   {[]stampedAt{{100, 101}, {9000, 9001}}, []int64{100, 9000}},
		"2099":                           {[]stampedAt{{100, 101}, {70 * year, 101}, {70*year + 1, 101}, {70*year + 2, 101}, {102, 103}}, []int64{100, 100, 100, 100, 102}},
		"2099 first":                     {[]stampedAt{{70 * year, 101}, {100, 101}, {101, 102}}, []int64{70 * year, 100, 101}},
		"two files by turns":             {[]stampedAt{{100, year}, {9000, year}, {101, year}, {9001, year}, {102, year}}, []int64{100, 100, 101, 101, 102}},
		"clocks a little apart":          {[]stampedAt{{100, 101}, {100 + day, 101}, {101, 102}}, []int64{100, 100, 101}},
	} {
		t.Run(name, func(t *testing.T) {
			var k clock
			for i, l := range c.lines {
				ev := event.Event{Time: (l.at + 1) * int64(time.Second), Resolution: event.ResolutionSecond, Observed: (l.seen + 1) * int64(time.Second)}
				k.advance(&ev, 0, mostStep)
				if got := k.Now/int64(time.Second) - 1; got != c.want[i] {
					t.Errorf("line %d (%d): %d, want %d", i, l.at, got, c.want[i])
				}
			}
		})
	}
}

func TestClockOfAReaderThatIsWrongIsLeftBehind(t *testing.T) {
	var k clock
	for i := range 2 * beyondFor {
		ev := event.Event{Time: int64(i+1)*int64(time.Second) + 10*year*int64(time.Second), Resolution: event.ResolutionSecond, Observed: 1}
		k.advance(&ev, 0, mostStep)
	}
	if got := k.Now/int64(time.Second) - 10*year; got != 2*beyondFor {
		t.Errorf("%d", got)
	}
}

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
