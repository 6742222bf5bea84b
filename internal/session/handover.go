package session

import (
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// A message goes on under another queue id at the next host, whose log may come through the same tracker. The line that names the
// other id may come before the other's own lines, or behind them.

// handover is a delivery to a host that said what queue id it gave, and that has shown no line of that yet.
type handover struct {
	Key       hash.Sum // of the queue id
	Parent    event.ID // what was delivered
	Host      string   // by whom
	MessageID hash.Sum // 0: not known
	Trace     event.TraceID
	When      int64
}

// handovers are bounded: the oldest is given up first.
type handovers struct {
	mu     sync.Mutex
	recent aging.Recent[hash.Sum, handover]
}

const maxHandovers = 16384

func (p *handovers) clear() { p.recent = aging.Recent[hash.Sum, handover]{} }

func (p *handovers) add(one handover) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recent.Put(one.Key, one, maxHandovers)
}

// find gives the handover of a queue id.
func (p *handovers) find(key hash.Sum) (handover, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.recent.Get(key); one != nil {
		return *one, true
	}
	return handover{}, false
}

// take takes a handover off: only one of those who found it at the same time may.
func (p *handovers) take(one handover) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept := p.recent.Get(one.Key); kept == nil || *kept != one {
		return false
	}
	p.recent.Delete(one.Key)
	return true
}

// list gives the handovers that wait, oldest first.
func (p *handovers) list() (list []handover) {
	for _, one := range p.recent.All() {
		list = append(list, *one)
	}
	return list
}

// elsewhere is the key of a queue id at some other host.
func elsewhere(queueID string) hash.Sum { return hash.New().Str("").Str(queueID) }

// meet finds the two ends of a hop from host to host: our delivery that the next host queued as an id, and the message there. A record
// is made where both are known, whichever came first; no other record depends on it, so the order of two hosts' logs changes none.
//
// The lock of h is held, so what another host knows cannot be asked: a delivery is noted first, and given back to seek the message for it.
func (t *Tracker) meet(h *host, m *mailhost.Message, ev *event.Event, now int64, out *Output) *handover {
	switch {
	case m == nil:
	case handsOver(ev):
		given := handover{
			Key: elsewhere(ev.RemoteQueueID), Parent: m.UID, Host: h.Name(), MessageID: hash.Of(m.MessageID), Trace: m.Trace, When: now,
		}
		t.handovers.add(given)
		return &given
	case !m.Met() && (ev.Kind == event.KindMessageHeader || ev.Kind == event.KindMessageReceived):
		p, ok := t.handovers.find(elsewhere(m.QueueID))
		if ok && p.Host != h.Name() && m.IsSame(p.MessageID, p.When) && t.handovers.take(p) {
			h.Hop(m, p.Parent, p.Trace, p.Host, p.When, out)
		}
	}
	return nil
}

// seek finds the message of a handover at the hosts that have one with its queue id, or among those that they have forgotten. One
// that arrives meanwhile finds the handover.
func (t *Tracker) seek(from *host, queueID string, given *handover, out *Output) {
	names, forgotten := t.arrivals.At(queueID, from.Host)
	if len(names) == 0 && !forgotten {
		return // what arrives meanwhile finds the handover
	}
	for _, name := range names {
		h := t.known(name)
		if h == nil {
			continue
		}
		m := h.Arrived(queueID, given.MessageID, given.When)
		met := m != nil && t.handovers.take(*given)
		if met {
			h.Use()
			h.Hop(m, given.Parent, given.Trace, given.Host, given.When, out)
		}
		h.mu.Unlock()
		if met {
			return
		}
	}
	if past, ok := t.arrivals.TakePast(queueID, given.MessageID, given.When, given.Host); ok && t.handovers.take(*given) {
		past.Hop(given.Parent, given.Trace, given.Host, given.When, out)
	}
}

// listArrivals makes the hosts list what arrives, once there are two.
func (t *Tracker) listArrivals() {
	if !t.arrivals.Begin() {
		return
	}
	t.each(func(h *host) { h.ListArrivals() })
}

// handsOver says whether the line is a delivery to another host that says what queue id it gave.
func handsOver(ev *event.Event) bool {
	if ev.Kind != event.KindDelivery || ev.Status != event.StatusDelivered || ev.RemoteQueueID == "" || ev.Duplicate {
		return false
	}
	return ev.Route == event.RouteMX || ev.Route == event.RouteRelayhost || ev.Route == event.RouteLMTP || ev.Route == event.RouteUnknown
}
