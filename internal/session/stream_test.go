package session

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Several files of one host that are read at the same time, a test a trouble.

// from observes an event of a source.
func (l *log) from(source string, second float64, ev event.Event) event.Event {
	ev.Time, ev.Resolution = t0+int64(second*1e9), event.ResolutionSecond
	ev.Host, ev.Instance = "mx", "postfix"
	l.out.Reset()
	l.Observe(&ev, source, ev.Time, &l.out)
	l.made = append(l.made, l.out.Made...)
	return ev
}

// day writes a file's lines: sessions of which every second is never ended by a line, ten minutes apart, and a message each.
func day(source string, begin float64) (lines []func(l *log)) {
	for i := range 6 {
		at, pid := begin+float64(i)*700, int64(100+i)
		ip, qid := fmt.Sprintf("192.0.2.%d", i), fmt.Sprintf("%s%d", source, i)
		lines = append(lines,
			func(l *log) {
				ev := smtpd(event.KindConnect, pid, ip)
				ev.Daemon = source
				l.from(source, at, ev)
			},
			func(l *log) {
				ev := opened(qid, pid)
				ev.Daemon = source
				l.from(source, at+1, ev)
			},
			func(l *log) { l.from(source, at+2, of(event.KindMessageReceived, qid)) },
			func(l *log) {
				if i%2 == 0 {
					ev := smtpd(event.KindDisconnect, pid, ip)
					ev.Daemon = source
					l.from(source, at+3, ev)
				}
			},
			func(l *log) { l.from(source, at+300, delivery(qid, "a@b.example", event.StatusDelivered)) },
			func(l *log) { l.from(source, at+301, of(event.KindMessageRemoved, qid)) },
		)
	}
	return lines
}

// told is what came out, whatever the order.
func (l *log) told() (list []string) {
	l.out.Reset()
	l.Close(&l.out)
	for _, m := range append(l.made, l.out.Made...) {
		if m.Summary != nil {
			ev := &m.Summary.Event
			list = append(list, fmt.Sprintf("%s %s %s %s %v", ev.Kind, ev.SessionID, ev.MessageUID, ev.SessionEnd, ev.SessionPartial || ev.MessagePartial))
		}
	}
	slices.Sort(list)
	return list
}

func TestFilesOfOneHostDoNotRace(t *testing.T) {
	early, late := day("a", 0), day("b", 36000)
	orders := map[string]func() []func(*log){
		"one after the other": func() []func(*log) { return slices.Concat(early, late) },
		"the later one first": func() []func(*log) { return slices.Concat(late, early) },
		"line by line": func() (all []func(*log)) {
			for i := range early {
				all = append(all, early[i], late[i])
			}
			return all
		},
		"in chunks": func() (all []func(*log)) {
			for i := 0; i < len(early); i += 9 {
				all = append(all, early[i:min(i+9, len(early))]...)
				all = append(all, late[i:min(i+9, len(late))]...)
			}
			return all
		},
	}
	var want []string
	for _, name := range []string{"one after the other", "the later one first", "line by line", "in chunks"} {
		l := newLog(t, testConfig())
		for i, line := range orders[name]() {
			if i == 20 {
				l.Tracker = restarted(t, l.Tracker)
			}
			line(l)
		}
		got := l.told()
		if want == nil {
			want = got
			ends := map[string]int{}
			for _, s := range l.summaries(event.KindSession) {
				ends[s.Event.SessionEnd.String()]++
			}
			if ends["quit"] != 6 || ends["expired"] < 4 {
				t.Fatalf("%v", ends)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%q\nwant\n%q", name, got, want)
		}
	}
}

func TestSilentFileGoesOnByTheWall(t *testing.T) {
	l := newLog(t, testConfig())
	l.from("a", 0, smtpd(event.KindConnect, 1, "192.0.2.1"))
	for i := range 100 {
		l.from("b", float64(i*60), of(event.KindMessageRemoved, "X"))
	}
	if n := len(l.synthetic(event.KindDisconnect)); n != 0 {
		t.Fatal("another file's clock ended the session")
	}
	l.out.Reset()
	l.Tick(t0+int64(11*time.Minute), &l.out)
	if len(l.out.Made) == 0 || l.out.Made[0].Event.SessionEnd != event.EndExpired {
		t.Errorf("%+v", l.out.Made)
	}
}

func TestStreamsOfAHostAreBounded(t *testing.T) {
	l := newLog(t, testConfig())
	for i := range 100 {
		l.from(fmt.Sprintf("file%d", i), float64(i), smtpd(event.KindConnect, int64(i+1), "192.0.2.1"))
	}
	if n := l.hosts.byName["mx"].Kept().Streams; n > 16 {
		t.Errorf("%d streams", n)
	}
	if sessions, _ := l.Open(); sessions != 100 {
		t.Errorf("%d sessions", sessions)
	}
	l.out.Reset()
	l.Tick(t0+int64(200*time.Hour), &l.out)
	if sessions, _ := l.Open(); sessions != 0 || l.hosts.count() != 0 {
		t.Errorf("%d sessions of %d hosts", sessions, l.hosts.count())
	}
}
