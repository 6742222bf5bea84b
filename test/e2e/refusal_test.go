//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// A sending queue that is full, a memory limiter in front that says no, and a backend that refuses: every line goes out, every end is
// what happened.
func TestFullQueueAndMemoryLimiterLoseNothing(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.delay = 3 * time.Millisecond
	col := newCollector(t, "maillog")
	col.configure("poll_interval: 10ms", "poll_interval: 10ms, max_batch_size: 50, retry_on_failure: {initial_interval: 5ms, max_interval: 50ms}")
	col.configure("processors:\n", "processors:\n  memory_limiter: {check_interval: 5ms, limit_mib: 4000, spike_limit_mib: 2}\n")
	col.configure("  prometheus: {", "  otlp_http: {logs_endpoint: '"+b.URL+"/v1/logs', compression: none, sending_queue: {queue_size: 2, num_consumers: 1}, retry_on_failure: {initial_interval: 5ms}}\n  prometheus: {")
	col.configure("processors: [smtp], exporters: [file/logs, smtp]", "processors: [memory_limiter, smtp], exporters: [otlp_http, smtp]")
	var lines []string
	l := generate.NewLog("mx1", 21)
	l.Write(40_000, func(line string) { lines = append(lines, line) })
	col.write(lines[:20_000])
	col.start()
	require.Eventually(t, func() bool { return b.count() > 5000 }, patience, time.Millisecond)
	col.stop()
	col.configure("limit_mib: 4000", "limit_mib: 4") // less than any collector takes: all is refused
	col.write(lines[20_000:])
	col.start()
	limited := func() int { return strings.Count(col.output.String(), "Refusing data") }
	require.Eventually(t, func() bool { return limited() > 0 }, patience, time.Millisecond, "the memory limiter never said no")
	time.Sleep(200 * time.Millisecond)
	col.stop()
	before := b.count()
	require.Less(t, before, len(lines), "nothing was refused")
	col.configure("limit_mib: 4,", "limit_mib: 4000,")
	col.start()
	eventually(t, func() bool { return b.count() == len(lines) }, 20*time.Millisecond, func() string { return errorsIn(col.output.String()) })
	col.stop()

	full := strings.Count(col.output.String(), "sending queue is full") // sampled
	t.Logf("%d lines; the queue was full %d times or more, the memory limiter said no %d times, the backend %d times", len(lines), full, limited(), b.refused)
	assert.Positive(t, full, "the queue was never full")
	b.mu.Lock()
	defer b.mu.Unlock()
	truth.Settle(&b.totals)
	compareEnds(t, l.Ends, b.totals.Ends)
	assert.Equal(t, l.Sessions, b.totals.Sessions)
	assert.Equal(t, l.Attempts, b.totals.Attempts)
}
