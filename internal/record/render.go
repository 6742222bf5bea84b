package record

import (
	"bytes"
	"encoding/json"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// leastKeys is how many keys a server's record has at least; a carrier's map without text has fewer.
const leastKeys = 4

// render writes a map as the JSON line that it was read from, as far as that is known: keys in the map's order, whole numbers without a
// fraction. It is empty for what is no record: too few keys, or those of the journal.
func render(m pcommon.Map) string {
	if m.Len() < leastKeys {
		return ""
	}
	if _, journal := m.Get("__CURSOR"); journal {
		return ""
	}
	var b bytes.Buffer
	renderMap(&b, m)
	return b.String()
}

func renderMap(b *bytes.Buffer, m pcommon.Map) {
	sep := byte('{')
	if m.Len() == 0 {
		b.WriteByte(sep)
	}
	for key, value := range m.All() {
		b.WriteByte(sep)
		sep = ','
		renderJSON(b, key)
		b.WriteByte(':')
		renderValue(b, value)
	}
	b.WriteByte('}')
}

func renderValue(b *bytes.Buffer, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		renderMap(b, v.Map())
	case pcommon.ValueTypeSlice:
		b.WriteByte('[')
		for i, item := range v.Slice().All() {
			if i > 0 {
				b.WriteByte(',')
			}
			renderValue(b, item)
		}
		b.WriteByte(']')
	case pcommon.ValueTypeStr:
		renderJSON(b, v.Str())
	case pcommon.ValueTypeDouble:
		d := v.Double()
		if n := int64(d); float64(n) == d {
			renderJSON(b, n)
			return
		}
		renderJSON(b, d)
	case pcommon.ValueTypeInt:
		renderJSON(b, v.Int())
	case pcommon.ValueTypeBool:
		renderJSON(b, v.Bool())
	case pcommon.ValueTypeBytes:
		renderJSON(b, string(v.Bytes().AsRaw()))
	default:
		b.WriteString("null")
	}
}

// renderJSON writes one value. Angle brackets stay as they are: addresses have them.
func renderJSON(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil { // a number that JSON has not
		b.WriteString("null")
		return
	}
	b.Truncate(b.Len() - 1) // the line end
}
