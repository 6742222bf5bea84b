package smtpprocessor

import (
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
)

// secret is a value of a record that was taken apart, as it is and as it may leave.
type secret struct{ value, clean string }

// hiddenParts are the strings of the line, an object of JSON, that hold what must not leave.
func hiddenParts(ev *event.Event) []secret {
	var list []secret
	for spans := ev.Redact; len(spans) > 0; {
		begin, end := stringAround(ev.Line, spans[0])
		var clean strings.Builder
		at := begin
		for len(spans) > 0 && spans[0].From < end { // all that is in the same string
			from, to := max(spans[0].From, at), min(spans[0].To, end)
			clean.WriteString(jsonline.Unescape(ev.Line[at:max(at, from)]))
			clean.WriteString(event.Mark)
			at, spans = max(at, to), spans[1:]
		}
		if at == begin { // outside of the line
			spans = spans[min(1, len(spans)):]
			continue
		}
		clean.WriteString(jsonline.Unescape(ev.Line[at:end]))
		list = append(list, secret{jsonline.Unescape(ev.Line[begin:end]), clean.String()})
	}
	return list
}

// stringAround is the string of JSON that a span begins in, without its quotes.
func stringAround(line string, span event.Span) (begin, end int) {
	begin = min(max(span.From, 0), len(line))
	for end = begin; end < len(line) && (end < span.To || !isQuote(line, end)); {
		end++
	}
	for begin > 0 && !isQuote(line, begin-1) {
		begin--
	}
	return begin, end
}

// isQuote says whether a string of JSON begins or ends at i.
func isQuote(line string, i int) bool {
	if line[i] != '"' {
		return false
	}
	escapes := 0
	for escapes < i && line[i-1-escapes] == '\\' {
		escapes++
	}
	return escapes%2 == 0
}

// scrubParts cleans what a carrier made of the line's object: a body, or attributes beside the line.
func (l *line) scrubParts(rec plog.LogRecord) {
	for _, s := range l.hidden {
		scrubFields(rec.Body(), s)
		for _, v := range rec.Attributes().All() {
			scrubFields(v, s)
		}
	}
}

// scrubFields puts the clean value wherever a field is exactly the secret one.
func scrubFields(v pcommon.Value, s secret) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if v.Str() == s.value {
			v.SetStr(s.clean)
		}
	case pcommon.ValueTypeMap:
		for _, field := range v.Map().All() {
			scrubFields(field, s)
		}
	case pcommon.ValueTypeSlice:
		for _, item := range v.Slice().All() {
			scrubFields(item, s)
		}
	}
}

// redact gives the line without the parts that must not leave; ok is false when there are none. Message content that may leave keeps what
// is no credential.
func (e *engine) redact() (line string, ok bool) {
	ev := &e.ev
	content := ev.Kind == event.KindContent
	if e.keepContent && content {
		content, ev.Redact = false, ev.Redact[:0]
	}
	e.hideCaught()
	if len(ev.Redact) == 0 {
		return "", false
	}
	var b strings.Builder
	at := 0
	for _, span := range ev.Redact {
		from, to := min(max(span.From, at), len(ev.Line)), min(span.To, len(ev.Line))
		if from >= to {
			continue
		}
		b.WriteString(ev.Line[at:from])
		if content {
			b.WriteString("[content: " + strconv.Itoa(to-from) + " bytes]")
		} else {
			b.WriteString(event.Mark)
		}
		at = to
	}
	if at == 0 {
		return "", false
	}
	b.WriteString(ev.Line[at:])
	return b.String(), true
}

// putOriginal keeps the text that a record was split from on the first of its parts.
func putOriginal(rec plog.LogRecord, text string) {
	if _, ok := rec.Attributes().Get(attrs.Original); !ok {
		rec.Attributes().PutStr(attrs.Original, text)
	}
}
