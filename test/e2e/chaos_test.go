//go:build e2e

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// backend takes logs over OTLP/HTTP, refuses some at random, and keeps what a backend that knows ids would: a line's record by its place in
// its file, others by what they are about.
type backend struct {
	*httptest.Server
	mu      sync.Mutex
	rnd     *rand.Rand
	seen    map[string]struct{}
	totals  generate.Totals
	lines   int // of the log, each once
	again   int // records that came more than once
	marked  int // those of them that said so
	refused int
	unsure  int // answered with an error although they were kept
	delay   time.Duration
}

func newBackend(t *testing.T) *backend {
	b := &backend{rnd: rand.New(rand.NewPCG(8, 9)), seen: map[string]struct{}{}, totals: truth.Totals(nil)}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return // the collector died
		}
		time.Sleep(b.delay)
		if b.take(data) {
			data, err = plogotlp.NewExportResponse().MarshalProto()
			assert.NoError(t, err)
			w.Header().Set("Content-Type", "application/x-protobuf")
			_, _ = w.Write(data)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(b.Close)
	return b
}

// take keeps a batch and says so; or it refuses, rarely after it has kept it.
func (b *backend) take(data []byte) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	dice := b.rnd.IntN(100)
	if dice < 10 {
		b.refused++
		return false
	}
	req := plogotlp.NewExportRequest()
	if req.UnmarshalProto(data) != nil {
		return false
	}
	records := truth.Records(req.Logs())
	for i := range records {
		b.keep(&records[i])
	}
	if dice == 10 {
		b.unsure++
		return false
	}
	return true
}

func (b *backend) keep(r *truth.Record) {
	a := r.Attr
	key := a["log.file.record_offset"]
	if key != "" {
		key = r.Resource["log.file.id"] + " " + key
	} else {
		key = strings.Join([]string{a["smtp.event"], a["smtp.session.id"], a["smtp.message.uid"], a["smtp.rcpt_to"], r.Time.String()}, " ")
	}
	if _, known := b.seen[key]; known {
		b.again++
		if a["smtp.duplicate"] != "" {
			b.marked++
		}
		return
	}
	b.seen[key] = struct{}{}
	if a["log.file.record_offset"] != "" {
		b.lines++
	}
	truth.AddTo(&b.totals, r)
}

func (b *backend) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines
}

// The collector is killed again and again while logs grow and are rotated, also while it is down, and while its backend refuses at random. No
// record is lost, and every recipient's end, attempt and session is what happened.
// CHAOS_LINES and CHAOS_KILLS make it larger.
func TestChaos(t *testing.T) {
	t.Parallel()
	lines, kills := number("CHAOS_LINES", 100_000), number("CHAOS_KILLS", 12)
	b := newBackend(t)
	col := newCollector(t, "maillog")
	col.configure("include: ["+col.log+"]", "include: ['"+col.log+"*'], retry_on_failure: {initial_interval: 50ms}")
	col.configure("  prometheus: {", "  otlp_http: {logs_endpoint: '"+b.URL+"/v1/logs', sending_queue: {enabled: false}, retry_on_failure: {enabled: false}, compression: none}\n  prometheus: {")
	col.configure("exporters: [file/logs, smtp]", "exporters: [otlp_http, smtp]")

	var all []string
	l := generate.NewLog("mx1", 11)
	l.Write(lines, func(line string) { all = append(all, line) })
	rnd := rand.New(rand.NewPCG(10, 11))
	began, rotations := time.Now(), 0
	at := 0
	write := func(n int) {
		n = min(n, len(all)-at)
		col.append(all[at : at+n])
		at += n
		if rnd.IntN(20) == 0 {
			rotate(t, col.log, &rotations)
		}
	}
	for kill := range kills {
		col.start()
		until := len(all) * (kill + 1) / (kills + 1)
		for at < until {
			write(1 + rnd.IntN(2000))
			time.Sleep(time.Duration(rnd.IntN(3)) * time.Millisecond)
		}
		have := b.count()
		target := have + rnd.IntN(max(1, at-have)) // so that the kill falls into any stage
		eventually(t, func() bool { return b.count() >= target }, time.Millisecond, func() string { return tail(col.output.String()) })
		col.kill()
		write(rnd.IntN(500)) // while it is down
	}
	col.start()
	write(len(all))
	eventually(t, func() bool { return b.count() == len(all) }, 20*time.Millisecond, func() string {
		return fmt.Sprintf("%d of %d lines; %s", b.count(), len(all), tail(col.output.String()))
	})
	col.stop()

	t.Logf("%d lines in %d files, %d kills, %s: lost 0; %d batches refused, %d kept and refused; %d records came again, %d of them marked", len(all), rotations+1,
		kills, time.Since(began).Round(time.Second), b.refused, b.unsure, b.again, b.marked)
	t.Logf("%d messages, %d recipients ended, attempts %v, sessions %v, rejects %d", b.totals.Messages, len(b.totals.Ends), b.totals.Attempts, b.totals.Sessions, b.totals.Rejects)
	truth.Settle(&b.totals)
	compareEnds(t, l.Ends, b.totals.Ends)
	assert.Equal(t, l.Attempts, b.totals.Attempts)
	assert.Equal(t, l.Sessions, b.totals.Sessions)
	assert.Equal(t, l.Messages, b.totals.Messages)
	assert.Equal(t, l.Rejects, b.totals.Rejects)
}

// compareEnds names the first recipients that ended otherwise.
func compareEnds(t *testing.T, want, got map[string]generate.End) {
	t.Helper()
	wrong := 0
	for to, end := range want {
		if got[to] != end {
			if wrong++; wrong < 10 {
				t.Errorf("%s: %v, want %v", to, got[to], end)
			}
		}
	}
	if wrong > 0 || len(got) != len(want) {
		t.Errorf("%d recipients ended otherwise; %d ended, want %d", wrong, len(got), len(want))
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// append is write for many lines.
func (c *collector) append(lines []string) {
	c.t.Helper()
	f, err := os.OpenFile(c.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(c.t, err)
	w := bufio.NewWriter(f)
	for _, l := range lines {
		_, _ = w.WriteString(l + "\n")
	}
	require.NoError(c.t, w.Flush())
	require.NoError(c.t, f.Close())
}

// rotate moves the log away, as logrotate does: each older one by one number.
func rotate(t *testing.T, log string, n *int) {
	t.Helper()
	if _, err := os.Stat(log); err != nil {
		return
	}
	for i := *n; i > 0; i-- {
		require.NoError(t, os.Rename(fmt.Sprintf("%s.%d", log, i), fmt.Sprintf("%s.%d", log, i+1)))
	}
	require.NoError(t, os.Rename(log, log+".1"))
	*n++
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
