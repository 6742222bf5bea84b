package smtpconnector

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// tracing makes an instance of the connector that makes traces, as the Collector does.
func tracing(t *testing.T, next consumer.Traces) func(context.Context) error {
	t.Helper()
	f := NewFactory()
	c, err := f.CreateLogsToTraces(t.Context(), connectortest.NewNopSettings(metadata.Type), f.CreateDefaultConfig(), next)
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() {
		require.NoError(t, c.Shutdown(context.WithoutCancel(t.Context())))
		require.NoError(t, c.Shutdown(context.WithoutCancel(t.Context())))
	})
	return func(ctx context.Context) error {
		ld := tracedDeliveries("1", "2")
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			rec.Attributes().PutStr("smtp.message.uid", "00000000000000ab")
		}
		return c.ConsumeLogs(ctx, ld)
	}
}

// refusing refuses the first batches.
type refusing struct {
	consumertest.TracesSink
	refuse int
}

func (r *refusing) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	if r.refuse > 0 {
		r.refuse--
		return errors.New("busy")
	}
	return r.TracesSink.ConsumeTraces(ctx, td)
}

func TestBatchThatComesAgainMakesNoSpanTwice(t *testing.T) {
	sink := new(refusing)
	consume := tracing(t, sink)
	ctx := batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 1})
	require.NoError(t, consume(ctx))
	require.NoError(t, consume(ctx), "another branch refused it")
	require.Equal(t, 2, sink.SpanCount())
	require.NoError(t, consume(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 2})))
	require.Equal(t, 4, sink.SpanCount())
}

func TestRefusedSpansComeAgainOnce(t *testing.T) {
	sink := &refusing{refuse: 2}
	consume := tracing(t, sink)
	counts := batchid.NewCounts()
	ctx := batchid.WithCounts(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 1}), counts)
	require.Error(t, consume(ctx))
	require.NotContains(t, strings.Join(counts.List(), "\n"), " spans ", "a batch that waits until a restart must make its spans then")
	require.Error(t, consume(ctx))
	require.NoError(t, consume(ctx))
	require.NoError(t, consume(ctx))
	require.Equal(t, 2, sink.SpanCount())
}

func TestRefusedSpansAreBounded(t *testing.T) {
	sink := &refusing{refuse: 3 * maxRefused}
	f := NewFactory()
	c, err := f.CreateLogsToTraces(t.Context(), connectortest.NewNopSettings(metadata.Type), f.CreateDefaultConfig(), sink)
	require.NoError(t, err)
	for i := range uint64(3 * maxRefused) {
		ld := tracedDeliveries("1")
		ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().PutStr("smtp.message.uid", "00000000000000ab")
		require.Error(t, c.ConsumeLogs(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: i + 1}), ld))
	}
	require.LessOrEqual(t, len(c.(*tracer).refused), maxRefused)
	require.LessOrEqual(t, len(c.(*tracer).order), maxRefused)
	require.NoError(t, c.Shutdown(t.Context()))
}
