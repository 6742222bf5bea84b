package maillogreceiver

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/tail"
)

// tellGap tells that lines of a log may be missing: nobody has them any more. What is known of the place is said.
func (r *maillogReceiver) tellGap(g tail.Gap) {
	r.telemetry.ReceiverMaillogGaps.Add(context.Background(), 1)
	fields := []zap.Field{
		zap.String("path", g.Path), zap.String("file", g.ID), zap.Int64("read_bytes", g.Read), zap.Int64("unread_bytes_seen", g.Unread),
		zap.String("goes_on_in", g.Next),
	}
	if !g.Changed.IsZero() {
		fields = append(fields, zap.Time("last_written", g.Changed.UTC().Truncate(time.Second)))
	}
	r.logger.Warn("lines may be missing: the file that this log was read from last was removed or overwritten while nobody read it", fields...)
}
