package truth

import (
	"context"
	"errors"
	"fmt"
	"sort"
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

// fanout hands every batch to all its consumers, as the Collector's does: all are called, also when one refuses.
type fanout []consumer.Logs

func (fanout) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (f fanout) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	var err error
	for _, c := range f {
		err = errors.Join(err, c.ConsumeLogs(ctx, ld))
	}
	return err
}

// backend refuses two of three batches.
type backend struct {
	consumertest.LogsSink
	calls int
}

func (b *backend) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if b.calls++; b.calls%3 != 0 {
		return errors.New("backend is busy")
	}
	kept := plog.NewLogs()
	ld.CopyTo(kept)
	return b.LogsSink.ConsumeLogs(ctx, kept)
}

// pipeline is processor → {connector, backend}; the receiver tries a refused batch again, raw when a fan-out in front had cloned it.
func pipeline(t *testing.T, logs consumer.Logs, cloned bool) []string {
	t.Helper()
	metrics := new(consumertest.MetricsSink)
	cf := smtpconnector.NewFactory()
	cc := cf.CreateDefaultConfig().(*smtpconnector.Config)
	cc.MetricsFlushInterval, cc.SeriesBirth = time.Hour, 0
	conn, err := cf.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(cf.Type()), cc, metrics)
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location, pc.Attributes, pc.Summaries = "UTC", "full", []string{"session", "message"}
	p, err := pf.CreateLogs(t.Context(), processortest.NewNopSettings(pf.Type()), pc, fanout{conn, logs})
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))

	text := lines(t, "postfix-main.rfc3164.log")
	for at := 0; at < len(text); at += 100 {
		fresh := func() plog.Logs {
			ld := plog.NewLogs()
			recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
			for _, l := range text[at:min(at+100, len(text))] {
				rec := recs.AppendEmpty()
				rec.Body().SetStr(l)
				rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(seen))
			}
			return ld
		}
		ld := fresh()
		for p.ConsumeLogs(t.Context(), ld) != nil {
			if cloned {
				ld = fresh()
			}
		}
	}
	require.NoError(t, conn.Shutdown(t.Context()))
	_ = p.Shutdown(t.Context()) // a busy backend refuses the last records, too
	return values(metrics.AllMetrics())
}

// values lists the counters.
func values(batches []pmetric.Metrics) (list []string) {
	for _, md := range batches {
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				if m.Type() != pmetric.MetricTypeSum {
					continue
				}
				for _, p := range m.Sum().DataPoints().All() {
					list = append(list, fmt.Sprint(m.Name(), p.Attributes().AsRaw(), p.IntValue()))
				}
			}
		}
	}
	sort.Strings(list)
	return list
}

// A backend behind the fan-out that refuses again and again changes no number of the connector beside it.
func TestRefusalsBehindAFanOutChangeNoNumber(t *testing.T) {
	want := pipeline(t, new(consumertest.LogsSink), false)
	require.NotEmpty(t, want)
	for _, cloned := range []bool{false, true} {
		t.Run(fmt.Sprintf("cloned=%t", cloned), func(t *testing.T) {
			assert.Equal(t, want, pipeline(t, new(backend), cloned))
		})
	}
}
