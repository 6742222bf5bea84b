package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
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
	aging.Recent[hash.Sum, Arrival]
}

const maxPastArrivals = 16384

func (p *pastArrivals) keep(one Arrival) {
	p.Put(hash.Of(one.QueueID), one, maxPastArrivals)
}

// TakePast takes off the forgotten message with that queue id that another host, but, can have handed over at when.
func (a *Arrivals) TakePast(queueID string, messageID hash.Sum, when int64, but string) (Arrival, bool) {
	key := hash.Of(queueID)
	a.mu.Lock()
	defer a.mu.Unlock()
	kept := a.past.Get(key)
	if kept == nil || kept.Host == but || kept.QueueID != queueID || !kept.isSame(messageID, when) {
		return Arrival{}, false
	}
	one := *kept
	a.past.Delete(key)
	return one, true
}

// Past lists the forgotten ones that wait, oldest first.
func (a *Arrivals) Past() (list []Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.past.All() {
		list = append(list, *one)
	}
	return list
}

// RestorePast takes over what Past listed.
func (a *Arrivals) RestorePast(list []Arrival) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range list {
		a.past.keep(one)
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
