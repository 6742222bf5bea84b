package smtpconnector

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// tracedDeliveries are deliveries that took so many seconds; the n-th has the trace n.
func tracedDeliveries(durations ...string) plog.Logs {
	var records []string
	for _, d := range durations {
		records = append(records, "event=delivery delivery.status=delivered delivery.final=b:true delivery.route=mx delivery.duration=d:"+d)
	}
	ld := logs(records...)
	for i, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		rec.SetTraceID([16]byte{byte(i + 1)})
		rec.SetSpanID([8]byte{byte(i + 1)})
	}
	return ld
}

// examples lists the traces of the exemplars of the newest batch.
func examples(t *testing.T, sink *consumertest.MetricsSink) (list []byte) {
	t.Helper()
	all := sink.AllMetrics()
	require.NotEmpty(t, all)
	for _, m := range all[len(all)-1].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		var of pmetric.ExemplarSlice
		switch {
		case m.Name() != "smtp.delivery.duration":
			continue
		case m.Type() == pmetric.MetricTypeHistogram:
			of = m.Histogram().DataPoints().At(0).Exemplars()
		default:
			of = m.ExponentialHistogram().DataPoints().At(0).Exemplars()
		}
		for _, x := range of.All() {
			require.Equal(t, x.TraceID()[0], x.SpanID()[0])
			require.NotZero(t, x.Timestamp())
			list = append(list, x.TraceID()[0])
		}
	}
	return list
}

func TestEachBucketHasOneExemplarAFlush(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"explicit": nil, "exponential": func(c *Config) { c.Histogram.Exponential = &ExponentialConfig{MaxSize: 160} },
		"delta": func(c *Config) { c.AggregationTemporality = delta },
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.MetricsSink)
			conn, _ := start(t, sink, change)
			require.NoError(t, conn.ConsumeLogs(t.Context(), tracedDeliveries("0.02", "0.03", "7", "8")))
			require.NoError(t, conn.flush(t.Context()))
			require.Equal(t, []byte{1, 3}, examples(t, sink))
			require.NoError(t, conn.ConsumeLogs(t.Context(), tracedDeliveries("100")))
			require.NoError(t, conn.flush(t.Context()))
			require.Equal(t, []byte{1}, examples(t, sink), "those of the flush before have gone out")
		})
	}
}

func TestExemplarsWaitForTheirValues(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, clock := start(t, sink, func(c *Config) { c.SeriesBirth = time.Minute })
	require.NoError(t, conn.ConsumeLogs(t.Context(), tracedDeliveries("7")))
	require.NoError(t, conn.flush(t.Context()))
	require.Empty(t, examples(t, sink), "the series shows zero")
	clock.Time = clock.Add(2 * time.Minute)
	require.NoError(t, conn.flush(t.Context()))
	require.Equal(t, []byte{1}, examples(t, sink))
}

func TestRefusedExemplarsComeAgain(t *testing.T) {
	refusing, sink := consumertest.NewErr(errors.New("busy")), new(consumertest.MetricsSink)
	conn, _ := start(t, refusing, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), tracedDeliveries("7")))
	require.Error(t, conn.flush(t.Context()))
	conn.next = sink
	require.NoError(t, conn.flush(t.Context()))
	require.Equal(t, []byte{1}, examples(t, sink))
}

func TestRecordWithoutATraceMakesNoExemplar(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs("event=delivery delivery.status=delivered delivery.final=b:true delivery.route=mx delivery.duration=d:7")))
	require.NoError(t, conn.flush(t.Context()))
	require.Empty(t, examples(t, sink))
}
