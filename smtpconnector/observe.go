package smtpconnector

import (
	"context"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// observe counts the enriched records of a batch, once: for all instances, and a batch that comes again because another branch refused it has been
// counted.
func (c *core) observe(ctx context.Context, s signal, ld plog.Logs) {
	if !c.leads(s) {
		return
	}
	var t tally
	now, key := pcommon.NewTimestampFromTime(c.now()), keyOf(ctx, ld)
	c.mu.Lock()
	if c.batches.seen(ctx, c.id.String()+" "+s.String(), key) {
		t.retried = 1
	} else {
		c.count(ld, now, &t)
	}
	if c.store != nil {
		t.overflown, c.store.overflown = c.store.overflown, 0
	}
	c.mu.Unlock()
	if c.watch != nil {
		c.watch.observed(ctx)
	}
	c.report(ctx, &t)
}

// count goes through the records under our scope.
func (c *core) count(ld plog.Logs, now pcommon.Timestamp, t *tally) {
	for _, rl := range ld.ResourceLogs().All() {
		host := ""
		if v, ok := rl.Resource().Attributes().Get(attrs.HostName); ok {
			host = v.AsString()
		}
		for _, sl := range rl.ScopeLogs().All() {
			if sl.Scope().Name() != attrs.Scope {
				t.foreign += int64(sl.LogRecords().Len())
				continue
			}
			t.otherSchema = t.otherSchema || sl.Scope().Version() != attrs.Version
			for _, rec := range sl.LogRecords().All() {
				c.record(host, rec, now, t)
			}
		}
	}
}

func (c *core) record(host string, rec plog.LogRecord, now pcommon.Timestamp, t *tally) {
	s := &c.sample
	switch {
	case !take(s, rec.Attributes()):
		return
	case s.IsTrue(metrics.AtDuplicate):
		t.duplicates++
		return
	}
	s.Complete()
	t.counted++
	if s.Has[metrics.AtHost] {
		host = s.Text[metrics.AtHost]
	}
	s.Time = int64(rec.Timestamp())
	if c.watch != nil {
		c.watch.observe(s, host, int64(now))
	}
	if c.store != nil {
		c.store.obs.spot = spot{rec.TraceID(), rec.SpanID()}
		c.store.observe(origin{host, s.Text[metrics.AtInstance]}, s, now)
	}
}
