package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// Arrival is what a hop needs of a message that is forgotten.
type Arrival struct {
	Host, Instance, Dialect string
	QueueID                 string
	UID                     event.ID
	MessageID               string
	Received                bool
	First                   int64
}

// pastArrivals are bounded: the oldest is given up first.
type pastArrivals struct {
	byKey map[hash.Sum]Arrival
	order []hash.Sum // those that were taken stand there, too, until it is their turn
}

const maxPastArrivals = 16384

func (p *pastArrivals) add(one Arrival) {
	if p.byKey == nil {
		p.byKey = make(map[hash.Sum]Arrival)
	}
	key := hash.Of(one.QueueID)
	if _, known := p.byKey[key]; !known {
		p.order = append(p.order, key)
	}
	p.byKey[key] = one
	for len(p.byKey) > maxPastArrivals || len(p.order) > 2*maxPastArrivals {
		delete(p.byKey, p.order[0])
		p.order = p.order[1:]
	}
}

// keep remembers the arrival of a message that is forgotten, while hosts list theirs.
func (a *Arrivals) keep(one Arrival) {
	one.QueueID, one.MessageID = strings.Clone(one.QueueID), strings.Clone(one.MessageID)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.on {
		a.past.add(one)
	}
}

// TakePast takes off the forgotten message with that queue id that another host, but, can have handed over at when.
func (a *Arrivals) TakePast(queueID string, messageID hash.Sum, when int64, but string) (Arrival, bool) {
	key := hash.Of(queueID)
	a.mu.Lock()
	defer a.mu.Unlock()
	one, ok := a.past.byKey[key]
	if !ok || one.Host == but || one.QueueID != queueID || !one.isSame(messageID, when) {
		return Arrival{}, false
	}
	delete(a.past.byKey, key)
	return one, true
}

// Past lists the forgotten ones that wait, oldest first.
func (a *Arrivals) Past() (list []Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range a.past.order {
		if one, ok := a.past.byKey[key]; ok {
			list = append(list, one)
		}
	}
	return list
}

// RestorePast takes over what Past listed.
func (a *Arrivals) RestorePast(list []Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range list {
		a.past.add(one)
	}
}

func (a *Arrival) isSame(messageID hash.Sum, when int64) bool {
	if messageID != 0 && a.MessageID != "" {
		return hash.Of(a.MessageID) == messageID && distance(when, a.First) <= promiseHolds
	}
	return a.Received && distance(when, a.First) <= arrivedNear
}

// Hop makes the record that joins the message with the one at the host before, which is called from there.
func (a *Arrival) Hop(parent event.ID, trace event.TraceID, from string, when int64, out *Output) {
	ev := events.Get().(*event.Event)
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.Synthetic = event.KindHop, a.Dialect, a.Host, a.Instance, true
	ev.QueueID, ev.MessageUID, ev.ParentUID, ev.MessageID = a.QueueID, a.UID, parent, a.MessageID
	ev.Trace, ev.Span = trace, hash.New().Num(int64(a.UID)).Num(int64(parent)).ID()
	ev.ClientAddress, ev.ServerAddress = from, a.Host
	ev.Time, ev.Resolution = when, event.ResolutionSecond
	out.Made = append(out.Made, Made{Event: ev, Host: a.Host})
}
