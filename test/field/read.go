package field

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
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

// seen is when the lines of the cases are read.
var seen = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// records takes the case's lines through a processor that says all it can, and gives what comes out; the records of lines know their line.
func records(ctx context.Context, c *Case) ([]plog.LogRecord, error) {
	settings := map[string]any{"location": "UTC", "summaries": []any{"session", "message"}}
	if hasKey("Attributes") {
		settings["attributes"] = "full"
	}
	for key, value := range c.SMTP {
		settings[key] = value
	}
	sink := new(consumertest.LogsSink)
	if err := read(ctx, c, settings, sink); err != nil {
		return nil, err
	}
	var list []plog.LogRecord
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					list = append(list, rec)
				}
			}
		}
	}
	return list, nil
}

// hasKey says whether the processor has this configuration key.
func hasKey(field string) bool {
	cfg := reflect.TypeOf(smtpprocessor.NewFactory().CreateDefaultConfig()).Elem()
	_, ok := cfg.FieldByName(field)
	return ok
}

// read takes the lines through a processor with these settings.
func read(ctx context.Context, c *Case, settings map[string]any, next consumer.Logs) error {
	f := smtpprocessor.NewFactory()
	cfg := f.CreateDefaultConfig()
	if err := confmap.NewFromStringMap(settings).Unmarshal(cfg); err != nil {
		return err
	}
	if err := cfg.(*smtpprocessor.Config).Validate(); err != nil {
		return err
	}
	p, err := f.CreateLogs(ctx, processortest.NewNopSettings(f.Type()), cfg, next)
	if err != nil {
		return err
	}
	if err := p.Start(ctx, componenttest.NewNopHost()); err != nil {
		return err
	}
	if err := p.ConsumeLogs(ctx, logs(c)); err != nil {
		return err
	}
	return p.Shutdown(ctx)
}

// mark is the attribute that tells a case's lines apart; every record keeps what its carrier gave it.
const mark = "case.line"

// logs is the case's lines as a receiver of files hands them on.
func logs(c *Case) plog.Logs {
	ld := plog.NewLogs()
	recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	offset := int64(0)
	for i, line := range c.Lines {
		rec := recs.AppendEmpty()
		if c.Carrier != "maillog" {
			line = strings.TrimSpace(line)
		}
		rec.Body().SetStr(line)
		rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
		rec.Attributes().PutStr("log.file.name", "case.log")
		rec.Attributes().PutInt("log.file.record_offset", offset)
		rec.Attributes().PutInt(mark, int64(i))
		offset += int64(len(line)) + 1
	}
	return ld
}

// points takes the lines through processor and connector at their defaults, and gives the last value of every series.
func points(ctx context.Context, c *Case) (map[string][]point, error) {
	metrics := new(consumertest.MetricsSink)
	f := smtpconnector.NewFactory()
	conn, err := f.CreateLogsToMetrics(ctx, connectortest.NewNopSettings(f.Type()), f.CreateDefaultConfig(), metrics)
	if err != nil {
		return nil, err
	}
	if err := conn.Start(ctx, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	settings := map[string]any{"location": "UTC"}
	for key, value := range c.SMTP {
		settings[key] = value
	}
	if err := read(ctx, c, settings, conn); err != nil {
		return nil, err
	}
	if err := conn.(component.Component).Shutdown(ctx); err != nil {
		return nil, err
	}
	return values(metrics), nil
}

// point is the last value of one series.
type point struct {
	attrs map[string]any
	value float64
}

func values(sink *consumertest.MetricsSink) map[string][]point {
	last := map[string]map[string]point{} // metric, series
	set := func(name string, m pcommon.Map, value float64) {
		key, _ := json.Marshal(m.AsRaw())
		if last[name] == nil {
			last[name] = map[string]point{}
		}
		last[name][string(key)] = point{m.AsRaw(), value}
	}
	for _, md := range sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					switch m.Type() {
					case pmetric.MetricTypeSum:
						for _, p := range m.Sum().DataPoints().All() {
							set(m.Name(), p.Attributes(), float64(p.IntValue())+p.DoubleValue())
						}
					case pmetric.MetricTypeHistogram:
						for _, p := range m.Histogram().DataPoints().All() {
							set(m.Name(), p.Attributes(), float64(p.Count()))
						}
					}
				}
			}
		}
	}
	out := map[string][]point{}
	for name, series := range last {
		for _, p := range series {
			out[name] = append(out[name], p)
		}
	}
	return out
}

// text is a value as a message shows it.
func text(v any) string {
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}
