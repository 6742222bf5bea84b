package smtpprocessor

import (
	"encoding/json"
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
	list := make([]secret, 0, len(ev.Redact))
	for _, span := range ev.Redact {
		from, to := max(span.From, 0), min(span.To, len(ev.Line))
		if from >= to {
			continue
		}
		begin, end := from, to
		for begin > 0 && !isQuote(ev.Line, begin-1) {
			begin--
		}
		for end < len(ev.Line) && !isQuote(ev.Line, end) {
			end++
		}
		list = append(list, secret{
			value: jsonline.Unescape(ev.Line[begin:end]),
			clean: jsonline.Unescape(ev.Line[begin:from]) + event.Mark + jsonline.Unescape(ev.Line[to:end]),
		})
	}
	return list
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
	for _, s := range l.secrets {
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

// redacted gives the line without the parts that must not leave; ok is false when there are none.
func redacted(ev *event.Event, keepContent bool) (line string, ok bool) {
	if len(ev.Redact) == 0 || keepContent && ev.Kind == event.KindContent {
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
		if ev.Kind == event.KindContent {
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

// scrub puts the redacted line wherever the carrier put the original one: the body, a field of it, an attribute.
func scrub(rec plog.LogRecord, line, clean string) {
	scrubValue(rec.Body(), line, clean)
	for _, v := range rec.Attributes().All() {
		scrubValue(v, line, clean)
	}
}

// scrubUnwrapped is scrub for a line that stood within another text, perhaps escaped as in JSON, or as in JSON within JSON. Where it is not found in the
// body, nothing of that remains but the clean line.
func scrubUnwrapped(rec plog.LogRecord, line, clean string) {
	forms := [][2]string{{line, clean}}
	for _, html := range [...]bool{true, false} {
		once := [2]string{quoted(line, html), quoted(clean, html)}
		forms = append(forms, once, [2]string{quoted(once[0], html), quoted(once[1], html)})
	}
	for _, v := range rec.Attributes().All() {
		scrubForms(v, forms)
	}
	if !scrubForms(rec.Body(), forms) {
		rec.Body().SetStr(clean)
	}
}

// scrubForms puts the clean line in the place of the first form that each text of a value has, and says whether one had any.
func scrubForms(v pcommon.Value, forms [][2]string) (found bool) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		for _, form := range forms {
			if strings.Contains(v.Str(), form[0]) {
				v.SetStr(strings.ReplaceAll(v.Str(), form[0], form[1]))
				return true
			}
		}
	case pcommon.ValueTypeMap:
		for _, field := range v.Map().All() {
			found = scrubForms(field, forms) || found
		}
	case pcommon.ValueTypeSlice:
		for _, item := range v.Slice().All() {
			found = scrubForms(item, forms) || found
		}
	}
	return found
}

// quoted is s as JSON writes it, without the quotes; html says that angle brackets are escaped, too.
func quoted(s string, html bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	if e.Encode(s) != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

func scrubValue(v pcommon.Value, line, clean string) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if strings.Contains(v.Str(), line) {
			v.SetStr(replaceLine(v.Str(), line, clean))
		}
	case pcommon.ValueTypeBytes:
		if s := string(v.Bytes().AsRaw()); strings.Contains(s, line) {
			v.SetEmptyBytes().FromRaw([]byte(replaceLine(s, line, clean)))
		}
	case pcommon.ValueTypeMap:
		for _, field := range v.Map().All() {
			scrubValue(field, line, clean)
		}
	case pcommon.ValueTypeSlice:
		for _, item := range v.Slice().All() {
			scrubValue(item, line, clean)
		}
	}
}

// replaceLine replaces the line where it ends the text, as it does behind a log header, else everywhere.
func replaceLine(text, line, clean string) string {
	if head, ok := strings.CutSuffix(text, line); ok {
		return head + clean
	}
	return strings.ReplaceAll(text, line, clean)
}

// putOriginal keeps the text that a record was split from on the first of its parts.
func putOriginal(rec plog.LogRecord, text string) {
	if _, ok := rec.Attributes().Get(attrs.Original); !ok {
		rec.Attributes().PutStr(attrs.Original, text)
	}
}
