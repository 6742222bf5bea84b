package truth

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// count takes a log through processor and connector, and gives what the counters stand at in the end.
func count(t *testing.T, log string, seen time.Time) Counters {
	t.Helper()
	metrics := new(consumertest.MetricsSink)
	f := smtpconnector.NewFactory()
	cfg := f.CreateDefaultConfig().(*smtpconnector.Config)
	cfg.MetricsFlushInterval, cfg.SeriesBirth, cfg.HostDimensions = time.Hour, 0, []string{}
	cfg.Metrics = map[string]smtpconnector.MetricConfig{
		"smtp.host.trials":   {Dimensions: []string{"smtp.reply.code", "smtp.message.kind"}},
		"smtp.auth.attempts": {Dimensions: []string{"smtp.auth.result", "smtp.session.role"}},
	}
	conn, err := f.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(f.Type()), cfg, metrics)
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	enrichInto(t, lines(t, log), func(c *smtpprocessor.Config) { c.Location = "UTC" }, seen, plain, conn)
	require.NoError(t, conn.Shutdown(context.WithoutCancel(t.Context())))
	var all Counters
	batches := metrics.AllMetrics()
	for _, rm := range batches[len(batches)-1].ResourceMetrics().All() {
		for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
			if m.Type() != pmetric.MetricTypeSum {
				continue
			}
			for _, p := range m.Sum().DataPoints().All() {
				c := Counter{Name: strings.TrimPrefix(m.Name(), "smtp."), Value: int(p.IntValue()), Of: map[string]string{}}
				for k, v := range p.Attributes().All() {
					c.Of[k[strings.LastIndexByte(k, '.')+1:]] = v.AsString()
				}
				all = append(all, c)
			}
		}
	}
	return all
}

// What the metrics stand at after a log is what the hosts and clients of its run saw: attempts, logins, sessions with TLS, mails by kind and hop, trials.
func TestCountersEqualTheTruth(t *testing.T) {
	for _, c := range Corpora {
		t.Run(c.Log, func(t *testing.T) {
			run, err := Load("../../testdata/" + c.Truth)
			require.NoError(t, err)
			for _, d := range CompareCounters(run, count(t, c.Log, time.Unix(int64(run.Window.End), 0)), &c) {
				t.Error(d)
			}
		})
	}
}
