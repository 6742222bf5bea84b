package maillogreceiver

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// scopeName is the instrumentation scope of raw records.
const scopeName = "github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver"

// batch is the lines of one file that go out together.
type batch struct {
	mu         sync.Mutex
	stream     *stream
	path, name string
	order      int   // batches are handed on in the order in which they were begun
	end        int64 // offset behind its last line
	logs       plog.Logs
	records    plog.LogRecordSlice
	n          int
	bytes      int64
	seen       pcommon.Timestamp
}

// add appends one line, with its place in the file.
func (b *batch) add(line string, offset int64, r *maillogReceiver) {
	if b.n == 0 {
		b.begin(r)
	}
	rec := b.records.AppendEmpty()
	rec.Body().SetStr(line)
	rec.SetObservedTimestamp(b.seen)
	rec.Attributes().PutInt(attrs.FileOffset, offset)
	b.n++
	b.bytes += int64(len(line))
}

func (b *batch) begin(r *maillogReceiver) {
	b.logs = plog.NewLogs()
	rl := b.logs.ResourceLogs().AppendEmpty()
	m := rl.Resource().Attributes()
	m.EnsureCapacity(4)
	m.PutStr(attrs.HostName, r.host)
	m.PutStr(attrs.FilePath, b.path)
	m.PutStr("log.file.name", b.name)
	m.PutStr(attrs.FileID, b.stream.ID)
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scopeName)
	b.records = sl.LogRecords()
	b.records.EnsureCapacity(min(r.cfg.MaxBatchSize, 1000))
	b.seen = pcommon.NewTimestampFromTime(r.now())
}

// errStopped says that a batch was given up because the receiver was shut down. It will be read again.
var errStopped = errors.New("shut down before the batch was accepted")

// send hands the batch on, again and again while it is refused. An error means that it was not accepted and will be read again after a
// restart; what is refused for good is counted and gone.
func (r *maillogReceiver) send(ctx context.Context, b *batch) error {
	if b.n == 0 {
		return nil
	}
	accepted := false
	r.streams.sending(b.stream)
	defer func() {
		b.n, b.bytes = 0, 0
		r.streams.sent(b.stream, b.end, accepted)
	}()
	if r.isLost() {
		return errStopped
	}
	began := r.now()
	wait := r.cfg.RetryOnFailure.InitialInterval
	for {
		err := r.next.ConsumeLogs(checkpoint.NewContext(context.WithoutCancel(ctx), r.round), b.logs)
		if err == nil {
			accepted = true
			r.telemetry.ReceiverMaillogLines.Add(ctx, int64(b.n))
			r.telemetry.ReceiverMaillogBytes.Add(ctx, b.bytes)
			return nil
		}
		r.telemetry.ReceiverMaillogBatchesRefused.Add(ctx, 1)
		if r.givesUp(err, began) {
			r.telemetry.ReceiverMaillogLinesDropped.Add(ctx, int64(b.n))
			accepted = true // they are not to come again
			r.logger.Error("lines were refused for good and are dropped", zap.Int("lines", b.n), zap.String("path", b.path), zap.Error(err))
			return nil
		}
		if !sleep(ctx, wait) {
			r.setLost()
			return errStopped
		}
		wait = min(2*wait, r.cfg.RetryOnFailure.MaxInterval)
	}
}

// givesUp says whether a refused batch is not to be tried again.
func (r *maillogReceiver) givesUp(err error, began time.Time) bool {
	c := r.cfg.RetryOnFailure
	return consumererror.IsPermanent(err) || !c.Enabled || c.MaxElapsedTime > 0 && r.now().Sub(began) > c.MaxElapsedTime
}

// sleep waits; it is false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (r *maillogReceiver) setLost() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = true
}

func (r *maillogReceiver) isLost() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}
