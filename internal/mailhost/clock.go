package mailhost

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// clock is a stream's time: how far its lines have come. What is open is measured by it, so one line with a wrong stamp must not set it: a stamp that jumps ahead
// counts for what its own line is about, and for all else only when others agree.
//
// A step of a few minutes is believed at once, and so is the stamp of a line that was seen as it was written. Any other is believed when three lines
// in a row have come as far: the clock goes on to the earliest of them. A stamp later than its line was seen, by more than a day, cannot be right: such a line
// happens now, unless they go on like that. All of it depends on the lines alone, and comes out the same when they are read again.
type clock struct {
	Now    int64    // nanoseconds since 1970; 0: no stamp so far
	Line   int64    // of the line at hand: Now, its own stamp where that is ahead, or the owner's clock while there is no stamp
	Recent [2]int64 // stamps of the two lines before, where they could be right
	Behind int      // lines in a row that are much older
	Beyond int      // lines in a row whose stamps cannot be right
}

const (
	mostStep    = int64(5 * time.Minute) // believed at once; at most half of what a session may be silent
	seenWithin  = int64(time.Minute)     // from a line's writing to its reading, where its file is read as it grows
	clocksApart = int64(24 * time.Hour)  // two hosts' clocks and zones at most; also what stamps without a year are allowed

	beyondFor     = 16 // lines in a row stamped later than they could be: it is the reader's clock that is wrong
	stepBack      = int64(time.Hour)
	stepBackAfter = 4096 // lines in a row that are older than that: the clock was set back
)

// advance moves the clock to a line and gives the line's time; what has no stamp happens now.
func (c *clock) advance(ev *event.Event, wall, step int64) (now int64) {
	switch {
	case ev.Resolution == event.ResolutionTimeOfDay:
		return ev.Time
	case ev.Resolution < event.ResolutionSecond:
		if c.Now == 0 {
			c.Line = wall
		}
		return c.Now
	case c.Now == 0:
		c.set(ev.Time)
		return ev.Time
	}
	switch {
	case ev.Observed == 0:
	case ev.IsLater():
		if c.Beyond++; c.Beyond < beyondFor {
			c.Line = c.Now
			return c.Now
		}
	default:
		if c.Beyond = 0; c.Now-ev.Observed > int64(event.ClocksApart) { // what was believed so far cannot be
			c.set(ev.Time)
			return ev.Time
		}
	}
	c.move(ev, step)
	c.Line = max(c.Now, ev.Time)
	return ev.Time
}

// set makes a stamp the time, whatever was before.
func (c *clock) set(now int64) {
	*c = clock{Now: now, Line: now, Recent: [2]int64{now, now}, Beyond: c.Beyond}
}

// move goes on to a stamp that may be right, as far as it is believed.
func (c *clock) move(ev *event.Event, step int64) {
	reached := min(ev.Time, c.Recent[0], c.Recent[1])
	c.Recent[0], c.Recent[1] = c.Recent[1], ev.Time
	c.Now = max(c.Now, reached)
	age := ev.Observed - ev.Time
	switch {
	case c.Now-ev.Time > stepBack: // an older file beside a newer one, or a clock that was wrong
		if c.Behind++; c.Behind >= stepBackAfter {
			c.set(ev.Time)
		}
		return
	case ev.Time <= c.Now:
	case ev.Time-c.Now <= step, ev.Observed == 0, -mostStep <= age && age <= seenWithin:
		c.Now = ev.Time
	}
	c.Behind = 0
}

// isAhead says whether the line at hand has a stamp that is not believed yet.
func (c *clock) isAhead() bool { return c.Line > c.Now && c.Now > 0 }

// newest is how far the stamps have come that may be right.
func (c *clock) newest() int64 { return max(c.Now, c.Line) }

// sweep is the time by which what is open is looked after.
func (c *clock) sweep() int64 {
	if c.Now == 0 {
		return c.Line
	}
	return c.Now
}

// isSilent says whether nothing was heard for so long of something that was last seen by the clock at a moment, and whose newest line has a stamp. Where it was
// seen by a clock that does not count any more, or stands by its stamp, it is seen anew.
func (c *clock) isSilent(now int64, seen *int64, last, idle int64) (silent, anew bool) {
	if *seen > c.Line && *seen > now {
		*seen = c.Line
		return false, true
	}
	if now-*seen <= idle {
		return false, false
	}
	if gap := now - last; *seen < now && gap >= -mostStep && gap <= idle {
		*seen = now
		return false, true
	}
	return true, false
}
