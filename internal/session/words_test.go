package session

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A log without stamps has a clock that stands: what it began is not of long ago.
func TestTriesOfALogWithoutStamps(t *testing.T) {
	tr := New(Config{MaxSessions: 10, MaxMessages: 10, MaxRecipients: 10, MessageTTL: time.Hour, SessionIdle: time.Minute})
	var out Output
	say := func(ev event.Event) event.Event {
		ev.Host, ev.UniqueID = "mx", true
		out.Reset()
		tr.Observe(&ev, "", int64(1_800_000_000)*int64(time.Second), &out)
		return ev
	}
	say(event.Event{Kind: event.KindMessageOpened, QueueID: "1795569814.163", TryID: "only", RcptTo: "b@example.net"})
	got := say(event.Event{Kind: event.KindDelivery, TryID: "only", Status: event.StatusDelivered, Tried: event.Yes})
	require.Equal(t, "1795569814.163", got.QueueID)
	require.Equal(t, "b@example.net", got.RcptTo)
}
