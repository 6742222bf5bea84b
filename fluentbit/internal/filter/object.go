package filter

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// tagKey is where the Collector's receiver of Fluent Bit's forward protocol puts the tag, too.
const tagKey = "fluent.tag"

const defaultTextKey = "log"

// mostDepth is how deep objects stand in one another that are looked into; a deeper record goes through untouched.
const mostDepth = 16

// object is a record as it came.
type object struct {
	text     string // as it is written
	textKey  string // of the member that log lines stand in
	members  []member
	clock    bool
	enriched bool // it has been here before
	texts    *[]string
	broken   bool
}

// member is one of its members: name and value as they are written, and the name itself.
type member struct {
	name  string
	key   string
	value jsonline.Value
}

// open reads a record; false for what is no object, or none that Fluent Bit writes.
func (f *Filter) open(text string) (object, bool) {
	f.texts = f.texts[:0]
	o := object{text: text, textKey: defaultTextKey, texts: &f.texts}
	all, ok := jsonline.Open(text)
	if !ok {
		return o, false
	}
	rank := len(textKeys)
	for key, v, more := all.Next(); more; key, v, more = all.Next() {
		if !isText(key) {
			return o, false
		}
		name := decode(key)
		o.members = append(o.members, member{name, key, v})
		switch {
		case name == clockKey && v.Kind == jsonline.Bool:
			o.clock = v.Raw == "true"
		case name == attrs.Event || name == f.config.Key && f.config.Key != "":
			o.enriched = true
		}
		if r := rankOf(name); r < rank && v.Kind == jsonline.String {
			rank, o.textKey = r, name
		}
	}
	return o, all.Whole() && strings.TrimRight(all.Behind(), " \t\r\n") == ""
}

// textKeys are the keys that inputs and parsers of Fluent Bit put a line under, the likeliest first.
var textKeys = [...]string{"log", "message", "MESSAGE", "msg"}

func rankOf(name string) int {
	for i, key := range textKeys {
		if key == name {
			return i
		}
	}
	return len(textKeys)
}

// to puts the members into a map.
func (o *object) to(m pcommon.Map) {
	m.EnsureCapacity(len(o.members))
	for i := range o.members {
		o.put(m.PutEmpty(o.members[i].name), o.members[i].value, 0)
	}
}

func (o *object) put(to pcommon.Value, v jsonline.Value, depth int) {
	if depth > mostDepth {
		o.broken = true
		return
	}
	switch v.Kind {
	case jsonline.String:
		if !isText(v.Raw) {
			o.broken = true
		}
		text := decode(v.Raw)
		*o.texts = append(*o.texts, text)
		to.SetStr(text)
	case jsonline.Number:
		o.broken = o.broken || !isNumber(v.Raw)
		if n, err := strconv.ParseInt(v.Raw, 10, 64); err == nil {
			to.SetInt(n)
		} else if d, err := strconv.ParseFloat(v.Raw, 64); err == nil {
			to.SetDouble(d)
		} else {
			o.broken = true
		}
	case jsonline.Bool:
		to.SetBool(v.Raw == "true")
	case jsonline.Object:
		m := to.SetEmptyMap()
		members := v.Members()
		for key, inner, more := members.Next(); more; key, inner, more = members.Next() {
			o.put(m.PutEmpty(decode(key)), inner, depth+1)
		}
		o.broken = o.broken || !members.Whole()
	case jsonline.Array:
		list, items := to.SetEmptySlice(), v.Members()
		for _, inner, more := items.Next(); more; _, inner, more = items.Next() {
			o.put(list.AppendEmpty(), inner, depth+1)
		}
		o.broken = o.broken || !items.Whole()
	}
}

// changed says whether a text of the body is another than it came with.
func (o *object) changed(body pcommon.Value) bool {
	n := 0
	same := body.Type() == pcommon.ValueTypeMap && o.sameTexts(body, &n)
	return !same || n != len(*o.texts)
}

func (o *object) sameTexts(v pcommon.Value, n *int) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		*n++
		return *n <= len(*o.texts) && (*o.texts)[*n-1] == v.Str()
	case pcommon.ValueTypeMap:
		for _, inner := range v.Map().All() {
			if !o.sameTexts(inner, n) {
				return false
			}
		}
	case pcommon.ValueTypeSlice:
		for _, inner := range v.Slice().All() {
			if !o.sameTexts(inner, n) {
				return false
			}
		}
	}
	return true
}

// isNumber says whether a number is written as JSON allows: no zero in front, a digit on each side of the point.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if s = s[whole:]; strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

func digits(s string) (n int) {
	for n < len(s) && scan.IsDigit(s[n]) {
		n++
	}
	return n
}

// isText says whether the inside of a string is what JSON allows: no control character, no broken escape.
func isText(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ':
			return false
		case c == '\\':
			if i++; i == len(s) || strings.IndexByte(`"\/bfnrtu`, s[i]) < 0 || s[i] == 'u' && !isHex(s[i+1:]) {
				return false
			}
		}
	}
	return true
}

func isHex(s string) bool {
	if len(s) < 4 {
		return false
	}
	_, err := strconv.ParseUint(s[:4], 16, 32)
	return err == nil
}

// The bytes of a line that are no UTF-8 come from Fluent Bit as characters of a private area: 0xNN as U+E0NN.
const (
	bytesFirst = 0xE080
	bytesLast  = 0xE0FF
)

// decode gives a string its own characters, and bytes that were no text back.
func decode(raw string) string {
	s := jsonline.Unescape(raw)
	if !strings.Contains(s, "\xee\x82") && !strings.Contains(s, "\xee\x83") { // U+E080 to U+E0FF
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= bytesFirst && r <= bytesLast {
			b.WriteByte(byte(r - 0xE000))
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}
