package session

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// A message goes on under another queue id at the next host, whose log may come through the same tracker. The line that names the other id may come before
// the other's own lines, or behind them.

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
	byKey map[hash.Sum]handover
	order []hash.Sum
}

const maxHandovers = 16384

func (p *handovers) add(one handover) {
	if p.byKey == nil {
		p.byKey = make(map[hash.Sum]handover)
	}
	if _, known := p.byKey[one.Key]; !known {
		p.order = append(p.order, one.Key)
	}
	p.byKey[one.Key] = one
	for len(p.byKey) > maxHandovers || len(p.order) > 2*maxHandovers {
		delete(p.byKey, p.order[0])
		p.order = p.order[1:]
	}
}

// list gives the handovers that wait, oldest first.
func (p *handovers) list() (list []handover) {
	for _, key := range p.order {
		if one, ok := p.byKey[key]; ok {
			list = append(list, one)
		}
	}
	return list
}

// elsewhere is the key of a queue id at some other host.
func elsewhere(queueID string) hash.Sum { return hash.New().Str("").Str(queueID) }

// meet finds the two ends of a hop from host to host: our delivery that the next host queued as an id, and the message there. A record
// is made where both are known, whichever came first; no other record depends on it, so the order of two hosts' logs changes none.
func (t *Tracker) meet(h *host, m *mailhost.Message, ev *event.Event, now int64, out *Output) {
	switch {
	case m == nil:
	case handsOver(ev):
		id := hash.Of(m.MessageID)
		for _, other := range t.arrivals.At(ev.RemoteQueueID, h.Host) {
			if next := other.Arrived(ev.RemoteQueueID, id, now); next != nil {
				other.Hop(next, m.UID, m.Trace, h.Name(), now, out)
				return
			}
		}
		t.handovers.add(handover{Key: elsewhere(ev.RemoteQueueID), Parent: m.UID, Host: h.Name(), MessageID: id, Trace: m.Trace, When: now})
	case !m.Met() && (ev.Kind == event.KindMessageHeader || ev.Kind == event.KindMessageReceived):
		p, ok := t.handovers.byKey[elsewhere(m.QueueID)]
		if ok && p.Host != h.Name() && m.IsSame(p.MessageID, p.When) {
			delete(t.handovers.byKey, p.Key)
			h.Hop(m, p.Parent, p.Trace, p.Host, p.When, out)
		}
	}
}

// listArrivals makes the hosts list what arrives, once there are two.
func (t *Tracker) listArrivals() {
	if len(t.hosts) < 2 || t.arrivals.IsOn() {
		return
	}
	t.arrivals.Begin()
	for _, h := range t.hosts {
		h.ListArrivals()
	}
}

// handsOver says whether the line is a delivery to another host that says what queue id it gave.
func handsOver(ev *event.Event) bool {
	if ev.Kind != event.KindDelivery || ev.Status != event.StatusDelivered || ev.RemoteQueueID == "" || ev.Duplicate {
		return false
	}
	return ev.Route == event.RouteMX || ev.Route == event.RouteRelayhost || ev.Route == event.RouteLMTP || ev.Route == event.RouteUnknown
}
