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
	for i := range m.Hops {
		if hop := &m.Hops[i]; hop.Server == ev.ServerAddress && hop.Address == ev.PeerIP {
			hop.take(ev)
			return
		}
	}
	if len(m.Hops) >= maxHops {
		return
	}
	m.Hops = append(m.Hops, Hop{Server: common(ev.ServerAddress), Address: common(ev.PeerIP)})
	m.Hops[len(m.Hops)-1].take(ev)
}

func (h *Hop) take(ev *event.Event) {
	if ev.Route != event.RouteUnknown {
		h.Route = ev.Route
	}
	h.Status = ev.Status
	h.Code, h.Reason = 0, ""
	enhanced := ""
	if ev.Status != event.StatusDelivered {
		h.Code, h.Reason, enhanced = ev.Code, ev.Reason, ev.Enhanced
	}
	replaceCommon(&h.Enhanced, enhanced)
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
