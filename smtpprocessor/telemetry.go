package smtpprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// telemetry is the processor's own metrics.
type telemetry struct {
	builder *metadata.TelemetryBuilder
}

func newTelemetry(builder *metadata.TelemetryBuilder, e *engine.Engine) (*telemetry, error) {
	err := builder.RegisterProcessorSMTPSessionsOpenCallback(func(_ context.Context, o metric.Int64Observer) error {
		sessions, _ := e.Open()
		o.Observe(int64(sessions))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = builder.RegisterProcessorSMTPMessagesOpenCallback(func(_ context.Context, o metric.Int64Observer) error {
		_, messages := e.Open()
		o.Observe(int64(messages))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = builder.RegisterProcessorSMTPStateSizeCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(int64(e.Size()))
		return nil
	})
	return &telemetry{builder: builder}, err
}

// batch reports one batch.
func (t *telemetry) batch(ctx context.Context, c enrich.Counts) {
	for key, n := range c.Lines {
		t.builder.ProcessorSMTPRecords.Add(ctx, n, metric.WithAttributes(
			attribute.String("dialect", key.Dialect), attribute.String("result", key.Result)))
	}
	add(ctx, t.builder.ProcessorSMTPDuplicates, c.Duplicates)
	add(ctx, t.builder.ProcessorSMTPRecordsMade, c.Made)
	add(ctx, t.builder.ProcessorSMTPRecordsDropped, c.Dropped)
	for cause, n := range c.Evicted {
		if n > 0 {
			t.builder.ProcessorSMTPEvicted.Add(ctx, n, metric.WithAttributes(attribute.String("cause", session.Cause(cause).String())))
		}
	}
}

// lag reports how long the newest line of a batch was on its way. A batch without stamps says nothing of it; a stamp of later than now is one of another clock.
func (t *telemetry) lag(ctx context.Context, ld plog.Logs, now time.Time) {
	newest := newestStamp(ld)
	if newest > 0 {
		t.builder.ProcessorSMTPLag.Record(ctx, max(0, now.Sub(newest.AsTime()).Seconds()))
	}
}

// newestStamp is 0 where no record has a time of its own.
func newestStamp(ld plog.Logs) (newest pcommon.Timestamp) {
	for _, resource := range ld.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				newest = max(newest, record.Timestamp())
			}
		}
	}
	return newest
}

func add(ctx context.Context, counter metric.Int64Counter, n int64) {
	if n > 0 {
		counter.Add(ctx, n)
	}
}

// unsaved reports a state that could not be saved.
func (t *telemetry) unsaved(ctx context.Context) { t.builder.ProcessorSMTPSavesFailed.Add(ctx, 1) }

func (t *telemetry) refused(ctx context.Context) { t.builder.ProcessorSMTPBatchesRefused.Add(ctx, 1) }

func (t *telemetry) shutdown() { t.builder.Shutdown() }
