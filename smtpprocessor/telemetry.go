package smtpprocessor

import (
	"context"

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

func add(ctx context.Context, counter metric.Int64Counter, n int64) {
	if n > 0 {
		counter.Add(ctx, n)
	}
}

func (t *telemetry) refused(ctx context.Context) { t.builder.ProcessorSMTPBatchesRefused.Add(ctx, 1) }

func (t *telemetry) shutdown() { t.builder.Shutdown() }
