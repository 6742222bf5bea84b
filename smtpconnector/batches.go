package smtpconnector

import (
	"context"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
)

// batches remembers the identities of the newest batches that were counted. A part of a batch that a synchronous hop had split has the
// identity of the whole, so what is in it counts, too.
type batches struct {
	set   map[batchKey]struct{}
	order [maxBatches]batchKey
	next  int
}

type batchKey struct {
	id      batchid.ID
	content uint64
}

const maxBatches = 4096

// seen says whether who has counted the batch before, and remembers it. A batch that nothing tells from another was not. One that was refused until a restart
// says itself who has counted it.
func (b *batches) seen(ctx context.Context, who string, key batchKey) bool {
	if key == (batchKey{}) {
		return false
	}
	if _, known := b.set[key]; known {
		return true
	}
	if !batchid.CountsFromContext(ctx).Add(who + " " + strconv.FormatUint(key.content, 16)) {
		return true
	}
	if b.set == nil {
		b.set = make(map[batchKey]struct{}, maxBatches)
	}
	delete(b.set, b.order[b.next])
	b.order[b.next] = key
	b.next = (b.next + 1) % maxBatches
	b.set[key] = struct{}{}
	return false
}

// keyOf is what a batch is known by: the identity that it was given in this process; else, as behind a network, all that is in it, since an agent that had no
// answer in time sends the same again. The zero key is that of one whose records do not say when they were observed: two that are alike may be two.
func keyOf(ctx context.Context, ld plog.Logs) batchKey {
	if id, ok := batchid.FromContext(ctx); ok {
		return batchKey{id, content(ld)}
	}
	if !observed(ld) {
		return batchKey{}
	}
	return batchKey{content: batchid.ContentOf(ld)}
}

// observed says whether all of our records have the time at which they were observed.
func observed(ld plog.Logs) (ours bool) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			if sl.Scope().Name() != attrs.Scope {
				continue
			}
			for _, rec := range sl.LogRecords().All() {
				if ours = true; rec.ObservedTimestamp() == 0 {
					return false
				}
			}
		}
	}
	return ours
}

// content tells the parts of one batch apart: how many records, and the first and last line of each scope.
func content(ld plog.Logs) uint64 {
	d := xxhash.New()
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			n := sl.LogRecords().Len()
			_, _ = d.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16)})
			if n > 0 {
				_, _ = d.WriteString(sl.LogRecords().At(0).Body().AsString())
				_, _ = d.WriteString(sl.LogRecords().At(n - 1).Body().AsString())
			}
		}
	}
	return d.Sum64()
}
