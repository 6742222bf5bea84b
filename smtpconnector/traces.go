package smtpconnector

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	otelmetric "go.opentelemetry.io/otel/metric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/traces"
)

// tracer is the instance that makes traces: it hands on the spans that a batch ends with the batch.
type tracer struct {
	*core
	next consumer.Traces
	once sync.Once

	making  sync.Mutex // of all that follows
	maker   *traces.Maker
	handled batches
	refused map[batchKey]ptrace.Traces // until their batch comes again
	order   []batchKey                 // of refused, oldest first
}

// maxRefused is how many batches of spans wait for their logs to come again. A receiver brings one again until it is accepted, or
// gives it up.
const maxRefused = 64

func newTracer(shared *core, next consumer.Traces) (*tracer, error) {
	t := &tracer{core: shared, next: next, maker: traces.New(shared.cfg.Traces.options()), refused: make(map[batchKey]ptrace.Traces)}
	t.join(toTraces)
	return t, t.gauges()
}

// gauges registers what is remembered for traces.
func (t *tracer) gauges() error {
	of := func(n func() int) func(context.Context, otelmetric.Int64Observer) error {
		return func(_ context.Context, o otelmetric.Int64Observer) error {
			t.making.Lock()
			defer t.making.Unlock()
			o.Observe(int64(n()))
			return nil
		}
	}
	return errors.Join(t.telemetry.RegisterConnectorSMTPSessionsCallback(of(t.maker.Sessions)),
		t.telemetry.RegisterConnectorSMTPMessagesHeldCallback(of(t.maker.Held)))
}

// Capabilities says that records are only read.
func (*tracer) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// Start has nothing to do: spans go out with their batches.
func (*tracer) Start(context.Context, component.Host) error { return nil }

// Shutdown leaves the core. Safe before Start and twice.
func (t *tracer) Shutdown(ctx context.Context) error {
	var err error
	t.once.Do(func() { err = t.leave(ctx, toTraces) })
	return err
}

// ConsumeLogs hands on the spans of a batch, once: those of one that comes again because another branch refused it went out before;
// those that were refused come again as they were.
func (t *tracer) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	t.observe(ctx, toTraces, ld)
	key := keyOf(ctx, ld)
	td := t.spans(ctx, key, ld)
	if td.SpanCount() == 0 {
		return nil
	}
	if err := t.next.ConsumeTraces(ctx, td); err != nil {
		if key != (batchKey{}) {
			t.keep(ctx, key, td)
		}
		return err
	}
	return nil
}

// spans makes the spans of a batch, or gives those that were refused.
func (t *tracer) spans(ctx context.Context, key batchKey, ld plog.Logs) ptrace.Traces {
	t.making.Lock()
	defer t.making.Unlock()
	if td, waits := t.refused[key]; waits {
		delete(t.refused, key)
		return td
	}
	if t.handled.seen(ctx, t.who(), key) {
		return ptrace.NewTraces()
	}
	before := t.maker.Spans
	td := t.maker.Logs(ld)
	add(ctx, t.telemetry.ConnectorSMTPSpans, t.maker.Spans-before)
	return td
}

// who makes spans, for batches that know who has had them.
func (t *tracer) who() string { return t.id.String() + " spans" }

// keep keeps refused spans. A batch that waits for it until a restart must not say that it had them.
func (t *tracer) keep(ctx context.Context, key batchKey, td ptrace.Traces) {
	t.making.Lock()
	defer t.making.Unlock()
	for len(t.order) >= maxRefused {
		delete(t.refused, t.order[0])
		t.order = t.order[1:]
	}
	t.refused[key] = td
	t.order = append(t.order, key)
	batchid.CountsFromContext(ctx).Remove(t.who() + " " + strconv.FormatUint(key.content, 16))
}
