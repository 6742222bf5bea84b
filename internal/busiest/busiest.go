// Package busiest finds the values that come most often in an endless row of them, such as the accounts that send most, in a memory that is
// bounded, and decides which of them have a place of their own. It imports nothing of this project and knows no clock.
//
// The method is Space-Saving (Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005): a new
// value takes the place of the one that came least often and inherits its count as the error of its own, so whatever comes more often than
// 1/n of all is among the n that are kept. What was long ago counts less: weights grow with time instead of counts being shrunk (Cormode,
// Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009).
package busiest

import (
	"container/heap"
	"math"
	"slices"
	"strings"
	"time"
)

// The shape of the memory.
const (
	// Waiting is how many values wait for each place: what a newcomer must come through to be seen.
	Waiting = 4
	// HalfLife is after how long what came counts half.
	HalfLife = time.Hour
	// longest is how many bytes a value has that may have a place: a path of RFC 5321 section 4.5.3.1.3 and some more.
	longest = 320
	// ahead is by how much a value must be ahead of the least one with a place to get that: without, two equal ones would take turns.
	ahead = 1.25
	// steepest is the exponent of two at which weights begin anew.
	steepest = 512
)

// Values are the values of one kind: those with a place, and those that wait for one. It is not safe for concurrent use.
type Values struct {
	places  int
	placed  map[string]*value
	waiting map[string]*value
	order   queue // of the waiting ones, the least first
	since   int64 // the time at which a weight is 1, in nanoseconds
}

// value is one of them. Its count is in weights; what it may have inherited of it is in error.
type value struct {
	name         string
	count, error float64
	at           int // in the order
}

// New makes an empty memory with so many places.
func New(places int) *Values {
	return &Values{places: places, placed: make(map[string]*value), waiting: make(map[string]*value)}
}

// Add counts n more of a value at a time (nanoseconds), and says whether it has a place. The first values get one as they come, the others in Settle.
func (v *Values) Add(name string, n int64, now int64) (placed bool) {
	if len(name) > longest {
		return false
	}
	weight := float64(n) * v.weight(now)
	if x := v.placed[name]; x != nil {
		x.count += weight
		return true
	}
	if len(v.placed) < v.places {
		x := &value{name: strings.Clone(name), count: weight}
		v.placed[x.name] = x
		return true
	}
	v.wait(name, weight)
	return false
}

// Has says whether a value has a place.
func (v *Values) Has(name string) bool {
	return v.placed[name] != nil
}

// wait counts a value without a place, where need be in the room of the least one.
func (v *Values) wait(name string, weight float64) {
	if x := v.waiting[name]; x != nil {
		x.count += weight
		heap.Fix(&v.order, x.at)
		return
	}
	if len(v.waiting) < Waiting*v.places {
		x := &value{name: strings.Clone(name), count: weight}
		v.waiting[x.name] = x
		heap.Push(&v.order, x)
		return
	}
	x := v.order[0]
	delete(v.waiting, x.name)
	x.name, x.error, x.count = strings.Clone(name), x.count, x.count+weight
	v.waiting[x.name] = x
	heap.Fix(&v.order, 0)
}

// Settle gives the values that came most often their places, and names those that lost theirs. mayLeave says whether one can go now.
func (v *Values) Settle(mayLeave func(string) bool) (lost []string) {
	if len(v.waiting) == 0 {
		return nil
	}
	comers := make([]*value, 0, len(v.waiting))
	for _, x := range v.waiting {
		comers = append(comers, x)
	}
	slices.SortFunc(comers, func(a, b *value) int { return byCount(b.count-b.error, a.count-a.error, a.name, b.name) })
	least := make([]*value, 0, len(v.placed))
	for _, x := range v.placed {
		if mayLeave(x.name) {
			least = append(least, x)
		}
	}
	slices.SortFunc(least, func(a, b *value) int { return byCount(a.count, b.count, a.name, b.name) })
	for i, x := range comers {
		if i >= len(least) || x.count-x.error <= ahead*least[i].count {
			break
		}
		v.swap(x, least[i])
		lost = append(lost, least[i].name)
	}
	return lost
}

// swap gives a waiting value the place of another.
func (v *Values) swap(in, out *value) {
	delete(v.waiting, in.name)
	delete(v.placed, out.name)
	in.count, in.error = in.count-in.error, 0
	at := in.at
	v.placed[in.name], v.waiting[out.name] = in, out
	out.at, v.order[at] = at, out
	heap.Fix(&v.order, at)
}

func byCount(a, b float64, x, y string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return strings.Compare(x, y)
}

// weight is what one that comes now counts, beside those that came before.
func (v *Values) weight(now int64) float64 {
	if v.since == 0 {
		v.since = now
	}
	exponent := float64(now-v.since) / float64(HalfLife)
	if exponent < steepest {
		return math.Exp2(exponent)
	}
	shrink := math.Exp2(-exponent)
	for _, list := range [...]map[string]*value{v.placed, v.waiting} {
		for _, x := range list {
			x.count, x.error = x.count*shrink, x.error*shrink
		}
	}
	v.since = now
	return 1
}

// queue is a heap by count.
type queue []*value

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].count < q[j].count }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].at, q[j].at = i, j
}

// Push adds a value behind the others, for package heap.
func (q *queue) Push(x any) {
	one := x.(*value)
	one.at = len(*q)
	*q = append(*q, one)
}

// Pop takes the last value off, for package heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
