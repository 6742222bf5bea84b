package smtpprocessor

import (
	"maps"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// refusals remembers the batches that the next consumer refused, so that a batch that comes again gives the same output
// and is observed once. Upstream may bring it back raw (a fan-out had cloned it) or as we changed it. Where several pipelines share
// the engine it remembers the newest accepted ones, too: a fan-out in front brings them to each pipeline in turn.
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
	counts  *batchid.Counts
	places  bool                                   // its records have places in files: who read them will bring them again
	waits   map[*smtpProcessor]*checkpoint.Refusal // the pipelines that refused it, and what they answered to a receiver that saves with us
	taken   map[*smtpProcessor]struct{}            // those that are through with it
}

// The bounds of the memory: a receiver that is refused has a few batches under way, not thousands; and a fan-out brings a batch to the next
// pipeline at once.
const (
	maxRefused      = 256
	maxRefusedBytes = 64 << 20
	maxAccepted     = 16
)

func newRefusals() *refusals {
	return &refusals{raw: make(map[uint64]*refused), ours: make(map[uint64]*refused)}
}

// add remembers that out was made from a batch with the content in.
func (r *refusals) add(in uint64, id batchid.ID, counts *batchid.Counts, out plog.Logs) *refused {
	b := &refused{
		in: in, out: batchid.ContentOf(out), id: id, counts: counts, logs: plog.NewLogs(), size: sizeOf(out), places: hasPlaces(out),
		waits: map[*smtpProcessor]*checkpoint.Refusal{}, taken: map[*smtpProcessor]struct{}{},
	}
	out.CopyTo(b.logs)
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.raw[in]; known != nil { // it came twice at the same time
		return known
	}
	r.raw[in], r.ours[b.out] = b, b
	r.order = append(r.order, b)
	r.bytes += b.size
	r.makeRoom()
	return b
}

// makeRoom forgets the oldest batches, those that nobody waits for first. The newest stays; the lock is held.
func (r *refusals) makeRoom() {
	accepted := 0
	for _, b := range r.order {
		if len(b.waits) == 0 {
			accepted++
		}
	}
	for len(r.order) > 1 && (accepted > maxAccepted || len(r.order) > maxRefused || r.bytes > maxRefusedBytes) {
		oldest := r.order[0]
		for _, b := range r.order[:len(r.order)-1] {
			if len(b.waits) == 0 {
				oldest = b
				accepted--
				break
			}
		}
		r.drop(oldest)
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

// done says that a pipeline has accepted a batch, or refused it for good. It is forgotten when all of them have.
func (r *refusals) done(b *refused, by *smtpProcessor, pipelines int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(b.waits, by)
	b.taken[by] = struct{}{}
	if r.raw[b.in] == b && len(b.waits) == 0 && len(b.taken) >= pipelines {
		r.drop(b)
	}
}

// waits says that a pipeline refused a batch. What is behind it may have changed the batch further: it comes back as it is now.
func (r *refusals) waits(b *refused, by *smtpProcessor, ld plog.Logs, answer *checkpoint.Refusal) {
	out := batchid.ContentOf(ld)
	r.mu.Lock()
	defer r.mu.Unlock()
	b.waits[by] = answer
	if r.raw[b.in] != b || b.out == out {
		return
	}
	r.forgetOut(b)
	b.out = out
	r.ours[out] = b
}

// find is the batch that is remembered and has this content, as it came or as it went out: nil when there is none.
func (r *refusals) find(content uint64) (b *refused, changed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.ours[content]; b != nil {
		return b, true
	}
	return r.raw[content], false
}

// outstanding gives the batches read from files that wait to come again. Others may never: not every receiver tries again.
func (r *refusals) outstanding() (list []*refused) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.order {
		if b.places && len(b.waits) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// keep says of batches that the state on disk holds them.
func (r *refusals) keep(list []*refused) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range list {
		for _, answer := range b.answers() {
			answer.Keep()
		}
	}
}

// answers gives what the pipelines have answered that refused the batch.
func (b *refused) answers() []*checkpoint.Refusal { return slices.Collect(maps.Values(b.waits)) }

// hasPlaces says whether the batch was read by a receiver that says where, and so brings it again until it is accepted.
func hasPlaces(ld plog.Logs) bool {
	for _, rl := range ld.ResourceLogs().All() {
		if _, ok := rl.Resource().Attributes().Get(attrs.FileID); ok {
			return true
		}
		for _, sl := range rl.ScopeLogs().All() {
			if _, ok := sl.Scope().Attributes().Get(attrs.FileID); ok {
				return true
			}
		}
	}
	return false
}

var sizer plog.ProtoMarshaler

func sizeOf(ld plog.Logs) int { return sizer.LogsSize(ld) }
