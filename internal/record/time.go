package record

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// setTime takes the carrier's time: the journal's, else the record's, in nanoseconds since 1970, 0 for none.
func (v *View) setTime(stamp int64, f *fields) {
	keyed := v.Unwrapped || stamp == 0 // else the receiver read the key
	switch {
	case v.Resolution != event.ResolutionNone: // a runtime's
	case f.micros > 0 && f.micros < 1<<53:
		v.Time, v.Resolution = f.micros*int64(time.Microsecond), event.ResolutionSubsecond
	case keyed && f.nanos != 0 && f.stampRank > rankGuess:
		v.Time, v.Resolution = f.nanos, event.ResolutionSecond
		if v.Time%int64(time.Second) != 0 {
			v.Resolution = event.ResolutionSubsecond
		}
	case keyed && f.stamp != "":
		v.stamp, v.stampRead = f.stamp, f.stampRank == rankGuess
	case stamp != 0:
		v.Time = stamp
		v.Resolution = event.ResolutionSecond
		if f.journal || v.Time%int64(time.Second) != 0 {
			v.Resolution = event.ResolutionSubsecond
		}
	}
	v.trusted = v.trusted || v.Parsed || f.journal || f.container
}

// mergeTime puts the fuller one of the line's stamp and the carrier's time into h. A carrier that took no header apart may have
// stamped the line when it read it (Fluent Bit's tail does): it counts only where the line has no stamp at all.
func (v *View) mergeTime(c header.Clock, h *header.Header) {
	if v.line != "" && v.Resolution < event.ResolutionSubsecond {
		v.fullerStamp(c, h)
	}
	at, res := v.Time, v.Resolution
	if v.stamp != "" && (!v.stampRead || h.Resolution == event.ResolutionNone) {
		if t, fine, rest, ok := header.Stamp(v.stamp, c); ok && rest == "" && fine >= event.ResolutionSecond {
			at, res = t, fine
		}
	}
	switch {
	case res == event.ResolutionNone, h.Resolution > res:
		return
	case h.Resolution == event.ResolutionNone, v.trusted && h.Resolution < res:
		h.Time, h.Resolution = at, res
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
