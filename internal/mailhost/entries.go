package mailhost

import (
	"cmp"
	"errors"
	"slices"
)

// Entries puts together what was written of one host.
type Entries struct {
	head  *savedHost
	items map[uint32]*Entry
}

// Add takes the next entry.
func (in *Entries) Add(e *Entry) {
	if in.items == nil {
		in.items = make(map[uint32]*Entry)
	}
	if e.Head != nil {
		in.head = e.Head
	}
	for _, key := range e.Dead {
		delete(in.items, key)
	}
	if e.Key != 0 {
		in.items[e.Key] = e
	}
}

// Restore makes the host of the newest entries.
func (in *Entries) Restore(site *Site, all *Totals, arrivals *Arrivals) (*Host, error) {
	if in.head == nil {
		return nil, errors.New("a host has no head")
	}
	at := make(map[int]int, len(in.head.Streams)) // by number
	for i := range in.head.Streams {
		at[in.head.Streams[i].Number] = i
	}
	h := New(in.head.Name, site, all, arrivals)
	return h, h.restoreAll(in.head, in.list(at))
}

// list gives the items in the order of their lists.
func (in *Entries) list(at map[int]int) *savedItems {
	sorted := make([]*Entry, 0, len(in.items))
	for _, e := range in.items {
		sorted = append(sorted, e)
	}
	slices.SortFunc(sorted, func(a, b *Entry) int {
		return cmp.Or(a.List-b.List, *a.stream()-*b.stream(), cmp.Compare(a.Age, b.Age))
	})
	items := new(savedItems)
	for _, e := range sorted {
		if i, known := at[*e.stream()]; known {
			*e.stream() = i
		} else {
			*e.stream() = -1
		}
		switch {
		case e.Session != nil:
			items.sessions = append(items.sessions, e.Session)
		case e.Message != nil:
			items.messages = append(items.messages, e.Message)
		default:
			items.peers = append(items.peers, e.Peer)
		}
	}
	return items
}

// stream is the item's stream.
func (e *Entry) stream() *int {
	switch {
	case e.Session != nil:
		return &e.Session.Stream
	case e.Message != nil:
		return &e.Message.Stream
	}
	return &e.Peer.Stream
}
