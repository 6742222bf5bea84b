package report

import (
	"maps"
	"slices"
	"time"
)

// The lengths of a log from which on its series has days in place of hours, and from which on it has no gaps filled.
const (
	longForMinutes = 6 * time.Hour
	longForHours   = 14 * 24 * time.Hour
	mostPeriods    = 4000
)

// periods makes the series, the days, the hours of the day and of the week.
func (b *Builder) periods(r *Report) {
	switch long := b.last - b.first; {
	case long > int64(longForHours):
		r.Step = 24 * time.Hour
	case long > int64(longForMinutes) || b.unit > int64(time.Minute):
		r.Step = time.Hour
	default:
		r.Step = time.Minute
	}
	at := slices.Sorted(maps.Keys(b.hours))
	for _, hour := range at {
		h := b.hours[hour]
		when := time.Unix(0, hour*b.unit).In(b.options.Zone)
		r.Hours[when.Hour()].Add(&h.Counts)
		r.Weekdays[when.Weekday()][when.Hour()].Add(&h.Counts)
		extend(&r.Days, day(when), nextDay).Add(&h.Counts)
		switch r.Step {
		case time.Minute:
			extend(&r.Series, when, nextMinute).Add(&h.Counts)
		case time.Hour:
			extend(&r.Series, hourStart(when), nextHour).Add(&h.Counts)
		}
	}
	if r.Step > time.Hour {
		r.Series = r.Days
	}
}

func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func nextDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}
func nextHour(t time.Time) time.Time { return t.Add(time.Hour) }

func nextMinute(t time.Time) time.Time { return t.Add(time.Minute) }

func hourStart(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), 0, 0, 0, t.Location())
}

// extend gives the period that begins at a time, behind all that are there, and fills the gap before it.
func extend(list *[]Period, at time.Time, next func(time.Time) time.Time) *Counts {
	for n := len(*list); n > 0 && n < mostPeriods; n++ {
		last := (*list)[n-1].From
		if !last.Before(at) {
			return &(*list)[n-1].Counts
		}
		if last = next(last); !last.Before(at) {
			break
		}
		*list = append(*list, Period{From: last})
	}
	*list = append(*list, Period{From: at})
	return &(*list)[len(*list)-1].Counts
}
