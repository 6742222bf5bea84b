package enrich

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

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
