package truth

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// What happens to whole logs on their way, a test a trouble; those of single messages are the tracker's.

func generated(host string, seed uint64, n int) (lines []string, want generate.Totals) {
	l := generate.NewLog(host, seed)
	l.Write(n, func(line string) { lines = append(lines, line) })
	return lines, l.Totals
}

// Fluent Bit sends the chunks of a backlog at the same time, in any order: what can be joined is joined, no recipient ends twice, and what is
// not known says partial.
func TestBacklogInShuffledChunks(t *testing.T) {
	lines, want := generated("mx1", 31, 20_000)
	var chunks [][]string
	for at := 0; at < len(lines); at += 700 {
		chunks = append(chunks, lines[at:min(at+700, len(lines))])
	}
	rnd := rand.New(rand.NewPCG(1, 31))
	for range 4 {
		rnd.Shuffle(len(chunks), func(i, j int) { chunks[i], chunks[j] = chunks[j], chunks[i] })
		var shuffled []string
		for _, c := range chunks {
			shuffled = append(shuffled, c...)
		}
		records := enrich(t, shuffled, seen, plain)
		got := Totals(records)
		ended, partial := 0, 0
		for to, end := range want.Ends {
			if got.Ends[to].Status == end.Status {
				ended++
			}
		}
		for to := range got.Ends {
			assert.NotContains(t, to, "twice", "a recipient ended twice")
		}
		for i := range records {
			if records[i].Is("message") && records[i].Attr["smtp.message.partial"] != "" {
				partial++
			}
		}
		assert.Equal(t, len(want.Ends), ended, "recipients with their end")
		assert.Equal(t, want.Attempts, got.Attempts)
		t.Logf("%d recipients ended, all as they did; %d of %d messages received, %d summaries partial", ended, got.Messages, want.Messages, partial)
		assert.InDelta(t, want.Messages, got.Messages, 0.05*float64(want.Messages))
	}
}

// A message that is received in the old year and delivered in the new one is one message, though no stamp has a year.
func TestYearsEndWithoutYears(t *testing.T) {
	records := enrich(t, []string{
		"Dec 31 23:59:58 mx1 postfix/smtpd[7]: connect from c.example.com[192.0.2.1]",
		"Dec 31 23:59:58 mx1 postfix/smtpd[7]: 4AA0918: client=c.example.com[192.0.2.1]",
		"Dec 31 23:59:59 mx1 postfix/cleanup[8]: 4AA0918: message-id=<m1@example.com>",
		"Dec 31 23:59:59 mx1 postfix/qmgr[9]: 4AA0918: from=<a@example.com>, size=500, nrcpt=1 (queue active)",
		"Jan  1 00:00:03 mx1 postfix/smtp[10]: 4AA0918: to=<b@far.example>, relay=mx.far.example[198.51.100.1]:25, delay=5, delays=1/0/2/2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)",
		"Jan  1 00:00:03 mx1 postfix/qmgr[9]: 4AA0918: removed",
		"Jan  1 00:00:04 mx1 postfix/smtpd[7]: disconnect from c.example.com[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
	}, time.Date(2027, 1, 1, 0, 0, 5, 0, time.UTC), plain)
	for i := range records {
		r := &records[i]
		want := 2026
		if strings.HasPrefix(r.Body, "Jan") || r.Attr["smtp.synthetic"] != "" {
			want = 2027
		}
		assert.Equal(t, want, r.Time.Year(), r.Body)
		if r.Is("message") {
			assert.Equal(t, "5", strings.SplitN(r.Attr["smtp.message.duration"], ".", 2)[0])
			assert.Empty(t, r.Attr["smtp.message.partial"])
		}
		if r.Is("session") {
			assert.Equal(t, "6", r.Attr["smtp.session.duration"])
		}
	}
}

// In the hour that comes twice a session is as long as it was, and no duration is negative.
func TestEndOfDaylightSaving(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := time.Date(2026, 10, 25, 0, 59, 50, 0, time.UTC) // 02:59:50 in summer time; ten seconds later it is two o'clock again
	var lines []string
	say := func(after time.Duration, text string) {
		lines = append(lines, at.Add(after).In(berlin).Format(time.Stamp)+" mx1 postfix/"+text)
	}
	say(-2*time.Hour, "qmgr[9]: 1AA0918: removed") // what comes before tells which of the two hours it is
	say(0, "smtpd[7]: connect from c.example.com[192.0.2.1]")
	say(0, "smtpd[7]: 4AA0918: client=c.example.com[192.0.2.1]")
	say(5*time.Second, "qmgr[9]: 4AA0918: from=<a@example.com>, size=500, nrcpt=1 (queue active)")
	say(20*time.Second, "smtp[10]: 4AA0918: to=<b@far.example>, relay=none, delay=20, delays=1/0/2/2, dsn=4.4.1, status=deferred (connect to mx.far.example[198.51.100.1]:25: Connection timed out)")
	say(30*time.Second, "smtpd[7]: disconnect from c.example.com[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5")
	say(600*time.Second, "smtp[10]: 4AA0918: to=<b@far.example>, relay=mx.far.example[198.51.100.1]:25, delay=600, delays=1/0/2/2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)")
	say(601*time.Second, "qmgr[9]: 4AA0918: removed")
	records := enrichAt(t, lines, "Europe/Berlin", at.Add(time.Hour))
	for i := range records {
		r := &records[i]
		switch {
		case r.Is("session"):
			assert.Equal(t, "30", r.Attr["smtp.session.duration"])
		case r.Is("message"):
			assert.Equal(t, "601", r.Attr["smtp.message.duration"])
		case r.Attr["smtp.delivery.final"] == "true":
			assert.Equal(t, "580", r.Attr["smtp.delivery.retry_after"])
		}
	}
}

// Two hosts use one queue id at the same time, and their logs come interleaved line by line.
func TestSameQueueIDsOnTwoHosts(t *testing.T) {
	a, wantA := generated("mx1", 41, 4000)
	b, wantB := generated("mx2", 41, 4000) // the same seed: the same queue ids, process ids and times
	var lines []string
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			lines = append(lines, a[i])
		}
		if i < len(b) {
			lines = append(lines, b[i])
		}
	}
	got := Totals(enrich(t, lines, seen, plain))
	assert.Len(t, got.Ends, len(wantA.Ends)+len(wantB.Ends))
	for to, end := range wantA.Ends {
		assert.Equal(t, end, got.Ends[to])
	}
	assert.Equal(t, wantA.Messages+wantB.Messages, got.Messages)
	for end, n := range wantA.Sessions {
		assert.Equal(t, n+wantB.Sessions[end], got.Sessions[end], end)
	}
}

// A log that starts anywhere: what ended in it ends once, as it did.
func TestLogThatStartsInTheMiddle(t *testing.T) {
	lines, want := generated("mx1", 51, 6000)
	got := Totals(enrich(t, lines[2500:], seen, plain))
	ended := 0
	for to, end := range got.Ends {
		if strings.HasPrefix(to, open) {
			continue
		}
		ended++
		assert.Equal(t, want.Ends[to].Status, end.Status, to)
	}
	assert.Greater(t, ended, 500)
}

// By default Exim writes each refusal twice to syslog, for its main log and its reject log. It counts once, and the sessions are the same.
func TestRefusalsThatGoToSyslogTwice(t *testing.T) {
	once := lines(t, "exim-main.rfc3164.log")
	count := func(records []Record) (rejects, doubled int, refused map[string]bool) {
		refused = map[string]bool{}
		for i := range records {
			r := &records[i]
			if !r.Is("reject") && r.Attr["smtp.auth.result"] != "failure" {
				continue
			}
			refused[r.Body] = true
			if r.Attr["smtp.duplicate"] != "" {
				doubled++
			} else {
				rejects++
			}
		}
		return rejects, doubled, refused
	}
	want, _, refused := count(enrich(t, once, seen, plain))
	var twice []string
	for _, l := range once {
		twice = append(twice, l)
		if refused[l] || strings.Contains(l, " authenticator failed ") { // whose body is redacted
			twice = append(twice, l)
		}
	}
	got, doubled, _ := count(enrich(t, twice, seen, plain))
	assert.Greater(t, want, 25)
	assert.Equal(t, want, got)
	assert.Equal(t, len(twice)-len(once), doubled)
}
