package engine

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
)

// redact writes Clean: the line without the parts that must not leave, where it has any. Message content that may leave keeps what is no
// credential.
func (l *Line) redact(keepContent bool) {
	ev := &l.Event
	if l.keepContent = keepContent; keepContent && ev.Kind == event.KindContent {
		ev.Redact = ev.Redact[:0]
	}
	l.hideCaught()
	if len(ev.Redact) == 0 {
		return
	}
	var b strings.Builder
	at := 0
	for _, span := range ev.Redact {
		from, to := min(max(span.From, at), len(ev.Line)), min(span.To, len(ev.Line))
		if from >= to {
			continue
		}
		b.WriteString(ev.Line[at:from])
		b.WriteString(l.mark(to - from))
		at = to
	}
	if at == 0 {
		return
	}
	b.WriteString(ev.Line[at:])
	l.Clean, l.Scrubbed = b.String(), true
}

// Secret is a value of an object, as it is and as it may leave.
type Secret struct{ Value, Clean string }

// hiddenParts are the strings of the line, an object of JSON, that hold what must not leave.
func hiddenParts(ev *event.Event) []Secret {
	var list []Secret
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
		list = append(list, Secret{jsonline.Unescape(ev.Line[begin:end]), clean.String()})
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
