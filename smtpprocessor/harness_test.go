package smtpprocessor

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// observed is when the tests' lines are seen.
var observed = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// clock is a clock that stands until it is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start makes a processor in front of next.
func start(t testing.TB, next consumer.Logs, change func(*Config)) (*smtpProcessor, *clock) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Location, cfg.Attributes, cfg.Summaries = "UTC", site.AttributesFull, []string{site.SummarySession, site.SummaryMessage}
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	c := &clock{now: observed}
	p, err := newProcessor(cfg, processortest.NewNopSettings(metadata.Type), next, c.Now)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
	return p, c
}

// batch makes one batch of lines, as a receiver of files would.
func batch(lines ...string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("host.name", "collector")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName("receiver")
	for _, l := range lines {
		rec := sl.LogRecords().AppendEmpty()
		rec.Body().SetStr(l)
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(observed))
	}
	return ld
}

// placed adds the file positions that the maillog receiver gives.
func placed(ld plog.Logs, file string, from int64) plog.Logs {
	for _, rl := range ld.ResourceLogs().All() {
		rl.Resource().Attributes().PutStr(attrs.FileID, file)
		rl.Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				rec.Attributes().PutInt(attrs.FileOffset, from)
				from += int64(len(rec.Body().Str())) + 1
			}
		}
	}
	return ld
}

// flat lists the records of batches in order.
func flat(batches ...plog.Logs) (list []plog.LogRecord) {
	for _, ld := range batches {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					list = append(list, rec)
				}
			}
		}
	}
	return list
}

func str(rec plog.LogRecord, name string) string {
	v, ok := rec.Attributes().Get(name)
	if !ok {
		return ""
	}
	return v.AsString()
}

// isMade says whether the processor made the record itself.
func isMade(rec plog.LogRecord) bool {
	return str(rec, attrs.Synthetic) == "true" || str(rec, attrs.Event) == "session" || str(rec, attrs.Event) == "message"
}

// text is a batch as JSON, for comparisons of the whole.
func text(t testing.TB, ld plog.Logs) string {
	t.Helper()
	data, err := (&plog.JSONMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return string(data)
}

// texts is the records of batches as JSON, whatever batch they came in.
func texts(t testing.TB, batches ...plog.Logs) string {
	t.Helper()
	all := plog.NewLogs()
	to := all.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, rec := range flat(batches...) {
		rec.CopyTo(to.AppendEmpty())
	}
	return text(t, all)
}

// picky refuses as it is told and keeps what it accepted.
type picky struct {
	consumertest.LogsSink
	mu     sync.Mutex
	refuse func(call int) error
	calls  int
	asked  []plog.Logs
	ctxs   []context.Context
}

var errBusy = errors.New("backend is busy")

func (p *picky) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	p.mu.Lock()
	p.calls++
	call := p.calls
	kept := plog.NewLogs()
	ld.CopyTo(kept)
	p.asked = append(p.asked, kept)
	p.ctxs = append(p.ctxs, ctx)
	p.mu.Unlock()
	if p.refuse != nil {
		if err := p.refuse(call); err != nil {
			return err
		}
	}
	return p.LogsSink.ConsumeLogs(ctx, kept)
}

// consumerFunc is a next consumer of one function, which may change what it gets.
type consumerFunc func(plog.Logs) error

func (consumerFunc) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (f consumerFunc) ConsumeLogs(_ context.Context, ld plog.Logs) error { return f(ld) }

// consumerFuncCtx is one that looks at the context, too.
type consumerFuncCtx func(context.Context, plog.Logs) error

func (consumerFuncCtx) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (f consumerFuncCtx) ConsumeLogs(ctx context.Context, ld plog.Logs) error { return f(ctx, ld) }

// corpus reads the lines of a file of the repository's testdata.
func corpus(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("../testdata/" + name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}
