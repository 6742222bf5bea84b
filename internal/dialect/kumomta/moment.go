package kumomta

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
)

// moment is a point in time that a record has twice: in seconds since 1970 (timestamp, created), and since 2025.10 as RFC 3339
// (event_time, created_time), which is fuller.
type moment struct {
	nanos      int64
	resolution event.Resolution
}

// read takes the fuller one of what it has and v.
func (m *moment) read(v jsonline.Value) {
	if v.Kind == jsonline.String {
		if t, res, rest, ok := header.Stamp(v.Raw, header.Clock{}); ok && rest == "" && res >= event.ResolutionSecond {
			m.set(t, res)
			return
		}
	}
	seconds, nanos, ok := v.Decimal()
	if !ok || seconds > 1<<33 {
		return
	}
	res := event.ResolutionSecond
	if nanos != 0 {
		res = event.ResolutionSubsecond
	}
	m.set(seconds*int64(time.Second)+nanos, res)
}

func (m *moment) set(nanos int64, res event.Resolution) {
	if res > m.resolution {
		m.nanos, m.resolution = nanos, res
	}
}

// time says when the record was made. An OOB record's timestamp is the last try of the server that reports; the report came in when its own
// message was created (crates/kumod/src/logging/disposition.rs).
func (r *record) time(ev *event.Event) {
	t := r.timestamp
	if r.kind == oob && r.created.nanos > t.nanos {
		t = r.created
	}
	if t.resolution != event.ResolutionNone {
		ev.Time, ev.Resolution = t.nanos, t.resolution
	}
}

// age is the time from reception to this record.
func (r *record) age(ev *event.Event) {
	d := r.timestamp.nanos - r.created.nanos
	if r.timestamp.resolution == event.ResolutionNone || r.created.resolution == event.ResolutionNone || d < 0 {
		return
	}
	if r.timestamp.resolution != r.created.resolution {
		d -= d % int64(time.Second)
	}
	ev.Delays.Total, ev.Delays.Has = time.Duration(d).Seconds(), event.DelayTotal
}
