// Package enrich takes batches of records through the engine: it finds the line in each, writes what it says on the record, takes out of it what must
// not leave, and puts the records that were made behind those that brought them about. Of the Collector it knows pdata alone.
package enrich

import (
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// part is one record of a batch's output, in order.
type part struct {
	rec  plog.LogRecord
	ours bool
	made int               // a record that is still to be made: its place in the pass's list, from 1
	seen pcommon.Timestamp // when the record that brought it about was observed
}

// pass is one way through a batch.
type pass struct {
	*Enricher
	via any // the pipeline that the batch is on
	w   record.Writer
	now int64
	one engine.Line // the line at hand

	resource  pcommon.Resource
	view      record.View
	duplicate bool
	proved    bool // the record has a credential outside of its line
	lines     []string
	inPlace   bool // no record was split
	parts     []part
	made      []session.Made
	hosts     []string // host.name of what is in made
	homeOf    string   // the host whose home was looked at last
	homeKnown bool
	counts    Counts
}

// Enricher takes batches through an engine: what stands in a record for it, and what becomes of the record. It may be used from several goroutines.
type Enricher struct {
	engine      *engine.Engine
	homes       *homes
	full        bool // records carry every attribute
	dropChatter bool
}

// Choices are what a site wants of its records.
type Choices struct {
	Full        bool // every attribute, not only those of the core set
	DropChatter bool // leave out what no question needs
}

// New makes one for an engine.
func New(e *engine.Engine, c Choices) *Enricher {
	return &Enricher{engine: e, homes: newHomes(), full: c.Full, dropChatter: c.DropChatter}
}

// Via is the pipeline that a host was observed through last; nil: none.
func (e *Enricher) Via(host string) any {
	home, _ := e.homes.of(host)
	return home.via
}

// Enrich changes ld to what goes out: recognised records with attributes under our scope, the others untouched under
// theirs, records that were made behind the line that brought them about. It gives what own telemetry counts.
func (e *Enricher) Enrich(ld plog.Logs, now time.Time, via any) Counts {
	p := passes.Get().(*pass)
	p.Enricher, p.via, p.now, p.w.Full = e, via, now.UnixNano(), e.full
	p.view.Lines = e.engine.Detector()
	defer p.release()
	for _, rl := range ld.ResourceLogs().All() {
		p.resource = rl.Resource()
		sweepMap(rl.Resource().Attributes())
		for i := 0; i < rl.ScopeLogs().Len(); i++ {
			sl := rl.ScopeLogs().At(i)
			if sl.Scope().Name() == attrs.Scope && sl.Scope().Version() == attrs.Version {
				continue // enriched before
			}
			around := sl.Scope().Attributes()
			sweepMap(around)
			p.view.Enter(p.resource, &around)
			p.parts, p.made, p.hosts, p.inPlace = p.parts[:0], p.made[:0], p.hosts[:0], true
			for _, rec := range sl.LogRecords().All() {
				p.record(rec)
			}
			i += p.rebuild(rl, i)
		}
	}
	p.counts.settle()
	return p.counts
}

// passes keeps the room of earlier passes.
var passes = sync.Pool{New: func() any { return new(pass) }}

// release gives the room back, without what it points to.
func (p *pass) release() {
	clear(p.parts[:cap(p.parts)])
	clear(p.made[:cap(p.made)])
	clear(p.lines[:cap(p.lines)])
	clear(p.hosts[:cap(p.hosts)])
	p.one.Release()
	p.Enricher, p.via, p.resource, p.view, p.counts = nil, nil, pcommon.Resource{}, record.View{}, Counts{}
	p.homeOf, p.homeKnown = "", false
	passes.Put(p)
}

// record takes one record through the engine, line by line.
func (p *pass) record(rec plog.LogRecord) {
	p.proved = Proves(rec)
	if !p.read(rec) && !p.view.Blank {
		sweep(rec)
		p.parts = append(p.parts, part{rec: rec})
		return
	}
	p.duplicate = p.engine.Seen(engine.Place(p.view.File))
	p.lines = record.Split(p.view.Text, p.lines)
	if len(p.lines) > 1 {
		if p.provesMail(rec) {
			p.several(rec)
			return
		}
		sweep(rec)
		p.parts = append(p.parts, part{rec: rec})
		return
	}
	p.add(rec, p.line(p.view.Text, rec, rec.Attributes().Len()))
}

// read looks at a record. A name in front of its line is a container's, but in the middle of a conversation whose lines have none.
func (p *pass) read(rec plog.LogRecord) bool {
	found := p.view.ReadRecord(rec, p.now)
	if p.view.Source.Part != "" && p.engine.Speaks(engine.Source(p.view.Source)) {
		found = p.view.ReadWhole(rec, p.now)
	}
	if p.proved {
		p.view.Origins(func(s *string) { *s, _ = secrets.Clean(*s, secrets.Anyone) })
	}
	return found
}

// several is for a record of several lines: one record each, the first with the whole text. A record in which no line
// is recognised stays whole. Lines that nobody took a header off are read like records of their own.
func (p *pass) several(rec plog.LogRecord) {
	first, came, view := len(p.parts), rec.Attributes().Len(), p.view
	copies := takeCopies(rec, view.Text)
	whole := line{text: view.Text}
	var original strings.Builder
	at := 0
	apart := rec.Body().Type() == pcommon.ValueTypeStr && !view.Unwrapped && !view.Parsed
	for _, text := range p.lines {
		one := plog.NewLogRecord()
		rec.CopyTo(one)
		one.Body().SetStr(text)
		said := text
		if apart {
			p.read(one)
			said = p.view.Text
		}
		l := p.line(said, one, 0)
		if l.private {
			p.hide(one, came)
		}
		if clean := one.Body().Str(); clean != text {
			from, _ := event.Offset(whole.text, text)
			original.WriteString(whole.text[at:from])
			original.WriteString(clean)
			at = from + len(text)
		}
		whole.recognised = whole.recognised || l.recognised
		p.add(one, l)
	}
	original.WriteString(whole.text[at:])
	whole.clean, whole.scrubbed, whole.caught = original.String(), at > 0, true
	if p.view = view; !whole.recognised {
		copies.putBack(rec)
		p.clean(rec, &whole, came)
		p.parts = append(p.parts[:first], part{rec: rec})
		return
	}
	p.inPlace = false
	whole.clean, _ = secrets.Clean(whole.clean, secrets.Talk)
	copies.clean(&whole)
	for _, one := range p.parts[first:] { // what else the record had was cleaned with each
		if one.made == 0 {
			copies.putBack(one.rec)
		}
	}
	putOriginal(p.parts[first].rec, whole.clean)
}
