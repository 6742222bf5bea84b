package truth

import (
	"context"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// BenchmarkSignals is what traces, and traces with incidents, cost beside the metrics, in per cent of the CPU that it takes to enrich lines and count them: at most 25.
// Each is timed in turns with the metrics alone, by the CPU of the process.
//
//	make bench BENCH=Signals
func BenchmarkSignals(b *testing.B) {
	var lines []string
	generate.NewLog("mx", 1).Write(60_000, func(l string) { lines = append(lines, l) })
	kinds := []struct {
		name             string
		traces, incident bool
	}{{"metrics", false, false}, {"%traces", true, false}, {"%traces+incidents", true, true}}
	spent := make([]time.Duration, len(kinds))
	for b.Loop() {
		for i, k := range kinds {
			spent[i] += cpuOf(b, lines, k.traces, k.incident)
		}
	}
	for i, k := range kinds[1:] {
		b.ReportMetric(100*(float64(spent[i+1])/float64(spent[0])-1), k.name)
	}
	b.ReportMetric(float64(spent[0])/float64(b.N*len(lines)), "ns-CPU/line")
}

// cpuOf is the CPU that the process takes to bring lines to their signals.
func cpuOf(b *testing.B, lines []string, traces, incidents bool) time.Duration {
	b.Helper()
	cf, next := smtpconnector.NewFactory(), consumertest.NewNop()
	set, cc := connectortest.NewNopSettings(cf.Type()), cf.CreateDefaultConfig().(*smtpconnector.Config)
	parts := []component.Component{}
	out := fanout{next}
	add := func(c interface {
		consumer.Logs
		component.Component
	}, err error,
	) {
		require.NoError(b, err)
		parts, out = append(parts, c), append(out, c)
	}
	add(cf.CreateLogsToMetrics(context.Background(), set, cc, next))
	if incidents {
		add(cf.CreateLogsToLogs(context.Background(), set, cc, next))
	}
	if traces {
		add(cf.CreateLogsToTraces(context.Background(), set, cc, next))
	}
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location = "UTC"
	p, err := pf.CreateLogs(context.Background(), processortest.NewNopSettings(pf.Type()), pc, out)
	require.NoError(b, err)
	parts = append(parts, p)
	for _, c := range parts {
		require.NoError(b, c.Start(context.Background(), componenttest.NewNopHost()))
	}
	runtime.GC()
	before := cpu(b)
	for at := 0; at < len(lines); at += 1000 {
		ld := plog.NewLogs()
		recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		part := lines[at:min(at+1000, len(lines))]
		recs.EnsureCapacity(len(part))
		for _, l := range part {
			rec := recs.AppendEmpty()
			rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
			rec.Body().SetStr(l)
		}
		require.NoError(b, p.ConsumeLogs(context.Background(), ld))
	}
	took := cpu(b) - before
	for i := len(parts) - 1; i >= 0; i-- {
		require.NoError(b, parts[i].Shutdown(context.Background()))
	}
	return took
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
