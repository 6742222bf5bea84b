package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

// mostIncidents bounds the incidents of a report.
const mostIncidents = 1000

// observe looks whether the record at hand departs from what was usual. The time is the log's: what has gone silent at its end is no incident.
func (b *Builder) observe(ev *event.Event) {
	incident.Read(&b.sample, ev.Host, b.sample.Time, &b.seen)
	list := b.watch.Observe(&b.seen)
	for i := range list {
		b.incident(&list[i])
	}
}

// incident takes what is told of one: of several reports the newest counts.
func (b *Builder) incident(r *incident.Report) {
	one := b.incidents[r.ID]
	if one == nil {
		if len(b.incidents) >= mostIncidents {
			return
		}
		one = &Incident{ID: r.ID, Kind: string(r.Kind), Start: b.at(r.Start)}
		b.incidents[r.ID] = one
	}
	one.Last, one.Over, one.Severe = b.at(r.Last), r.State == incident.Ended, one.Severe || r.Severe
	one.Provider, one.Reason = r.Provider, r.Reason
	if r.State != incident.Ended || one.Sentence == "" {
		one.Sentence = r.Sentence
	}
}

// departures are the incidents in the order of their beginnings.
func (b *Builder) departures() (list []Incident) {
	for _, one := range b.incidents {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(x, y Incident) int { return cmp.Or(x.Start.Compare(y.Start), strings.Compare(x.ID, y.ID)) })
	return list
}
