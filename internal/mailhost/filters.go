package mailhost

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// A message may be handed on to another program of this host, which hands it back under another queue id: a content filter, the daemon behind a submission program, another
// instance. Such a delivery ends nothing. What tells it from any other is a queue id of this host, in the answer or in the filter's own line; that the program stands on this
// host tells nothing, for mailboxes and tunnels stand there, too.

// filters are a host's programs of that kind, as far as they have shown themselves.
type filters struct {
	placeShare Share
	places     map[place]struct{}
	pipes      map[string]*pipe     // programs that the server runs, by its names for them
	mail       map[string]*filtered // by the filter's own id
	order      []string             // oldest first
	share      Share
	fronts     bool // a filter stands in front of the queue: what it hands on has no queue id before
}

// place is where such a program was asked.
type place struct {
	Server, IP string
	Port       int
}

// filtered is what a filter says of a message under its own id, recipient by recipient.
type filtered struct {
	ID      string
	At      int64
	Onto    []Onward
	Acted   []Acted  // recipients that it keeps or throws away; Ended, in states of before, was the latter alone
	UID     event.ID // of the message that a program was given which the server has run, and its queue id
	QueueID string
	Finding string // the reason of a refusal for what was found in it
	FoundAt int64
}

// Onward is a recipient that goes on under another queue id of this host.
type Onward struct{ To, QueueID string }

// The bounds of what is known of filters.
const (
	maxPlaces    = 256
	maxFiltered  = 4096
	maxOnward    = 64
	filteredFor  = int64(3600e9) // of log time: the answer comes right behind the filter's own line
	reentersFor  = int64(600e9)  // where no Message-ID tells that it is the same mail
	filterPort   = 10000         // re-injection listens above; clients submit below
	clocksDiffer = int64(1e9)    // of stamps of whole seconds
)

func placeOf(ev *event.Event) place {
	if ev.Program != "" {
		return pipePlace(ev.Program)
	}
	return place{Server: ev.ServerAddress, IP: ev.PeerIP, Port: ev.PeerPort}
}

func (f *filters) knows(at place) bool {
	_, known := f.places[at]
	return known
}

// learn remembers a place. It must be one: a name or an address.
func (f *filters) learn(at place) {
	if f.knows(at) || len(f.places) >= maxPlaces || !f.placeShare.Fits() || at.Server == "" && at.IP == "" {
		return
	}
	if f.places == nil {
		f.places = make(map[place]struct{})
	}
	f.places[place{strings.Clone(at.Server), strings.Clone(at.IP), at.Port}] = struct{}{}
	f.placeShare.Add(1)
}

func (f *filters) unlearn(at place) {
	if f.knows(at) {
		delete(f.places, at)
		f.placeShare.Add(-1)
	}
}

// of finds or makes what is known of a message under an id.
func (f *filters) of(id string, now int64) *filtered {
	one := f.mail[id]
	if one == nil {
		f.forgetOld(now)
		if f.mail == nil {
			f.mail = make(map[string]*filtered)
		}
		one = &filtered{ID: strings.Clone(id), At: now}
		f.mail[one.ID] = one
		f.order = append(f.order, one.ID)
		f.share.Add(one.weigh())
	}
	return one
}

// note keeps what a filter's own line says of a recipient.
func (f *filters) note(ev *event.Event, now int64) {
	one := f.of(ev.FilterID, now)
	before := one.weigh()
	switch {
	case ev.RemoteQueueID != "" && len(one.Onto) < maxOnward:
		one.Onto = append(one.Onto, Onward{strings.Clone(ev.RcptTo), strings.Clone(ev.RemoteQueueID)})
	case ev.RcptTo != "" && ev.Action != event.ActionNone && len(one.Acted) < maxOnward:
		one.Acted = append(one.Acted, Acted{strings.Clone(ev.RcptTo), ev.Action})
	}
	f.share.Add(one.weigh() - before)
}

func (f *filters) forgetOld(now int64) {
	for len(f.order) > 0 {
		first := f.mail[f.order[0]]
		if first != nil && len(f.order) < maxFiltered && now-first.At <= filteredFor && f.share.Fits() {
			return
		}
		if first != nil {
			f.share.Add(-first.weigh())
		}
		delete(f.mail, f.order[0])
		f.order = f.order[1:]
	}
}

// list is for the savers of state.
func (f *filters) list() (places []place, mail []*filtered, fronts bool) {
	for at := range f.places {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.Server, b.Server), strings.Compare(a.IP, b.IP), a.Port-b.Port)
	})
	for _, id := range f.order {
		mail = append(mail, f.mail[id])
	}
	return places, mail, f.fronts
}

func (f *filters) restore(places []place, mail []*filtered) {
	for _, p := range places {
		f.learn(p)
	}
	if len(mail) > 0 {
		f.mail = make(map[string]*filtered, len(mail))
	}
	for _, one := range mail {
		f.mail[one.ID] = one
		f.order = append(f.order, one.ID)
		f.share.Add(one.weigh())
	}
}

// handOn finds out whether a verdict is of a program that hands the message back, and makes it a hop within this host then; or the end that the
// program says it is.
func (h *Host) handOn(m *Message, ev *event.Event, now int64) {
	switch {
	case ev.Kind != event.KindDelivery:
		return
	case ev.Program == "" && ev.Route != event.RouteMX && ev.Route != event.RouteRelayhost &&
		ev.Route != event.RouteLMTP && ev.Route != event.RouteUnknown:
		return
	}
	at := placeOf(ev)
	switch {
	case ev.Status == event.StatusDelivered && h.handsBack(m, ev, now):
		h.filters.learn(at)
	case ev.Status != event.StatusDelivered && ev.Status != event.StatusDiscarded && h.filters.knows(at): // it failed
	case (ev.Discards || ev.Bounces) && h.isOurs(ev):
		h.filters.learn(at)
	case ev.Status == event.StatusDelivered && h.filters.knows(at):
	case ev.Status == event.StatusDelivered:
		h.guess(m, ev)
		return
	default:
		return
	}
	if ev.Status == event.StatusDelivered {
		switch {
		case ev.Discards:
			ev.Status = event.StatusDiscarded
		case ev.Bounces:
			ev.Status = event.StatusBounced
		}
	}
	ev.Route, ev.Direction, ev.Provider = event.RouteFilter, event.DirectionUnknown, ""
}

// handsBack says whether the message is on this host again: under the queue id in the answer, or the one that the filter's own line says.
func (h *Host) handsBack(m *Message, ev *event.Event, now int64) bool {
	if ev.RemoteQueueID == "" {
		return false
	}
	for c := h.messages[ev.RemoteQueueID]; c != nil; c = c.sameID {
		if c != m && c.isMadeFrom(m, now, h.isOurs(ev)) {
			return true
		}
	}
	if ev.HandedBack && (isLoopback(ev.PeerIP) || ev.Route == event.RouteLMTP) {
		return true
	}
	f := h.filters.mail[ev.RemoteQueueID]
	if f == nil || now-f.At > filteredFor || !h.isOurs(ev) {
		return false
	}
	for i := range f.Acted {
		if strings.EqualFold(f.Acted[i].To, ev.RcptTo) {
			ev.Action = f.Acted[i].Action
			return true
		}
	}
	for i := range f.Onto {
		if to := f.Onto[i].To; to == "" || strings.EqualFold(to, ev.RcptTo) {
			ev.ChildQueueID = f.Onto[i].QueueID
			return true
		}
	}
	return len(f.Onto) > 0 // for an address that the filter has written anew
}

// isMadeFrom says whether the message can have come out of parent in a try that ended now: with its Message-ID, or, where one of them has none, right before. Any mail exchanger knows
// the Message-ID of what it gets, and the queue id of what it sends us meanwhile: what a stranger has brought is made from nothing that a stranger was given.
func (m *Message) isMadeFrom(parent *Message, now int64, ours bool) bool {
	if m.First > now+clocksDiffer || m.First < parent.First-clocksDiffer && !parent.Partial || parent.Parent == m.UID {
		return false
	}
	if m.MessageID != "" && parent.MessageID != "" {
		return m.MessageID == parent.MessageID && (ours || !m.isStrangers())
	}
	return ours && now-m.First <= reentersFor
}

// isStrangers says whether somebody brought the message who is not of this host's network.
func (m *Message) isStrangers() bool {
	from := m.submitter().PeerIP
	return m.brought && !isLoopback(from) && !isPrivate(from) && !m.host.site.isLocalNetwork(from)
}

// isOurs says whether the program that answered is one of our own: on this host or its network, spoken to by LMTP, or at a port where no mail exchanger listens.
func (h *Host) isOurs(ev *event.Event) bool {
	switch {
	case ev.Route == event.RouteLMTP || isLoopback(ev.PeerIP) || h.filters.knows(placeOf(ev)):
		return true
	case ev.PeerPort != 0 && ev.PeerPort != 25 && ev.PeerPort != 465 && ev.PeerPort != 587:
		return true
	}
	return isPrivate(ev.PeerIP)
}

// isPrivate says whether an address is of a network that nobody else can reach.
func isPrivate(ip string) bool {
	if ip == "" {
		return false
	}
	addr, err := netip.ParseAddr(ip)
	return err == nil && (addr.Unmap().IsPrivate() || addr.IsLinkLocalUnicast())
}

func (f *filtered) weigh() int {
	const base = 250 // with its entry in the map
	bytes := base + 2*weight.Of(f.ID) + weight.Of(f.QueueID)
	for i := range f.Onto {
		bytes += weight.Of(f.Onto[i].To, f.Onto[i].QueueID) + 32
	}
	for i := range f.Acted {
		bytes += weight.Of(f.Acted[i].To) + 24
	}
	return bytes
}
