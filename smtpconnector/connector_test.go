package smtpconnector

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

type clock struct{ time.Time }

func (c *clock) Now() time.Time { return c.Time }

func start(t testing.TB, next consumer.Metrics, change func(*Config)) (*smtpConnector, *clock) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.InstanceID, cfg.SeriesBirth = "test", 0
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	c := &clock{noon}
	conn, err := newConnector(cfg, connectortest.NewNopSettings(metadata.Type), next, c.Now)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Shutdown(context.Background()) })
	return conn, c
}

// logs makes a batch of enriched records from "key=value key=value" lines; 'i:' in front of a value makes a number, 'b:' a boolean, 'l:' a list of so many items.
func logs(records ...string) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("host.name", "mx")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(attrs.Scope)
	sl.Scope().SetVersion(attrs.Version)
	for _, r := range records {
		rec := sl.LogRecords().AppendEmpty()
		rec.Body().SetStr(r)
		for _, pair := range strings.Fields(r) {
			key, value, _ := strings.Cut(pair, "=")
			if !strings.HasPrefix(key, "email.") && !strings.HasPrefix(key, "error.") && key != attrs.TLSEstablished && key != attrs.TLSVersion {
				key = "smtp." + key
			}
			kind, text, typed := strings.Cut(value, ":")
			var n float64
			_, _ = fmt.Sscan(text, &n)
			switch {
			case typed && kind == "i":
				rec.Attributes().PutInt(key, int64(n))
			case typed && kind == "d":
				rec.Attributes().PutDouble(key, n)
			case typed && kind == "b":
				rec.Attributes().PutBool(key, text == "true")
			case typed && kind == "l":
				for range int(n) {
					list, ok := rec.Attributes().Get(key)
					if !ok {
						rec.Attributes().PutEmptySlice(key).AppendEmpty().SetStr("a@b")
						continue
					}
					list.Slice().AppendEmpty().SetStr("a@b")
				}
			default:
				rec.Attributes().PutStr(key, value)
			}
		}
	}
	return ld
}

// points lists all data points as "name{dims} value", sorted.
func points(batches ...pmetric.Metrics) []string {
	var list []string
	for _, md := range batches {
		for _, rm := range md.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				line := func(attributes map[string]any, value string) {
					var dims []string
					for k, v := range attributes {
						if k == attrs.HostName {
							continue // TestHostsAndInstancesStandOnThePoints looks at it
						}
						dims = append(dims, strings.TrimPrefix(k, "smtp.")+"="+fmt.Sprint(v))
					}
					sort.Strings(dims)
					list = append(list, m.Name()+"{"+strings.Join(dims, " ")+"} "+value)
				}
				switch m.Type() {
				case pmetric.MetricTypeSum:
					for _, p := range m.Sum().DataPoints().All() {
						line(p.Attributes().AsRaw(), fmt.Sprint(p.IntValue()))
					}
				case pmetric.MetricTypeGauge:
					for _, p := range m.Gauge().DataPoints().All() {
						line(p.Attributes().AsRaw(), fmt.Sprintf("%.3f", p.DoubleValue()))
					}
				case pmetric.MetricTypeHistogram:
					for _, p := range m.Histogram().DataPoints().All() {
						line(p.Attributes().AsRaw(), fmt.Sprintf("n=%d sum=%g", p.Count(), p.Sum()))
					}
				case pmetric.MetricTypeExponentialHistogram:
					for _, p := range m.ExponentialHistogram().DataPoints().All() {
						line(p.Attributes().AsRaw(), fmt.Sprintf("expo n=%d sum=%g", p.Count(), p.Sum()))
					}
				}
			}
		}
	}
	sort.Strings(list)
	return list
}

// of keeps the points of one metric.
func of(name string, list []string) (some []string) {
	for _, p := range list {
		if strings.HasPrefix(p, name+"{") {
			some = append(some, strings.TrimPrefix(p, name))
		}
	}
	return some
}

const (
	sent     = "event=delivery delivery.status=delivered delivery.tried=b:true delivery.final=b:true delivery.route=mx message.kind=mail email.direction=outbound destination.provider=google reply.code=i:250 reply.class=2xx command=EOM"
	deferred = "event=delivery delivery.status=deferred delivery.tried=b:true delivery.final=b:false delivery.route=mx message.kind=mail email.direction=outbound destination.provider=google reply.code=i:421 reply.class=4xx failure.reason=rate_limited failure.category=block error.type=421 command=RCPT"
	bounced  = "event=delivery delivery.status=bounced delivery.tried=b:true delivery.final=b:true delivery.route=mx message.kind=mail email.direction=outbound destination.provider=google reply.code=i:550 reply.class=5xx failure.reason=unknown_recipient failure.category=recipient error.type=550 command=RCPT"
)

// One record, and what each metric makes of it.
func TestEachMetricCountsItsRecords(t *testing.T) {
	for name, c := range map[string]struct {
		records []string
		metric  string
		want    []string
	}{
		"attempts": {[]string{sent, deferred, deferred + " rcpt_to_list=l:3"}, "smtp.delivery.attempts", []string{
			"{delivery.route=mx delivery.status=deferred destination.provider=google email.direction=outbound failure.reason=rate_limited message.kind=mail} 4",
			"{delivery.route=mx delivery.status=delivered destination.provider=google email.direction=outbound message.kind=mail} 1",
		}},
		"recipients at their end": {[]string{sent, deferred, bounced}, "smtp.delivery.recipients", []string{
			"{delivery.route=mx delivery.status=bounced destination.provider=google email.direction=outbound failure.category=recipient message.kind=mail} 1",
			"{delivery.route=mx delivery.status=delivered destination.provider=google email.direction=outbound message.kind=mail} 1",
		}},
		"suspended is no attempt": {[]string{strings.Replace(deferred, "tried=b:true", "tried=b:false", 1)}, "smtp.delivery.suspended", []string{
			"{destination.provider=google} 1",
		}},
		"probes are no attempts": {[]string{strings.Replace(sent, "kind=mail", "kind=probe", 1)}, "smtp.delivery.attempts", nil},
		"trials count the healed host, and a transaction's recipients once": {[]string{
			"event=reply session.role=client reply.code=i:421 reply.class=4xx error.type=421 destination.provider=google",
			sent + " transaction.id=a.1", sent + " transaction.id=a.1 trial=b:false",
		}, "smtp.host.trials", []string{
			"{destination.provider=google error.type=421 reply.class=4xx} 1", "{destination.provider=google reply.class=2xx} 1",
		}},
		"trials count a broken connection once, and not again in the verdict that repeats it": {[]string{
			"event=warning session.role=client session.id=a error.type=connection_lost destination.provider=google",
			"event=delivery delivery.status=deferred delivery.tried=b:true delivery.route=mx session.id=a error.type=connection_lost destination.provider=google trial=b:false",
			"event=delivery delivery.status=deferred delivery.tried=b:true delivery.route=mx session.id=b error.type=connection_lost destination.provider=google",
		}, "smtp.host.trials", []string{"{destination.provider=google error.type=connection_lost} 2"}},
		"trials count the deciding reply of a conversation, and none of its other lines": {[]string{
			"event=reply session.role=client reply.code=i:502 reply.class=5xx error.type=502 command=EHLO trial=b:false",
			"event=reply session.role=client reply.code=i:550 reply.class=5xx error.type=550 command=RCPT reply.continued=b:true",
			"event=reply session.role=client reply.code=i:550 reply.class=5xx error.type=550 command=RCPT delivery.status=bounced delivery.tried=b:true",
			"event=reply session.role=client reply.code=i:250 reply.class=2xx command=EOM delivery.status=delivered delivery.tried=b:true",
		}, "smtp.host.trials", []string{"{error.type=550 reply.class=5xx} 1", "{reply.class=2xx} 1"}},
		"duration": {[]string{sent + " delivery.duration=d:1.5"}, "smtp.delivery.duration", []string{
			"{delivery.status=delivered destination.provider=google} n=1 sum=1.5",
		}},
		"delay: before_queue at the first try only": {[]string{
			sent + " delivery.attempt=i:1 delay.before_queue=d:1 delay.in_queue=d:2 delay.connection_setup=d:3 delay.transmission=d:4",
			sent + " delivery.attempt=i:2 delay.before_queue=d:100 delay.in_queue=d:2 delay.connection_setup=d:3 delay.transmission=d:4",
		}, "smtp.delivery.delay", []string{
			"{delay.stage=before_queue} n=1 sum=1", "{delay.stage=connection_setup} n=2 sum=6",
			"{delay.stage=in_queue} n=2 sum=4", "{delay.stage=transmission} n=2 sum=8",
		}},
		"ratio": {[]string{sent, sent, sent, bounced, deferred}, "smtp.delivery.ratio", []string{
			"{destination.provider=google ratio.outcome=bounced ratio.window=5m} 0.250",
			"{destination.provider=google ratio.outcome=deferred ratio.window=5m} 0.200",
			"{destination.provider=google ratio.outcome=delivered ratio.window=5m} 0.750",
			"{destination.provider=google ratio.outcome=expired ratio.window=5m} 0.000",
		}},
		"replies, a multi-line one once": {[]string{
			"event=reply command=EHLO reply.code=i:250 reply.class=2xx reply.continued=b:true", "event=reply command=EHLO reply.code=i:250 reply.class=2xx",
		}, "smtp.reply.count", []string{"{command=EHLO reply.class=2xx reply.code=250} 1"}},
		"latency": {[]string{
			"event=reply command=EHLO reply.code=i:421 latency=d:75.5", "event=reply command=EHLO reply.code=i:421 latency=d:75 latency_coarse=b:true",
		}, "smtp.reply.latency", []string{"{command=EHLO} n=1 sum=75.5"}},
		"rejects": {[]string{"event=reject command=RCPT reply.code=i:550 reject.permanent=b:true failure.reason=unknown_recipient"}, "smtp.reject.count", []string{
			"{command=RCPT failure.reason=unknown_recipient reject.permanent=true reply.code=550} 1",
		}},
		"sessions, not summaries or inferred ones": {[]string{
			"event=disconnect session.role=server session.end=quit session.duration=d:2 tls.established=b:true",
			"event=session session.role=server session.end=quit session.duration=d:2",
			"event=disconnect session.role=client session.end=quit session.inferred=b:true",
		}, "smtp.session.count", []string{"{session.end=quit session.role=server tls.established=true} 1"}},
		"session duration": {[]string{"event=disconnect session.role=server session.end=quit session.duration=d:2"}, "smtp.session.duration", []string{
			"{session.end=quit session.role=server} n=1 sum=2",
		}},
		"conversations that broke off": {[]string{
			"event=warning session.role=server command=DATA error.type=connection_lost", "event=warning session.role=client command=DATA error.type=connection_lost",
		}, "smtp.session.interruptions", []string{"{command=DATA error.type=connection_lost} 1"}},
		"notifications": {[]string{"event=notification message.kind=mail"}, "smtp.notification.count", []string{"{message.kind=mail} 1"}},
		"reports, which are no replies": {[]string{
			"event=report reply.code=i:552 reply.class=5xx failure.reason=mailbox_full destination.provider=other", "event=report filter.verdict=abuse destination.provider=google",
		}, "smtp.report.count", []string{"{destination.provider=google filter.verdict=abuse} 1", "{destination.provider=other failure.reason=mailbox_full} 1"}},
		"messages":           {[]string{"event=message.received message.kind=mail", "event=message.queued message.kind=mail"}, "smtp.message.count", []string{"{message.kind=mail} 1"}},
		"message size":       {[]string{"event=message.received message.kind=mail message.size=i:2048"}, "smtp.message.size", []string{"{message.kind=mail} n=1 sum=2048"}},
		"message recipients": {[]string{"event=message.received message.kind=mail recipient.count=i:3"}, "smtp.message.recipients", []string{"{message.kind=mail} n=1 sum=3"}},
		"failed connections, not their verdicts": {[]string{
			"event=connect session.role=client error.type=timeout destination.provider=other",
			"event=delivery delivery.status=deferred delivery.tried=b:true error.type=timeout destination.provider=other",
		}, "smtp.connection.failures", []string{"{destination.provider=other error.type=timeout} 1"}},
		"logins, once a session": {[]string{
			"event=auth auth.mechanism=PLAIN auth.result=failure", "event=message.opened auth.mechanism=PLAIN auth.result=success transaction.id=x.1",
			"event=message.opened auth.mechanism=PLAIN transaction.id=x.2",
		}, "smtp.auth.attempts", []string{"{auth.mechanism=PLAIN auth.result=failure} 1", "{auth.mechanism=PLAIN auth.result=success} 1"}},
		"logins that another program decided, which the server tells of itself": {[]string{
			"event=auth auth.result=failure filter.name=dovecot", "event=auth auth.mechanism=LOGIN auth.result=failure",
		}, "smtp.auth.attempts", []string{"{auth.mechanism=LOGIN auth.result=failure} 1"}},
		"tls": {[]string{"event=tls session.role=server tls.established=b:true tls.protocol.version=1.3 tls.trust=anonymous"}, "smtp.tls.sessions", []string{"{session.role=server tls.protocol.version=1.3 tls.trust=anonymous} 1"}},
		"tls of a server that shows it on its messages only": {[]string{
			"event=message.received session.role=server tls.established=b:true session.secured=b:true", "event=message.received session.role=server tls.established=b:true",
			"event=tls session.role=server tls.established=b:true session.secured=b:false",
		}, "smtp.tls.sessions", []string{"{session.role=server} 1"}},
		"lines that stand for several": {[]string{
			"event=reject session.role=server command=RCPT repeat.count=i:3", "event=reject session.role=server command=RCPT",
		}, "smtp.reject.count", []string{"{command=RCPT} 4"}},
		"filters": {[]string{"event=filter filter.name=postscreen filter.verdict=pregreet"}, "smtp.filter.verdicts", []string{"{filter.name=postscreen filter.verdict=pregreet} 1"}},
		"scores": {[]string{
			"event=filter filter.name=postscreen filter.verdict=dnsbl filter.score=d:3",
			"event=filter filter.name=spamassassin filter.verdict=spam filter.score=d:21.4 filter.retold=b:true",
		}, "smtp.filter.scores", []string{"{filter.name=postscreen} n=1 sum=3"}},
		"verdicts of programs beside the server, once where several lines tell of one": {[]string{
			"event=filter filter.name=spamassassin filter.verdict=spam filter.score=d:21.4 filter.retold=b:true",
			"event=filter filter.name=spamassassin filter.verdict=spam filter.score=d:21",
			"event=filter filter.name=rspamd filter.verdict=reject filter.score=d:15",
		}, "smtp.filter.verdicts", []string{"{filter.name=rspamd filter.verdict=reject} 1", "{filter.name=spamassassin filter.verdict=spam} 1"}},
		"records, not those that were made": {[]string{
			"event=connect mta.daemon=smtpd", "event=disconnect mta.daemon=smtpd synthetic=b:true",
		}, "smtp.record.count", []string{"{event=connect mta.daemon=smtpd} 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.MetricsSink)
			conn, _ := start(t, sink, func(c *Config) {
				on := true
				c.Metrics = map[string]MetricConfig{"smtp.filter.scores": {Enabled: &on}, "smtp.record.count": {Enabled: &on}}
			})
			require.NoError(t, conn.ConsumeLogs(t.Context(), logs(c.records...)))
			require.NoError(t, conn.flush(t.Context()))
			got := of(c.metric, points(sink.AllMetrics()...))
			assert.Equal(t, c.want, got)
		})
	}
}

func TestDuplicatesAreNotCounted(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent+" duplicate=b:true")))
	require.NoError(t, conn.flush(t.Context()))
	assert.Empty(t, sink.AllMetrics())
}

func TestRecordsThatNobodyEnrichedAreNotCounted(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	ld := logs(sent)
	ld.ResourceLogs().At(0).ScopeLogs().At(0).Scope().SetName("filelog")
	require.NoError(t, conn.ConsumeLogs(t.Context(), ld))
	require.NoError(t, conn.flush(t.Context()))
	assert.Empty(t, sink.AllMetrics())
}

func TestBatchThatComesAgainIsCountedOnceAndItsOtherHalfToo(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	ctx := batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 7})
	for range 3 {
		require.NoError(t, conn.ConsumeLogs(ctx, logs(sent)))
		require.NoError(t, conn.ConsumeLogs(ctx, logs(bounced))) // the other half, which a router had split off
	}
	require.NoError(t, conn.ConsumeLogs(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 8}), logs(sent)))
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent)))
	require.NoError(t, conn.flush(t.Context()))
	got := of("smtp.delivery.recipients", points(sink.AllMetrics()...))
	require.Len(t, got, 2)
	assert.True(t, strings.HasSuffix(got[0], "} 1"), got[0])
	assert.True(t, strings.HasSuffix(got[1], "} 3"), got[1])
}

// An agent that had no answer in time sends the same again over the network: it is counted once. What cannot be told from another batch counts.
func TestBatchThatAnAgentSendsAgainIsCountedOnce(t *testing.T) {
	at := func(observed time.Time, records ...string) plog.Logs {
		ld := logs(records...)
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			rec.SetObservedTimestamp(pcommon.NewTimestampFromTime(observed))
		}
		return ld
	}
	for name, c := range map[string]struct {
		second plog.Logs
		want   string
	}{
		"the same again":               {at(noon, sent, sent), "} 2"},
		"observed later":               {at(noon.Add(1), sent, sent), "} 4"},
		"with one line more":           {at(noon, sent, sent, sent), "} 5"},
		"of nobody knows which moment": {logs(sent, sent), "} 4"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.MetricsSink)
			conn, _ := start(t, sink, nil)
			require.NoError(t, conn.ConsumeLogs(t.Context(), at(noon, sent, sent)))
			require.NoError(t, conn.ConsumeLogs(t.Context(), c.second))
			require.NoError(t, conn.flush(t.Context()))
			got := of("smtp.delivery.recipients", points(sink.AllMetrics()...))
			require.Len(t, got, 1)
			assert.True(t, strings.HasSuffix(got[0], c.want), got[0])
		})
	}
}

func TestCumulativeKeepsItsStartAndDeltaMovesIt(t *testing.T) {
	for _, temporality := range []string{cumulative, delta} {
		t.Run(temporality, func(t *testing.T) {
			sink := new(consumertest.MetricsSink)
			conn, c := start(t, sink, func(cfg *Config) { cfg.AggregationTemporality = temporality })
			var values, starts []string
			for range 3 {
				c.Time = c.Add(10 * time.Second)
				require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent)))
				c.Time = c.Add(5 * time.Second)
				sink.Reset()
				require.NoError(t, conn.flush(t.Context()))
				for _, m := range sink.AllMetrics()[0].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
					if m.Name() == "smtp.delivery.recipients" {
						p := m.Sum().DataPoints().At(0)
						values = append(values, fmt.Sprint(p.IntValue()))
						starts = append(starts, p.StartTimestamp().AsTime().Format("15:04:05"))
					}
				}
			}
			if temporality == cumulative {
				assert.Equal(t, []string{"1", "2", "3"}, values)
				assert.Equal(t, []string{"12:00:10", "12:00:10", "12:00:10"}, starts)
			} else {
				assert.Equal(t, []string{"1", "1", "1"}, values)
				assert.Equal(t, []string{"12:00:10", "12:00:15", "12:00:30"}, starts)
			}
		})
	}
}

// failing refuses so many times.
type failing struct {
	consumertest.MetricsSink
	times int
}

func (f *failing) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if f.times--; f.times >= 0 {
		return errors.New("no")
	}
	return f.MetricsSink.ConsumeMetrics(ctx, md)
}

func TestRefusedDeltaComesWithTheNextFlush(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) { c.AggregationTemporality = delta },
		func(c *Config) {
			c.AggregationTemporality = delta
			c.Histogram.Exponential = &ExponentialConfig{MaxSize: 160}
		},
	} {
		sink := &failing{times: 2}
		conn, _ := start(t, sink, change)
		for range 2 {
			require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent+" delivery.duration=d:2")))
			require.Error(t, conn.flush(t.Context()))
		}
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent+" delivery.duration=d:2")))
		require.NoError(t, conn.flush(t.Context()))
		all := points(sink.AllMetrics()...)
		assert.True(t, strings.HasSuffix(of("smtp.delivery.recipients", all)[0], "} 3"))
		assert.Contains(t, of("smtp.delivery.duration", all)[0], "n=3 sum=6")
	}
}

func TestLimitPutsTheRestIntoOneMarkedSeries(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, func(c *Config) { c.AggregationCardinalityLimit = 3 })
	for i := range 10 {
		require.NoError(t, conn.ConsumeLogs(t.Context(), logs(strings.Replace(sent, "google", fmt.Sprintf("p%d", i), 1))))
	}
	require.NoError(t, conn.flush(t.Context()))
	got := of("smtp.delivery.recipients", points(sink.AllMetrics()...))
	require.Len(t, got, 4)
	assert.Contains(t, got, "{otel.metric.overflow=true} 7")
}

func TestSeriesWithoutValuesExpires(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, c := start(t, sink, func(c *Config) { c.SeriesExpiration = time.Hour })
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent)))
	c.Time = c.Add(2 * time.Hour)
	require.NoError(t, conn.flush(t.Context()))
	assert.Empty(t, sink.AllMetrics())
	assert.Zero(t, conn.store.count())
}

func TestDimensionsAndSwitchesOfTheConfiguration(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	off := false
	conn, _ := start(t, sink, func(c *Config) {
		c.Metrics = map[string]MetricConfig{
			"smtp.delivery.recipients": {Dimensions: []string{attrs.DeliveryStatus, attrs.DestinationDomain}},
			"smtp.delivery.attempts":   {Enabled: &off},
		}
	})
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent+" destination.domain=b.example")))
	require.NoError(t, conn.flush(t.Context()))
	all := points(sink.AllMetrics()...)
	assert.Equal(t, []string{"{delivery.status=delivered destination.domain=b.example} 1"}, of("smtp.delivery.recipients", all))
	assert.Empty(t, of("smtp.delivery.attempts", all))
}

func TestShutdownHandsOnWhatIsThere(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	require.NoError(t, conn.Start(t.Context(), nil))
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent)))
	require.NoError(t, conn.Shutdown(t.Context()))
	require.NoError(t, conn.Shutdown(t.Context()))
	assert.NotEmpty(t, sink.AllMetrics())
}

func TestConcurrentBatchesAreAllCounted(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 100 {
				assert.NoError(t, conn.ConsumeLogs(context.Background(), logs(sent, bounced)))
				_ = conn.flush(context.Background())
			}
		}()
	}
	wg.Wait()
	sink.Reset()
	require.NoError(t, conn.flush(t.Context()))
	for _, p := range of("smtp.delivery.recipients", points(sink.AllMetrics()...)) {
		assert.True(t, strings.HasSuffix(p, "} 400"), p)
	}
}

func TestMistakesNameTheirKeyAndWhatItTakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"interval":    {func(c *Config) { c.MetricsFlushInterval = 0 }, "metrics_flush_interval: 0s is too short, takes a duration of at least 100ms"},
		"temporality": {func(c *Config) { c.AggregationTemporality = "both" }, `aggregation_temporality: "both" is not a choice, takes cumulative or delta`},
		"limit":       {func(c *Config) { c.AggregationCardinalityLimit = 0 }, "aggregation_cardinality_limit: 0 is too small"},
		"expiration":  {func(c *Config) { c.SeriesExpiration = time.Second }, "series_expiration: 1s is too short"},
		"birth":       {func(c *Config) { c.SeriesBirth = -time.Second }, "series_birth: -1s is negative, takes a duration"},
		"traces":      {func(c *Config) { c.Traces.Only = []string{"bounced"} }, `traces.only: "bounced" is not a choice, takes any of failed, slow`},
		"slow":        {func(c *Config) { c.Traces.SlowAfter = 0 }, `traces.slow_after: 0s is too short, takes a duration greater than 0s`},
		"hosts":       {func(c *Config) { c.HostDimensions = []string{"host.id"} }, `host_dimensions: "host.id" is not offered, takes any of host.name, smtp.mta.instance`},
		"histogram": {func(c *Config) {
			c.Histogram = HistogramConfig{Explicit: &ExplicitConfig{Buckets: []float64{1}}, Exponential: &ExponentialConfig{MaxSize: 160}}
		}, "histogram: takes explicit or exponential, not both"},
		"buckets":   {func(c *Config) { c.Histogram.Explicit = &ExplicitConfig{Buckets: []float64{2, 1}} }, "histogram.explicit.buckets: [2 1] is not sorted"},
		"no bucket": {func(c *Config) { c.Histogram.Explicit = &ExplicitConfig{} }, "histogram.explicit.buckets: is empty"},
		"size":      {func(c *Config) { c.Histogram.Exponential = &ExponentialConfig{MaxSize: 1} }, "histogram.exponential.max_size: 1 is out of range, takes 2 to 1024"},
		"metric":    {func(c *Config) { c.Metrics = map[string]MetricConfig{"smtp.x": {}} }, `metrics: "smtp.x" is not a metric, takes any of smtp.delivery.attempts`},
		"dimension": {func(c *Config) {
			c.Metrics = map[string]MetricConfig{"smtp.reject.count": {Dimensions: []string{attrs.RcptTo}}}
		}, `metrics::smtp.reject.count::dimensions: "smtp.rcpt_to" is not offered, takes any of smtp.command`},
		"busiest": {perAccount(0), "metrics::smtp.message.count::busiest: 0 is out of range, takes 1 to aggregation_cardinality_limit, which is 2000"},
		"busiest of nobody": {func(c *Config) {
			places := 10
			c.Metrics = map[string]MetricConfig{"smtp.message.count": {Dimensions: []string{attrs.MessageHop}, Busiest: &places}}
		}, "metrics::smtp.message.count::busiest: is for dimensions that name somebody, takes one of user.name, smtp.mail_from, client.address, network.peer.address in dimensions"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			c.change(cfg)
			assert.ErrorContains(t, cfg.Validate(), c.want)
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	conn, _ := start(b, consumertest.NewNop(), nil)
	ld := logs(sent + " delivery.duration=d:2 delay.before_queue=d:1 delay.in_queue=d:2 delay.connection_setup=d:3 delay.transmission=d:4")
	b.ReportAllocs()
	for b.Loop() {
		_ = conn.ConsumeLogs(b.Context(), ld)
	}
}

// A batch that was refused until a restart says who has counted it: the connector has lost its memory.
func TestBatchThatWasCountedBeforeTheRestartIsNotCountedAgain(t *testing.T) {
	before, after := new(consumertest.MetricsSink), new(consumertest.MetricsSink)
	counts := batchid.NewCounts()
	conn, _ := start(t, before, nil)
	require.NoError(t, conn.ConsumeLogs(batchid.WithCounts(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 7}), counts), logs(sent)))
	again, _ := start(t, after, nil)
	again.id = conn.id
	ctx := batchid.WithCounts(batchid.NewContext(t.Context(), batchid.ID{Owner: 1, Seq: 1}), batchid.NewCounts(counts.List()...))
	require.NoError(t, again.ConsumeLogs(ctx, logs(sent)))
	require.NoError(t, again.ConsumeLogs(ctx, logs(bounced))) // the other half, which was not counted
	require.NoError(t, again.flush(t.Context()))
	got := of("smtp.delivery.recipients", points(after.AllMetrics()...))
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "bounced")
}
