package smtpconnector

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// gauges lists the points of the queue's gauges in the newest batch.
func gauges(t *testing.T, sink *consumertest.MetricsSink) (list []string) {
	all := sink.AllMetrics()
	require.NotEmpty(t, all)
	for _, m := range all[len(all)-1].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Name() != "smtp.queue.messages" && m.Name() != "smtp.queue.oldest" {
			continue
		}
		for _, p := range m.Gauge().DataPoints().All() {
			value := fmt.Sprint(p.DoubleValue())
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				value = fmt.Sprint(p.IntValue())
			}
			dims := p.Attributes().AsRaw()
			provider, ok := dims["smtp.destination.provider"]
			if !ok {
				provider = ""
			}
			list = append(list, fmt.Sprint(m.Name(), " ", dims["host.name"], " ", dims["smtp.queue.status"], " ", provider, ": ", value))
		}
	}
	slices.Sort(list)
	return list
}

// The gauges show what the newest record of a minute says, whatever the temporality, and nothing of a host that says nothing any more.
func TestQueueIsWhatTheNewestRecordSays(t *testing.T) {
	for _, temporality := range []string{cumulative, delta} {
		sink := new(consumertest.MetricsSink)
		conn, c := start(t, sink, func(c *Config) { c.AggregationTemporality, c.SeriesBirth = temporality, time.Minute })
		const record = "event=queue dialect=postfix queue.status=deferred destination.provider=google queue.messages=i:%d queue.oldest=d:%d synthetic=b:true"
		const active = "event=queue dialect=postfix queue.status=active queue.messages=i:%d queue.oldest=d:%d synthetic=b:true"
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent, fmt.Sprintf(record, 7, 90), fmt.Sprintf(active, 1, 2), fmt.Sprintf(record, 5, 150))))
		require.NoError(t, conn.flush(t.Context()))
		want := []string{
			"smtp.queue.messages mx active : 1", "smtp.queue.messages mx deferred google: 5", "smtp.queue.oldest mx active : 2", "smtp.queue.oldest mx deferred google: 150",
		}
		assert.Equal(t, want, gauges(t, sink), temporality)
		require.NoError(t, conn.flush(t.Context()))
		assert.Equal(t, want, gauges(t, sink), temporality)
		c.Time = c.Add(5 * time.Minute)
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(fmt.Sprintf(record, 0, 0))))
		c.Time = c.Add(6 * time.Minute)
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent)))
		require.NoError(t, conn.flush(t.Context()))
		assert.Equal(t, []string{"smtp.queue.messages mx deferred google: 0", "smtp.queue.oldest mx deferred google: 0"}, gauges(t, sink), temporality)
	}
}
