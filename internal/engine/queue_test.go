package engine

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// testdata/queue is a run of Postfix 3.7.11 and Exim 4.96 (Debian 12), whose mail went to scripted hosts that took it, put it off, refused it or let it wait; an
// operator held, released and deleted some. Beside the logs stands what postqueue -j and exim -bp said at the beginning of each minute.

// figures are a queue at a moment.
type figures struct {
	messages map[string]int // by status
	oldest   int64          // seconds since 1970; 0: empty
}

func unpacked(t *testing.T, path string) string {
	packed, err := os.Open(path + ".gz")
	require.NoError(t, err)
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(data)
}

// queuesByLog reads a log, and gives what its queue records tell, by the second that they are of. restart saves and restores at each of the lines.
func queuesByLog(t *testing.T, path string, restart map[int]bool) map[int64]*figures {
	data := unpacked(t, path)
	newEngine := func() *Engine {
		e, err := New(Settings{Zone: time.UTC, Diagnosis: diagnose.Standard, Session: session.Config{
			MaxSessions: 1000, SessionIdle: 10 * time.Minute, MaxMessages: 10000, MessageTTL: 120 * time.Hour, MaxRecipients: 100,
		}})
		require.NoError(t, err)
		return e
	}
	told := map[int64]*figures{}
	e := newEngine()
	l := Line{Carrier: bare{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: path}}
	for i, text := range strings.Split(strings.TrimSuffix(data, "\n"), "\n") {
		if restart[i] {
			saved, err := e.Save()
			require.NoError(t, err)
			e = newEngine()
			require.NoError(t, e.Restore(saved))
		}
		l.Text = text
		e.Observe(&l)
		for _, m := range l.Output.Made {
			if m.Event == nil || m.Event.Kind != event.KindQueue {
				continue
			}
			at := m.Event.Time / 1e9
			if told[at] == nil {
				told[at] = &figures{messages: map[string]int{}}
			}
			q := &m.Event.Queue
			told[at].messages[q.Status.String()] += q.Messages
			if since := at - int64(q.Oldest/time.Second); q.Messages > 0 && (told[at].oldest == 0 || since < told[at].oldest) {
				told[at].oldest = since
			}
			assert.True(t, q.Partial)
		}
	}
	return told
}

// listings reads what the server's own tool said, moment by moment.
func listings(t *testing.T, path string, of func(t *testing.T, at int64, lines []string) *figures) map[int64]*figures {
	data := unpacked(t, path)
	all := map[int64]*figures{}
	for _, part := range strings.Split(data, "== ")[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		at, err := strconv.ParseInt(head, 10, 64)
		require.NoError(t, err)
		all[at] = of(t, at, strings.Split(rest, "\n"))
	}
	require.GreaterOrEqual(t, len(all), 20)
	return all
}

// byPostqueue reads postqueue -j.
func byPostqueue(t *testing.T, _ int64, lines []string) *figures {
	f := &figures{messages: map[string]int{}}
	for _, line := range lines {
		if line == "" {
			continue
		}
		var m struct {
			Queue   string `json:"queue_name"`
			Arrival int64  `json:"arrival_time"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		f.messages[map[string]string{"active": "active", "incoming": "active", "deferred": "deferred", "hold": "held"}[m.Queue]]++
		if f.oldest == 0 || m.Arrival < f.oldest {
			f.oldest = m.Arrival
		}
	}
	return f
}

// byExim reads exim -bp, which tells no messages that are being delivered from others, and ages in minutes.
func byExim(t *testing.T, at int64, lines []string) *figures {
	f := &figures{messages: map[string]int{}}
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasSuffix(fields[0], "m") {
			continue
		}
		minutes, err := strconv.ParseInt(strings.TrimSuffix(fields[0], "m"), 10, 64)
		require.NoError(t, err)
		if strings.HasSuffix(line, "*** frozen ***") {
			f.messages["held"]++
		} else {
			f.messages["others"]++
		}
		if since := at - 60*minutes; f.oldest == 0 || since < f.oldest {
			f.oldest = since
		}
	}
	return f
}

// bySmtpctl reads smtpctl show queue: an envelope a line, whose message is the first half of its id.
func bySmtpctl(t *testing.T, _ int64, lines []string) *figures {
	f, states := &figures{messages: map[string]int{}}, map[string]string{}
	for _, line := range lines {
		fields := strings.Split(line, "|")
		if len(fields) < 13 {
			continue
		}
		message := fields[0][:8]
		if fields[11] == "inflight" || states[message] == "" && fields[13] == "" {
			states[message] = "active"
		} else if states[message] == "" {
			states[message] = "deferred"
		}
		since, err := strconv.ParseInt(fields[7], 10, 64)
		require.NoError(t, err)
		if f.oldest == 0 || since < f.oldest {
			f.oldest = since
		}
	}
	for _, state := range states {
		f.messages[state]++
	}
	return f
}

// byMailq reads Sendmail's mailq, which has a star behind the ids of messages that are being delivered, and times in minutes.
func byMailq(t *testing.T, at int64, lines []string) *figures {
	f := &figures{messages: map[string]int{}}
	for i, line := range lines {
		id, rest, _ := strings.Cut(line, " ")
		if len(id) < 14 || len(id) > 15 || strings.Trim(id, "-Q") != id || strings.Contains(line, "/") {
			continue
		}
		status := "deferred"
		if strings.HasSuffix(id, "*") || i+1 == len(lines) || !strings.HasPrefix(strings.TrimSpace(lines[i+1]), "(") {
			status = "active"
		}
		f.messages[status]++
		fields := strings.Fields(rest)
		require.GreaterOrEqual(t, len(fields), 5, line)
		since, err := time.Parse("2006 Mon Jan 2 15:04", strconv.Itoa(time.Unix(at, 0).UTC().Year())+" "+strings.Join(fields[1:5], " "))
		require.NoError(t, err)
		if f.oldest == 0 || since.Unix() < f.oldest {
			f.oldest = since.Unix()
		}
	}
	return f
}

func TestQueueByTheLogIsTheServersOwn(t *testing.T) {
	for _, restart := range []map[int]bool{nil, {100: true, 500: true, 501: true, 900: true}} {
		told := queuesByLog(t, "testdata/queue/postfix.log", restart)
		removed := map[string]int{}
		for line := range strings.Lines(unpacked(t, "testdata/queue/postfix.log")) {
			if strings.HasSuffix(line, ": removed\n") {
				removed[line[len("Nov 30 "):][:len(time.TimeOnly)]]++
			}
		}
		for at, want := range listings(t, "testdata/queue/postfix.queues", byPostqueue) {
			got := told[at]
			if !assert.NotNil(t, got, at) {
				continue
			}
			for _, status := range []string{"active", "deferred", "held"} {
				left := removed[time.Unix(at, 0).UTC().Format(time.TimeOnly)] // in the second that postqueue was asked in
				assert.InDelta(t, want.messages[status], got.messages[status], float64(left), "%s at %d", status, at)
			}
			assert.InDelta(t, want.oldest, got.oldest, 1, "the oldest at %d", at)
		}
		told = queuesByLog(t, "testdata/queue/exim.log", restart)
		for at, want := range listings(t, "testdata/queue/exim.queues", byExim) {
			got := told[at]
			if !assert.NotNil(t, got, at) {
				continue
			}
			assert.Equal(t, want.messages["held"], got.messages["held"], "held at %d", at)
			assert.Equal(t, want.messages["others"], got.messages["active"]+got.messages["deferred"], "others at %d", at)
			assert.InDelta(t, want.oldest, got.oldest, 60, "the oldest at %d", at)
		}
	}
}

// The same of runs of OpenSMTPD 6.8.0 and Sendmail 8.17.1 (Debian 12), whose mail went to a host that took it, took its time, put it off once or more often, or refused it;
// an operator removed messages of OpenSMTPD's. That a message is tried anew they say with the answer: until then it is told as one that waits.
func TestQueueByTheLogOfOtherServers(t *testing.T) {
	for _, server := range []struct {
		name    string
		of      func(*testing.T, int64, []string) *figures
		seconds float64 // that a time of the listing may be off
	}{{"opensmtpd", bySmtpctl, 1}, {"sendmail", byMailq, 60}} {
		log, retried := unpacked(t, "testdata/queue/"+server.name+".log"), 0
		lines := strings.Count(log, "\n")
		for _, restart := range []map[int]bool{nil, {lines / 10: true, lines / 3: true, lines/3 + 1: true, lines / 2: true}} {
			told := queuesByLog(t, "testdata/queue/"+server.name+".log", restart)
			for at, want := range listings(t, "testdata/queue/"+server.name+".queues", server.of) {
				got := told[at]
				if !assert.NotNil(t, got, "%s at %d", server.name, at) {
					continue
				}
				second := time.Unix(at, 0).UTC().Format(time.Stamp) // the one that the tool was asked in
				ending := float64(strings.Count(log, second))
				assert.InDelta(t, want.messages["active"]+want.messages["deferred"], got.messages["active"]+got.messages["deferred"], ending, "%s at %d", server.name, at)
				assert.Zero(t, got.messages["held"])
				again := max(0, want.messages["active"]-got.messages["active"])
				retried += again
				assert.InDelta(t, want.messages["deferred"]+again, got.messages["deferred"], ending, "%s, deferred at %d", server.name, at)
				assert.InDelta(t, want.oldest, got.oldest, server.seconds, "%s, the oldest at %d", server.name, at)
			}
		}
		assert.Positive(t, retried, "%s: messages were tried anew while the tool was asked", server.name)
	}
}

// What is left in the queues of the servers of testdata at the end of their runs is known from their own listings.
func TestQueueAtTheEndOfARun(t *testing.T) {
	for log, run := range map[string]string{
		"sendmail-main.rfc3164.log": "sendmail-main", "sendmail-loud.rfc3164.log": "sendmail-loud", "opensmtpd-main.rfc3164.log": "opensmtpd-main",
		"haraka-main.log": "haraka-main", "haraka-json.log": "haraka-json", "postfix-main.rfc3164.log": "postfix-main", "exim-main.mainlog": "exim-main",
	} {
		want := leftInQueue(t, "../../testdata/"+run+".truth.json")
		data, err := os.ReadFile("../../testdata/" + log)
		require.NoError(t, err)
		e := newTestEngine(t)
		e.tracker = session.New(session.Config{
			MaxSessions: 10000, SessionIdle: 10 * time.Minute, MaxMessages: 10000, MessageTTL: 120 * time.Hour, MaxRecipients: 1000,
		})
		l := Line{Carrier: bare{time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: log}}
		for text := range strings.Lines(string(data)) {
			l.Text = strings.TrimSuffix(text, "\n")
			e.Observe(&l)
			l.Now = max(l.Now, l.Event.Time)
		}
		var out session.Output
		e.Tick(time.Unix(0, l.Now+61e9), &out) // nobody writes any more: the minutes go on by the clock on the wall
		got, told := 0, false
		for _, m := range out.Made {
			if m.Event != nil && m.Event.Kind == event.KindQueue {
				got, told = got+m.Event.Queue.Messages, true
			}
		}
		assert.True(t, told, log)
		assert.Equal(t, want, got, log)
	}
}

// leftInQueue is how many messages of a run had recipients that still waited at its end.
func leftInQueue(t *testing.T, path string) (n int) {
	var truth struct {
		Messages []struct{ Recipients []struct{ Final string } }
	}
	require.NoError(t, json.Unmarshal([]byte(unpacked(t, path)), &truth))
	for _, m := range truth.Messages {
		for _, r := range m.Recipients {
			if r.Final == "deferred" || r.Final == "held" {
				n++
				break
			}
		}
	}
	return n
}

// A log that begins in the middle does not know what was in the queue before; a lot that has become empty is told once more.
func TestQueueOfALogThatBeginsInTheMiddle(t *testing.T) {
	e := newTestEngine(t)
	l := Line{Carrier: bare{time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC)}, Source: Source{Name: "mail.log"}}
	var told []string
	for _, text := range []string{
		"Nov 30 10:00:01 mx postfix/qmgr[1]: 4Xq0Zk3rTnz9: from=<a@example.org>, size=300, nrcpt=1 (queue active)",
		"Nov 30 10:00:02 mx postfix/smtp[2]: 4Xq0Zk3rTnz9: to=<b@gmail.com>, relay=gmail-smtp-in.l.google.com[192.0.2.1]:25, delay=7202, delays=7200/0/1/1, dsn=4.2.2, status=deferred (host gmail-smtp-in.l.google.com[192.0.2.1] said: 452 4.2.2 over quota (in reply to RCPT TO command))",
		"Nov 30 10:01:30 mx postfix/qmgr[1]: 4Xq0Zk3rTnz9: from=<a@example.org>, size=300, nrcpt=1 (queue active)",
		"Nov 30 10:01:31 mx postfix/smtp[2]: 4Xq0Zk3rTnz9: to=<b@gmail.com>, relay=gmail-smtp-in.l.google.com[192.0.2.1]:25, delay=7291, delays=7289/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 OK)",
		"Nov 30 10:01:31 mx postfix/qmgr[1]: 4Xq0Zk3rTnz9: removed",
		"Nov 30 10:02:10 mx postfix/smtpd[1]: connect from unknown[192.0.2.7]",
		"Nov 30 11:02:10 mx postfix/smtpd[1]: connect from unknown[192.0.2.7]",
	} {
		l.Text = text
		e.Observe(&l)
		for _, m := range l.Output.Made {
			if m.Event != nil && m.Event.Kind == event.KindQueue {
				q := &m.Event.Queue
				told = append(told, fmt.Sprint(time.Unix(0, m.Event.Time).UTC().Format("15:04"), " ", q.Messages, " ", q.Status, " ", m.Event.Provider, " ", q.Oldest, " ", q.Partial))
			}
		}
	}
	assert.Equal(t, []string{
		"10:01 0 active  0s true", "10:01 1 deferred google 2h1m0s true",
		"10:02 0 active  0s true", "10:02 0 deferred google 0s true",
		"11:02 0 active  0s false", // older than what the queue may hold (here an hour): all of it is known
	}, told)
}
