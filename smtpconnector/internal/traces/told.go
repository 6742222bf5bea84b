package traces

import (
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// told is what a record's attributes tell. It is used again for the next record; its values are the record's.
type told struct {
	value [fieldCount]pcommon.Value
	has   set
	used  [fieldCount]field // in the record's order, n of them
	n     int
	built xpdata.MapBuilder
}

// read takes a record's attributes.
func (t *told) read(m pcommon.Map) {
	for _, f := range t.used[:t.n] {
		t.has[f] = false
	}
	t.n = 0
	for name, v := range m.All() {
		if f := field(places.Find(name)); f < noField && !t.has[f] {
			t.value[f], t.has[f] = v, true
			t.used[t.n] = f
			t.n++
		}
	}
}

// text is a field's text, empty where the record does not have it.
func (t *told) text(f field) string {
	if !t.has[f] || t.value[f].Type() != pcommon.ValueTypeStr {
		return ""
	}
	return t.value[f].Str()
}

// number is a field's number, 0 where the record does not have it.
func (t *told) number(f field) float64 {
	switch {
	case !t.has[f]:
		return 0
	case t.value[f].Type() == pcommon.ValueTypeDouble:
		return t.value[f].Double()
	case t.value[f].Type() == pcommon.ValueTypeInt:
		return float64(t.value[f].Int())
	}
	return 0
}

// isTrue says whether the record has the field, and it is true.
func (t *told) isTrue(f field) bool {
	return t.has[f] && t.value[f].Type() == pcommon.ValueTypeBool && t.value[f].Bool()
}

// id is an id in a field; 0 is none.
func (t *told) id(f field) event.ID { return idIn(t.text(f)) }

// idIn is an id that is written as 16 hex digits; 0 is none.
func idIn(s string) (id event.ID) {
	if len(s) != 16 {
		return 0
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		default:
			return 0
		}
		id = id<<4 | event.ID(c)
	}
	return id
}

// maxOwned is how much of a text is kept of what is kept.
const maxOwned = 256

// cut shortens a text at a character's boundary.
func cut(s string) string {
	if len(s) <= maxOwned {
		return s
	}
	n := maxOwned
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// put copies the fields of a set that the record has, into an empty map. No field comes twice, so the map is built in one pass.
func (t *told) put(s *set, to pcommon.Map) {
	n := 0
	for _, f := range t.used[:t.n] {
		if s[f] {
			n++
		}
	}
	t.built.EnsureCapacity(n)
	for _, f := range t.used[:t.n] {
		if !s[f] {
			continue
		}
		into := t.built.AppendEmpty(names[f])
		switch v := t.value[f]; v.Type() {
		case pcommon.ValueTypeStr:
			into.SetStr(v.Str())
		case pcommon.ValueTypeInt:
			into.SetInt(v.Int())
		case pcommon.ValueTypeDouble:
			into.SetDouble(v.Double())
		case pcommon.ValueTypeBool:
			into.SetBool(v.Bool())
		default:
			v.CopyTo(into)
		}
	}
	t.built.UnsafeIntoMap(to)
}
