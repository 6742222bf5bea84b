package smtpprocessor

import (
	"sync"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
)

// refusals remembers the batches that the next consumer refused, so that a batch that comes again gives the same output
// and is observed once. Upstream may bring it back raw (a fan-out had cloned it) or as we changed it.
type refusals struct {
	mu    sync.Mutex
	raw   map[uint64]*refused // by the hash of what came in
	ours  map[uint64]*refused // by the hash of what went out
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

// add remembers that out, made from a batch with hash in, was refused.
func (r *refusals) add(in uint64, id batchid.ID, out plog.Logs) {
	b := &refused{in: in, out: hashOut(out), id: id, logs: plog.NewLogs(), size: sizeOf(out), places: hasPlaces(out)}
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
	delete(r.ours, b.out)
	for i, o := range r.order {
		if o == b {
			r.order = append(r.order[:i], r.order[i+1:]...)
			break
		}
	}
	r.bytes -= b.size
}

// done forgets a batch that was accepted at last.
func (r *refusals) done(b *refused) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.raw[b.in] == b {
		r.drop(b)
	}
}

func (r *refusals) byRaw(in uint64) *refused {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.raw[in]
}

func (r *refusals) byOurs(ld plog.Logs) *refused {
	r.mu.Lock()
	n := len(r.ours)
	r.mu.Unlock()
	if n == 0 {
		return nil
	}
	h := hashOut(ld)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ours[h]
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

// hashIn identifies a batch as it came: bodies, stamps, file positions.
func hashIn(ld plog.Logs) uint64 {
	d := xxhash.New()
	var buf [16]byte
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				hashValue(d, rec.Body())
				put64(buf[:8], uint64(rec.Timestamp()))
				put64(buf[8:], uint64(rec.ObservedTimestamp()))
				_, _ = d.Write(buf[:])
				if offset, ok := rec.Attributes().Get(attrs.FileOffset); ok {
					put64(buf[:8], uint64(offset.Int()))
					_, _ = d.Write(buf[:8])
				}
			}
		}
	}
	return d.Sum64()
}

func hashValue(d *xxhash.Digest, v pcommon.Value) {
	if v.Type() == pcommon.ValueTypeStr {
		_, _ = d.WriteString(v.Str())
	} else {
		_, _ = d.WriteString(v.AsString())
	}
	_, _ = d.Write([]byte{0xff})
}

// hashOut identifies a batch that we enriched by what later processors rarely touch: stamps, ids and positions.
func hashOut(ld plog.Logs) uint64 {
	d := xxhash.New()
	var buf [16]byte
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				put64(buf[:8], uint64(rec.Timestamp()))
				put64(buf[8:], uint64(rec.ObservedTimestamp()))
				_, _ = d.Write(buf[:])
				for _, name := range [...]string{attrs.Event, attrs.SessionID, attrs.MessageUID, attrs.RcptTo, attrs.FileOffset} {
					if v, ok := rec.Attributes().Get(name); ok {
						hashValue(d, v)
					}
				}
			}
		}
	}
	return d.Sum64()
}

func put64(b []byte, n uint64) {
	for i := range 8 {
		b[i] = byte(n >> (8 * i))
	}
}

var sizer plog.ProtoMarshaler

func sizeOf(ld plog.Logs) int { return sizer.LogsSize(ld) }
