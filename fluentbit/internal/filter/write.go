package filter

import (
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// What of a record of the Collector is no attribute has a name here.
const (
	timeKey  = "smtp.time" // when the line was written, by itself: Fluent Bit's own time of a record is out of reach
	traceKey = "trace_id"  // 32 hexadecimal digits, as in the log records of OTLP
	spanKey  = "span_id"
)

// writer writes the answer to one record.
type writer struct {
	f    *Filter
	from *object
	at   int64 // Fluent Bit's time of the record
	b    []byte
}

func pcommonTime(at int64) pcommon.Timestamp { return pcommon.Timestamp(max(at, 0)) }

func (f *Filter) writer(from *object, at int64) writer {
	return writer{f: f, from: from, at: at, b: f.out[:0]}
}

// done gives what was written; it is valid until the next record.
func (w *writer) done() []byte {
	w.f.out = w.b
	return w.b
}

func (w *writer) begin()      { w.b = append(w.b, `{"events":[`...) }
func (w *writer) end() []byte { w.b = append(w.b, `]}`...); return w.done() }

// event writes one of several.
func (w *writer) event(rec plog.LogRecord) {
	if w.b[len(w.b)-1] == '}' {
		w.b = append(w.b, ',')
	}
	if isMade(rec) {
		w.made(rec)
		return
	}
	w.record(rec, false)
}

// made writes a record that no line is behind: its sentence in the place of a line.
func (w *writer) made(rec plog.LogRecord) {
	w.b = append(w.b, '{')
	w.b = appendString(w.b, w.from.textKey)
	w.b = append(w.b, ':')
	w.b = record.AppendJSON(w.b, rec.Body(), appendString)
	w.attributes(rec)
	w.b = append(w.b, '}')
}

// record writes a record that came: its members, then what is known. whole says that it was taken apart and goes on as one all the same.
func (w *writer) record(rec plog.LogRecord, whole bool) {
	w.b = append(w.b, '{')
	body := rec.Body()
	switch {
	case body.Type() != pcommon.ValueTypeMap: // a part: the line alone stands in place of the text
		text := body.Str()
		if original, ok := rec.Attributes().Get(attrs.Original); ok && whole {
			text = original.Str()
		}
		w.members(rec, func(m *member) bool {
			if m.name == w.from.textKey {
				w.b = appendString(w.b, text)
			}
			return m.name == w.from.textKey
		})
	case w.from.changed(body):
		for name, v := range body.Map().All() {
			if isOurs(rec, name) {
				continue
			}
			w.comma()
			w.b = appendString(w.b, name)
			w.b = append(w.b, ':')
			w.b = record.AppendJSON(w.b, v, appendString)
		}
	default:
		w.members(rec, func(*member) bool { return false })
	}
	w.attributes(rec)
	w.b = append(w.b, '}')
}

// members writes those that the record came with, as they came but for what put writes instead.
func (w *writer) members(rec plog.LogRecord, put func(*member) bool) {
	for i := range w.from.members {
		m := &w.from.members[i]
		if isOurs(rec, m.name) {
			continue
		}
		w.comma()
		w.b = append(w.b, '"')
		w.b = append(w.b, m.key...)
		w.b = append(w.b, '"', ':')
		if put(m) {
			continue
		}
		if m.value.Kind == jsonline.String {
			w.b = append(w.b, '"')
			w.b = append(w.b, m.value.Raw...)
			w.b = append(w.b, '"')
		} else {
			w.b = append(w.b, m.value.Raw...)
		}
	}
}

// isOurs says whether a member would stand beside an attribute of the same name: ours goes before it.
func isOurs(rec plog.LogRecord, name string) bool {
	if name == tagKey {
		return false
	}
	_, ours := rec.Attributes().Get(name)
	return ours
}

func (w *writer) comma() {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
}

// attributes writes those of a record, on top or in an object of their own.
func (w *writer) attributes(rec plog.LogRecord) {
	if rec.Attributes().Len() == 0 || rec.EventName() == "" {
		return
	}
	nested := w.f.config.Key != ""
	if nested {
		w.comma()
		w.b = appendString(w.b, w.f.config.Key)
		w.b = append(w.b, ':', '{')
	}
	for name, v := range rec.Attributes().All() {
		if name == tagKey || name == attrs.Original {
			continue
		}
		w.name(name)
		w.b = record.AppendJSON(w.b, v, appendString)
	}
	if t := int64(rec.Timestamp()); t != 0 && t/int64(time.Second) != w.at/int64(time.Second) {
		w.name(timeKey)
		w.b = append(w.b, '"')
		w.b = time.Unix(0, t).UTC().AppendFormat(w.b, time.RFC3339Nano)
		w.b = append(w.b, '"')
	}
	if trace := rec.TraceID(); !trace.IsEmpty() {
		w.name(traceKey)
		w.b = appendHex(w.b, trace[:])
	}
	if span := rec.SpanID(); !span.IsEmpty() {
		w.name(spanKey)
		w.b = appendHex(w.b, span[:])
	}
	if nested {
		w.b = append(w.b, '}')
	}
}

func (w *writer) name(name string) {
	w.comma()
	w.b = appendString(w.b, name)
	w.b = append(w.b, ':')
}

const hexDigits = "0123456789abcdef"

func appendHex(b, id []byte) []byte {
	b = append(b, '"')
	for _, c := range id {
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return append(b, '"')
}

// appendString writes a string of JSON. A byte that is no text becomes the character that Fluent Bit had made of it.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c == '\n':
				b = append(b, '\\', 'n')
			case c == '\t':
				b = append(b, '\\', 't')
			case c < ' ' || c == 0x7f:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			r = 0xE000 + rune(c)
		}
		b = utf8.AppendRune(b, r)
		i += size
	}
	return append(b, '"')
}
