package smtpconnector

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// sentBy makes the records of mails that accounts sent.
func sentBy(users ...string) plog.Logs {
	ld := logs(strings.Split(strings.Repeat("event=message.received message.hop=first|", len(users)), "|")[:len(users)]...)
	for i, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		if users[i] != "" {
			rec.Attributes().PutStr(attrs.UserName, users[i])
		}
	}
	return ld
}

func perAccount(places int, more ...string) func(*Config) {
	return func(c *Config) {
		c.Metrics = map[string]MetricConfig{"smtp.message.count": {Dimensions: append([]string{attrs.UserName}, more...), Busiest: &places}}
	}
}

// accounts are the points of smtp.message.count in a batch by account; under "" those without one, under "rest" the marked ones.
func accounts(md pmetric.Metrics) map[string]int64 {
	list := map[string]int64{}
	for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Name() != "smtp.message.count" {
			continue
		}
		for _, p := range m.Sum().DataPoints().All() {
			name := ""
			if rest, ok := p.Attributes().Get(attrRest); ok {
				name = "rest of " + rest.Str()
			} else if user, ok := p.Attributes().Get(attrs.UserName); ok {
				name = user.Str()
			}
			list[name] += p.IntValue()
		}
	}
	return list
}

// Of ten thousand accounts a hundred have series, no mail is lost, and one that begins to send spam has its series with the second flush.
func TestTheBusiestAccountsHaveSeriesOfTheirOwn(t *testing.T) {
	for _, temporality := range []string{cumulative, delta} {
		t.Run(temporality, func(t *testing.T) {
			const places = 100
			sink := new(consumertest.MetricsSink)
			conn, clock := start(t, sink, func(c *Config) {
				perAccount(places)(c)
				c.AggregationTemporality = temporality
			})
			dice, sent, told := rand.New(rand.NewPCG(3, 4)), map[string]int64{}, map[string]int64{}
			before := map[string]int64{}
			for minute := range 120 {
				var users []string
				for range 300 {
					users = append(users, fmt.Sprintf("user%d", int(dice.ExpFloat64()*1500)%10_000))
				}
				if minute == 100 {
					assert.NotContains(t, before, "stolen")
				}
				for range 20 {
					if minute >= 100 {
						users = append(users, "stolen")
					}
				}
				for _, u := range users {
					sent[u]++
				}
				require.NoError(t, conn.ConsumeLogs(t.Context(), sentBy(users...)))
				clock.Time = clock.Add(time.Minute)
				require.NoError(t, conn.flush(t.Context()))
				batches := sink.AllMetrics()
				now := accounts(batches[len(batches)-1])
				assert.LessOrEqual(t, len(now), places+1)
				for name, n := range now {
					if temporality == cumulative && n >= before[name] { // a series that began anew counts from zero
						n -= before[name]
					}
					told[name] += n
				}
				if minute > 105 { // the query of docs/metrics.md: who sent most since the last flush
					busiest, most := "", int64(0)
					for name, n := range now {
						if temporality == cumulative {
							n -= before[name]
						}
						if n > most && !strings.HasPrefix(name, "rest of ") {
							busiest, most = name, n
						}
					}
					assert.Equal(t, "stolen", busiest)
				}
				before = now
			}
			var all, known int64
			for _, n := range sent {
				all += n
			}
			for name, n := range told {
				known += n
				if !strings.HasPrefix(name, "rest of ") {
					assert.LessOrEqual(t, n, sent[name], name)
				}
			}
			assert.Equal(t, all, known)
			assert.Positive(t, told["rest of "+attrs.UserName])
			assert.GreaterOrEqual(t, told["stolen"], sent["stolen"]-40, "what it sent before it had a series is with the rest")
		})
	}
}

// The rest keeps the other dimensions, and mail of no account is no rest.
func TestTheRestKeepsItsOtherDimensions(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, perAccount(1, attrs.MessageHop))
	require.NoError(t, conn.ConsumeLogs(t.Context(), sentBy("anna", "bert", "carl", "", "anna")))
	require.NoError(t, conn.flush(t.Context()))
	assert.Equal(t, []string{
		"{message.hop=first rest=user.name} 2",
		"{message.hop=first user.name=anna} 2",
		"{message.hop=first} 1",
	}, of("smtp.message.count", points(sink.AllMetrics()...)))
}

// An account keeps its series until all of it was seen: over a refusal, and while a new series still shows zero.
func TestNoAccountLeavesBeforeItWasSeen(t *testing.T) {
	next := &failing{}
	conn, clock := start(t, next, func(c *Config) {
		perAccount(1)(c)
		c.SeriesBirth = 75 * time.Second
	})
	flush := func() map[string]int64 {
		clock.Time = clock.Add(time.Minute)
		if conn.flush(t.Context()) != nil {
			return nil
		}
		batches := next.AllMetrics()
		return accounts(batches[len(batches)-1])
	}
	require.NoError(t, conn.ConsumeLogs(t.Context(), sentBy("anna", "bert", "bert", "bert")))
	assert.Equal(t, map[string]int64{"anna": 0, "rest of user.name": 0}, flush())
	next.times = 1
	assert.Nil(t, flush())
	assert.Equal(t, map[string]int64{"anna": 1, "rest of user.name": 3}, flush())
	require.NoError(t, conn.ConsumeLogs(t.Context(), sentBy("bert")))
	assert.Equal(t, map[string]int64{"bert": 0, "rest of user.name": 3}, flush())
	require.NoError(t, conn.Shutdown(context.Background()))
	batches := next.AllMetrics()
	assert.Equal(t, map[string]int64{"bert": 1, "rest of user.name": 3}, accounts(batches[len(batches)-1]))
}
