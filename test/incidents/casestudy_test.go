package incidents

import (
	"context"
	"slices"
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
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// gateway is a connector that takes what agents enriched.
type gateway struct {
	consumer.Logs
	sink *consumertest.LogsSink
	stop func()
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{sink: new(consumertest.LogsSink)}
	f := smtpconnector.NewFactory()
	c, err := f.CreateLogsToLogs(t.Context(), connectortest.NewNopSettings(f.Type()), f.CreateDefaultConfig(), g.sink)
	require.NoError(t, err)
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	g.Logs, g.stop = c, func() { require.NoError(t, c.Shutdown(context.Background())) }
	return g
}

// agent is a processor on a host of its own: what it hands on is copied over the wire.
func agent(t *testing.T, to consumer.Logs) func(lines []string) {
	wire, err := consumer.NewLogs(func(ctx context.Context, ld plog.Logs) error {
		data, err := new(plog.ProtoMarshaler).MarshalLogs(ld)
		if err != nil {
			return err
		}
		ld, err = new(plog.ProtoUnmarshaler).UnmarshalLogs(data)
		if err != nil {
			return err
		}
		return to.ConsumeLogs(context.WithoutCancel(ctx), ld)
	})
	require.NoError(t, err)
	f := smtpprocessor.NewFactory()
	cfg := f.CreateDefaultConfig().(*smtpprocessor.Config)
	cfg.Location = "UTC"
	p, err := f.CreateLogs(t.Context(), processortest.NewNopSettings(f.Type()), cfg, wire)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return func(lines []string) {
		ld := plog.NewLogs()
		recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, l := range lines {
			rec := recs.AppendEmpty()
			rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)))
			rec.Body().SetStr(l)
		}
		require.NoError(t, p.ConsumeLogs(context.Background(), ld))
	}
}

type told struct {
	at         time.Time
	body       string
	attributes map[string]any
}

func (g *gateway) told() (list []told) {
	g.stop()
	for _, ld := range g.sink.AllLogs() {
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			list = append(list, told{rec.Timestamp().AsTime(), rec.Body().Str(), rec.Attributes().AsRaw()})
		}
	}
	return list
}

// The case study, from the lines of its logs: of one host, of each server, and of two whose agents bring them to one gateway. A week that is read in seconds is a
// week. The domain of a host that is no known provider's is told of by its name.
func TestCaseStudy(t *testing.T) {
	for name, of := range map[string]struct {
		dialect, domain, provider, who string
		answer                         string
		hosts                          []string
	}{
		"one host":              {"postfix", "gmail.com", "google", "google", "4.7.28", []string{"mx1"}},
		"two hosts":             {"postfix", "gmail.com", "google", "google", "4.7.28", []string{"mx1", "mx2"}},
		"exim":                  {"exim", "gmail.com", "google", "google", "4.7.28", []string{"mx1"}},
		"sendmail":              {"sendmail", "yahoo.com", "yahoo", "yahoo", "4.7.0", []string{"mx1"}},
		"no known provider":     {"postfix", "shop.example.org", "other", "shop.example.org", "4.7.0", []string{"mx1"}},
		"the same of two hosts": {"exim", "shop.example.org", "other", "shop.example.org", "4.7.0", []string{"mx1", "mx2"}},
	} {
		hosts := of.hosts
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			var agents []func([]string)
			var waiting [][]string
			type line struct {
				at   time.Time
				host int
				text string
			}
			var all []line
			var failures []time.Time
			var study *generate.Campaign
			for i, host := range hosts {
				study = generate.NewCampaignOf(of.dialect, host, of.domain, 1500/float64(len(hosts)), uint64(7+i))
				study.Write(func(at time.Time, text string) { all = append(all, line{at, i, text}) })
				failures = append(failures, study.Failures...)
				agents, waiting = append(agents, agent(t, g)), append(waiting, nil)
			}
			slices.SortStableFunc(all, func(a, b line) int { return a.at.Compare(b.at) })
			slices.SortFunc(failures, time.Time.Compare)
			for _, l := range all {
				waiting[l.host] = append(waiting[l.host], l.text)
				if len(waiting[l.host]) == 20 {
					agents[l.host](waiting[l.host])
					waiting[l.host] = nil
				}
			}
			for i := range agents {
				agents[i](waiting[i])
			}

			var started, ended *told
			list := g.told()
			for i := range list {
				switch list[i].attributes[attrs.IncidentState] {
				case "started":
					require.Nil(t, started, list[i].body)
					started = &list[i]
				case "ended":
					ended = &list[i]
				}
			}
			require.NotNil(t, started, "nothing was told")
			t.Log(started.body)
			assert.Equal(t, of.provider, started.attributes[attrs.Provider])
			if of.provider == "other" {
				assert.Equal(t, of.domain, started.attributes[attrs.DestinationDomain])
			}
			assert.Equal(t, "rate_limited", started.attributes[attrs.FailureReason])
			assert.Equal(t, int64(421), started.attributes[attrs.ReplyCode])
			assert.Equal(t, of.answer, started.attributes[attrs.ReplyEnhancedCode])
			assert.Contains(t, started.body, of.who+" answers 421 "+of.answer+" rate_limited to ")
			assert.Len(t, started.attributes[attrs.IncidentExamples], 3)
			assert.WithinDuration(t, failures[19], started.at, time.Minute)
			require.NotNil(t, ended, "it did not end")
			t.Log(ended.body)
			assert.True(t, ended.at.After(study.Recovered), ended.at)
			assert.Equal(t, started.attributes[attrs.IncidentID], ended.attributes[attrs.IncidentID])
			assert.NotContains(t, strings.ToLower(ended.body), "%!")
		})
	}
}
