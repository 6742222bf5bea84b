package smtpprocessor

import (
	"sync"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
)

// refusals remembers the batches that the next consumer refused, so that a batch that comes again gives the same output
// and is observed once. Upstream may bring it back raw (a fan-out had cloned it) or as we changed it.
type refusals struct {
	mu    sync.Mutex
	raw   map[uint64]*refused // by the content that came in
	ours  map[uint64]*refused // by the content that went out
	order []*refused
	bytes int
}

// refused is one batch and what it became.
type refused struct {
	in, out uint64
	id      batchid.ID
	logs    plog.Logs
	size    int
	places  bool // its records have places in files: who read them will bring them again
}

// The bounds of the memory: a receiver that is refused has a few batches under way, not thousands.
const (
	maxRefused      = 256
	maxRefusedBytes = 64 << 20
)

func newRefusals() *refusals {
	return &refusals{raw: make(map[uint64]*refused), ours: make(map[uint64]*refused)}
}

// add remembers that out, made from a batch with the content in, was refused.
func (r *refusals) add(in uint64, id batchid.ID, out plog.Logs) {
	b := &refused{in: in, out: contentOf(out), id: id, logs: plog.NewLogs(), size: sizeOf(out), places: hasPlaces(out)}
	out.CopyTo(b.logs)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.raw[in]; known {
		return
	}
	r.raw[in], r.ours[b.out] = b, b
	r.order = append(r.order, b)
	r.bytes += b.size
	for len(r.order) > maxRefused || r.bytes > maxRefusedBytes && len(r.order) > 1 {
		r.drop(r.order[0])
	}
}

// drop forgets the batch; the lock is held.
func (r *refusals) drop(b *refused) {
	delete(r.raw, b.in)
	r.forgetOut(b)
	for i, o := range r.order {
		if o == b {
			r.order = append(r.order[:i], r.order[i+1:]...)
			break
		}
	}
	r.bytes -= b.size
}

// forgetOut forgets what the batch became; the lock is held. Two batches that nobody recognised may have become the same.
func (r *refusals) forgetOut(b *refused) {
	if r.ours[b.out] == b {
		delete(r.ours, b.out)
	}
}

// done forgets a batch that was accepted at last.
func (r *refusals) done(b *refused) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.raw[b.in] == b {
		r.drop(b)
	}
}

// again says that a batch was refused once more. What is behind the processor may have changed it further: it comes back as it is now.
func (r *refusals) again(b *refused, ld plog.Logs) {
	out := contentOf(ld)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.raw[b.in] != b || b.out == out {
		return
	}
	r.forgetOut(b)
	b.out = out
	r.ours[out] = b
}

// find is the batch that was refused and has this content, as it came or as it went out: nil when there is none.
func (r *refusals) find(content uint64) (b *refused, changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.ours[content]; b != nil {
		return b, true
	}
	return r.raw[content], false
}

// outstanding says whether a batch read from files waits to come again. Others may never: not every receiver tries again.
func (r *refusals) outstanding() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.order {
		if b.places {
			return true
		}
	}
	return false
}

// hasPlaces says whether the batch was read by a receiver that says where, and so brings it again until it is accepted.
func hasPlaces(ld plog.Logs) bool {
	for _, rl := range ld.ResourceLogs().All() {
		if _, ok := rl.Resource().Attributes().Get(attrs.FileID); ok {
			return true
		}
	}
	return false
}

var sizer plog.ProtoMarshaler

func sizeOf(ld plog.Logs) int { return sizer.LogsSize(ld) }
