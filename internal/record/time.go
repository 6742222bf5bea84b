package record

import (
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readTime takes the carrier's time: the journal's, else the record's.
func (v *View) readTime(rec plog.LogRecord, f *fields) {
	switch {
	case v.Resolution != event.ResolutionNone: // unwrapped
	case f.micros > 0 && f.micros < 1<<53:
		v.Time, v.Resolution = f.micros*int64(time.Microsecond), event.ResolutionSubsecond
	case rec.Timestamp() != 0:
		v.Time = int64(rec.Timestamp())
		v.Resolution = event.ResolutionSecond
		if f.journal || v.Time%int64(time.Second) != 0 {
			v.Resolution = event.ResolutionSubsecond
		}
	}
	v.trusted = v.Parsed || f.journal || f.container
}

// mergeTime puts the fuller one of the line's stamp and the carrier's time into h. A carrier that took no header apart may have
// stamped the line when it read it (Fluent Bit's tail does): it counts only where the line has no stamp at all.
func (v *View) mergeTime(c header.Clock, h *header.Header) {
	if v.line != "" && v.Resolution < event.ResolutionSubsecond {
		v.fullerStamp(c, h)
	}
	switch {
	case v.Resolution == event.ResolutionNone, h.Resolution > v.Resolution:
		return
	case h.Resolution == event.ResolutionNone, v.trusted && h.Resolution < v.Resolution:
		h.Time, h.Resolution = v.Time, v.Resolution
	}
}

// fullerStamp takes the stamp of the whole line where the carrier's parser kept only its seconds.
func (v *View) fullerStamp(c header.Clock, h *header.Header) {
	line := v.line
	if _, rest, ok := scan.Between(line, '<', '>'); ok {
		line = rest
	}
	if line == "" || !scan.IsDigit(line[0]) {
		return
	}
	if t, res, _, ok := header.Stamp(line, c); ok && res == event.ResolutionSubsecond {
		h.Time, h.Resolution = t, res
	}
}

// cutRuntime takes the container runtime's prefix off: "2026-11-23T15:32:27.611330123Z stdout F text" (Kubernetes' CRI logging
// format). Its stamp is the moment the line was written, and so the carrier's time.
func (v *View) cutRuntime(text string) string {
	const least = len("2026-11-23T15:32:27Z stdout F")
	if len(text) < least || text[4] != '-' || text[10] != 'T' {
		return text
	}
	t, res, rest, ok := header.Stamp(text, header.Clock{})
	if !ok {
		return text
	}
	for _, mark := range [...]string{" stdout F ", " stderr F ", " stdout P ", " stderr P "} {
		if len(rest) >= len(mark) && rest[:len(mark)] == mark {
			v.Time, v.Resolution, v.trusted, v.container = t, res, true, true
			return rest[len(mark):]
		}
	}
	return text
}
