package truth

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// lines reads a log of the repository's testdata.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("../../testdata/" + name)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// enrich takes lines through the processor, as records that fill makes.
func enrich(t testing.TB, lines []string, seen time.Time, fill func(line string, rec plog.LogRecord)) []Record {
	t.Helper()
	return enrichWith(t, lines, inUTC, seen, fill)
}

func inUTC(c *smtpprocessor.Config) {
	c.Location, c.Attributes, c.Summaries = "UTC", "full", []string{"session", "message"}
}

// enrichAt is enrich for a log whose stamps are of a time zone.
func enrichAt(t testing.TB, lines []string, zone string, seen time.Time) []Record {
	t.Helper()
	return enrichWith(t, lines, func(c *smtpprocessor.Config) { c.Location = zone }, seen, plain)
}

func enrichWith(t testing.TB, lines []string, change func(*smtpprocessor.Config), seen time.Time, fill func(line string, rec plog.LogRecord)) []Record {
	t.Helper()
	sink := new(consumertest.LogsSink)
	enrichInto(t, lines, change, seen, fill, sink)
	return Records(sink.AllLogs()...)
}

func enrichInto(t testing.TB, lines []string, change func(*smtpprocessor.Config), seen time.Time, fill func(line string, rec plog.LogRecord), to consumer.Logs) {
	t.Helper()
	f := smtpprocessor.NewFactory()
	cfg := f.CreateDefaultConfig().(*smtpprocessor.Config)
	change(cfg)
	p, err := f.CreateLogs(context.Background(), processortest.NewNopSettings(f.Type()), cfg, to)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	inBatches(lines, seen, fill, func(ld plog.Logs) { require.NoError(t, p.ConsumeLogs(context.Background(), ld)) })
	require.NoError(t, p.Shutdown(context.Background()))
}

// inBatches makes records of lines, and hands them on 500 at a time.
func inBatches(lines []string, seen time.Time, fill func(line string, rec plog.LogRecord), to func(plog.Logs)) {
	for at := 0; at < len(lines); at += 500 {
		ld := plog.NewLogs()
		recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, l := range lines[at:min(at+500, len(lines))] {
			rec := recs.AppendEmpty()
			rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
			fill(l, rec)
		}
		to(ld)
	}
}

func plain(l string, rec plog.LogRecord) { rec.Body().SetStr(l) }

func TestRecordsEqualTheTruth(t *testing.T) {
	for _, c := range Corpora {
		t.Run(c.Log, func(t *testing.T) {
			run, err := Load("../../testdata/" + c.Truth)
			require.NoError(t, err)
			records := enrich(t, lines(t, c.Log), time.Unix(int64(run.Window.End), 0), plain)
			for _, d := range Compare(run, records, c.Unlogged) {
				t.Error(d)
			}
		})
	}
}

// At least 99.5 % of the server's lines are recognised.
func TestLinesAreRecognised(t *testing.T) {
	for _, c := range Corpora {
		if c.Debug {
			continue
		}
		t.Run(c.Log, func(t *testing.T) {
			records := enrich(t, lines(t, c.Log), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), plain)
			all, known := 0, 0
			var rest []string
			for _, r := range records {
				if r.Attr["smtp.synthetic"] != "" || c.Mine != nil && !c.Mine(r.Body) {
					continue
				}
				all++
				if r.Attr["smtp.event"] != "" {
					known++
				} else {
					rest = append(rest, r.Body)
				}
			}
			sort.Strings(rest)
			t.Logf("%d of %d lines recognised, %.2f %%; not: %s", known, all, 100*float64(known)/float64(all), strings.Join(rest, " | "))
			if float64(known) < 0.995*float64(all) {
				t.Error(fmt.Sprint(rest))
			}
		})
	}
}
