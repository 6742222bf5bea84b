//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// chain is one mail's way over three servers that log to one host, and a mail that waits.
var chain = []string{
	"2026-11-23T15:00:00.000000+00:00 out postfix/pickup[1]: 4AA0918: uid=1000 from=<anna>",
	"2026-11-23T15:00:00.010000+00:00 out postfix/cleanup[2]: 4AA0918: message-id=<m1@example.com>",
	"2026-11-23T15:00:00.020000+00:00 out postfix/qmgr[3]: 4AA0918: from=<anna@example.com>, size=500, nrcpt=1 (queue active)",
	"2026-11-23T15:00:02.000000+00:00 out postfix/smtp[4]: 4AA0918: to=<b@far.example>, relay=hub.example.com[192.0.2.2]:25, delay=2, delays=0.02/0.08/0.9/1, dsn=2.0.0, status=sent (250 OK id=1vN1Aa-00000000ALP-0mWt)",
	"2026-11-23T15:00:02.010000+00:00 out postfix/qmgr[3]: 4AA0918: removed",
	"2026-11-23T15:00:01.950000+00:00 hub exim[12]: 1vN1Aa-00000000ALP-0mWt <= anna@example.com H=out.example.com [192.0.2.1] P=esmtp S=800 id=m1@example.com",
	"2026-11-23T15:00:04.000000+00:00 hub exim[13]: 1vN1Aa-00000000ALP-0mWt => b@far.example R=dnslookup T=remote_smtp H=mx.far.example [198.51.100.1] C=\"250 2.0.0 6ANF69T0000403 Message accepted for delivery\"",
	"2026-11-23T15:00:04.010000+00:00 hub exim[13]: 1vN1Aa-00000000ALP-0mWt Completed",
	"2026-11-23T15:00:03.900000+00:00 mx sm-mta[405]: 6ANF69T0000403: from=<anna@example.com>, size=1100, class=0, nrcpts=1, msgid=<m1@example.com>, proto=ESMTP, daemon=MTA, relay=hub.example.com [192.0.2.2]",
	"2026-11-23T15:00:05.000000+00:00 mx sm-mta[406]: 6ANF69T0000403: to=<b@far.example>, delay=00:00:02, xdelay=00:00:01, mailer=esmtp, pri=31100, relay=box.far.example. [198.51.100.9], dsn=2.0.0, stat=Sent (OK id=1)",
}

// tracesStore takes traces and logs over OTLP/HTTP.
type tracesStore struct {
	mu    sync.Mutex
	spans map[pcommon.SpanID]ptrace.Span
	logs  map[string]pcommon.TraceID // by body
}

func (s *tracesStore) open(t *testing.T, address string) {
	s.spans, s.logs = map[pcommon.SpanID]ptrace.Span{}, map[string]pcommon.TraceID{}
	serve(t, address, func(w http.ResponseWriter, r *http.Request, body []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-protobuf")
		if strings.HasSuffix(r.URL.Path, "/v1/logs") {
			req := plogotlp.NewExportRequest()
			if req.UnmarshalProto(body) != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			for _, rl := range req.Logs().ResourceLogs().All() {
				for _, sl := range rl.ScopeLogs().All() {
					for _, rec := range sl.LogRecords().All() {
						s.logs[rec.Body().AsString()] = rec.TraceID()
					}
				}
			}
			return
		}
		req := ptraceotlp.NewExportRequest()
		if req.UnmarshalProto(body) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, rs := range req.Traces().ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, sp := range ss.Spans().All() {
					s.spans[sp.SpanID()] = sp
				}
			}
		}
	})
}

// of gives the spans of a trace by name.
func (s *tracesStore) of(id pcommon.TraceID) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := map[string]int{}
	for _, sp := range s.spans {
		if sp.TraceID() == id {
			n[sp.Name()]++
		}
	}
	return n
}

// The example as it stands: one mail over three servers is one trace in the store, its records name it, and the metrics' exemplars lead to it.
func TestOneMailIsOneTraceInTheStore(t *testing.T) {
	t.Parallel()
	dir, backend, prometheus := t.TempDir(), freeAddress(t), freeAddress(t)
	store := new(tracesStore)
	store.open(t, backend)
	o := &outage{t: t, dir: dir, log: filepath.Join(dir, "mail.log")}
	o.example("traces.yaml", nil, "127.0.0.1:9464", prometheus, "127.0.0.1:4318", backend, "/var/log/mail.log", o.log,
		"smtp: {}", "smtp: {series_birth: 0s, metrics_flush_interval: 3s}") // an exemplar is there from one flush to the next
	o.nodes[0].start()
	o.nodes[0].waitUntil(isReady)
	appended(t, o.log, chain)
	mail := pcommon.TraceID(event.TraceOfMessageID("m1@example.com").Bytes())
	want := map[string]int{
		"smtp.message": 3, "smtp.delivery": 3, "smtp.session": 2, "smtp.hop": 2, "smtp.delay.in_queue": 1, "smtp.delay.connection_setup": 1, "smtp.delay.transmission": 2,
	}
	var got map[string]int
	// Sendmail logs no end of a message: it is over when no other recipient has shown itself for a while, so the last span comes with the end of the collector.
	require.Eventually(t, func() bool { got = store.of(mail); return got["smtp.message"] >= 2 && got["smtp.delivery"] == 3 }, patience, 50*time.Millisecond)
	require.Eventually(t, func() bool { return strings.Contains(scrape(t, prometheus), `trace_id="`+mail.String()+`"`) }, patience, 100*time.Millisecond,
		"no exemplar leads to the trace")
	eventually(t, func() bool { got = store.of(mail); return got["smtp.message"] == 3 }, 100*time.Millisecond, func() string { return fmt.Sprintf("%v", got) })
	require.Equal(t, want, got)
	store.mu.Lock()
	defer store.mu.Unlock()
	for i, l := range chain {
		if i == 0 { // the line in front of the Message-ID
			require.Equal(t, pcommon.TraceID{}, store.logs[l])
			continue
		}
		require.Equal(t, mail, store.logs[l], l)
	}
	for _, s := range store.spans {
		require.LessOrEqual(t, s.StartTimestamp(), s.EndTimestamp(), s.Name())
		if parent := s.ParentSpanID(); !parent.IsEmpty() {
			require.Contains(t, store.spans, parent, "the parent of a %s", s.Name())
		}
		for _, l := range s.Links().All() {
			require.Contains(t, store.spans, l.SpanID(), "a %s leads nowhere", s.Name())
		}
	}
}

// scrape reads a collector's metrics as Prometheus does, with exemplars.
func scrape(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	require.NoError(t, err)
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(text)
}
