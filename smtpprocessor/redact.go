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

// redactedMark stands where a credential was.
const redactedMark = "[redacted]"

// secrets are the parts that must not leave, as they stand in the fields of a record that was taken apart.
func secrets(ev *event.Event) []string {
	list := make([]string, 0, len(ev.Redact))
	for _, span := range ev.Redact {
		if from, to := max(span.From, 0), min(span.To, len(ev.Line)); from < to {
			list = append(list, jsonline.Unescape(ev.Line[from:to]))
		}
	}
	return list
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
			b.WriteString(redactedMark)
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

// scrubUnwrapped is scrub for a line that stood within another text, perhaps escaped as in JSON. Where it is not found, nothing of that text
// remains but the clean line.
func scrubUnwrapped(rec plog.LogRecord, line, clean string) {
	body := rec.Body().Str()
	for _, pair := range [...][2]string{{line, clean}, {quoted(line, true), quoted(clean, true)}, {quoted(line, false), quoted(clean, false)}} {
		if strings.Contains(body, pair[0]) {
			rec.Body().SetStr(strings.ReplaceAll(body, pair[0], pair[1]))
			return
		}
	}
	rec.Body().SetStr(clean)
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
