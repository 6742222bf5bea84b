package enrich

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
)

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
func scrubFields(v pcommon.Value, s engine.Secret) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		if v.Str() == s.Value {
			v.SetStr(s.Clean)
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

// putOriginal keeps the text that a record was split from on the first of its parts.
func putOriginal(rec plog.LogRecord, text string) {
	if _, ok := rec.Attributes().Get(attrs.Original); !ok {
		rec.Attributes().PutStr(attrs.Original, text)
	}
}
