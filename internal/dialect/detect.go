package dialect

import (
	"fmt"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Detector picks the parser for a line: by the program that wrote it, else by what this source wrote before, else by
// a cheap look at the line. A single dialect that was named is asked for every line. It has no state: what a source wrote
// before is its caller's to keep.
type Detector struct {
	parsers []Parser
	all     bool // none was named
}

// NewDetector makes a detector of the named dialects, or of all when none is named.
func NewDetector(names []string) (*Detector, error) {
	d := new(Detector)
	if len(names) == 0 {
		d.parsers, d.all = All, true
		return d, nil
	}
	for _, name := range names {
		p := byName(name)
		if p == nil {
			return nil, fmt.Errorf("dialects: %q is none of %s", name, strings.Join(Names(), ", "))
		}
		d.parsers = append(d.parsers, p)
	}
	return d, nil
}

func byName(name string) Parser {
	for _, p := range All {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// Parse reads the line behind h into ev with the parser that it belongs to. last is the dialect that understood the newest line of
// the same source without a program name, empty for none; it is kept up to date. columns are what header lines of the source named
// the columns of the lines behind them, by dialect. Unknown may still say, in ev.Scope, that the line stands where a conversation is:
// the tracker decides then whether it is content; and in ev.Entry that other lines may go on with it.
func (d *Detector) Parse(last *string, columns map[string]string, h *header.Header, ev *event.Event) event.Result {
	m := memory{columns, h.Entry}
	if h.Program != "" {
		for _, p := range d.parsers {
			if p.Claims(h.Program) {
				return m.parse(p, h, ev)
			}
		}
	}
	before := d.before(*last, h)
	if before != nil {
		if r := m.parse(before, h, ev); r != event.Unknown {
			return r
		}
	}
	forced := len(d.parsers) == 1 && !d.all
	for _, p := range d.parsers {
		m.show(p, h)
		if p == before || !forced && !p.Probe(h) {
			continue
		}
		scope, boundary, entry := ev.Scope, ev.Boundary, ev.Entry
		if r := m.parse(p, h, ev); r != event.Unknown {
			*last = p.Name()
			return r
		}
		ev.Scope, ev.Boundary = scope, boundary
		if ev.Entry.Step == 0 {
			ev.Entry = entry
		}
	}
	return event.Unknown
}

// before is the parser of the source's lines before, nil for lines that name a program.
func (d *Detector) before(last string, h *header.Header) Parser {
	if last == "" || h.Program != "" {
		return nil
	}
	for _, p := range d.parsers {
		if p.Name() == last {
			return p
		}
	}
	return nil
}

// memory is what earlier lines of a source left for its next one.
type memory struct {
	columns map[string]string
	entry   event.Entry
}

// show puts on the header what is p's.
func (m *memory) show(p Parser, h *header.Header) {
	h.Columns, h.Entry = m.columns[p.Name()], event.Entry{}
	if m.entry.Dialect == p.Name() {
		h.Entry = m.entry
	}
}

func (m *memory) parse(p Parser, h *header.Header, ev *event.Event) event.Result {
	m.show(p, h)
	r := Read(p, h, ev)
	if ev.Entry.Step != 0 {
		ev.Entry.Dialect = p.Name()
	}
	if r != event.Unknown || ev.Scope != event.ScopeNone {
		ev.Dialect = p.Name()
	}
	return r
}
