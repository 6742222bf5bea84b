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

// Memory is what earlier lines of a source say about its next one.
type Memory struct {
	Last    string            // the dialect of the newest line without a program name, empty for none; kept up to date
	Known   []string          // the dialects of lines before that
	Columns map[string]string // by dialect: what a header line named the columns of the lines behind it
	Entry   event.Entry       // that the writer's line before left open
}

// Parse reads the line behind h into ev with the parser that it belongs to. Unknown may still say, in ev.Scope, that the line stands
// where a conversation is: the tracker decides then whether it is content; and in ev.Entry that other lines may go on with it.
func (d *Detector) Parse(m *Memory, h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		for _, p := range d.parsers {
			if p.Claims(h.Program) {
				return m.parse(p, h, ev)
			}
		}
	}
	before := d.before(m.Last, h)
	if before != nil {
		if r := m.parse(before, h, ev); r != event.Unknown {
			return r
		}
	}
	left := leave(ev)
	r := d.probe(before, m, h, ev)
	if r == event.Unknown && h.Program == "" {
		r = d.known(before, m, h, ev)
	}
	if r == event.Unknown {
		left.restore(ev)
	}
	return r
}

// probe asks those who know the line by itself.
func (d *Detector) probe(before Parser, m *Memory, h *header.Header, ev *event.Event) event.Result {
	forced := len(d.parsers) == 1 && !d.all
	for _, p := range d.parsers {
		m.show(p, h)
		if p == before || !forced && !p.Probe(h) {
			continue
		}
		if r := m.parse(p, h, ev); r != event.Unknown {
			m.Last = p.Name()
			return r
		}
		again(ev)
	}
	return event.Unknown
}

// known asks those that the source has shown lines of.
func (d *Detector) known(before Parser, m *Memory, h *header.Header, ev *event.Event) event.Result {
	for _, name := range m.Known {
		p := d.before(name, h)
		if p == nil || p == before {
			continue
		}
		if r := m.parse(p, h, ev); r != event.Unknown {
			m.Last = name
			return r
		}
		again(ev)
	}
	return event.Unknown
}

// remains are what a parser that does not know the line says of where it stands.
type remains struct {
	scope    event.Scope
	conn     string
	said     string
	saidAt   event.Span
	boundary bool
	dialect  string
}

// leave takes them off, for the next parser.
func leave(ev *event.Event) remains {
	r := remains{ev.Scope, ev.ConnID, ev.Said, ev.SaidAt, ev.Boundary, ev.Dialect}
	again(ev)
	return r
}

func (r *remains) restore(ev *event.Event) {
	ev.Scope, ev.ConnID, ev.Said, ev.SaidAt, ev.Boundary, ev.Dialect = r.scope, r.conn, r.said, r.saidAt, r.boundary, r.dialect
}

// again takes off what a parser left that did not know the line.
func again(ev *event.Event) {
	ev.Scope, ev.ConnID, ev.Said, ev.SaidAt, ev.Boundary, ev.Dialect = event.ScopeNone, "", "", event.Span{}, false, ""
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

// show puts on the header what is p's.
func (m *Memory) show(p Parser, h *header.Header) {
	h.Columns, h.Entry = m.Columns[p.Name()], event.Entry{}
	if m.Entry.Dialect == p.Name() {
		h.Entry = m.Entry
	}
}

// parse keeps what ev says of an entry that goes on, also when a later parser takes the line.
func (m *Memory) parse(p Parser, h *header.Header, ev *event.Event) event.Result {
	m.show(p, h)
	entry := ev.Entry
	r := Read(p, h, ev)
	switch {
	case ev.Entry.Step == 0:
		ev.Entry = entry
	case ev.Entry != entry:
		ev.Entry.Dialect = p.Name()
	}
	if r != event.Unknown || ev.Scope != event.ScopeNone {
		ev.Dialect = p.Name()
	}
	return r
}
