package truth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// submission writes the lines of one mail that an account sends, as Postfix does.
func submission(user string, n int, at time.Time) []string {
	id := fmt.Sprintf("%07X", 0xA000000+n)
	head := func(daemon string, pid int) string {
		return at.Format("Jan _2 15:04:05") + " mx postfix/" + daemon + fmt.Sprintf("[%d]: ", pid)
	}
	return []string{
		head("submission/smtpd", 10) + "connect from unknown[192.0.2.7]",
		head("submission/smtpd", 10) + id + ": client=unknown[192.0.2.7], sasl_method=PLAIN, sasl_username=" + user,
		head("cleanup", 11) + id + fmt.Sprintf(": message-id=<%d@mx.example>", n),
		head("qmgr", 12) + id + ": from=<" + user + "@mx.example>, size=1000, nrcpt=1 (queue active)",
		head("smtp", 13) + id + ": to=<friend@far.example>, relay=mx.far.example[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
		head("qmgr", 12) + id + ": removed",
		head("submission/smtpd", 10) + "disconnect from unknown[192.0.2.7] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6",
	}
}

// byAccount adds up the messages of a batch of metrics by account.
func byAccount(md pmetric.Metrics) map[string]int64 {
	list := map[string]int64{}
	for _, rm := range md.ResourceMetrics().All() {
		for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
			if m.Name() != "smtp.message.count" {
				continue
			}
			for _, p := range m.Sum().DataPoints().All() {
				if rest, ok := p.Attributes().Get("smtp.rest"); ok {
					list["rest of "+rest.Str()] += p.IntValue()
				} else if user, ok := p.Attributes().Get("user.name"); ok {
					list[user.Str()] += p.IntValue()
				}
			}
		}
	}
	return list
}

// "Which account was stolen and sends spam": of ten thousand accounts a hundred have series, and the one that begins to send is the busiest of them by
// the query of docs/metrics.md, from the second flush on.
func TestTheStolenAccountIsFoundAmongTenThousand(t *testing.T) {
	const places, minutes, stolenFrom = 100, 14, 9
	sink := new(consumertest.MetricsSink)
	f := smtpconnector.NewFactory()
	cfg := f.CreateDefaultConfig().(*smtpconnector.Config)
	limit := places
	cfg.MetricsFlushInterval, cfg.SeriesBirth = 100*time.Millisecond, 0
	cfg.Metrics = map[string]smtpconnector.MetricConfig{"smtp.message.count": {Dimensions: []string{"user.name", "smtp.message.hop"}, Busiest: &limit}}
	require.NoError(t, cfg.Validate())
	conn, err := f.CreateLogsToMetrics(t.Context(), connectortest.NewNopSettings(f.Type()), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	pf := smtpprocessor.NewFactory()
	pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
	pc.Location = "UTC"
	p, err := pf.CreateLogs(t.Context(), processortest.NewNopSettings(pf.Type()), pc, conn)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))

	dice, at, n, sent := rand.New(rand.NewPCG(5, 6)), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), 0, map[string]int64{}
	before := map[string]int64{}
	for minute := range minutes {
		var text []string
		for i := range 900 {
			user := fmt.Sprintf("user%d", dice.IntN(10_000))
			if minute >= stolenFrom && i%30 == 0 {
				user = "stolen"
			}
			sent[user]++
			n++
			text = append(text, submission(user, n, at)...)
			at = at.Add(60 * time.Millisecond)
		}
		handOver(t, p, text)
		flushed := len(sink.AllMetrics())
		require.Eventually(t, func() bool { return len(sink.AllMetrics()) >= flushed+2 }, time.Minute, 10*time.Millisecond) // the second began behind the batch
		batches := sink.AllMetrics()
		now := byAccount(batches[len(batches)-1])
		assert.LessOrEqual(t, len(now), places+1)
		var all int64
		for _, n := range now {
			all += n
		}
		assert.LessOrEqual(t, all, int64(n))
		if minute > stolenFrom { // topk(1, sum by (user_name) (increase(...)))
			busiest, most := "", int64(0)
			for name, n := range now {
				if n -= before[name]; n > most && !strings.HasPrefix(name, "rest of ") {
					busiest, most = name, n
				}
			}
			assert.Equal(t, "stolen", busiest, "minute %d", minute)
		}
		before = now
	}
	assert.Greater(t, len(sent), 7000)
	require.NoError(t, p.Shutdown(t.Context()))
	require.NoError(t, conn.Shutdown(context.WithoutCancel(t.Context())))
}

// handOver hands lines to a consumer in one batch.
func handOver(t *testing.T, to interface {
	ConsumeLogs(context.Context, plog.Logs) error
}, text []string,
) {
	t.Helper()
	ld := plog.NewLogs()
	recs := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, l := range text {
		recs.AppendEmpty().Body().SetStr(l)
	}
	require.NoError(t, to.ConsumeLogs(t.Context(), ld))
}
