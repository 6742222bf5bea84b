package incidents

import (
	"context"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// BenchmarkCost is what a line costs from its text on, in CPU time: with metrics alone, the reference, and with incidents beside them.
//
//	go test -run '^$' -bench Cost -benchtime 5x -count 5 ./test/incidents
func BenchmarkCost(b *testing.B) {
	var lines []string
	generate.NewLog("mx1", 1).Write(60_000, func(l string) { lines = append(lines, l) })
	var spent [2]time.Duration // one after the other, so that both have the same machine
	for b.Loop() {
		for i, incidents := range []bool{false, true} {
			take := pipeline(b, incidents)
			runtime.GC()
			before := cpu()
			take(lines)
			spent[i] += cpu() - before
		}
	}
	n := float64(b.N * len(lines))
	b.ReportMetric(float64(spent[0].Nanoseconds())/n, "metrics-ns/line")
	b.ReportMetric(float64(spent[1].Nanoseconds())/n, "incidents-ns/line")
	b.ReportMetric(float64(spent[1])/float64(spent[0]), "ratio")
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// pipeline is a processor with a connector behind it.
func pipeline(b *testing.B, incidents bool) func(lines []string) {
	f := smtpconnector.NewFactory()
	cfg := f.CreateDefaultConfig().(*smtpconnector.Config)
	cfg.MetricsFlushInterval = time.Hour
	cfg.Metrics = map[string]smtpconnector.MetricConfig{metrics.Incidents: {Enabled: &incidents}}
	set := connectortest.NewNopSettings(f.Type())
	counting, err := f.CreateLogsToMetrics(b.Context(), set, cfg, consumertest.NewNop())
	require.NoError(b, err)
	next := consumer.Logs(counting)
	if incidents {
		telling, err := f.CreateLogsToLogs(b.Context(), set, cfg, consumertest.NewNop())
		require.NoError(b, err)
		require.NoError(b, telling.Start(b.Context(), componenttest.NewNopHost()))
		b.Cleanup(func() { _ = telling.Shutdown(context.Background()) })
		next, err = consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
			if err := telling.ConsumeLogs(ctx, ld); err != nil {
				return err
			}
			return counting.ConsumeLogs(ctx, ld)
		})
		require.NoError(b, err)
	}
	require.NoError(b, counting.Start(b.Context(), componenttest.NewNopHost()))
	b.Cleanup(func() { _ = counting.Shutdown(context.Background()) })
	p := smtpprocessor.NewFactory()
	pc := p.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location = "UTC"
	proc, err := p.CreateLogs(b.Context(), processortest.NewNopSettings(p.Type()), pc, next)
	require.NoError(b, err)
	require.NoError(b, proc.Start(b.Context(), componenttest.NewNopHost()))
	b.Cleanup(func() { _ = proc.Shutdown(context.Background()) })
	seen := pcommon.NewTimestampFromTime(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	return func(lines []string) {
		for at := 0; at < len(lines); at += 500 {
			ld := plog.NewLogs()
			recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
			for _, l := range lines[at:min(at+500, len(lines))] {
				rec := recs.AppendEmpty()
				rec.SetObservedTimestamp(seen)
				rec.Body().SetStr(l)
			}
			require.NoError(b, proc.ConsumeLogs(context.Background(), ld))
		}
	}
}
