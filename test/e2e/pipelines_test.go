//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// exporterTo is an exporter that hands refusals back.
func exporterTo(name string, b *backend) string {
	return "  otlp_http/" + name + ": {logs_endpoint: '" + b.URL + "/v1/logs', compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}\n"
}

// restarts stops the collector in the middle, as an operator does and as a crash does, until the backend has every line.
func restarts(t *testing.T, col *collector, b *backend, lines int) {
	t.Helper()
	reached := func(n int) {
		eventually(t, func() bool { return b.count() >= n }, time.Millisecond, func() string { return fmt.Sprintf("%d of %d lines; %s", b.count(), n, errorsIn(col.output.String())) })
	}
	col.start()
	reached(lines / 5)
	col.stop()
	col.start()
	reached(lines / 2)
	col.kill()
	col.start()
	reached(lines)
	col.stop()
}

// sameTotals compares what a backend has with what is known.
func sameTotals(t *testing.T, b *backend, want generate.Totals) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	truth.Settle(&b.totals)
	compareEnds(t, want.Ends, b.totals.Ends)
	assert.Equal(t, want.Attempts, b.totals.Attempts)
	assert.Equal(t, want.Sessions, b.totals.Sessions)
	assert.Equal(t, want.Messages, b.totals.Messages)
	assert.Equal(t, want.Rejects, b.totals.Rejects)
}

// Two pipelines with logs of their own name one smtp, with one storage: they start, and over restarts they say what happened.
func TestTwoPipelinesWithOneProcessorAndOneStorage(t *testing.T) {
	t.Parallel()
	paths, want, lines := hosts(t, "mx1", "mx2")
	b := newBackend(t)
	b.delay = 5 * time.Millisecond
	col := newCollector(t, "maillog")
	col.configure("include: ["+col.log+"]", "include: ["+paths[0]+"], max_batch_size: 200, retry_on_failure: {initial_interval: 20ms}")
	col.configure("processors:\n", "  maillog/two: {include: ["+paths[1]+"], start_at: beginning, storage: file_storage, poll_interval: 10ms, max_batch_size: 200, host_name: collector, retry_on_failure: {initial_interval: 20ms}}\nprocessors:\n")
	col.configure("  prometheus: {", exporterTo("one", b)+exporterTo("two", b)+"  prometheus: {")
	col.configure("exporters: [file/logs, smtp]}", "exporters: [otlp_http/one, smtp]}\n    logs/two: {receivers: [maillog/two], processors: [smtp], exporters: [otlp_http/two, smtp]}")
	restarts(t, col, b, lines)
	sameTotals(t, b, want)
	t.Logf("%d lines over two pipelines; %d records came again, %d of them marked; %d batches refused", lines, b.again, b.marked, b.refused)
}

// One receiver stands in two pipelines that name one smtp: each backend gets every line, and a connector behind both counts them once.
func TestOneReceiverInTwoPipelinesWithOneProcessor(t *testing.T) {
	t.Parallel()
	paths, want, lines := hosts(t, "mx1")
	one, two := newBackend(t), newBackend(t)
	one.delay = 5 * time.Millisecond
	col := newCollector(t, "maillog")
	col.configure("include: ["+col.log+"]", "include: ["+paths[0]+"], max_batch_size: 200, retry_on_failure: {initial_interval: 20ms}")
	col.configure("  prometheus: {", exporterTo("one", one)+exporterTo("two", two)+"  prometheus: {")
	col.configure("exporters: [file/logs, smtp]}", "exporters: [otlp_http/one, smtp]}\n    logs/two: {receivers: [maillog], processors: [smtp], exporters: [otlp_http/two, smtp]}")
	restarts(t, col, one, lines)
	require.Equal(t, lines, two.count())
	sameTotals(t, one, want)
	sameTotals(t, two, want)

	all := newCollector(t, "maillog") // without a restart in between, for the counts
	all.configure("include: ["+all.log+"]", "include: ["+paths[0]+"]")
	all.configure("exporters: [file/logs, smtp]}", "exporters: [file/logs, smtp]}\n    logs/two: {receivers: [maillog], processors: [smtp], exporters: [file/logs, smtp]}")
	all.start()
	all.waitFor(2 * lines)
	all.stop()
	ends := map[string]int64{}
	for _, e := range want.Ends {
		ends[e.Status]++
	}
	assert.Equal(t, ends, all.points("smtp.delivery.recipients", "smtp.delivery.status"))
}
