package smtpconnector

import (
	"fmt"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// ofHost makes a batch whose resource, and whose records where onRecord, are of a host.
func ofHost(resource, onRecord string, records ...string) plog.Logs {
	ld := logs(records...)
	rl := ld.ResourceLogs().At(0)
	rl.Resource().Attributes().PutStr(attrs.HostName, resource)
	if onRecord != "" {
		for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
			rec.Attributes().PutStr(attrs.HostName, onRecord)
		}
	}
	return ld
}

func TestHostsAndInstancesStandOnThePoints(t *testing.T) {
	for _, c := range []struct {
		dimensions []string
		want       []string
	}{
		{nil, []string{"mx postfix 1", "mx postfix-out 2", "mx2 postfix 4"}},
		{[]string{attrs.HostName}, []string{"mx <nil> 3", "mx2 <nil> 4"}},
		{[]string{attrs.Instance}, []string{"<nil> postfix 5", "<nil> postfix-out 2"}},
		{[]string{}, []string{"<nil> <nil> 7"}},
	} {
		sink := new(consumertest.MetricsSink)
		conn, _ := start(t, sink, func(cfg *Config) {
			if c.dimensions != nil {
				cfg.HostDimensions = c.dimensions
			}
		})
		in, out := sent+" mta.instance=postfix", sent+" mta.instance=postfix-out"
		require.NoError(t, conn.ConsumeLogs(t.Context(), ofHost("mx", "", in)))
		require.NoError(t, conn.ConsumeLogs(t.Context(), ofHost("mx", "", out, out)))
		require.NoError(t, conn.ConsumeLogs(t.Context(), ofHost("mx", "mx2", in, in, in, in))) // central syslog
		require.NoError(t, conn.flush(t.Context()))
		rms := sink.AllMetrics()[0].ResourceMetrics()
		require.Equal(t, 1, rms.Len())
		require.Equal(t, map[string]any{"service.name": "otelcol-smtp", "service.instance.id": "test"}, rms.At(0).Resource().Attributes().AsRaw())
		var got []string
		for _, m := range rms.At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() != "smtp.delivery.recipients" {
				continue
			}
			for _, p := range m.Sum().DataPoints().All() {
				a := p.Attributes().AsRaw()
				got = append(got, fmt.Sprint(a[attrs.HostName], " ", a[attrs.Instance], " ", p.IntValue()))
			}
		}
		sort.Strings(got)
		assert.Equal(t, c.want, got)
	}
}

// Names of hosts come from logs, so their number is bounded.
func TestHostsAreBounded(t *testing.T) {
	conn, _ := start(t, new(consumertest.MetricsSink), nil)
	for i := range maxOrigins + 10 {
		require.NoError(t, conn.ConsumeLogs(t.Context(), ofHost("mx", fmt.Sprint("h", i), sent)))
	}
	require.Len(t, conn.store.origins, maxOrigins+1)
}
