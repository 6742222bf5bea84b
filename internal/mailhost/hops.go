package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Hop is one host that was asked to take the message: how it ended, and what the host answered if it refused.
type Hop struct {
	Server, Address string
	Route           event.Route
	Status          event.Status
	Code            int
	Enhanced        string
	Reason          string
}

// hop notes the host that was asked, one entry a host: its verdict, or what it answered before there was one.
func (m *Message) hop(ev *event.Event) {
	if ev.ServerAddress == "" && ev.PeerIP == "" {
		return
	}
	for i, hop := range m.hops {
		if hop.Server == ev.ServerAddress && hop.Address == ev.PeerIP {
			m.hops[i] = hop.after(ev)
			return
		}
	}
	if len(m.hops) >= maxHops {
		return
	}
	first := Hop{Server: ev.ServerAddress, Address: ev.PeerIP}
	m.hops = append(m.hops, first.after(ev))
}

var hops shared[Hop]

// hopOf gives a copy of it that pins no line.
func hopOf(one Hop) *Hop {
	return hops.of(one, func(own *Hop) {
		own.Server, own.Address, own.Enhanced = common(own.Server), common(own.Address), common(own.Enhanced)
	})
}

// plainHops are the hops as summaries and saved states have them.
func (m *Message) plainHops() []Hop {
	if len(m.hops) == 0 {
		return nil
	}
	list := make([]Hop, len(m.hops))
	for i, hop := range m.hops {
		list[i] = *hop
	}
	return list
}

// after is the hop when the event has happened. Hops are shared, so it is another one.
func (h Hop) after(ev *event.Event) *Hop {
	if ev.Route != event.RouteUnknown {
		h.Route = ev.Route
	}
	h.Status = ev.Status
	h.Code, h.Reason, h.Enhanced = 0, "", ""
	if ev.Status != event.StatusDelivered {
		h.Code, h.Reason, h.Enhanced = ev.Code, ev.Reason, ev.Enhanced
	}
	return hopOf(h)
}

// asked notes a host that refused or failed before there is a verdict.
func (m *Message) asked(ev *event.Event) {
	if !refuses(ev) {
		return
	}
	switch ev.Kind {
	case event.KindReply, event.KindConnect, event.KindWarning:
		m.hop(ev)
	}
}
