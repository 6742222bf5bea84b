package mailhost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What stands in lines of their own in front of a verdict is the verdict's: an answer of several lines whole, and the server's own words as its own.
func TestWordsInLinesBeforeAVerdict(t *testing.T) {
	t.Run("an answer of two lines", func(t *testing.T) {
		var w words
		w.take(&event.Event{Kind: event.KindReply, Code: 550, Class: '5', Enhanced: "5.1.1", Text: "no such user", MoreLines: true})
		w.take(&event.Event{Kind: event.KindReply, Code: 550, Class: '5', Enhanced: "5.1.1", Text: "see there"})
		ev := event.Event{Kind: event.KindDelivery, Status: event.StatusBounced}
		w.tell(&ev)
		require.Equal(t, "no such user see there", ev.Text)
		require.Equal(t, 550, ev.Code)
	})
	t.Run("a second answer is no second line", func(t *testing.T) {
		var w words
		w.take(&event.Event{Kind: event.KindReply, Code: 450, Class: '4', Text: "later"})
		w.take(&event.Event{Kind: event.KindReply, Code: 550, Class: '5', Text: "no"})
		ev := event.Event{Kind: event.KindDelivery, Status: event.StatusBounced}
		w.tell(&ev)
		require.Equal(t, "no", ev.Text)
	})
	t.Run("an answer without end", func(t *testing.T) {
		var w words
		line := event.Event{Kind: event.KindReply, Code: 550, Class: '5', Text: "and on", MoreLines: true}
		for range 10000 {
			w.take(&line)
		}
		require.LessOrEqual(t, len(w.Text), longestWords+len(line.Text)+1)
	})
	t.Run("own words", func(t *testing.T) {
		var w words
		w.take(&event.Event{Kind: event.KindReply, Argument: "Connection refused", ErrorType: "connection_refused"})
		ev := event.Event{Kind: event.KindDelivery, Status: event.StatusDeferred}
		w.tell(&ev)
		require.Empty(t, ev.Text)
		require.Equal(t, "Connection refused", ev.Argument)
		require.Equal(t, "connection_refused", ev.ErrorType)
	})
}
