package enrich

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// copies are the attributes of a record of several lines that hold all of its text. Each of its parts has them: they are taken out for as
// long as the lines are read, and cleaned once.
type copies []copied

type copied struct {
	key   string
	value pcommon.Value
}

// takeCopies takes them out of a record; their keys stay, in their place.
func takeCopies(rec plog.LogRecord, text string) (list copies) {
	for key, v := range rec.Attributes().All() {
		if holds(v, text) {
			kept := pcommon.NewValueEmpty()
			v.CopyTo(kept)
			list = append(list, copied{key, kept})
		}
	}
	for _, c := range list {
		rec.Attributes().PutEmpty(c.key)
	}
	return list
}

// holds says whether a value has the text somewhere.
func holds(v pcommon.Value, text string) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return strings.Contains(v.Str(), text)
	case pcommon.ValueTypeBytes:
		return strings.Contains(string(v.Bytes().AsRaw()), text)
	case pcommon.ValueTypeMap:
		for _, field := range v.Map().All() {
			if holds(field, text) {
				return true
			}
		}
	case pcommon.ValueTypeSlice:
		if s, ok := bytesOf(v.Slice()); ok {
			return strings.Contains(s, text)
		}
		for _, item := range v.Slice().All() {
			if holds(item, text) {
				return true
			}
		}
	}
	return false
}

// clean takes out of them what was taken out of the text.
func (list copies) clean(whole *line) {
	for _, c := range list {
		if whole.scrubbed {
			whole.scrubValue(c.value, true)
		}
		sweepValue(c.value)
	}
}

// putBack gives a record what was taken out of it.
func (list copies) putBack(rec plog.LogRecord) {
	for _, c := range list {
		if v, ok := rec.Attributes().Get(c.key); ok {
			c.value.CopyTo(v)
		}
	}
}
