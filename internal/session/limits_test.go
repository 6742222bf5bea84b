package session

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// everyEvent reads the logs of the repository's testdata.
func everyEvent(t *testing.T, visit func(ev *event.Event, source string)) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.log", "*.mainlog", "*.rejectlog", "*.csv", "conversations/*.log"} {
		list, _ := filepath.Glob("../../testdata/" + pattern)
		files = append(files, list...)
	}
	d, err := dialect.NewDetector(nil)
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	for i, path := range files {
		if testing.Short() && i%3 > 0 {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m dialect.Memory
		for _, line := range strings.Split(string(data), "\n") {
			var h header.Header
			var ev event.Event
			header.Parse(line, header.Clock{Anchor: 1795446980e9}, &h)
			ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
			if d.Parse(&m, &h, &ev) != event.Unknown {
				visit(&ev, path)
			}
		}
	}
}

var roomy = Config{MaxSessions: 20000, SessionIdle: 10 * time.Minute, MaxMessages: 100000, MessageTTL: 120 * time.Hour, MaxRecipients: 10000}

// What is kept is weighed and counted as it comes and goes: when all hosts are forgotten, nothing is left of either.
func TestSumsOfAllHostsComeOutEven(t *testing.T) {
	for name, cfg := range map[string]Config{
		"roomy": roomy,
		"tight": {MaxSessions: 3, SessionIdle: time.Minute, MaxMessages: 7, MessageTTL: time.Hour, MaxRecipients: 2},
	} {
		t.Run(name, func(t *testing.T) {
			tracker, n := New(cfg), int64(0)
			var out Output
			everyEvent(t, func(ev *event.Event, source string) {
				n++
				ev.Host += fmt.Sprint(n / 50 % 9)
				out.Reset()
				tracker.Observe(ev, source, n, &out)
				all := tracker.all
				most := max(cfg.MaxSessions, cfg.MaxMessages)
				if all.Count(mailhost.OpenSessions) > cfg.MaxSessions || all.Count(mailhost.OpenMessages) > cfg.MaxMessages || all.Count(mailhost.Remembered) > most {
					t.Fatalf("%+v", all)
				}
				if all.Bytes() > tracker.room()+100_000 {
					t.Fatalf("%d bytes", all.Bytes())
				}
			})
			words := 0
			for _, h := range tracker.hosts.byName {
				words += h.Kept().Words
			}
			if tracker.all.Bytes() == 0 || words == 0 {
				t.Error("nothing was kept")
			}
			if s, m := tracker.Open(); s != countOf(tracker, mailhost.OpenSessions) || m != countOf(tracker, mailhost.OpenMessages) {
				t.Errorf("%d sessions and %d messages", s, m)
			}
			data, err := tracker.Save()
			if err != nil {
				t.Fatal(err)
			}
			restored := New(cfg)
			if err := restored.Restore(data); err != nil {
				t.Fatal(err)
			}
			for k := range mailhost.Kind(mailhost.Kinds) {
				if got, want := restored.all.Count(k), tracker.all.Count(k); got != want || countOf(restored, k) != want {
					t.Errorf("%d of kind %d restored, %d saved", got, k, want)
				}
			}
			for _, one := range []*Tracker{tracker, restored} {
				for range 3 {
					out.Reset()
					n += int64(cfg.MessageTTL) * 2
					one.Tick(n, &out)
				}
				if one.hosts.count() > 0 || !one.all.IsEmpty() || one.hosts.ranks.order.N > 0 {
					t.Errorf("%d hosts, %+v", one.hosts.count(), one.all)
				}
			}
		})
	}
}

// countOf counts host by host.
func countOf(t *Tracker, k mailhost.Kind) (n int) {
	for _, h := range t.hosts.byName {
		n += h.Count(k)
	}
	return n
}

// A host that floods pays for itself; what others have stays, but for one that gives way to who has none.
func TestHostThatFloodsPaysForItself(t *testing.T) {
	cfg := roomy
	cfg.MaxMessages = 100
	tracker := New(cfg)
	var out Output
	observe := func(host string, i int) {
		ev := event.Event{Kind: event.KindMessageOpened, Host: host, QueueID: fmt.Sprintf("4%08X", i), Time: int64(1_700_000_000+i) * int64(time.Second), Resolution: event.ResolutionSecond, Dialect: "postfix", Line: "x"}
		tracker.Observe(&ev, "mail.log", int64(i), &out)
	}
	for i := range 40 {
		observe("quiet", i)
	}
	for i := range 1000 {
		observe("loud", 1000+i)
	}
	if quiet, loud := tracker.hosts.byName["quiet"].Count(mailhost.OpenMessages), tracker.hosts.byName["loud"].Count(mailhost.OpenMessages); quiet != 40 || loud != 60 {
		t.Errorf("%d and %d", quiet, loud)
	}
	for i := range 30 {
		observe(fmt.Sprintf("new%d", i), 3000+i)
	}
	if quiet := tracker.hosts.byName["quiet"].Count(mailhost.OpenMessages); quiet != 10 {
		t.Errorf("%d", quiet)
	}
}

// A string of any length is kept as long as it may be, is the same as itself, and as nothing else.
func TestStringsThatAreKeptHaveAnEnd(t *testing.T) {
	tracker, r := New(roomy), rand.New(rand.NewPCG(1, 1))
	var out Output
	long := strings.Repeat("x", 5000)
	at := int64(1_700_000_000) * int64(time.Second)
	observe := func(ev event.Event) event.Event {
		ev.Host, ev.Time, ev.Resolution, ev.Dialect, ev.Line = "mx", at, event.ResolutionSecond, "postfix", fmt.Sprint(r.Uint64())
		out.Reset()
		tracker.Observe(&ev, "mail.log", at, &out)
		return ev
	}
	a := observe(event.Event{Kind: event.KindMessageHeader, QueueID: long + "A", MessageID: long + "a@b"})
	b := observe(event.Event{Kind: event.KindMessageHeader, QueueID: long + "B", MessageID: long + "b@b"})
	again := observe(event.Event{Kind: event.KindDelivery, QueueID: long + "A", RcptTo: long + "@c", Status: event.StatusDeferred, Tried: event.Yes})
	other := observe(event.Event{Kind: event.KindDelivery, QueueID: long + "A", RcptTo: long + "@d", Status: event.StatusDeferred, Tried: event.Yes})
	third := observe(event.Event{Kind: event.KindDelivery, QueueID: long + "A", RcptTo: long + "@c", Status: event.StatusDeferred, Tried: event.Yes})
	if a.MessageUID == b.MessageUID || a.MessageUID != again.MessageUID || a.MessageID == b.MessageID {
		t.Errorf("%s, %s, %s", a.MessageUID, b.MessageUID, again.MessageUID)
	}
	if again.Attempt != 1 || other.Attempt != 1 || third.Attempt != 2 {
		t.Errorf("attempts %d, %d, %d", again.Attempt, other.Attempt, third.Attempt)
	}
	if size := tracker.Size(); size > 2*mailhost.LongestHeader+6000 {
		t.Errorf("%d bytes are kept", size)
	}
	if len(a.MessageID) != mailhost.LongestHeader || len(again.RcptTo) != mailhost.LongestAddress || len(a.QueueID) != mailhost.LongestID {
		t.Errorf("%d, %d, %d", len(a.MessageID), len(again.RcptTo), len(a.QueueID))
	}
}
