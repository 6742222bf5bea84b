// Scratch: dump records and metrics. Usage: zz_dump FILE [-r] [-m] [grep]
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

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

type fan struct{ a, b consumer.Logs }

func (f fan) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }
func (f fan) ConsumeLogs(c context.Context, ld plog.Logs) error {
	if err := f.a.ConsumeLogs(c, ld); err != nil {
		return err
	}
	return f.b.ConsumeLogs(c, ld)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func run(lines []string, sessions bool) (*consumertest.LogsSink, *consumertest.MetricsSink) {
	ctx := context.Background()
	metrics, sink := new(consumertest.MetricsSink), new(consumertest.LogsSink)
	cf := smtpconnector.NewFactory()
	cc := cf.CreateDefaultConfig().(*smtpconnector.Config)
	cc.MetricsFlushInterval = time.Hour
	conn, err := cf.CreateLogsToMetrics(ctx, connectortest.NewNopSettings(cf.Type()), cc, metrics)
	must(err)
	must(conn.Start(ctx, componenttest.NewNopHost()))
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location = "UTC"
	if sessions {
		pc.Summaries = []string{"session", "message"}
	}
	p, err := pf.CreateLogs(ctx, processortest.NewNopSettings(pf.Type()), pc, fan{conn, sink})
	must(err)
	must(p.Start(ctx, componenttest.NewNopHost()))
	ld := plog.NewLogs()
	recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, l := range lines {
		rec := recs.AppendEmpty()
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)))
		rec.Body().SetStr(l)
	}
	must(p.ConsumeLogs(ctx, ld))
	must(p.Shutdown(ctx))
	must(conn.Shutdown(ctx))
	return sink, metrics
}

func value(p any) string { return fmt.Sprint(p) }

func main() {
	var lines []string
	name := os.Args[1]
	show := strings.Join(os.Args[2:], " ")
	if strings.HasPrefix(name, "case:") {
		var f struct {
			Cases []struct {
				ID    string
				Lines []string
			}
		}
		data, err := os.ReadFile("/work/shared/field/cases.json")
		must(err)
		must(json.Unmarshal(data, &f))
		for _, c := range f.Cases {
			if c.ID == name[5:] {
				lines = c.Lines
			}
		}
	} else {
		f, err := os.Open(name)
		must(err)
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			lines = append(lines, s.Text())
		}
	}
	sink, metrics := run(lines, true)
	if show != "-m" {
		for _, ld := range sink.AllLogs() {
			for _, rl := range ld.ResourceLogs().All() {
				for _, sl := range rl.ScopeLogs().All() {
					for _, rec := range sl.LogRecords().All() {
						fmt.Println(">>", rec.Body().AsString())
						var at []string
						for k, v := range rec.Attributes().All() {
							at = append(at, strings.TrimPrefix(k, "smtp.")+"="+v.AsString())
						}
						fmt.Println("    ", strings.Join(at, " "))
					}
				}
			}
		}
	}
	if show == "-r" {
		return
	}
	var out []string
	for _, md := range metrics.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					switch m.Type() {
					case pmetric.MetricTypeSum:
						for _, p := range m.Sum().DataPoints().All() {
							out = append(out, fmt.Sprintf("%s %v = %d", m.Name(), p.Attributes().AsRaw(), p.IntValue()))
						}
					case pmetric.MetricTypeHistogram:
						for _, p := range m.Histogram().DataPoints().All() {
							out = append(out, fmt.Sprintf("%s %v n=%d sum=%g", m.Name(), p.Attributes().AsRaw(), p.Count(), p.Sum()))
						}
					}
				}
			}
		}
	}
	sort.Strings(out)
	fmt.Println(strings.Join(out, "\n"))
}
