package engine

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// feed is the log of one host: its lines are in order, whoever else feeds the engine at the same time.
type feed struct {
	host  string
	lines []string
}

// chained is how many messages pass the relay chain.
const chained = 40

// feeds are the logs of the repository, each as another host's, and a relay chain: what one host of it delivers, the next one receives.
func feeds(tb testing.TB) (list []feed) {
	tb.Helper()
	for _, name := range [...]string{
		"postfix-main.rfc3164.log", "exim-main.rfc3164.log", "haraka-main.log", "opensmtpd-main.rfc3164.log", "sendmail-main.rfc3164.log", "qmail-day.syslog.log", "kumomta-day.log",
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", name))
		require.NoError(tb, err)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		list = append(list, feed{name, lines[:min(len(lines), 250)]})
	}
	const hosts, messages = 6, chained
	for h := range hosts {
		list = append(list, chainOf(h, messages))
	}
	return list
}

// queueIDOf is the n-th host's for the i-th message.
func queueIDOf(n, i int) string { return fmt.Sprintf("%X", 0xA0000000+n<<16+i) }

// chainOf is the log of the n-th host of a relay chain.
func chainOf(n, messages int) feed {
	f := feed{host: fmt.Sprintf("relay%d", n)}
	say := func(second int, program, words string, args ...any) {
		at := time.Date(2026, 1, 15, 10, 0, second, 0, time.UTC).Format(time.RFC3339)
		f.lines = append(f.lines, fmt.Sprintf("%s %s postfix/%s: ", at, f.host, program)+fmt.Sprintf(words, args...))
	}
	for i := range messages {
		at := i*3 + n
		id, next, pid := queueIDOf(n, i), queueIDOf(n+1, i), 100+i%7
		say(at, fmt.Sprintf("smtpd[%d]", pid), "connect from relay%d.example[192.0.2.%d]", n-1, n+1)
		say(at, fmt.Sprintf("smtpd[%d]", pid), "%s: client=relay%d.example[192.0.2.%d]", id, n-1, n+1)
		say(at, "cleanup[50]", "%s: message-id=<m%d@origin.example>", id, i)
		say(at, fmt.Sprintf("smtpd[%d]", pid), "disconnect from relay%d.example[192.0.2.%d] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5", n-1, n+1)
		say(at, "qmgr[51]", "%s: from=<a@origin.example>, size=1000, nrcpt=1 (queue active)", id)
		say(at+1, fmt.Sprintf("smtp[%d]", 200+i%5), "%s: to=<b@end.example>, relay=relay%d.example[192.0.2.%d]:25, delay=1, delays=0/0/0.5/0.5, dsn=2.0.0, status=sent "+
			"(250 2.0.0 Ok: queued as %s)", id, n+1, n+2, next)
		say(at+1, "qmgr[51]", "%s: removed", id)
	}
	return f
}

func roomyEngine(tb testing.TB) *Engine {
	tb.Helper()
	e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
		MaxSessions: 100_000, SessionIdle: 10 * time.Minute, MaxMessages: 100_000, MessageTTL: 5 * 24 * time.Hour, MaxRecipients: 1000,
		SessionSummaries: true, MessageSummaries: true,
	}})
	require.NoError(tb, err)
	return e
}

var anchor = time.Date(2026, 1, 16, 0, 0, 0, 0, time.UTC)

// named carries the lines of a host whose name in them is another one's, too.
type named struct {
	bare
	host string
}

func (c named) Header(line string, clock header.Clock, h *header.Header) bool {
	ok := c.bare.Header(line, clock, h)
	h.Host = c.host
	return ok
}

// take takes the lines of a host through the engine, and gives what is told of each and what was made.
func (f *feed) take(e *Engine) (told, made []string) {
	l := Line{Carrier: named{bare{anchor}, f.host}, Source: Source{Host: f.host, Name: f.host}, Anchor: anchor.UnixNano(), Now: anchor.UnixNano()}
	for _, l.Text = range f.lines {
		e.Observe(&l)
		told = append(told, tell(&l.Event))
		made = append(made, tellMade(&l.Output)...)
	}
	return told, made
}

// tell is all that an event says.
func tell(ev *event.Event) string {
	tally := ev.SessionTally
	if tally == nil {
		tally = new(event.Tally)
	}
	told := *ev
	told.SessionTally = nil
	return fmt.Sprintf("%+v %+v", told, *tally)
}

func tellMade(out *session.Output) (list []string) {
	for i := range out.Made {
		m := &out.Made[i]
		if m.Summary != nil {
			list = append(list, m.Host+" "+tell(&m.Summary.Event)+" "+m.Summary.Sentence())
		} else {
			list = append(list, m.Host+" "+tell(m.Event))
		}
		m.Release()
	}
	return list
}

// Several feeders give what one gives: each line tells the same, and the same records are made, whoever comes first.
func TestFeedersSideBySideGiveWhatOneGives(t *testing.T) {
	list := feeds(t)
	one, wantTold, wantMade := roomyEngine(t), map[string][]string{}, []string(nil)
	for i := range list {
		told, made := list[i].take(one)
		wantTold[list[i].host], wantMade = told, append(wantMade, made...)
	}
	var out session.Output
	one.CloseHosts(func(string) bool { return true }, &out)
	wantMade = append(wantMade, tellMade(&out)...)
	hops := slices.DeleteFunc(slices.Clone(wantMade), func(s string) bool { return !strings.Contains(s, "{Kind:hop") })
	require.Len(t, hops, 5*chained, "each message meets the one at the host before")

	for _, feeders := range []int{2, 8} {
		for round := range 2 {
			several := roomyEngine(t)
			gotTold, gotMade := feedSideBySide(list, several, feeders, round)
			out.Reset()
			several.CloseHosts(func(string) bool { return true }, &out)
			gotMade = append(gotMade, tellMade(&out)...)
			for host, want := range wantTold {
				same(t, want, gotTold[host], fmt.Sprintf("%d feeders, the lines of %s", feeders, host))
			}
			slices.Sort(wantMade)
			slices.Sort(gotMade)
			same(t, wantMade, gotMade, fmt.Sprintf("%d feeders, records made", feeders))
			sessions, messages := several.Open()
			assert.Zero(t, sessions+messages)
		}
	}
}

// same compares two lists and shows the first difference.
func same(t *testing.T, want, got []string, what string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "%s, the %dth", what, i)
	}
	require.Len(t, got, len(want), what)
}

// feedSideBySide lets so many feeders take the logs, each the next one that nobody has taken.
func feedSideBySide(list []feed, e *Engine, feeders, round int) (told map[string][]string, made []string) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b feed) int { return cmp.Compare(len(a.host)*(round+3)%7, len(b.host)*(round+3)%7) })
	next := make(chan *feed, len(list))
	for i := range list {
		next <- &list[i]
	}
	close(next)
	told = make(map[string][]string)
	var mu sync.Mutex
	var done sync.WaitGroup
	for range feeders {
		done.Go(func() {
			for f := range next {
				lines, records := f.take(e)
				mu.Lock()
				told[f.host], made = lines, append(made, records...)
				mu.Unlock()
			}
		})
	}
	done.Wait()
	return told, made
}

// Feeders that pass the limits together keep within them, and everything that else may happen meanwhile happens: ticks, looks, saves, other rules.
func TestFeedersTogetherKeepWithinTheLimits(t *testing.T) {
	const sessions, messages = 40, 60
	e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
		MaxSessions: sessions, SessionIdle: time.Minute, MaxMessages: messages, MessageTTL: time.Hour, MaxRecipients: 5, MessageSummaries: true,
	}})
	require.NoError(t, err)
	list, stop := feeds(t), make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() {
		var out session.Output
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			switch n % 4 {
			case 0:
				e.Tick(anchor.Add(time.Duration(n)*time.Second), &out)
				tellMade(&out)
				out.Reset()
			case 1:
				_, err := e.Save()
				if !assert.NoError(t, err) { //nolint:testifylint // require may not be called beside the test's own goroutine
					return
				}
			case 2:
				e.Speaks(Source{Host: "relay1", Name: "relay1"})
				e.SetDiagnosis(diagnose.Standard)
			default:
				open, kept := e.Open()
				assert.LessOrEqual(t, open, sessions+8, "beyond the limit by what is on its way")
				assert.LessOrEqual(t, kept, messages+8)
			}
		}
	})
	feedSideBySide(list, e, 8, 1)
	close(stop)
	beside.Wait()
	open, kept := e.Open()
	assert.LessOrEqual(t, open, sessions)
	assert.LessOrEqual(t, kept, messages)
	var out session.Output
	e.CloseHosts(func(string) bool { return true }, &out)
	open, kept = e.Open()
	assert.Zero(t, open+kept)
}
