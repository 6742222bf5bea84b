package record

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// An object whose keys say nothing may hold a line all the same: {"data": "Nov 23 15:32:27 mx postfix/smtpd[540]: ..."}. Its line is the value that a mail
// server writes; words of a conversation count only where they are the one text of the object.

const (
	mostValues = 32 // texts that are looked at in one object
	fewValues  = 4  // of so few each is looked at closely, whatever it is
	leastLine  = 8
)

// finder looks at the texts of an object.
type finder struct {
	lines Lines
	count bool   // count the texts alone
	few   bool   // there are few of them
	seen  int    // texts so far
	found string // the best line, said: words of a conversation
	said  bool
	whole bool // found has a header with a process
}

// try looks at one text.
func (d *finder) try(text string) {
	text = scan.TrimEOL(text)
	if strings.IndexByte(text, ' ') < 0 {
		return // a name, a number, a stamp
	}
	if d.seen++; d.count || d.seen > mostValues || len(text) < leastLine || d.whole || !d.few && !mayBeLine(text) {
		return
	}
	ok, said := d.lines.Has(text)
	if !ok {
		return
	}
	var h header.Header
	whole := header.Parse(text, header.Clock{}, &h) && h.PID > 0
	if d.found == "" || whole || d.said && !said {
		d.found, d.said, d.whole = text, said, whole
	}
}

// mayBeLine is a cheap look at one text of many: lines of mail servers have fields, addresses or names in them, and few other texts do.
func mayBeLine(text string) bool {
	return scan.IsDigit(text[0]) || strings.ContainsAny(text, "=@<[")
}

// line is what was found.
func (d *finder) line() (string, bool) {
	return d.found, d.found != "" && (!d.said || d.seen == 1)
}

// holdsLine says whether an object holds a line, without taking it apart.
func (v *View) holdsLine(text string) bool {
	m, ok := jsonline.Open(text)
	if !ok {
		return false
	}
	all := finder{count: true}
	all.members(m, 0)
	d := finder{lines: v.Lines, few: all.seen <= fewValues}
	d.members(m, 0)
	_, ok = d.line()
	return ok
}

// members looks at the strings of an object or array, and of those within it.
func (d *finder) members(m jsonline.Members, depth int) {
	const deepest = 3
	for {
		_, value, ok := m.Next()
		if !ok || d.seen > mostValues {
			return
		}
		switch value.Kind {
		case jsonline.String:
			if s := value.Str(); strings.IndexByte(s, ' ') >= 0 {
				d.try(jsonline.Unescape(s))
			}
		case jsonline.Object, jsonline.Array:
			if depth < deepest {
				d.members(value.Members(), depth+1)
			}
		}
	}
}

// findLine finds the line that a map holds.
func (v *View) findLine(m pcommon.Map) (string, bool) {
	if v.Lines == nil {
		return "", false
	}
	all := finder{count: true}
	all.values(m, 0)
	d := finder{lines: v.Lines, few: all.seen <= fewValues}
	d.values(m, 0)
	return d.line()
}

func (d *finder) values(m pcommon.Map, depth int) {
	for _, value := range m.All() {
		d.value(value, depth)
	}
}

func (d *finder) value(value pcommon.Value, depth int) {
	const deepest = 3
	switch value.Type() {
	case pcommon.ValueTypeStr:
		d.try(value.Str())
	case pcommon.ValueTypeMap:
		if depth < deepest {
			d.values(value.Map(), depth+1)
		}
	case pcommon.ValueTypeSlice:
		if depth < deepest {
			for _, inner := range value.Slice().All() {
				d.value(inner, depth+1)
			}
		}
	}
}
