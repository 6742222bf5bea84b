package attrs

import (
	"math"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// List is what one record carries: attributes in the order of the record, the ones that queries ask for first. Put and PutSummary fill it anew, so it is valid
// until the next of these; who keeps it copies it. It knows no record: the Collector's, a JSON line and a WebAssembly host's map are written from it in one pass.
// It holds memories of its own, so one List serves one goroutine. The zero List is ready.
type List struct {
	// Full: every attribute, not only those of the core set (names.go).
	Full bool
	// Host is the host.name of the next record, where it is another than its resource's.
	Host string
	// Items are the attributes, flat: behind an array or a map stand its parts, and theirs behind each of them.
	Items []Item
	// Nested: there is an array or a map among them.
	Nested bool

	verdict bool // the record at hand is one on a recipient
	context bool // it carries all that is known of its message
	ids     []idText
}

// Item is an attribute, or a part of one. No name stands twice among those that are no parts.
type Item struct {
	Name string // empty for an item of an array
	Kind Kind
	num  int64
	str  string
}

// Kind is what type of value an Item has.
type Kind uint8

// The kinds of values.
const (
	KindString Kind = iota + 1
	KindInt
	KindDouble
	KindBool
	KindArray // of the next Len values, none of which has a name
	KindMap   // of the next Len values, each of which has one; none of them is a map
)

// Str is the value of a KindString: valid UTF-8, never empty at the top.
func (i *Item) Str() string { return i.str }

// SetStr changes it, as privacy does.
func (i *Item) SetStr(s string) { i.str = s }

// Int is the value of a KindInt.
func (i *Item) Int() int64 { return i.num }

// Double is the value of a KindDouble.
func (i *Item) Double() float64 { return math.Float64frombits(uint64(i.num)) }

// Bool is the value of a KindBool.
func (i *Item) Bool() bool { return i.num != 0 }

// Len is how many values a KindArray or KindMap has. They are the next items, but for what stands in them.
func (i *Item) Len() int { return int(i.num) }

// Behind is the place of the item behind the one at a place and all that stands in it.
func Behind(items []Item, at int) int {
	if k := items[at].Kind; k != KindArray && k != KindMap {
		return at + 1
	}
	n := items[at].Len()
	at++
	for range n {
		at = Behind(items, at)
	}
	return at
}

// idText remembers an id's digits: the ids of one session stand on many records.
type idText struct {
	id   event.ID
	text string
}

// idSlots is the size of the memory of ids, a power of two.
const idSlots = 1024

// id is the text of an id.
func (l *List) id(id event.ID) string {
	if id == 0 {
		return ""
	}
	if l.ids == nil {
		l.ids = make([]idText, idSlots)
	}
	slot := &l.ids[uint64(id)%idSlots]
	if slot.id != id {
		slot.id, slot.text = id, id.String()
	}
	return slot.text
}

// add appends a value. It gives its place, since a pointer would not outlive the next one.
func (l *List) add(name string, k Kind, num int64, s string) int {
	l.Nested = l.Nested || k >= KindArray
	l.Items = append(l.Items, Item{Name: name, Kind: k, num: num, str: s})
	return len(l.Items) - 1
}

func (l *List) str(key, s string) {
	if s != "" {
		l.Items = append(l.Items, Item{Name: key, Kind: KindString, str: s})
	}
}

// text is str for words that come from outside, which may be broken UTF-8.
func (l *List) text(key, s string) {
	if s != "" {
		l.Items = append(l.Items, Item{Name: key, Kind: KindString, str: Valid(s)})
	}
}

// num leaves a zero out.
func (l *List) num(key string, n int64) {
	if n != 0 {
		l.int(key, n)
	}
}

func (l *List) int(key string, n int64) {
	l.Items = append(l.Items, Item{Name: key, Kind: KindInt, num: n})
}

func (l *List) dbl(key string, d float64, has bool) {
	if has {
		l.Items = append(l.Items, Item{Name: key, Kind: KindDouble, num: int64(math.Float64bits(d))})
	}
}

func (l *List) bool(key string, b, has bool) {
	if has {
		n := int64(0)
		if b {
			n = 1
		}
		l.Items = append(l.Items, Item{Name: key, Kind: KindBool, num: n})
	}
}

// strings are at most MaxItems of them.
func (l *List) strings(key string, list []string) {
	list = list[:min(len(list), MaxItems)]
	l.add(key, KindArray, int64(len(list)), "")
	for _, s := range list {
		l.add("", KindString, 0, Valid(s))
	}
}
