package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/aging"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// recents are small things of one kind that a host keeps by key, the oldest of which go first: each is one of those that all hosts may have.
type recents[V any] struct {
	aging.Recent[hash.Sum, V]
	share Share
}

// keep adds what has a key of its own, as the newest, whether there is room or not.
func (r *recents[V]) keep(key hash.Sum, value V) *V {
	r.share.Add(1)
	return r.Add(key, value)
}

// forget gives up what is kept under a key.
func (r *recents[V]) forget(key hash.Sum) {
	before := r.Len()
	r.Delete(key)
	r.share.Add(r.Len() - before)
}

// makeRoom gives up the oldest until there are fewer than most, and all hosts may have one more. It fails where other hosts have all of them.
func (r *recents[V]) makeRoom(most int) bool {
	for r.Len() >= most || r.Len() > 0 && !r.share.Fits() {
		r.DropOldest()
		r.share.Add(-1)
	}
	return r.share.Fits()
}

// clear gives up all.
func (r *recents[V]) clear() {
	r.share.Drop()
	r.Recent = aging.Recent[hash.Sum, V]{}
}
