package aging

import (
	"iter"
	"math/bits"
	"math/rand/v2"
)

// Recent keeps values by key in the order in which their keys came, so that the oldest can go first: a ring, and a table of where in it each key is. A key is a hash.
// What a map and a list of its keys take in several places of memory, and an object for each, takes one place here. The zero value is empty.
type Recent[K ~uint64, V any] struct {
	ring  []entry[K, V] // as long as a power of two
	first uint32        // the oldest entry is at first, the newest at last-1; both go round and round
	last  uint32
	n     int // entries that were not deleted
	table []place
	shift int // what of a key's mix is more than the table is long
}

type entry[K ~uint64, V any] struct {
	key   K
	is    bool // false: deleted
	value V
}

// place is an entry of the table: 0, or the lower half of the key's mix and, in its own lower half, where in the ring the key is, plus one.
type place uint64

const leastRing = 8

// Len is how many keys there are.
func (r *Recent[K, V]) Len() int { return r.n }

// Get gives what is kept under a key, nil for nothing. It stands there until the next Add or Delete.
func (r *Recent[K, V]) Get(key K) *V {
	if r.n == 0 {
		return nil
	}
	if at, ok := r.find(key); ok {
		return &r.at(r.table[at]).value
	}
	return nil
}

// Add keeps a value under a key that has none, as the newest.
func (r *Recent[K, V]) Add(key K, value V) *V {
	r.skip()
	if int(r.last-r.first) == len(r.ring) {
		r.grow()
	}
	e := &r.ring[int(r.last)&(len(r.ring)-1)]
	*e = entry[K, V]{key: key, is: true, value: value}
	r.enter(key, r.last)
	r.last++
	r.n++
	return &e.value
}

// Put keeps a value under a key: in the place of what it has, or as the newest, for which the oldest go until there are at most so many.
func (r *Recent[K, V]) Put(key K, value V, most int) {
	if known := r.Get(key); known != nil {
		*known = value
		return
	}
	for r.n > 0 && r.n >= most {
		r.DropOldest()
	}
	r.Add(key, value)
}

// DropOldest forgets the key that came first.
func (r *Recent[K, V]) DropOldest() {
	if oldest, v := r.Oldest(); v != nil {
		r.Delete(oldest)
	}
}

// Delete forgets a key.
func (r *Recent[K, V]) Delete(key K) {
	if r.n == 0 {
		return
	}
	at, ok := r.find(key)
	if !ok {
		return
	}
	*r.at(r.table[at]) = entry[K, V]{}
	r.n--
	r.leave(at)
	if size := len(r.ring); size > 8*leastRing && r.n < size/8 {
		r.resize(size / 4)
	}
}

// Oldest gives the key that came first, and what is kept under it; nil where there is none.
func (r *Recent[K, V]) Oldest() (K, *V) {
	r.skip()
	if r.n == 0 {
		return 0, nil
	}
	e := &r.ring[int(r.first)&(len(r.ring)-1)]
	return e.key, &e.value
}

// All gives the keys and what is kept under them, oldest first.
func (r *Recent[K, V]) All() iter.Seq2[K, *V] {
	return func(yield func(K, *V) bool) {
		for i := r.first; i != r.last; i++ {
			if e := &r.ring[int(i)&(len(r.ring)-1)]; e.is && !yield(e.key, &e.value) {
				return
			}
		}
	}
}

// skip drops what was deleted at the old end.
func (r *Recent[K, V]) skip() {
	for r.first != r.last && !r.ring[int(r.first)&(len(r.ring)-1)].is {
		r.first++
	}
}

func (r *Recent[K, V]) at(p place) *entry[K, V] { return &r.ring[(uint32(p)-1)&uint32(len(r.ring)-1)] }

// find gives the place of a key in the table, or the free one where it belongs.
func (r *Recent[K, V]) find(key K) (at int, ok bool) {
	mixed := mix(key)
	mask := len(r.table) - 1
	for at = int(mixed >> r.shift); ; at = (at + 1) & mask {
		switch p := r.table[at]; {
		case p == 0:
			return at, false
		case uint32(p>>32) == uint32(mixed) && r.at(p).key == key:
			return at, true
		}
	}
}

// enter puts a key that is not there into the table.
func (r *Recent[K, V]) enter(key K, where uint32) {
	at, _ := r.find(key)
	index := where&uint32(len(r.ring)-1) + 1
	r.table[at] = place(mix(key)<<32 | uint64(index))
}

// leave empties a place of the table, and closes the gap: what stands behind it because it was taken moves up.
func (r *Recent[K, V]) leave(at int) {
	mask := len(r.table) - 1
	for next := (at + 1) & mask; r.table[next] != 0; next = (next + 1) & mask {
		wants := int(mix(r.at(r.table[next]).key) >> r.shift)
		if (next-wants)&mask >= (next-at)&mask {
			r.table[at] = r.table[next]
			at = next
		}
	}
	r.table[at] = 0
}

// grow makes room: what was deleted goes, and if that is not half of it, the ring becomes twice as long.
func (r *Recent[K, V]) grow() {
	size := max(leastRing, len(r.ring))
	if 2*r.n >= len(r.ring) {
		size = max(leastRing, 2*len(r.ring))
	}
	r.resize(size)
}

// resize moves what is there into a ring of another length, a power of two.
func (r *Recent[K, V]) resize(size int) {
	old := *r
	*r = Recent[K, V]{ring: make([]entry[K, V], size), table: make([]place, 2*size), shift: 64 - bits.Len(uint(2*size-1)), n: old.n}
	for key, value := range old.All() {
		r.ring[r.last] = entry[K, V]{key: key, is: true, value: *value}
		r.enter(key, r.last)
		r.last++
	}
}

// mix spreads the bits of a key over the upper ones. Nobody outside knows by what, so nobody can choose keys that stand in one another's way.
func mix[K ~uint64](key K) uint64 { return uint64(key) * spread }

var spread = rand.Uint64() | 1
