package mailhost

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// A message that came from another host is there under a queue id of this one's, which that host's log may name. Who brings the two together knows
// all hosts; here stands what this host can tell.

// Arrivals say which hosts have a message with a queue id of which the host before is not known. All hosts list theirs in one, once there are
// several: a single host has nobody to hear from. It may be used from several goroutines.
type Arrivals struct {
	mu   sync.Mutex
	on   bool
	one  map[hash.Sum]*Host
	more map[hash.Sum][]*Host // further ones with the same queue id
	past pastArrivals
}

// maxWithOneQueueID is how many messages with one queue id are listed: queue ids are long enough that few hosts give out the same.
const maxWithOneQueueID = 64

// Begin makes the hosts list what arrives, unless they do. Each that was there before has to ListArrivals.
func (a *Arrivals) Begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.on {
		return false
	}
	a.on, a.one, a.more = true, make(map[hash.Sum]*Host), make(map[hash.Sum][]*Host)
	return true
}

// At gives the names of the hosts that have a message with that queue id, in order, but for one, and says whether one that is forgotten had it. What is forgotten
// meanwhile was at one of those.
func (a *Arrivals) At(queueID string, but *Host) (names []string, forgotten bool) {
	key := hash.Of(queueID)
	a.mu.Lock()
	defer a.mu.Unlock()
	forgotten = a.past.Get(key) != nil
	first := a.one[key]
	if first == nil {
		return nil, forgotten
	}
	if first != but {
		names = append(names, first.name)
	}
	for _, h := range a.more[key] {
		if h != but {
			names = append(names, h.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), forgotten
}

// add lists a message. It is false where nobody lists, or there are too many.
func (a *Arrivals) add(h *Host, queueID string) bool {
	key := hash.Of(queueID)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !a.on, len(a.more[key]) >= maxWithOneQueueID:
		return false
	case a.one[key] == nil:
		a.one[key] = h
	default:
		a.more[key] = append(a.more[key], h)
	}
	return true
}

// remove takes a message of the host off the list, and remembers its arrival where past is one.
func (a *Arrivals) remove(h *Host, queueID string, past *Arrival) {
	key := hash.Of(queueID)
	a.mu.Lock()
	defer a.mu.Unlock()
	if past != nil && a.on {
		a.past.keep(*past)
	}
	others := a.more[key]
	if i := slices.Index(others, h); i >= 0 {
		others = slices.Delete(others, i, i+1)
	} else if a.one[key] == h {
		delete(a.one, key)
		if len(others) > 0 {
			a.one[key], others = others[0], others[1:]
		}
	}
	if len(others) == 0 {
		delete(a.more, key)
	} else {
		a.more[key] = others
	}
}

// ListArrivals lists what has arrived before somebody asked.
func (h *Host) ListArrivals() {
	for _, m := range h.messages {
		for ; m != nil; m = m.sameID {
			h.listArrival(m)
		}
	}
}

// listArrival lists a message by which another host's can be known again: one that was received, or of which the Message-ID is known.
func (h *Host) listArrival(m *Message) {
	if !m.listed && !m.met && m.links.In != nil && (m.received || m.MessageID != "") {
		m.listed = h.arrivals.add(h, m.QueueID)
	}
}

// unlistArrival takes a message off the list. One that somebody brought and that is only forgotten may still be told of by the log of the host before, which may be hours
// behind.
func (h *Host) unlistArrival(m *Message, forgotten bool) {
	if !m.listed {
		return
	}
	m.listed = false
	var past *Arrival
	if forgotten && m.brought {
		one := h.arrivalOf(m)
		one.QueueID, one.MessageID = strings.Clone(one.QueueID), strings.Clone(one.MessageID)
		past = &one
	}
	h.arrivals.remove(h, m.QueueID, past)
}

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
	one := Arrival{MessageID: m.MessageID, Received: m.received, First: m.First}
	return one.isSame(messageID, when)
}

func (h *Host) arrivalOf(m *Message) Arrival {
	return Arrival{
		Host: h.name, Instance: m.of.instance, Dialect: m.of.dialect, QueueID: m.QueueID, UID: m.UID, MessageID: m.MessageID,
		Received: m.received, First: m.First,
	}
}

// Met says whether the host before the message's is known.
func (m *Message) Met() bool { return m.met }

// Hop makes the record that joins a message with the one at the host before, in the trace of that: it is the mail's, also where the log here has no Message-ID.
func (h *Host) Hop(m *Message, parent event.ID, trace event.TraceID, from string, when int64, out *Output) {
	m.met = true
	h.messageLedger.change(m)
	h.unlistArrival(m, false)
	a := h.arrivalOf(m)
	a.Hop(parent, trace, from, when, out)
}
