package reading

import (
	"context"
	"errors"
	"io"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Records takes lines to records, in batches, as the collector's receiver and processor do.
type Records struct {
	Engine   *engine.Engine
	Enricher *enrich.Enricher
	// Host names the machine for lines of a file that name none.
	Host func(path string) string
	Each func(idle bool)
	// To takes a batch.
	To func(plog.Logs) error
}

// batchSize is how many lines a batch has.
const batchSize = 256

// Read takes all lines, and then what is open at their end.
func (r *Records) Read(ctx context.Context, in *input.Input) error {
	var b batch
	for n := 0; ; n++ {
		if n%batchSize == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.Each(false)
		}
		line, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			if err := errors.Join(ctx.Err(), r.hand(&b)); err != nil {
				return err
			}
			return r.end()
		case errors.Is(err, input.ErrIdle):
			if err := r.hand(&b); err != nil {
				return err
			}
			r.Each(true)
			if err := ctx.Err(); err != nil {
				return errors.Join(err, r.end())
			}
		case err != nil:
			return err
		default:
			if b.add(line, r.Host); b.lines >= batchSize {
				if err := r.hand(&b); err != nil {
					return err
				}
			}
		}
	}
}

// hand takes a batch through the enricher.
func (r *Records) hand(b *batch) error {
	if b.lines == 0 {
		return nil
	}
	ld := b.logs
	*b = batch{}
	r.Enricher.Enrich(ld, time.Now(), r)
	return r.To(ld)
}

// end hands on the records of what is open.
func (r *Records) end() error {
	var out session.Output
	r.Engine.CloseHosts(func(string) bool { return true }, &out)
	ld := plog.NewLogs()
	r.Enricher.Orphans(&out, func(any) plog.Logs { return ld })
	if ld.LogRecordCount() == 0 {
		return nil
	}
	return r.To(ld)
}

// batch is lines as a receiver of files hands them on.
type batch struct {
	logs    plog.Logs
	records plog.LogRecordSlice
	file    *input.File
	lines   int
}

func (b *batch) add(line *input.Line, host func(string) string) {
	if b.lines == 0 {
		b.logs = plog.NewLogs()
	}
	if b.file != line.File {
		b.file = line.File
		rl := b.logs.ResourceLogs().AppendEmpty()
		rl.Resource().Attributes().PutStr(attrs.HostName, host(line.Place.Path))
		sl := rl.ScopeLogs().AppendEmpty()
		sl.Scope().Attributes().PutStr(attrs.FilePath, line.Place.Path)
		sl.Scope().Attributes().PutStr(attrs.FileID, line.Place.ID)
		b.records = sl.LogRecords()
	}
	b.lines++
	rec := b.records.AppendEmpty()
	rec.Body().SetStr(line.Text)
	rec.SetObservedTimestamp(pcommon.Timestamp(line.Anchor))
	rec.Attributes().PutInt(attrs.FileOffset, line.Place.Offset)
}
