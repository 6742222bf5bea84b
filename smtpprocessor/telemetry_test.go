package smtpprocessor

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// Own telemetry says what was read, made, refused and thrown out.
func TestOwnTelemetry(t *testing.T) {
	tel := componenttest.NewTelemetry()
	defer func() { _ = tel.Shutdown(context.Background()) }()
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := createDefaultConfig().(*Config)
	cfg.Location, cfg.Sessions.Max = "UTC", 2
	refuse := true
	p, err := newProcessor(cfg, set, &picky{refuse: func(int) error {
		if refuse {
			refuse = false
			return errBusy
		}
		return nil
	}}, (&clock{now: observed}).Now)
	require.NoError(t, err)
	lines := slices.Concat(corpus(t, mainLog)[7:100], []string{cronLine})
	ld := placed(batch(lines...), "f1", 0)
	require.Error(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines...), "f1", 0)))

	values := map[string]int64{}
	for _, name := range []string{"records", "records_made", "duplicates", "batches_refused", "evicted", "sessions_open", "messages_open", "state_size"} {
		got, err := tel.GetMetric("otelcol_processor_smtp_" + name)
		require.NoError(t, err)
		switch data := got.Data.(type) {
		case metricdata.Sum[int64]:
			for _, dp := range data.DataPoints {
				values[name] += dp.Value
				if dialect, ok := dp.Attributes.Value("dialect"); ok {
					result, _ := dp.Attributes.Value("result")
					values[dialect.AsString()+" "+result.AsString()] += dp.Value
				}
			}
		case metricdata.Gauge[int64]:
			for _, dp := range data.DataPoints {
				values[name] += dp.Value
			}
		}
	}
	n := int64(len(lines))
	assert.Equal(t, 2*n, values["records"], "every line once a reading, not once a try")
	assert.Equal(t, 2*(n-1), values["postfix parsed"])
	assert.Equal(t, int64(2), values["none unknown"])
	assert.Equal(t, n-1, values["duplicates"])
	assert.Equal(t, int64(1), values["batches_refused"])
	assert.Positive(t, values["records_made"])
	assert.Positive(t, values["evicted"])
	assert.Equal(t, int64(2), values["sessions_open"])
	assert.Positive(t, values["messages_open"])
	assert.Positive(t, values["state_size"])
	require.NoError(t, p.Shutdown(t.Context()))
}

// What is read late says so, whatever else stands in its batch; without a stamp nobody knows.
func TestLag(t *testing.T) {
	tel := componenttest.NewTelemetry()
	defer func() { _ = tel.Shutdown(context.Background()) }()
	set := processortest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := createDefaultConfig().(*Config)
	cfg.Location = "UTC"
	p, err := newProcessor(cfg, set, new(consumertest.LogsSink), (&clock{now: observed}).Now)
	require.NoError(t, err)
	line := func(ago time.Duration) string {
		return observed.Add(-ago).UTC().Format(time.Stamp) + " mail postfix/qmgr[1]: C0E90E4: removed"
	}
	for _, tt := range []struct {
		lines []string
		want  float64
	}{
		{[]string{line(90 * time.Second), line(2 * time.Hour)}, 90},
		{[]string{"a line without a stamp"}, 90},
		{[]string{line(0)}, 0},
	} {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(tt.lines...)))
		got, err := tel.GetMetric("otelcol_processor_smtp_lag")
		require.NoError(t, err)
		require.InDelta(t, tt.want, got.Data.(metricdata.Gauge[float64]).DataPoints[0].Value, 1, tt.lines)
	}
	require.NoError(t, p.Shutdown(t.Context()))
}
