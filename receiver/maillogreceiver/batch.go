package maillogreceiver

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// scopeName is the instrumentation scope of raw records.
const scopeName = "github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver"

// serviceName is service.name of the records: whose they are, for stores that select by it. A processor may give another.
const serviceName = "mail"

// batch is the lines of one file that go out together.
type batch struct {
	r       *maillogReceiver
	file    *tail.File
	logs    plog.Logs
	records plog.LogRecordSlice
	n       int
	bytes   int64
	seen    pcommon.Timestamp
}

// maxBatchBytes bounds what long lines make of a batch.
const maxBatchBytes = 4 << 20

// add appends one line, with its place in the file.
func (b *batch) add(line string, offset int64) {
	if b.n == 0 {
		b.begin()
	}
	rec := b.records.AppendEmpty()
	rec.Body().SetStr(line)
	rec.SetObservedTimestamp(b.seen)
	rec.Attributes().PutInt(attrs.FileOffset, offset)
	b.n++
	b.bytes += int64(len(line))
}

func (b *batch) isFull() bool { return b.n >= b.r.cfg.MaxBatchSize || b.bytes >= maxBatchBytes }

func (b *batch) begin() {
	b.logs = plog.NewLogs()
	rl := b.logs.ResourceLogs().AppendEmpty()
	m := rl.Resource().Attributes()
	m.EnsureCapacity(2)
	m.PutStr(attrs.HostName, b.r.host)
	m.PutStr(attrs.ServiceName, serviceName)
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scopeName)
	m = sl.Scope().Attributes() // not of the resource: stores make a stream of each resource, and files change every day
	m.EnsureCapacity(3)
	m.PutStr(attrs.FilePath, b.file.Path)
	m.PutStr("log.file.name", filepath.Base(b.file.Path))
	m.PutStr(attrs.FileID, b.file.ID)
	b.records = sl.LogRecords()
	b.records.EnsureCapacity(min(b.r.cfg.MaxBatchSize, 1000))
	b.seen = pcommon.NewTimestampFromTime(b.r.now())
}

// errStopped says that lines were given up because the receiver was shut down. They will be read again, unless those who refused
// them keep them.
var errStopped = errors.New("shut down before the lines were accepted")

// stoppedError is errStopped with what was answered last.
type stoppedError struct{ refusal error }

func (e stoppedError) Error() string   { return errStopped.Error() + ": " + e.refusal.Error() }
func (stoppedError) Is(err error) bool { return err == errStopped }
func (e stoppedError) Unwrap() error   { return e.refusal }

// send hands the batch on, again and again while it is refused, and notes that the file's lines in front of end were. It is false
// when the batch was not accepted and will be read again after a restart; what is refused for good is counted and gone.
func (b *batch) send(end tail.Mark) bool {
	if b.n > 0 {
		ctx := b.r.report.StartLogsOp(b.r.sending)
		err := b.try(ctx)
		b.r.report.EndLogsOp(ctx, "mail", b.n, err)
		if errors.Is(err, errStopped) {
			b.r.offsets.hold(b.file, end, err)
			return false
		}
		b.n, b.bytes = 0, 0
	}
	b.file.Accept(end)
	b.r.offsets.progress(context.Background())
	return true
}

// try is nil when the batch was accepted, and wraps errStopped when it is to come again.
func (b *batch) try(ctx context.Context) error {
	r := b.r
	began, wait := r.now(), r.cfg.RetryOnFailure.InitialInterval
	for {
		flying, land := checkpoint.Depart(checkpoint.NewContext(ctx, r.round))
		err := r.next.ConsumeLogs(flying, b.logs)
		land()
		if err == nil {
			r.telemetry.ReceiverMaillogLines.Add(ctx, int64(b.n))
			r.telemetry.ReceiverMaillogBytes.Add(ctx, b.bytes)
			return nil
		}
		r.telemetry.ReceiverMaillogBatchesRefused.Add(ctx, 1)
		switch stops := r.running.Err() != nil; {
		case r.givesUp(err, began) && (!stops || ctx.Err() == nil):
			r.telemetry.ReceiverMaillogLinesDropped.Add(ctx, int64(b.n))
			r.logger.Error("lines were refused for good and are dropped", zap.Int("lines", b.n), zap.String("path", b.file.Path), zap.Error(err))
			return err
		case stops || !sleep(r.running, wait):
			return stoppedError{err}
		}
		wait = min(2*wait, r.cfg.RetryOnFailure.MaxInterval)
	}
}

// givesUp says whether a refused batch is not to be tried again.
func (r *maillogReceiver) givesUp(err error, began time.Time) bool {
	c := r.cfg.RetryOnFailure
	return consumererror.IsPermanent(err) || !c.Enabled || c.MaxElapsedTime > 0 && r.now().Sub(began) > c.MaxElapsedTime
}
