package record

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/xpdata"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Writer puts events on records. It holds memories of its own, so one Writer serves one goroutine.
type Writer struct {
	attrs.List
	built xpdata.MapBuilder // of the record at hand
	part  xpdata.MapBuilder // of a map in it
}

// Put writes ev's attributes, EventName and (where there is none) severity to rec. An attribute that the record came with gives way to ours of the same name.
func (w *Writer) Put(ev *event.Event, rec plog.LogRecord) {
	w.List.Put(ev)
	w.write(ev, rec)
}

// PutSummary writes a session's or message's summary to rec: its sentence as the body, and what Put writes.
func (w *Writer) PutSummary(s *session.Summary, rec plog.LogRecord) {
	rec.Body().SetStr(attrs.Valid(s.Sentence()))
	w.List.PutSummary(s)
	w.write(&s.Event, rec)
}

func (w *Writer) write(ev *event.Event, rec plog.LogRecord) {
	w.attributes(rec.Attributes())
	putTrace(ev, rec)
	if rec.EventName() == "" {
		rec.SetEventName(ev.Kind.EventName())
	}
	if rec.SeverityNumber() == plog.SeverityNumberUnspecified && ev.Class != 0 {
		setSeverity(ev.Class, rec)
	}
}

// attributes adds the list to m. No name of the list stands in it twice, so the map is built in one pass, in a room of the right size; Map.Put would look through
// all that is there for each. A delivery takes a seventh less CPU so (make bench BENCH=Put).
func (w *Writer) attributes(m pcommon.Map) {
	items, room := w.Items, m.Len()+len(w.Items)
	if w.Nested {
		room -= parts(items)
	}
	w.built.EnsureCapacity(room)
	for name, v := range m.All() {
		if at := w.find(name); at >= 0 {
			w.put(at, v)
			items[at].Name = "" // done
		}
		v.MoveTo(w.built.AppendEmpty(name))
	}
	for at := 0; at < len(items); {
		if items[at].Name == "" {
			at = attrs.Behind(items, at)
			continue
		}
		at = w.put(at, w.built.AppendEmpty(items[at].Name))
	}
	w.built.UnsafeIntoMap(m)
}

// find is the place of a name among those that are no parts of others, -1 without one.
func (w *Writer) find(name string) int {
	for at := 0; at < len(w.Items); {
		if w.Items[at].Name == name {
			return at
		}
		if !w.Nested {
			at++
			continue
		}
		at = attrs.Behind(w.Items, at)
	}
	return -1
}

// parts is how many items stand in others.
func parts(items []attrs.Item) (n int) {
	for at := 0; at < len(items); {
		end := attrs.Behind(items, at)
		n += end - at - 1
		at = end
	}
	return n
}

// put writes the item at a place to v, and gives the place behind it.
func (w *Writer) put(at int, v pcommon.Value) int {
	item := &w.Items[at]
	at++
	switch item.Kind {
	case attrs.KindString:
		v.SetStr(item.Str())
	case attrs.KindInt:
		v.SetInt(item.Int())
	case attrs.KindDouble:
		v.SetDouble(item.Double())
	case attrs.KindBool:
		v.SetBool(item.Bool())
	case attrs.KindArray:
		list := v.SetEmptySlice()
		list.EnsureCapacity(item.Len())
		for range item.Len() {
			at = w.put(at, list.AppendEmpty())
		}
	case attrs.KindMap:
		w.part.EnsureCapacity(item.Len())
		for range item.Len() {
			at = w.put(at, w.part.AppendEmpty(w.Items[at].Name))
		}
		w.part.UnsafeIntoMap(v.SetEmptyMap())
	}
	return at
}

// putTrace gives a record the ids of its message's trace, and of the span that it tells of; one that came with a trace keeps it.
func putTrace(ev *event.Event, rec plog.LogRecord) {
	if ev.Trace == (event.TraceID{}) || !rec.TraceID().IsEmpty() {
		return
	}
	rec.SetTraceID(ev.Trace.Bytes())
	if ev.Span != 0 {
		rec.SetSpanID(ev.Span.Bytes())
	}
}

// setSeverity gives a record the severity of a reply class: 4xx warns, 5xx is an error.
func setSeverity(class byte, rec plog.LogRecord) {
	switch class {
	case '4':
		rec.SetSeverityNumber(plog.SeverityNumberWarn)
		rec.SetSeverityText("WARN")
	case '5':
		rec.SetSeverityNumber(plog.SeverityNumberError)
		rec.SetSeverityText("ERROR")
	default:
		rec.SetSeverityNumber(plog.SeverityNumberInfo)
		rec.SetSeverityText("INFO")
	}
}
