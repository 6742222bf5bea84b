package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/reading"
	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// seen is when the logs are read.
var seen = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// logs are all of the repository's.
func logs(t testing.TB) (list []string) {
	t.Helper()
	err := filepath.WalkDir("../../../../testdata", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".log", ".mainlog", ".rejectlog", ".csv":
			list = append(list, path)
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, len(list), 20)
	return list
}

// copied is a log at a place whose files were changed when the test's lines are seen.
func copied(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	require.NoError(t, os.WriteFile(to, data, 0o600))
	require.NoError(t, os.Chtimes(to, seen, seen))
	return to
}

func settings(t testing.TB, change func(*smtpprocessor.Config)) (*smtpprocessor.Config, engine.Settings) {
	t.Helper()
	cfg := smtpprocessor.NewFactory().CreateDefaultConfig().(*smtpprocessor.Config)
	cfg.Location = "UTC"
	if change != nil {
		change(cfg)
	}
	set, _, err := cfg.Settings()
	require.NoError(t, err)
	return cfg, set
}

// build reads logs into a report.
func build(t testing.TB, o report.Options, paths ...string) *report.Report {
	t.Helper()
	_, set := settings(t, nil)
	e, err := engine.New(set)
	require.NoError(t, err)
	r := &reading.Reader{Engine: e, Zone: time.UTC}
	in, troubles, err := input.Open(input.Options{Paths: paths, Now: seen, Stamp: r.Stamp})
	require.NoError(t, err)
	require.Empty(t, troubles)
	o.Zone, o.Top = time.UTC, max(o.Top, 1000)
	b := report.New(o)
	require.NoError(t, r.Read(t.Context(), in, b))
	return b.Report()
}

// A log gives the same numbers here as in the collector: every series of every metric, whatever carried the lines.
func TestNumbersAreTheConnectors(t *testing.T) {
	for _, path := range logs(t) {
		t.Run(strings.TrimPrefix(path, "../../../../testdata/"), func(t *testing.T) {
			t.Parallel()
			path = copied(t, path)
			got := map[string]float64{}
			for _, m := range build(t, report.Options{}, path).Metrics {
				for _, p := range m.Points {
					key, err := json.Marshal(p.Dimensions)
					require.NoError(t, err)
					got[m.Name+" "+string(key)] += float64(p.Count)
				}
			}
			want := connectors(t, path)
			assert.Equal(t, want, got)
			assert.NotEmpty(t, want)
		})
	}
}

// connectors gives the numbers of processor and connector.
func connectors(t *testing.T, path string) map[string]float64 {
	ctx := t.Context()
	sink := new(consumertest.MetricsSink)
	f := smtpconnector.NewFactory()
	conn, err := f.CreateLogsToMetrics(ctx, connectortest.NewNopSettings(f.Type()), f.CreateDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, conn.Start(ctx, componenttest.NewNopHost()))
	cfg, _ := settings(t, nil)
	pf := smtpprocessor.NewFactory()
	p, err := pf.CreateLogs(ctx, processortest.NewNopSettings(pf.Type()), cfg, conn)
	require.NoError(t, err)
	require.NoError(t, p.Start(ctx, componenttest.NewNopHost()))
	require.NoError(t, p.ConsumeLogs(ctx, batch(t, path)))
	require.NoError(t, p.Shutdown(ctx))
	require.NoError(t, conn.(component.Component).Shutdown(ctx))
	last := map[string]float64{}
	all := sink.AllMetrics()
	require.NotEmpty(t, all)
	for _, m := range points(all[len(all)-1]) {
		last[m.key] += m.value
	}
	return last
}

// batch is what a receiver of files makes of the log.
func batch(t *testing.T, path string) plog.Logs {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr(attrs.HostName, "collector")
	recs := rl.ScopeLogs().AppendEmpty().LogRecords()
	text, at := string(data), int64(0)
	for text != "" {
		line, n := record.CutLine(text)
		if n == 0 {
			line, n = text, len(text)
		}
		rec := recs.AppendEmpty()
		rec.Body().SetStr(line)
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
		rec.Attributes().PutStr(attrs.FilePath, path)
		rec.Attributes().PutStr(attrs.FileID, "1")
		rec.Attributes().PutInt(attrs.FileOffset, at)
		text, at = text[n:], at+int64(n)
	}
	return ld
}

type point struct {
	key   string
	value float64
}

// points are the counts of all series but ratios, without whose they are.
func points(md pmetric.Metrics) (list []point) {
	add := func(name string, m pcommon.Map, value float64) {
		dims := map[string]string{}
		for k, v := range m.All() {
			if k != attrs.HostName && k != attrs.Instance {
				dims[k] = v.AsString()
			}
		}
		key, _ := json.Marshal(dims) // of strings: it cannot fail
		list = append(list, point{name + " " + string(key), value})
	}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				switch m.Type() {
				case pmetric.MetricTypeSum:
					for _, p := range m.Sum().DataPoints().All() {
						add(m.Name(), p.Attributes(), float64(p.IntValue()))
					}
				case pmetric.MetricTypeHistogram:
					for _, p := range m.Histogram().DataPoints().All() {
						add(m.Name(), p.Attributes(), float64(p.Count()))
					}
				}
			}
		}
	}
	return list
}
