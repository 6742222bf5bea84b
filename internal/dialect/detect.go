package dialect

import (
	"fmt"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// maxSources bounds how many sources' dialects are remembered.
const maxSources = 65536

// Detector picks the parser for a line: by the program that wrote it, else by what this source wrote before, else by
// a cheap look at the line. A single dialect that was named is asked for every line. It is not safe for concurrent use.
type Detector struct {
	parsers []Parser
	all     bool           // none was named
	last    map[string]int // by source: the index of the parser that understood its newest line without a program name
}

// NewDetector makes a detector of the named dialects, or of all when none is named.
func NewDetector(names []string) (*Detector, error) {
	d := &Detector{last: make(map[string]int)}
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

// Parse reads the line behind h into ev with the parser that it belongs to. Unknown may still say, in ev.Scope, that
// the line stands where a conversation is: the tracker decides then whether it is content.
func (d *Detector) Parse(source string, h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		for _, p := range d.parsers {
			if p.Claims(h.Program) {
				return parse(p, h, ev)
			}
		}
	}
	last, known := d.last[source]
	tried := known && h.Program == ""
	if tried {
		if r := parse(d.parsers[last], h, ev); r != event.Unknown {
			return r
		}
	}
	forced := len(d.parsers) == 1 && !d.all
	for i, p := range d.parsers {
		if tried && i == last || !forced && !p.Probe(h) {
			continue
		}
		scope, boundary := ev.Scope, ev.Boundary
		if r := parse(p, h, ev); r != event.Unknown {
			d.remember(source, i)
			return r
		}
		ev.Scope, ev.Boundary = scope, boundary
	}
	return event.Unknown
}

func parse(p Parser, h *header.Header, ev *event.Event) event.Result {
	r := p.Parse(h, ev)
	if r != event.Unknown || ev.Scope != event.ScopeNone {
		ev.Dialect = p.Name()
	}
	return r
}

func (d *Detector) remember(source string, i int) {
	if old, ok := d.last[source]; ok && old == i {
		return
	}
	if len(d.last) >= maxSources {
		clear(d.last)
	}
	d.last[strings.Clone(source)] = i
}
