package smtpprocessor

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// counts is what own telemetry reports of one batch.
type counts struct {
	lines      map[lineKey]int64
	newest     lineKey // of the lines that are not in the map yet: most lines are like the one before
	alike      int64
	duplicates int64
	made       int64
	dropped    int64
	evicted    [session.Causes]int64
}

type lineKey struct{ dialect, result string }

// line counts one line by dialect and result; a line that nobody understood has no dialect.
func (c *counts) line(ev *event.Event, result event.Result, duplicate bool) {
	name := result.String()
	if result == event.Unknown && ev.Kind != event.KindNone {
		name = event.Parsed.String() // content that the conversation knows
	}
	dialect := ev.Dialect
	if dialect == "" {
		dialect = "none"
	}
	if key := (lineKey{dialect, name}); key != c.newest {
		c.settle()
		c.newest = key
	}
	c.alike++
	if duplicate {
		c.duplicates++
	}
}

// settle puts the newest lines into the map.
func (c *counts) settle() {
	if c.alike == 0 {
		return
	}
	if c.lines == nil {
		c.lines = make(map[lineKey]int64)
	}
	c.lines[c.newest] += c.alike
	c.alike = 0
}

func (c *counts) output(out *session.Output) {
	c.made += int64(len(out.Made))
	for cause, n := range out.Evicted {
		c.evicted[cause] += int64(n)
	}
}

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
func (t *telemetry) batch(ctx context.Context, c counts) {
	for key, n := range c.lines {
		t.builder.ProcessorSMTPRecords.Add(ctx, n, metric.WithAttributes(
			attribute.String("dialect", key.dialect), attribute.String("result", key.result)))
	}
	add(ctx, t.builder.ProcessorSMTPDuplicates, c.duplicates)
	add(ctx, t.builder.ProcessorSMTPRecordsMade, c.made)
	add(ctx, t.builder.ProcessorSMTPRecordsDropped, c.dropped)
	for cause, n := range c.evicted {
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
