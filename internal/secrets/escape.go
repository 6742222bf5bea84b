package secrets

import (
	"strings"
	"sync"
	"unsafe"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// escapes are the ways in which writers of JSON and of URLs write the signs of base64.
var escapes = [...]struct {
	written string
	sign    byte
}{
	{`\/`, '/'},
	{`\u002f`, '/'},
	{`\u002F`, '/'},
	{`\u002b`, '+'},
	{`\u002B`, '+'},
	{`\u003d`, '='},
	{`\u003D`, '='},
	{"%3D", '='},
	{"%3d", '='},
	{"%2B", '+'},
	{"%2b", '+'},
	{"%2F", '/'},
	{"%2f", '/'},
}

// rooms are for texts without their escapes.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// findEscaped is find for a text in which the signs of base64 may be escaped.
func findEscaped(s string, of Of, into []event.Span) []event.Span {
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	if *room = unescape(s, (*room)[:0]); len(*room) == 0 {
		return find(s, of, into)
	}
	spans := find(unsafe.String(unsafe.SliceData(*room), len(*room)), of, into) // nothing keeps that string
	moveBack(s, spans[len(into):])
	return spans
}

// unescape writes s with the signs of base64 as they are; nothing, where they are already.
func unescape(s string, room []byte) []byte {
	from := 0
	for at := 0; at < len(s); at++ {
		if s[at] != '\\' && s[at] != '%' {
			continue
		}
		if size, sign := escapeOf(s[at:]); size > 0 {
			room = append(append(room, s[from:at]...), sign)
			at += size - 1
			from = at + 1
		}
	}
	if from == 0 {
		return nil
	}
	return append(room, s[from:]...)
}

func escapeOf(s string) (size int, sign byte) {
	switch {
	case len(s) < 2, s[0] == '\\' && s[1] != '/' && s[1] != 'u', s[0] == '%' && s[1] != '2' && s[1] != '3', s[0] != '\\' && s[0] != '%':
		return 0, 0
	}
	for i := range escapes {
		if e := &escapes[i]; strings.HasPrefix(s, e.written) {
			return len(e.written), e.sign
		}
	}
	return 0, 0
}

// moveBack makes places in what unescape wrote those in s.
func moveBack(s string, spans []event.Span) {
	plain, at := 0, 0 // the same place in both
	goTo := func(place int) int {
		for plain < place {
			size, _ := escapeOf(s[at:])
			at += max(size, 1)
			plain++
		}
		return at
	}
	for i := range spans {
		spans[i].From = goTo(spans[i].From)
		spans[i].To = goTo(spans[i].To)
	}
}
