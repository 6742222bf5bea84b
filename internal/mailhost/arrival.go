package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// A message that came from another host is there under a queue id of this one's, which that host's log may name. Who brings the two together knows
// all hosts; here stands what this host can tell.

// arrivedNear is where only the queue id tells: clocks of two hosts, and the time of one reception.
const arrivedNear = int64(time.Minute)

// Arrived finds the message with that queue id which another host can have handed over at when: with the same Message-ID where both know it, else at the same
// time. nil: there is none, or the host before it is known already.
func (h *Host) Arrived(queueID string, messageID hash.Sum, when int64) *Message {
	for m := h.messages[queueID]; m != nil; m = m.sameID {
		if !m.met && m.IsSame(messageID, when) {
			return m
		}
	}
	return nil
}

// IsSame says whether the message that another host handed over at when is m: by Message-ID where both know it, else by time.
func (m *Message) IsSame(messageID hash.Sum, when int64) bool {
	if messageID != 0 && m.MessageID != "" {
		return hash.Of(m.MessageID) == messageID && distance(when, m.First) <= promiseHolds
	}
	return m.received && distance(when, m.First) <= arrivedNear
}

// Met says whether the host before the message's is known.
func (m *Message) Met() bool { return m.met }

// Hop makes the record that joins a message with the one at the host before, which is called from there.
func (h *Host) Hop(m *Message, parent event.ID, from string, when int64, out *Output) {
	m.met = true
	ev := events.Get().(*event.Event)
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.Synthetic = event.KindHop, m.Dialect, h.name, m.instance, true
	ev.QueueID, ev.MessageUID, ev.ParentUID, ev.MessageID = m.QueueID, m.UID, parent, m.MessageID
	ev.Trace, ev.Span = m.Trace, hash.New().Num(int64(m.UID)).Num(int64(parent)).ID()
	ev.ClientAddress, ev.ServerAddress = from, h.name
	ev.Time, ev.Resolution = when, event.ResolutionSecond
	out.Made = append(out.Made, Made{Event: ev, Host: h.name})
}
