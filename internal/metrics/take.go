package metrics

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// Take reads what a record carries; false: it is a summary, which tells again what was counted.
func (s *Sample) Take(items []attrs.Item) bool {
	s.Reset()
	for i := 0; i < len(items); i = attrs.Behind(items, i) {
		item := &items[i]
		at, ok := Find(item.Name)
		if !ok {
			continue
		}
		switch item.Kind {
		case attrs.KindString:
			if at == AtEvent && IsSummary(item.Str()) {
				return false
			}
			s.Put(at, item.Str(), 0)
		case attrs.KindInt:
			s.Put(at, Number(item.Int()), float64(item.Int()))
		case attrs.KindDouble:
			s.Put(at, "", item.Double())
		case attrs.KindBool:
			if item.Bool() {
				s.Put(at, "true", 1)
			} else {
				s.Put(at, "false", 0)
			}
		case attrs.KindArray:
			s.Put(at, "", float64(item.Len()))
		case attrs.KindMap:
		}
	}
	return true
}
