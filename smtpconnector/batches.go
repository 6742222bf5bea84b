package smtpconnector

import (
	"context"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/plog"

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

// seen says whether who has counted the batch before, and remembers it. A batch without identity was not. One that was refused until a restart says itself
// who has counted it.
func (b *batches) seen(ctx context.Context, who string, ld plog.Logs) bool {
	key, ok := keyOf(ctx, ld)
	if !ok {
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

// keyOf is what a batch is known by; false for one without identity.
func keyOf(ctx context.Context, ld plog.Logs) (batchKey, bool) {
	id, ok := batchid.FromContext(ctx)
	if !ok {
		return batchKey{}, false
	}
	return batchKey{id, content(ld)}, true
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
