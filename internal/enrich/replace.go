package enrich

import (
	"encoding/binary"
	"encoding/json"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// longText is how long a line is that another text does not hold by accident; longLogin the same for one with a credential, where that is the
// lesser evil.
const (
	longText  = 16
	longLogin = 6
)

// replaced gives s with the clean line in place of the line: where it is a piece of s; where it is all of s behind a log header, for a
// short one under a key that holds such texts; and, a long one, where it is a line of s. Nothing else is touched: the line may be a
// letter.
func (l *line) replaced(s string, carries bool) (string, bool) {
	if at, ok := event.Offset(s, l.text); ok {
		return resized(s[:at], len(l.text), len(l.clean)) + l.clean + s[at+len(l.text):], true
	}
	if l.wrapped {
		if clean, found := l.replacedWithin(s); found {
			return clean, true
		}
	}
	long := len(l.text) >= longText || l.login && len(l.text) >= longLogin
	if !carries && !long {
		return s, false
	}
	text := scan.TrimEOL(s)
	if head, ok := strings.CutSuffix(text, l.text); ok && (head == "" || isEdge(head[len(head)-1])) {
		return head + l.clean + s[len(text):], true
	}
	if !long || !strings.Contains(s, l.text) {
		return s, false
	}
	var b strings.Builder
	at := 0
	for {
		i := strings.Index(s[at:], l.text)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(l.text)
		b.WriteString(s[at:from])
		if (from == 0 || isEdge(s[from-1])) && (to == len(s) || isEdge(s[to])) {
			b.WriteString(l.clean)
		} else {
			b.WriteString(l.text)
		}
		at = to
	}
	b.WriteString(s[at:])
	return b.String(), true
}

// isEdge says whether c may stand beside a line: a blank, a line end, a bracket or quote.
func isEdge(c byte) bool { return c <= ' ' || strings.IndexByte("\"'[]>:|", c) >= 0 }

// resized is what stands in front of a value of the journal's export format: one with bytes that are no text has its length there, in
// eight bytes.
func resized(head string, before, after int) string {
	const size = 8
	n := len(head)
	if !strings.HasPrefix(head, "__CURSOR=") || n <= size || head[n-size-1] != '\n' {
		return head
	}
	if length := binary.LittleEndian.Uint64([]byte(head[n-size:])); length >= uint64(before) && length < uint64(before)+2 {
		return head[:n-size] + string(binary.LittleEndian.AppendUint64(nil, length-uint64(before)+uint64(after)))
	}
	return head
}

// mostLayers is how often an object may stand within another that is looked through.
const mostLayers = 8

// replacedWithin is replaced for the strings of an object of JSON that s is, or ends with behind a name or stamp: those of objects in it,
// too, and of texts that are such an object.
func (l *line) replacedWithin(s string) (string, bool) {
	object := strings.IndexByte(s, '{')
	if object < 0 || l.layer >= mostLayers {
		return s, false
	}
	members, ok := jsonline.Open(s[object:])
	if !ok {
		return s, false
	}
	l.layer++
	defer func() { l.layer-- }()
	var b strings.Builder
	if at := l.replaceMembers(&b, s, object, 0, members); at > 0 {
		b.WriteString(s[at:])
		return b.String(), true
	}
	return s, false
}

// replaceMembers writes what stands in s from at on, up to the last member that was changed, and gives where that ends; offset is where
// the members' object begins.
func (l *line) replaceMembers(b *strings.Builder, s string, offset, at int, members jsonline.Members) int {
	for key, v, more := members.Next(); more; key, v, more = members.Next() {
		switch v.Kind {
		case jsonline.String:
			if clean, changed := l.replaced(jsonline.Unescape(v.Raw), isCarrier(key)); changed {
				b.WriteString(s[at : offset+v.At])
				b.WriteString(quoted(clean))
				at = offset + v.At + len(v.Raw)
			}
		case jsonline.Object, jsonline.Array:
			if l.layer < mostLayers {
				l.layer++
				at = l.replaceMembers(b, s, offset, at, v.Members())
				l.layer--
			}
		}
	}
	return at
}

// quoted is s as JSON writes it, without the quotes.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}
