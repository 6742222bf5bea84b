package enrich

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Counts is what own telemetry reports of one batch.
type Counts struct {
	Lines      map[LineKey]int64
	newest     LineKey // of the lines that are not in the map yet: most lines are like the one before
	alike      int64
	Duplicates int64
	Made       int64
	Dropped    int64
	Evicted    [session.Causes]int64
}

// LineKey is what lines are counted by.
type LineKey struct{ Dialect, Result string }

// line counts one line by dialect and result; a line that nobody understood has no dialect.
func (c *Counts) line(ev *event.Event, result event.Result, duplicate bool) {
	name := result.String()
	if result == event.Unknown && ev.Kind != event.KindNone {
		name = event.Parsed.String() // content that the conversation knows
	}
	dialect := ev.Dialect
	if dialect == "" {
		dialect = "none"
	}
	if key := (LineKey{dialect, name}); key != c.newest {
		c.settle()
		c.newest = key
	}
	c.alike++
	if duplicate {
		c.Duplicates++
	}
}

// settle puts the newest lines into the map.
func (c *Counts) settle() {
	if c.alike == 0 {
		return
	}
	if c.Lines == nil {
		c.Lines = make(map[LineKey]int64)
	}
	c.Lines[c.newest] += c.alike
	c.alike = 0
}

// Output counts what was made besides lines.
func (c *Counts) Output(out *session.Output) {
	c.Made += int64(len(out.Made))
	for cause, n := range out.Evicted {
		c.Evicted[cause] += int64(n)
	}
}
