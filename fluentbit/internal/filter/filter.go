// Package filter is the engine as a filter of Fluent Bit sees it: a record comes as one JSON object, and one JSON object goes out. What Fluent Bit does with a broken
// one (it drops the record, or aborts) is why it hands the input back wherever it is in doubt.
package filter

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Mode is what a record may become.
type Mode uint8

const (
	// One is one record for one: what is made besides (summaries, ends without a line) is left out.
	One Mode = iota
	// Events is {"events": [...]} where there is more than one record, for the Lua filter behind that splits it.
	Events
)

// clockKey marks the record of an input that does nothing but tell that time goes on: {"smtp.clock": true}.
const clockKey = "smtp.clock"

// Filter takes records through the engine. It serves one goroutine, as Fluent Bit calls it.
type Filter struct {
	config   Config
	now      func() time.Time
	engine   *engine.Engine
	enricher *enrich.Enricher
	state    state
	texts    []string // of the record at hand
	out      []byte
}

// New makes a filter. The error is one that the configuration file has.
func New(c Config, now func() time.Time) (*Filter, error) {
	set, _, err := c.Settings()
	if err != nil {
		return nil, err
	}
	e, err := engine.New(set)
	if err != nil {
		return nil, err
	}
	f := &Filter{
		config: c, now: now, engine: e, enricher: enrich.New(e, enrich.Choices{Full: c.Full(), DropChatter: c.Drops()}),
		state: state{path: c.State, interval: c.CheckpointInterval, saved: now()},
	}
	return f, f.state.restore(e)
}

// Record takes one record: its tag, its time in nanoseconds since 1970, the JSON object. It gives what goes on in its place, valid until the next call; nil where nothing
// does, because the record only told the time, or is one that the configuration drops. The input itself comes back where nothing is known of it.
func (f *Filter) Record(tag string, at int64, in []byte, mode Mode) []byte {
	object := string(in) // Fluent Bit's memory is its own again when the call is over
	now := f.now()
	defer f.state.save(f.engine, now)
	body, ok := f.open(object)
	if !ok || body.enriched {
		return in
	}
	if body.clock {
		return f.tick(now, mode)
	}
	ld := plog.NewLogs()
	rec := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	rec.SetTimestamp(pcommonTime(at))
	if body.to(rec.Body().SetEmptyMap()); body.broken {
		return in
	}
	if tag != "" {
		rec.Attributes().PutStr(tagKey, strings.Clone(tag))
	}
	f.enricher.Enrich(ld, now, nil)
	return f.answer(in, &body, at, ld, mode)
}

// tick ends what belongs to hosts that have gone silent.
func (f *Filter) tick(now time.Time, mode Mode) []byte {
	var out session.Output
	f.engine.Tick(now, &out)
	if mode == One || len(out.Made) == 0 {
		return nil
	}
	ld := plog.NewLogs()
	f.enricher.Orphans(&out, func(any) plog.Logs { return ld })
	w := f.writer(&object{textKey: defaultTextKey}, 0)
	w.begin()
	eachRecord(ld, func(rec plog.LogRecord) { w.event(rec) })
	return w.end()
}

// answer writes what became of a record.
func (f *Filter) answer(in []byte, body *object, at int64, ld plog.Logs, mode Mode) []byte {
	var parts, made []plog.LogRecord
	ours := false
	for _, sl := range ld.ResourceLogs().At(0).ScopeLogs().All() {
		known := sl.Scope().Name() == attrs.Scope
		for _, rec := range sl.LogRecords().All() {
			if ours = ours || known; known && isMade(rec) {
				made = append(made, rec)
			} else {
				parts = append(parts, rec)
			}
		}
	}
	w := f.writer(body, at)
	switch {
	case len(parts) == 0 && (mode == One || len(made) == 0):
		return nil
	case !ours && len(parts) == 1 && !body.changed(parts[0].Body()):
		return in
	case len(parts) > 0 && (mode == One || len(parts)+len(made) == 1):
		w.record(parts[0], len(parts) > 1)
		return w.done()
	}
	w.begin()
	eachRecord(ld, func(rec plog.LogRecord) { w.event(rec) })
	return w.end()
}

// isMade says whether no line is behind a record of ours.
func isMade(rec plog.LogRecord) bool {
	if v, ok := rec.Attributes().Get(attrs.Synthetic); ok && v.Bool() {
		return true
	}
	v, ok := rec.Attributes().Get(attrs.Event)
	if !ok {
		return false
	}
	switch v.AsString() {
	case "session", "message", "queue":
		return true
	}
	return false
}

func eachRecord(ld plog.Logs, visit func(plog.LogRecord)) {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				visit(rec)
			}
		}
	}
}
