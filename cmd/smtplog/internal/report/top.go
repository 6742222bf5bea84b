package report

import (
	"cmp"
	"slices"
	"strings"
)

// top keeps the most frequent names and what belongs to each. Up to its size it is exact; then a new name takes the place of the least frequent and begins with
// that one's rank (space-saving: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005).
type top[V any] struct {
	size   int
	byName map[string]*entry[V]
	order  ranks[V] // a heap, once it is full
	err    int64    // the most that a rank may be too high by
}

type entry[V any] struct {
	name  string
	rank  int64
	place int
	value V
}

func newTop[V any](size int) *top[V] {
	return &top[V]{size: size, byName: make(map[string]*entry[V])}
}

// add raises a name's rank by n and gives what belongs to it.
func (t *top[V]) add(name string, n int64) *V {
	e := t.byName[name]
	if e == nil {
		e = t.enter(name)
	}
	e.rank += n
	if t.order != nil {
		t.order.sink(e)
	}
	return &e.value
}

// get is what belongs to a name that is kept; nil where it is not.
func (t *top[V]) get(name string) *V {
	if e := t.byName[name]; e != nil {
		return &e.value
	}
	return nil
}

func (t *top[V]) enter(name string) *entry[V] {
	name = strings.Clone(name)
	if len(t.byName) < t.size {
		e := &entry[V]{name: name}
		t.byName[name] = e
		return e
	}
	if t.order == nil {
		t.fill()
	}
	least := t.order[0]
	delete(t.byName, least.name)
	t.err = max(t.err, least.rank)
	e := &entry[V]{name: name, rank: least.rank, place: 0} // another one: who holds on to the old must not take it for the new
	t.byName[name], t.order[0] = e, e
	return e
}

// fill makes the heap of a full list.
func (t *top[V]) fill() {
	t.order = make(ranks[V], 0, len(t.byName))
	for _, e := range t.byName {
		e.place = len(t.order)
		t.order = append(t.order, e)
	}
	slices.SortFunc(t.order, func(a, b *entry[V]) int { return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.name, b.name)) })
	for i, e := range t.order {
		e.place = i
	}
}

// best gives the n of the highest rank, in order.
func (t *top[V]) best(n int) []*entry[V] {
	list := make([]*entry[V], 0, len(t.byName))
	for _, e := range t.byName {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *entry[V]) int { return cmp.Or(cmp.Compare(b.rank, a.rank), strings.Compare(a.name, b.name)) })
	return list[:min(n, len(list))]
}

// ranks is a heap, the lowest in front. It begins in the order of the names, so that every run gives the same.
type ranks[V any] []*entry[V]

// sink moves an entry whose rank has grown to its place.
func (r ranks[V]) sink(e *entry[V]) {
	i := e.place
	for {
		least := 2*i + 1
		if least >= len(r) {
			break
		}
		if right := least + 1; right < len(r) && r[right].rank < r[least].rank {
			least = right
		}
		if r[least].rank >= e.rank {
			break
		}
		r[i] = r[least]
		r[i].place = i
		i = least
	}
	r[i], e.place = e, i
}
