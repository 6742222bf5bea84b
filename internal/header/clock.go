package header

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// The years whose nanoseconds since 1970 an int64 holds whole.
const (
	firstYear = 1970
	lastYear  = 2261

	lastSecond = 9_200_000_000 // since 1970, alike
)

// Seconds.
const (
	minute = 60
	day    = 24 * 60 * minute
)

// disorder is how far lines of one file may be out of order: several processes write it.
const disorder = minute

// fill sets the header's time and resolution.
func (st *stamp) fill(c Clock, h *Header) {
	h.Shape = st.shape()
	switch {
	case st.style == styleNone:
		return
	case st.style == styleClock:
		h.Time = int64(st.seconds)*int64(time.Second) + int64(st.nanos)
		h.Resolution = event.ResolutionTimeOfDay
		return
	case st.fraction:
		h.Resolution = event.ResolutionSubsecond
	default:
		h.Resolution = event.ResolutionSecond
	}
	h.Time = st.unix(c)*int64(time.Second) + int64(st.nanos)
}

// inBrackets is the part of a shape that says that the stamp stood in brackets.
const inBrackets = 0x80

// shape is how the stamp is written, as far as a writer keeps to it: fractions may come and go.
func (st *stamp) shape() uint8 {
	shape := uint8(st.style) << 1
	if st.zoned {
		shape |= 1
	}
	return shape
}

// unix is the stamp in seconds since 1970 UTC.
func (st *stamp) unix(c Clock) int64 {
	switch {
	case st.style == styleLabel || st.style == styleUnix:
		return st.since1970
	case st.zoned:
		return st.wall(st.year) - int64(st.offset)
	case st.year != 0:
		return c.unix(st.wall(st.year))
	}

	// Without a year: the last one that is not in the future, and has a February 29 if need be.
	limit := floorSeconds(c.Anchor) + day
	year := yearOf(limit + c.offset(limit))
	for tries := 0; tries < 9; tries++ {
		if st.day <= daysIn(st.month, year) {
			if t := c.unix(st.wall(year)); t <= limit {
				return t
			}
		}
		year--
	}
	return c.unix(st.wall(year))
}

// wall is what a clock in UTC would count for the stamp's date and time in that year.
func (st *stamp) wall(year int) int64 {
	return daysSince1970(year, st.month, st.day)*day + int64(st.seconds)
}

// unix turns the time on a wall in the clock's zone into seconds since 1970 UTC. Around a change of the zone's offset there are two
// readings. Where the hour is there twice: the second only if the first would go back behind the line before. Where the hour is
// missing: as if the clocks had not been set yet.
func (c Clock) unix(wall int64) int64 {
	if c.Zone == nil || c.Zone == time.UTC {
		return wall
	}
	before, after := c.offset(wall-day), c.offset(wall+day)
	if before == after {
		return wall - before
	}
	first, second := wall-before, wall-after
	firstHolds, secondHolds := c.offset(first) == before, c.offset(second) == after
	switch {
	case firstHolds && secondHolds:
		if c.Last != 0 && first < floorSeconds(c.Last)-disorder {
			return second
		}
		return first
	case secondHolds:
		return second
	}
	return first
}

// offset is the zone's distance from UTC at a moment, in seconds.
func (c Clock) offset(unix int64) int64 {
	if c.Zone == nil || c.Zone == time.UTC {
		return 0
	}
	_, offset := time.Unix(unix, 0).In(c.Zone).Zone()
	return int64(offset)
}

// valid says whether there is such a day. A second 60 is one: leap seconds count into the next minute.
func (st *stamp) valid() bool {
	if st.month < 1 || st.month > 12 || st.day < 1 {
		return false
	}
	if st.year == 0 && st.style == styleBSD {
		return st.day <= daysIn(st.month, 2000)
	}
	return st.year >= firstYear && st.year <= lastYear && st.day <= daysIn(st.month, st.year)
}

// daysIn is the length of a month.
func daysIn(month, year int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in the Gregorian calendar, in years that begin in March so that the leap day is the last.
func daysSince1970(year, month, dayOfMonth int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + dayOfMonth - 1
	return int64(days) - 719468
}

// yearOf is the year of a moment in UTC.
func yearOf(unix int64) int { return time.Unix(unix, 0).UTC().Year() }

// floorSeconds turns nanoseconds into seconds, downwards.
func floorSeconds(nanos int64) int64 { return time.Unix(0, nanos).Unix() }
