package traces

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestOnlyMessagesThatFailedHaveSpans(t *testing.T) {
	good, bad := &mail{uid: 1, id: "a@x"}, &mail{uid: 2, id: "b@x"}
	maker := New(Options{Failed: true})
	require.Empty(t, tells(maker.Logs(batch(try(good, 1, "delivered"), try(bad, 1, "delivered")))))
	require.Equal(t, []string{"delivery 1s+0s", "delivery 2s+0s error: "}, tells(maker.Logs(batch(over(good, 2, 1, attrs.RecipientTotal+"delivered", 1), try(bad, 2, "deferred")))),
		"what was held back comes with the first failure")
	require.Equal(t, []string{"delivery 3s+0s", "message 0s+3s"}, tells(maker.Logs(batch(try(bad, 3, "delivered"), over(bad, 3, 3, attrs.RecipientTotal+"delivered", 2)))))
	require.Empty(t, maker.keep.held)
	require.Zero(t, maker.keep.spans)
}

func TestOnlyMessagesThatWereSlowHaveSpans(t *testing.T) {
	fast, slow := &mail{uid: 1, id: "a@x"}, &mail{uid: 2, id: "b@x"}
	maker := New(Options{Slow: true, SlowAfter: time.Minute})
	require.Empty(t, tells(maker.Logs(batch(try(fast, 1, "bounced"), over(fast, 1, 1, attrs.RecipientTotal+"bounced", 1), try(slow, 1, "deferred")))))
	require.Equal(t, []string{"delivery 1s+0s error: ", "delivery 1m30s+0s"}, tells(maker.Logs(batch(try(slow, 90, "delivered", attrs.DeliveryDuration, 90.0)))))
	require.Equal(t, []string{"message 0s+1m30s"}, tells(maker.Logs(batch(over(slow, 90, 90)))))
	require.Equal(t, []string{"message 0s+2m0s"}, tells(maker.Logs(batch(over(&mail{uid: 3, id: "c@x"}, 120, 120)))), "the end alone tells")
}

// each is a try of n messages each.
func each(n int, from event.ID, status string) (lines []line) {
	for i := range n {
		lines = append(lines, try(&mail{uid: from + event.ID(i), id: "a@x"}, 1, status))
	}
	return lines
}

func TestWhatIsHeldBackIsBounded(t *testing.T) {
	maker := New(Options{Failed: true})
	maker.Logs(batch(each(maxHeld+100, 1, "delivered")...))
	require.Len(t, maker.keep.held, maxHeld)
	many := &mail{uid: 1 << 40, id: "a@x"}
	var lines []line
	for range 1000 {
		lines = append(lines, try(many, 1, "delivered", attrs.DelaySetup, 0.1))
	}
	for ld := batch(lines...); maker.Spans < maxHeldSpans+maxHeld; {
		maker.Logs(ld)
	}
	k := maker.keep
	require.LessOrEqual(t, len(k.order), 2*maxHeld)
	require.LessOrEqual(t, k.spans, maxHeldSpans)
	held := 0
	for _, one := range k.held {
		held += one.traces.SpanCount()
	}
	require.Equal(t, held, k.spans)
	maker.Logs(batch(each(maxKept+100, 1<<32, "bounced")...))
	require.LessOrEqual(t, len(k.kept), maxKept)
}
