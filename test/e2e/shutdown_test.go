//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// plainBackend takes logs over OTLP/HTTP but while it is down, and counts the lines, those that come again, too.
type plainBackend struct {
	*httptest.Server
	mu     sync.Mutex
	down   bool
	lines  map[string]int // by file and place
	to     map[string]int // deliveries by recipient
	marked int            // as duplicates
}

func newPlainBackend(t *testing.T) *plainBackend {
	b := &plainBackend{lines: map[string]int{}, to: map[string]int{}}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return // the collector died
		}
		w.WriteHeader(b.take(data))
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *plainBackend) take(data []byte) (status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	req := plogotlp.NewExportRequest()
	if b.down {
		return http.StatusServiceUnavailable
	}
	if req.UnmarshalProto(data) != nil {
		return http.StatusBadRequest
	}
	for _, r := range truth.Records(req.Logs()) {
		if place := r.Attr["log.file.record_offset"]; place != "" {
			b.lines[r.Resource["log.file.id"]+" "+place]++
		}
		if r.Attr["smtp.event"] == "delivery" {
			b.to[r.Attr["smtp.rcpt_to"]]++
		}
		if r.Attr["smtp.duplicate"] != "" {
			b.marked++
		}
	}
	return http.StatusOK
}

func (b *plainBackend) set(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// count gives the lines that came, and how often one came that had come before.
func (b *plainBackend) count() (lines, again int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.lines {
		again += n - 1
	}
	return len(b.lines), again
}

// recipients gives how many had a delivery, and one that had more than one.
func (b *plainBackend) recipients() (n int, twice string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for to, times := range b.to {
		if times > 1 {
			twice = fmt.Sprintf("%s %d times", to, times)
		}
	}
	return len(b.to), twice
}

// sendTo makes a collector hand its records to the backend and wait for it.
func (c *collector) sendTo(b *plainBackend, exporter string) {
	c.t.Helper()
	c.configure("  prometheus: {", "  otlp_http: {logs_endpoint: '"+b.URL+"/v1/logs', compression: none, sending_queue: {enabled: false}, "+exporter+"}\n  prometheus: {")
	c.configure("exporters: [file/logs, smtp]", "exporters: [otlp_http, smtp]")
}

// sent is one delivery of a Postfix log.
func sent(i int) string {
	return fmt.Sprintf("Nov 23 15:%02d:%02d mx1 postfix/smtp[%d]: %08X: to=<u%d@example.com>, relay=mx.example.com[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
		i/60%60, i%60, 100+i%900, i+1, i)
}

// The backend is down, a batch is on its way, and the collector is stopped in order, perhaps more than once. Behind the restarts
// each line has come once, and the counters of all lives together count each delivery once, although the connector had counted the
// batch that the backend refused.
func TestSigtermDuringAnOutageCountsTheBatchInFlightOnce(t *testing.T) {
	for name, exporter := range map[string]string{
		"the exporter says no":                     "retry_on_failure: {enabled: false}",
		"the exporter tries on":                    "retry_on_failure: {initial_interval: 100ms}",
		"stopped twice":                            "retry_on_failure: {enabled: false}",
		"stopped twice, and the exporter tries on": "retry_on_failure: {initial_interval: 100ms}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const all = 4000
			b := newPlainBackend(t)
			col := newCollector(t, "maillog")
			col.configure("poll_interval: 10ms", "poll_interval: 10ms, max_batch_size: 333, retry_on_failure: {initial_interval: 50ms, max_interval: 100ms}")
			col.sendTo(b, exporter)
			lines := make([]string, all)
			for i := range lines {
				lines[i] = sent(i)
			}
			counted := int64(0)
			stop := func() {
				began := time.Now()
				col.stop()
				assert.Less(t, time.Since(began), patience, "SIGTERM hangs")
				counted += col.points("smtp.delivery.recipients", "smtp.delivery.status")["delivered"]
			}
			came := func(want int) {
				t.Helper()
				eventually(t, func() bool { n, _ := b.count(); return n >= want }, 5*time.Millisecond, func() string { return errorsIn(col.output.String()) })
			}
			col.write(lines[:all/2])
			col.start()
			came(all / 2)
			b.set(true)
			col.write(lines[all/2:])
			time.Sleep(time.Second)
			stop()
			if strings.HasPrefix(name, "stopped twice") {
				col.start()
				time.Sleep(time.Second)
				stop()
			}
			b.set(false)
			col.start()
			came(all)
			time.Sleep(300 * time.Millisecond) // for what comes again
			stop()
			n, again := b.count()
			assert.Equal(t, all, n)
			assert.Zero(t, again, "lines that came again")
			assert.Zero(t, b.marked, "lines that say they are duplicates")
			assert.EqualValues(t, all, counted)
		})
	}
}

// A SIGTERM that comes while the collector starts ends it in order when it has started.
func TestSigtermWhileItStarts(t *testing.T) {
	t.Parallel()
	for range 5 {
		col := newCollector(t, "maillog")
		col.write([]string{sent(1)})
		col.start()
		eventually(t, func() bool { return col.output.String() != "" }, time.Millisecond, col.output.String)
		assert.NoError(t, col.cmd.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, col.cmd.Wait(), "%s", tail(col.output.String()))
		col.cmd = nil
		assert.Contains(t, col.output.String(), "Shutdown complete.")
	}
}
