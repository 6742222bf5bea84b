package smtpconnector

import (
	"context"

	otelmetric "go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// tally is what own telemetry reports of one batch.
type tally struct {
	counted, foreign, duplicates, retried, overflown int64
	otherSchema                                      bool
}

// gauges registers the number of series.
func (c *core) gauges() error {
	return c.telemetry.RegisterConnectorSMTPSeriesCallback(func(_ context.Context, o otelmetric.Int64Observer) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.store != nil {
			o.Observe(c.store.count())
		}
		return nil
	})
}

func (c *core) report(ctx context.Context, t *tally) {
	add(ctx, c.telemetry.ConnectorSMTPRecordsCounted, t.counted)
	add(ctx, c.telemetry.ConnectorSMTPRecordsNotEnriched, t.foreign)
	add(ctx, c.telemetry.ConnectorSMTPDuplicates, t.duplicates)
	add(ctx, c.telemetry.ConnectorSMTPBatchesRetried, t.retried)
	add(ctx, c.telemetry.ConnectorSMTPOverflowed, t.overflown)
	c.warnOfUnenriched(t)
	if t.otherSchema {
		c.saidSchema.Do(func() {
			c.logger.Warn("records were enriched by another version of the smtp processor", zap.String("want", attrs.Version))
		})
	}
}

// patience is how many records may come before the first enriched one: a batch of other programs' lines alone is nothing to warn of, where a host's whole
// journal is read.
const patience = 1000

// warnOfUnenriched says once that nothing comes that could be counted.
func (c *core) warnOfUnenriched(t *tally) {
	switch {
	case c.enriched.Load():
	case t.counted+t.duplicates > 0:
		c.enriched.Store(true)
	case c.unenriched.Add(t.foreign) >= patience:
		c.saidUnenriched.Do(func() {
			c.logger.Warn("no enriched record so far: the smtp processor must stand in front of the smtp connector, and must know the mail server",
				zap.Int64("records", c.unenriched.Load()))
		})
	}
}

func add(ctx context.Context, counter otelmetric.Int64Counter, n int64) {
	if n > 0 {
		counter.Add(ctx, n)
	}
}
