package truth

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// everyPoint lists every data point of a log, its value with it, as the connector makes them of the records of a processor.
func everyPoint(t *testing.T, log string, change func(*smtpprocessor.Config)) []string {
	t.Helper()
	return everyPointBehind(t, log, change, func(plog.Logs) {})
}

// everyPointBehind does so with a processor between the two, which may change the records or take some away.
func everyPointBehind(t *testing.T, log string, change func(*smtpprocessor.Config), between func(plog.Logs)) []string {
	t.Helper()
	sink := new(consumertest.MetricsSink)
	cf := smtpconnector.NewFactory()
	cc := cf.CreateDefaultConfig().(*smtpconnector.Config)
	cc.MetricsFlushInterval, cc.SeriesBirth = time.Hour, 0
	on := true
	cc.Metrics = map[string]smtpconnector.MetricConfig{"smtp.filter.scores": {Enabled: &on}, "smtp.record.count": {Enabled: &on}}
	conn, err := cf.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(cf.Type()), cc, sink)
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location = "UTC"
	if change != nil {
		change(pc)
	}
	way, err := consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
		between(ld)
		return conn.ConsumeLogs(ctx, ld)
	}, consumer.WithCapabilities(consumer.Capabilities{MutatesData: true}))
	require.NoError(t, err)
	p, err := pf.CreateLogs(t.Context(), processortest.NewNopSettings(pf.Type()), pc, way)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	feed(t, p.ConsumeLogs, log, "")
	require.NoError(t, p.Shutdown(t.Context()))
	require.NoError(t, conn.Shutdown(t.Context()))
	return everyLine(sink.AllMetrics())
}

// feed hands a log of testdata/ on as the receiver of this project does, and gives its size.
func feed(t *testing.T, consume func(context.Context, plog.Logs) error, log, host string) int {
	t.Helper()
	data, err := os.ReadFile("../../testdata/" + log)
	require.NoError(t, err)
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	if host != "" {
		rl.Resource().Attributes().PutStr("host.name", host)
	}
	recs, offset := rl.ScopeLogs().AppendEmpty().LogRecords(), int64(0)
	for _, l := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		rec := recs.AppendEmpty()
		rec.Body().SetStr(l)
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
		rec.Attributes().PutInt("log.file.record_offset", offset)
		offset += int64(len(l)) + 1
	}
	require.NoError(t, consume(t.Context(), ld))
	return len(data)
}

// everyLine are the data points of batches as text, sorted.
func everyLine(batches []pmetric.Metrics) (list []string) {
	add := func(m pmetric.Metric, attributes pcommon.Map, value ...any) {
		var dims []string
		for name, v := range attributes.All() {
			dims = append(dims, name+"="+v.AsString())
		}
		sort.Strings(dims)
		list = append(list, fmt.Sprint(m.Name(), dims, value))
	}
	for _, md := range batches {
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				switch m.Type() {
				case pmetric.MetricTypeSum:
					for _, p := range m.Sum().DataPoints().All() {
						add(m, p.Attributes(), p.IntValue())
					}
				case pmetric.MetricTypeGauge:
					for _, p := range m.Gauge().DataPoints().All() {
						add(m, p.Attributes(), p.DoubleValue())
					}
				case pmetric.MetricTypeHistogram:
					for _, p := range m.Histogram().DataPoints().All() {
						add(m, p.Attributes(), p.Count(), p.BucketCounts().AsRaw())
					}
				}
			}
		}
	}
	sort.Strings(list)
	return list
}

// The core set of attributes counts like the full one: what a record leaves out, the rest of it says.
func TestBothSetsOfAttributesGiveTheSameMetrics(t *testing.T) {
	for _, c := range Corpora {
		t.Run(c.Log, func(t *testing.T) {
			full, core := everyPoint(t, c.Log, func(cfg *smtpprocessor.Config) { cfg.Attributes = "full" }), everyPoint(t, c.Log, nil)
			require.NotEmpty(t, full)
			assert.Equal(t, strings.Join(full, "\n"), strings.Join(core, "\n"))
		})
	}
}

// What `drop: [chatter]` leaves out is counted by nothing but the metric that counts records.
func TestDroppedChatterChangesNoMetric(t *testing.T) {
	for _, c := range Corpora {
		t.Run(c.Log, func(t *testing.T) {
			chatter := func(cfg *smtpprocessor.Config) { cfg.Drop = []string{"chatter"} }
			all, some := everyPoint(t, c.Log, nil), everyPoint(t, c.Log, chatter)
			counted := func(s string) bool { return strings.HasPrefix(s, "smtp.record.count") }
			assert.Equal(t, strings.Join(slices.DeleteFunc(all, counted), "\n"), strings.Join(slices.DeleteFunc(some, counted), "\n"))
		})
	}
}
