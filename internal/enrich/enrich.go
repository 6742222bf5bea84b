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

// add lists a record and what it brought about.
func (p *pass) add(rec plog.LogRecord, l line) {
	if l.dropped {
		p.addMade(rec, l)
		return
	}
	if l.recognised && l.time != 0 {
		rec.SetTimestamp(pcommon.Timestamp(l.time))
	}
	p.parts = append(p.parts, part{rec: rec, ours: l.recognised})
	p.addMade(rec, l)
}

// addMade lists what a record brought about.
func (p *pass) addMade(rec plog.LogRecord, l line) {
	for i := l.from; i < l.to; i++ {
		p.parts = append(p.parts, part{ours: true, made: i + 1, seen: rec.ObservedTimestamp()})
	}
}

// rebuild writes the parts into the scope at index i, and into further scopes behind it where ours and others take
// turns: their order is the order of the records. It gives the number of scopes added.
func (p *pass) rebuild(rl plog.ResourceLogs, i int) int {
	sl, parts := rl.ScopeLogs().At(i), p.parts
	if unchanged(parts, sl.LogRecords().Len()) {
		if len(parts) > 0 && parts[0].ours {
			sl.Scope().SetName(attrs.Scope)
			sl.Scope().SetVersion(attrs.Version)
		}
		return 0
	}
	if p.slipIn(sl) {
		return 0
	}
	built := plog.NewScopeLogsSlice()
	var run plog.ScopeLogs
	for k := range parts {
		one := &parts[k]
		if k == 0 || parts[k-1].ours != one.ours {
			run = built.AppendEmpty()
			sl.Scope().CopyTo(run.Scope())
			run.SetSchemaUrl(sl.SchemaUrl())
			if one.ours {
				run.Scope().SetName(attrs.Scope)
				run.Scope().SetVersion(attrs.Version)
			}
		}
		rec := run.LogRecords().AppendEmpty()
		if one.made > 0 {
			p.putMade(one, rec)
			continue
		}
		one.rec.MoveTo(rec)
	}
	return insert(rl.ScopeLogs(), i, built)
}

// slipIn puts made records between the ones that they belong behind, where all stay in one scope: they are appended, and the slice is sorted
// by a number that stands in each record for as long as that takes. It is much cheaper than moving every record.
func (p *pass) slipIn(sl plog.ScopeLogs) bool {
	recs, existing := sl.LogRecords(), 0
	for k := range p.parts {
		one := &p.parts[k]
		if !one.ours || one.made == 0 && one.rec.DroppedAttributesCount() != 0 {
			return false
		}
		if one.made == 0 {
			existing++
		}
	}
	if existing != recs.Len() || existing == 0 || !p.inPlace {
		return false
	}
	for k := range p.parts {
		one := &p.parts[k]
		if one.made > 0 {
			one.rec = recs.AppendEmpty()
			p.putMade(one, one.rec)
		}
		one.rec.SetDroppedAttributesCount(uint32(k + 1))
	}
	recs.Sort(func(a, b plog.LogRecord) bool { return a.DroppedAttributesCount() < b.DroppedAttributesCount() })
	for _, rec := range recs.All() {
		rec.SetDroppedAttributesCount(0)
	}
	sl.Scope().SetName(attrs.Scope)
	sl.Scope().SetVersion(attrs.Version)
	return true
}

// unchanged says whether the records can stay where they are.
func unchanged(parts []part, records int) bool {
	if len(parts) != records {
		return false
	}
	for k := range parts {
		if parts[k].made > 0 || parts[k].ours != parts[0].ours {
			return false
		}
	}
	return true
}

// insert puts built in the place of the scope at index i.
func insert(scopes plog.ScopeLogsSlice, i int, built plog.ScopeLogsSlice) int {
	rest := plog.NewScopeLogsSlice()
	at := 0
	scopes.RemoveIf(func(sl plog.ScopeLogs) bool {
		at++
		if at-1 > i {
			sl.MoveTo(rest.AppendEmpty())
		}
		return at-1 >= i
	})
	n := built.Len()
	built.MoveAndAppendTo(scopes)
	rest.MoveAndAppendTo(scopes)
	return n - 1
}

// putMade writes the record that a part stands for.
func (p *pass) putMade(one *part, rec plog.LogRecord) {
	p.w.Host = p.hosts[one.made-1]
	putMade(&p.made[one.made-1], rec, one.seen, &p.w)
}

// putMade writes a record that no line is behind.
func putMade(m *session.Made, rec plog.LogRecord, observed pcommon.Timestamp, w *record.Writer) {
	var ev *event.Event
	if m.Summary != nil {
		ev = &m.Summary.Event
		w.PutSummary(m.Summary, rec)
	} else {
		ev = m.Event
		w.Put(ev, rec)
		rec.Body().SetStr(session.Describe(ev))
	}
	if ev.Resolution >= event.ResolutionSecond {
		rec.SetTimestamp(pcommon.Timestamp(ev.Time))
	}
	rec.SetObservedTimestamp(observed)
	m.Release()
}
