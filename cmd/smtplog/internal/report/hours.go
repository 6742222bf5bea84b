package report

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// hour is the counts of one hour, or one minute while the log is short.
type hour struct {
	Counts
	at        int64 // hours or minutes since 1970
	providers map[*provider]*pulse
}

// pulse is what a provider did in an hour.
type pulse struct{ all, trouble int64 }

// hourOf is the hour of a record; nil where it has no stamp, or there is no room.
func (b *Builder) hourOf(ev *event.Event) *hour {
	if ev.Resolution < event.ResolutionSecond {
		return b.newest
	}
	if b.first == 0 || ev.Time < b.first {
		b.first = ev.Time
	}
	b.last = max(b.last, ev.Time)
	at := ev.Time / b.unit
	if b.newest != nil && b.newest.at == at {
		return b.newest
	}
	h := b.hours[at]
	if h == nil {
		if len(b.hours) >= mostMinutes && b.unit == int64(time.Minute) {
			b.coarsen()
			return b.hourOf(ev)
		}
		if len(b.hours) >= mostHours {
			return nil
		}
		h = &hour{at: at}
		b.hours[at] = h
	}
	b.newest = h
	return h
}

// coarsen makes hours of minutes: the log is a long one.
func (b *Builder) coarsen() {
	const minutes = int64(time.Hour / time.Minute)
	hours := make(map[int64]*hour, len(b.hours)/int(minutes)+1)
	for at, m := range b.hours {
		h := hours[at/minutes]
		if h == nil {
			h = &hour{at: at / minutes}
			hours[h.at] = h
		}
		h.Add(&m.Counts)
		for p, x := range m.providers {
			if h.providers == nil {
				h.providers = make(map[*provider]*pulse)
			}
			if h.providers[p] == nil {
				h.providers[p] = new(pulse)
			}
			h.providers[p].all += x.all
			h.providers[p].trouble += x.trouble
		}
	}
	b.hours, b.unit, b.newest, b.pulses = hours, int64(time.Hour), nil, 0
	for _, h := range hours {
		b.pulses += len(h.providers)
	}
}
