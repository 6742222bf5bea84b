package smtpconnector

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// values are the values and counts that a flush shows, by metric.
func values(md pmetric.Metrics) map[string]string {
	out := map[string]string{}
	for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		switch m.Type() {
		case pmetric.MetricTypeSum:
			out[m.Name()] = fmt.Sprint(m.Sum().DataPoints().At(0).IntValue())
		case pmetric.MetricTypeHistogram:
			p := m.Histogram().DataPoints().At(0)
			out[m.Name()] = fmt.Sprint(p.Count(), " ", p.BucketCounts().Len() == p.ExplicitBounds().Len()+1, " ", p.HasMin())
		case pmetric.MetricTypeExponentialHistogram:
			p := m.ExponentialHistogram().DataPoints().At(0)
			out[m.Name()] = fmt.Sprint("expo ", p.Count())
		}
	}
	return out
}

const ended = sent + " delivery.duration=d:2"

// A scraper must have seen a series at zero before it can see it rise.
func TestSeriesIsBornAtZero(t *testing.T) {
	for _, expo := range []bool{false, true} {
		sink := new(consumertest.MetricsSink)
		conn, c := start(t, sink, func(cfg *Config) {
			cfg.SeriesBirth = 75 * time.Second
			if expo {
				cfg.Histogram.Exponential = &ExponentialConfig{MaxSize: 160}
			}
		})
		zero, one := "0 true false", "1 true true"
		if expo {
			zero, one = "expo 0", "expo 1"
		}
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended)))
		for i, want := range []string{"0", "0", "0", "0", "0", "1", "1"} { // the first flush comes at once, the next each 15 s
			sink.Reset()
			require.NoError(t, conn.flush(t.Context()))
			got := values(sink.AllMetrics()[0])
			assert.Equal(t, want, got["smtp.delivery.recipients"], "flush %d", i)
			assert.Equal(t, map[string]string{"0": zero, "1": one}[want], got["smtp.delivery.duration"], "flush %d", i)
			c.Time = c.Add(15 * time.Second)
		}
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended))) // grown up, it shows what it has at once
		sink.Reset()
		require.NoError(t, conn.flush(t.Context()))
		assert.Equal(t, "2", values(sink.AllMetrics()[0])["smtp.delivery.recipients"])
	}
}

func TestDeltaIsNotHeldBack(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, func(cfg *Config) {
		cfg.SeriesBirth, cfg.AggregationTemporality = 75*time.Second, delta
	})
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended)))
	require.NoError(t, conn.flush(t.Context()))
	assert.Equal(t, "1", values(sink.AllMetrics()[0])["smtp.delivery.recipients"])
}

// The time begins when the zero was accepted: a refused one was seen by nobody.
func TestRefusedZeroIsNoBirth(t *testing.T) {
	sink := &failing{times: 1}
	conn, c := start(t, sink, func(cfg *Config) { cfg.SeriesBirth = time.Minute })
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended)))
	require.Error(t, conn.flush(t.Context()))
	c.Time = c.Add(2 * time.Minute)
	require.NoError(t, conn.flush(t.Context()))
	assert.Equal(t, "0", values(sink.AllMetrics()[0])["smtp.delivery.recipients"])
}

// At the end everything goes out: what nobody has seen yet at zero first.
func TestShutdownFlushesWhatIsHeld(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, c := start(t, sink, func(cfg *Config) { cfg.SeriesBirth = 75 * time.Second })
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended)))
	require.NoError(t, conn.flush(t.Context()))
	c.Time = c.Add(15 * time.Second)
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(ended+" failure.category=x")))
	require.NoError(t, conn.Shutdown(t.Context()))
	all := sink.AllMetrics()
	require.Len(t, all, 3)
	first, last := of("smtp.delivery.recipients", points(all[1])), of("smtp.delivery.recipients", points(all[2]))
	require.Len(t, first, 2)
	require.Len(t, last, 2)
	for i := range first {
		assert.Regexp(t, " 0$", first[i])
		assert.Regexp(t, " 1$", last[i])
	}
	at := func(md pmetric.Metrics) time.Time {
		return md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Timestamp().AsTime()
	}
	assert.GreaterOrEqual(t, at(all[2]).Sub(at(all[1])), time.Millisecond)
}
