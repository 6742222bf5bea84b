package mailhost

import (
	"maps"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
)

// unsaved is what of a host is not in a saved state as it is now. A state is written in entries: each item that has changed since the state before, by a key of
// its own, and of the items that are gone the keys. The newest entry of a key counts.
type unsaved struct {
	sessionLedger ledger[Session]
	messageLedger ledger[Message]
	peerLedger    ledger[peer]
	dead          []uint32 // keys of items that are gone
	free          []uint32 // and that no item has, nor any entry to come is about
	lastKey       uint32
	used          bool // the host's head may have changed
	streamsSoFar  int
}

func newUnsaved() unsaved {
	return unsaved{
		sessionLedger: ledger[Session]{of: func(s *Session) *page { return &s.page }},
		messageLedger: ledger[Message]{of: func(m *Message) *page { return &m.page }},
		peerLedger:    ledger[peer]{of: func(p *peer) *page { return &p.page }},
		used:          true,
	}
}

// Entry is one part of a state that is written in entries: an item, the head of a host, or the keys of items that are gone.
type Entry struct {
	Host    uint64 // its number
	Key     uint32
	List    int    // that the item is in
	Age     uint64 // there
	Session *savedSession
	Message *savedMessage
	Peer    *savedPeer
	Head    *savedHost
	Dead    []uint32
}

// Use notes that somebody may change the host.
func (h *Host) Use() { h.used = true }

// outline changes when the clock on the wall brings about anything that is saved.
type outline struct {
	changed, dead, streams, tries, due, parting int
	told                                        int64
}

func (h *Host) outline() outline {
	o := outline{changed: h.Changed(), dead: len(h.dead), streams: len(h.streams), tries: len(h.tries.order), told: h.waiting.Told}
	for _, st := range h.streams {
		o.due += len(st.due)
		o.parting += len(st.parting)
	}
	return o
}

// ChangeAll makes the next state one that needs none before it.
func (h *Host) ChangeAll() {
	h.sessionLedger.changeAll()
	h.messageLedger.changeAll()
	h.peerLedger.changeAll()
	h.free = append(h.free, h.dead...)
	h.dead, h.used = h.dead[:0], true
}

// Changed is how many items have changed since they were written.
func (u *unsaved) Changed() int {
	return u.sessionLedger.changed + u.messageLedger.changed + u.peerLedger.changed
}

// gone notes that an item is no more.
func (u *unsaved) gone(key uint32) {
	if key != 0 {
		u.dead = append(u.dead, key)
	}
}

// keyOf gives an item's key.
func (u *unsaved) keyOf(k *page) uint32 {
	if k.key != 0 {
		return k.key
	}
	if last := len(u.free) - 1; last >= 0 {
		k.key, u.free = u.free[last], u.free[:last]
	} else {
		u.lastKey++
		k.key = u.lastKey
	}
	return k.key
}

// WriteSome gives out the entries of as many items that have changed, as those of a host of that number.
func (h *Host) WriteSome(to func(*Entry) error, number uint64, most int) error {
	for ; most > 0; most-- {
		e := h.takeChanged(number)
		if e == nil {
			return nil
		}
		err := to(e)
		if e.Message != nil {
			e.Message.Message.release()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeChanged gives the entry of an item that has changed; nil: none has.
func (h *Host) takeChanged(number uint64) *Entry {
	if s := h.sessionLedger.take(); s != nil {
		list, stream := find(h.streams, s.links.In, listEndedSessions, func(st *stream) []*aging.List[Session] {
			return []*aging.List[Session]{&st.endedSessions, &st.openSessions}
		})
		return &Entry{Host: number, Key: h.keyOf(&s.page), List: list, Age: s.links.Age, Session: s.save(stream)}
	}
	if m := h.messageLedger.take(); m != nil {
		list, stream := find(h.streams, m.links.In, listLateMessages, func(st *stream) []*aging.List[Message] {
			return []*aging.List[Message]{&st.lateMessages, &st.endedMessages, &st.openMessages}
		})
		return &Entry{Host: number, Key: h.keyOf(&m.page), List: list, Age: m.links.Age, Message: m.save(stream)}
	}
	if p := h.peerLedger.take(); p != nil {
		list, stream := find(h.streams, p.links.In, listPeers, func(st *stream) []*aging.List[peer] {
			return []*aging.List[peer]{&st.peerOrder}
		})
		return &Entry{Host: number, Key: h.keyOf(&p.page), List: list, Age: p.links.Age, Peer: &savedPeer{p, p.key, stream}}
	}
	return nil
}

// The first of the lists of each kind of items, in the order in which a host is restored.
const (
	listEndedSessions = 0
	listLateMessages  = 2
	listPeers         = 5
)

// find gives the place of a list among those of its kind, from the first of them on, and the number of its stream.
func find[T any](streams []*stream, in *aging.List[T], first int, of func(*stream) []*aging.List[T]) (list, number int) {
	for _, st := range streams {
		if i := slices.Index(of(st), in); i >= 0 {
			return first + i, st.number
		}
	}
	return first, 0
}

// TakeHead gives the entries of what is no item, as it is now; what becomes of the host later does not change them.
func (h *Host) TakeHead(number uint64) (list []Entry) {
	if len(h.dead) > 0 {
		list = append(list, Entry{Host: number, Dead: slices.Clone(h.dead)})
		h.free = append(h.free, h.dead...)
		h.dead = h.dead[:0]
	}
	if h.used {
		head := h.head()
		head.detach()
		list = append(list, Entry{Host: number, Head: &head})
		h.used = false
	}
	return list
}

// detach copies what the host goes on changing.
func (in *savedHost) detach() {
	in.Aliases = maps.Clone(in.Aliases)
	for i := range in.Streams {
		in.Streams[i].Twins.Waiting = maps.Clone(in.Streams[i].Twins.Waiting)
	}
	for i, t := range in.Tries {
		one := *t.Try
		in.Tries[i].Try = &one
	}
	in.Receipts = copied(in.Receipts)
	in.Filtered = copied(in.Filtered)
}

// copied gives a list of copies; their lists only ever grow.
func copied[T any](list []*T) []*T {
	if list == nil {
		return nil
	}
	values := make([]T, len(list))
	out := make([]*T, len(list))
	for i, one := range list {
		values[i] = *one
		out[i] = &values[i]
	}
	return out
}
