package smtpconnector

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// take reads a record's attributes; false: it is a summary, which tells again what was counted.
func take(s *metrics.Sample, m pcommon.Map) bool {
	s.Reset()
	for name, v := range m.All() {
		at, ok := metrics.Find(name)
		if !ok {
			continue
		}
		switch v.Type() {
		case pcommon.ValueTypeStr:
			text := v.Str()
			if at == metrics.AtEvent && metrics.IsSummary(text) {
				return false
			}
			s.Put(at, text, 0)
		case pcommon.ValueTypeInt:
			s.Put(at, metrics.Number(v.Int()), float64(v.Int()))
		case pcommon.ValueTypeDouble:
			s.Put(at, "", v.Double())
		case pcommon.ValueTypeBool:
			if v.Bool() {
				s.Put(at, "true", 1)
			} else {
				s.Put(at, "false", 0)
			}
		case pcommon.ValueTypeSlice:
			s.Put(at, "", float64(v.Slice().Len()))
		}
	}
	return true
}
