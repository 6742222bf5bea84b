package record

import (
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// AppendJSON appends a value as JSON (RFC 8259); text appends a string with its quotes. What JSON has no word for, as a number that is none, becomes null.
func AppendJSON(b []byte, v pcommon.Value, text func([]byte, string) []byte) []byte {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return text(b, v.Str())
	case pcommon.ValueTypeInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case pcommon.ValueTypeDouble:
		d := v.Double()
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, d, 'g', -1, 64)
	case pcommon.ValueTypeBool:
		return strconv.AppendBool(b, v.Bool())
	case pcommon.ValueTypeMap:
		b = append(b, '{')
		for name, inner := range v.Map().All() {
			if b[len(b)-1] != '{' {
				b = append(b, ',')
			}
			b = text(b, name)
			b = append(b, ':')
			b = AppendJSON(b, inner, text)
		}
		return append(b, '}')
	case pcommon.ValueTypeSlice:
		b = append(b, '[')
		for i, inner := range v.Slice().All() {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendJSON(b, inner, text)
		}
		return append(b, ']')
	case pcommon.ValueTypeBytes:
		return text(b, string(v.Bytes().AsRaw()))
	}
	return append(b, "null"...)
}
