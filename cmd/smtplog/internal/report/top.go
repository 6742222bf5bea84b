package report

import (
	"cmp"
	"slices"
	"strings"
)

// top keeps the most frequent names and what belongs to each. Up to its size it is exact. Then the less frequent ones go at once, and whoever comes anew begins
// with the highest count that one of them had: a count is never too low, and too high by that at most. It is the method of Misra and Gries ("Finding Repeated
// Elements", 1982) with the purge of Anderson et al. ("A High-Performance Algorithm for Identifying Frequent Items in Data Streams", IMC 2017): no order is kept
// up at each line, and every run gives the same.
type top[V any] struct {
	size    int
	byBytes bool // names have a second count, and the highest by either stay
	byName  map[string]*entry[V]
	arrived []*entry[V] // in their order
	most    int         // names at a time
	err     counts      // the most that a count may be too high by
}

// counts are what names are ranked by.
type counts struct{ times, bytes int64 }

type entry[V any] struct {
	name string
	counts
	value V
}

func newTop[V any](size int) *top[V] {
	return &top[V]{size: size, byName: make(map[string]*entry[V])}
}

// newTopByBytes is a list that is asked for bytes, too.
func newTopByBytes[V any](size int) *top[V] {
	t := newTop[V](size)
	t.byBytes = true
	return t
}

// add counts a name n times and gives what belongs to it.
func (t *top[V]) add(name string, n int64) *V { return t.addBytes(name, n, 0) }

// addBytes counts a name n times, with so many bytes in all.
func (t *top[V]) addBytes(name string, n, bytes int64) *V {
	e := t.byName[name]
	if e == nil {
		if len(t.byName) >= t.size {
			t.purge()
		}
		e = &entry[V]{name: strings.Clone(name), counts: t.err}
		t.byName[e.name] = e
		t.arrived = append(t.arrived, e)
		t.most = max(t.most, len(t.byName))
	}
	e.times += n
	e.bytes += bytes
	return &e.value
}

// get is what belongs to a name that is kept; nil where it is not.
func (t *top[V]) get(name string) *V {
	if e := t.byName[name]; e != nil {
		return &e.value
	}
	return nil
}

// purge lets go of the names with the lowest counts, and of those with equal ones the oldest: half of them, or a third where two counts decide.
func (t *top[V]) purge() {
	stays := make([]bool, len(t.arrived))
	if t.byBytes {
		t.choose(stays, t.size/3, byTimes)
		t.choose(stays, t.size/3, byBytes)
	} else {
		t.choose(stays, t.size/2, byTimes)
	}
	kept := t.arrived[:0]
	for i, e := range t.arrived {
		if stays[i] {
			kept = append(kept, e)
			continue
		}
		delete(t.byName, e.name)
		t.err.times, t.err.bytes = max(t.err.times, e.times), max(t.err.bytes, e.bytes)
	}
	clear(t.arrived[len(kept):])
	t.arrived = kept
}

// choose marks the n names with the highest counts.
func (t *top[V]) choose(stays []bool, n int, by func(counts) int64) {
	all := make([]int64, len(t.arrived))
	for i, e := range t.arrived {
		all[i] = by(e.counts)
	}
	slices.Sort(all)
	least := all[len(all)-n]
	above, _ := slices.BinarySearch(all, least+1)
	equal := n - (len(all) - above) // so many of those with the least count
	for i := len(t.arrived) - 1; i >= 0; i-- {
		x := by(t.arrived[i].counts)
		if x == least && equal > 0 {
			equal--
			stays[i] = true
		}
		stays[i] = stays[i] || x > least
	}
}

func byTimes(c counts) int64 { return c.times }

func byBytes(c counts) int64 { return c.bytes }

// best gives the n names of the highest counts, in order.
func (t *top[V]) best(n int, by func(counts) int64) []*entry[V] {
	list := slices.Clone(t.arrived)
	slices.SortFunc(list, func(a, b *entry[V]) int {
		return cmp.Or(cmp.Compare(by(b.counts), by(a.counts)), strings.Compare(a.name, b.name))
	})
	list = list[:min(n, len(list))]
	for len(list) > 0 && by(list[len(list)-1].counts) == 0 {
		list = list[:len(list)-1]
	}
	return list
}
