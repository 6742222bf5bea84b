package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A long log is kept by hours where a short one is by minutes, and loses nothing by that.
func TestLongLogsAreKeptByHours(t *testing.T) {
	b := New(Options{Zone: time.UTC, Top: 10})
	begin := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)
	deliver := func(at time.Time) {
		ev := event.Event{
			Kind: event.KindDelivery, Dialect: "postfix", Host: "mx1", Time: at.UnixNano(), Resolution: event.ResolutionSecond, Status: event.StatusDelivered, Final: true,
			Tried: event.Yes, Route: event.RouteMX, RcptTo: "a@b.example", Provider: "other", DestinationDomain: "b.example", MessageKind: event.MessageMail,
		}
		b.record(&ev)
	}
	for i := range 120 {
		deliver(begin.Add(time.Duration(i) * time.Minute))
	}
	r := b.Report()
	assert.Equal(t, time.Minute, r.Step)
	assert.Len(t, r.Series, 120)
	for i := 120; i < mostMinutes+120; i++ {
		deliver(begin.Add(time.Duration(i) * time.Minute))
	}
	r = b.Report()
	assert.Equal(t, time.Hour, r.Step)
	sum, spark := int64(0), int64(0)
	for i := range r.Series {
		sum += r.Series[i].Delivered
		spark += r.Providers[0].Spark[i]
	}
	assert.Equal(t, int64(mostMinutes+120), sum)
	assert.Equal(t, sum, spark)
	assert.Equal(t, sum, r.Totals.Delivered)
	for i := 1; i < len(r.Series); i++ {
		require.Equal(t, time.Hour, r.Series[i].From.Sub(r.Series[i-1].From))
	}
}

// Exim tells at every run of the queue that a message is frozen.
func TestAMessageIsHeldOnceUntilItIsReleased(t *testing.T) {
	b := New(Options{Zone: time.UTC, Top: 10})
	tell := func(uid event.ID, kind event.Kind) {
		b.tell(&engine.Line{Event: event.Event{Kind: kind, Dialect: "exim", MessageUID: uid}})
	}
	for range 3 {
		tell(1, event.KindMessageHeld)
		tell(2, event.KindMessageHeld)
	}
	assert.Equal(t, int64(2), b.totals.Held)
	tell(1, event.KindMessageReleased)
	tell(1, event.KindMessageHeld)
	tell(0, event.KindMessageHeld) // nothing tells which
	tell(0, event.KindMessageHeld)
	assert.Equal(t, int64(5), b.totals.Held)
	for uid := range event.ID(mostNames + 5) {
		tell(uid+10, event.KindMessageHeld)
	}
	assert.LessOrEqual(t, len(b.held), mostNames)
}

// A list keeps the most frequent names of any number, and says how far a count may be off: no more than what came divided by what stays.
func TestListsAreBounded(t *testing.T) {
	for _, list := range []*top[item]{newTop[item](100), newTopByBytes[item](100)} {
		for i := range 10_000 {
			list.addBytes(fmt.Sprintf("once%d", i), 1, 1)
			if i%10 == 0 {
				list.addBytes(fmt.Sprintf("often%d", i/10%20), 5, 5)
			}
			require.LessOrEqual(t, len(list.byName), 100)
		}
		assert.Equal(t, 100, list.most)
		assert.LessOrEqual(t, list.err.times, int64(15_000/(100/3)))
		best := list.best(20, byTimes)
		require.Len(t, best, 20)
		for _, e := range best {
			assert.Contains(t, e.name, "often")
			assert.GreaterOrEqual(t, e.times, int64(250))
			assert.LessOrEqual(t, e.times-250, list.err.times)
		}
	}
	few := newTop[item](100)
	for range 7 {
		few.add("a", 1)
	}
	assert.Equal(t, int64(7), few.best(1, byTimes)[0].times)
	assert.Zero(t, few.err)
	assert.Empty(t, few.best(1, byBytes), "what has no bytes is in no list by bytes")
}

// A list by two counts keeps who is high in one of them, however low in the other.
func TestWhoIsHighInEitherCountStays(t *testing.T) {
	list := newTopByBytes[item](90)
	for i := range 5000 {
		list.addBytes(fmt.Sprintf("small%d", i), 1, 10)
		if i%100 == 0 {
			list.addBytes("heavy", 1, 1_000_000)
			list.addBytes("busy", 20, 1)
		}
	}
	assert.Equal(t, "heavy", list.best(1, byBytes)[0].name)
	assert.Equal(t, "busy", list.best(1, byTimes)[0].name)
	heavy, busy := list.byName["heavy"], list.byName["busy"]
	assert.Equal(t, counts{50, 50_000_000}, heavy.counts)
	assert.Equal(t, counts{1000, 50}, busy.counts)
}

// Quantiles are within one percent.
func TestQuantilesAreClose(t *testing.T) {
	var s spread
	for i := 1; i <= 10_000; i++ {
		s.add(float64(i)/100, 1)
	}
	q := s.quantiles()
	for _, c := range []struct{ got, want float64 }{{q.P50, 50}, {q.P90, 90}, {q.P95, 95}, {q.P99, 99}, {q.Max, 100}, {q.Mean, 50.005}} {
		assert.InEpsilon(t, c.want, c.got, 0.0101)
	}
}

// A shape tells how a line is built and none of its words but the first.
func TestShapesHaveNoContent(t *testing.T) {
	assert.Equal(t, "warning: cannot open: file 9 x to=@ w", shape("warning: cannot open: file 17 /etc/x7 to=<anna@example.com> secret"))
	assert.NotContains(t, shape("a b c d hunter2 tells anna everything"), "hunter")
	assert.NotContains(t, shape("a b c d hunter2 tells anna everything"), "anna")
}
