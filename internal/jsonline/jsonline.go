// Package jsonline reads a log line that is one JSON object (RFC 8259), member by member, and allocates nothing: what comes back are
// parts of the line. Strings come as they are written, with their escapes; Unescape is for the few that have any.
package jsonline

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Members reads an object's members, or an array's items, one after another.
type Members struct {
	rest  string
	end   byte
	at    int // offset of rest
	first bool
	whole bool
}

// Open begins with the object that the text is; blanks around it do not count.
func Open(text string) (Members, bool) {
	s := trim(text)
	if s == "" || s[0] != '{' {
		return Members{}, false
	}
	return Members{rest: s[1:], end: '}', at: len(text) - len(s) + 1, first: true}, true
}

// Members opens a value that is an object or an array; any other has none.
func (v Value) Members() Members {
	switch v.Kind {
	case Object:
		return Members{rest: v.Raw[1:], end: '}', at: v.At + 1, first: true}
	case Array:
		return Members{rest: v.Raw[1:], end: ']', at: v.At + 1, first: true}
	}
	return Members{whole: true}
}

// Whole says, when Next has nothing more, whether the last bracket was reached with nothing broken before it.
func (m *Members) Whole() bool { return m.whole }

// Behind is what stands behind the last bracket, once Whole.
func (m *Members) Behind() string {
	if !m.whole || m.rest == "" {
		return ""
	}
	return m.rest[1:]
}

// Next gives the next member; of an array its items have no key. It ends at the bracket, and where the text is broken or cut short.
func (m *Members) Next() (key string, v Value, ok bool) {
	if m.whole || m.end == 0 {
		return "", Value{}, false
	}
	m.skipBlanks()
	if m.rest != "" && m.rest[0] == m.end {
		m.whole = true
		return "", Value{}, false
	}
	if !m.first && !m.skip(',') {
		return m.broken()
	}
	m.first = false
	if m.end == '}' {
		k := m.value()
		if k.Kind != String || !m.skip(':') {
			return m.broken()
		}
		key = k.Raw
	}
	if v = m.value(); v.Kind == None {
		return m.broken()
	}
	return key, v, true
}

func (m *Members) broken() (string, Value, bool) {
	m.end = 0
	return "", Value{}, false
}

// skip takes one byte, with the blanks before it.
func (m *Members) skip(c byte) bool {
	m.skipBlanks()
	if m.rest == "" || m.rest[0] != c {
		return false
	}
	m.cut(1)
	return true
}

func (m *Members) skipBlanks() { m.cut(len(m.rest) - len(trim(m.rest))) }

func (m *Members) cut(n int) string {
	head := m.rest[:n]
	m.rest, m.at = m.rest[n:], m.at+n
	return head
}

// value takes one value off the front.
func (m *Members) value() Value {
	m.skipBlanks()
	if m.rest == "" {
		return Value{}
	}
	switch c := m.rest[0]; c {
	case '"':
		n := closing(m.rest)
		if n == 0 {
			return Value{}
		}
		v := Value{Kind: String, Raw: m.rest[1:n], At: m.at + 1}
		m.cut(n + 1)
		return v
	case '{', '[':
		n := nested(m.rest)
		if n == 0 {
			return Value{}
		}
		kind := Object
		if c == '[' {
			kind = Array
		}
		at := m.at
		return Value{Kind: kind, Raw: m.cut(n), At: at}
	}
	n := 0
	for n < len(m.rest) && !ends(m.rest[n]) {
		n++
	}
	if n == len(m.rest) { // a bare word that the line's end cuts may have gone on
		return Value{}
	}
	at := m.at
	raw := m.cut(n)
	switch {
	case raw == "null":
		return Value{Kind: Null, Raw: raw, At: at}
	case raw == "true" || raw == "false":
		return Value{Kind: Bool, Raw: raw, At: at}
	case raw != "" && (raw[0] == '-' || scan.IsDigit(raw[0])):
		return Value{Kind: Number, Raw: raw, At: at}
	}
	return Value{}
}

// ends says whether a bare word is over.
func ends(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// closing is the index of the quote that ends the string at the front; 0 where there is none.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return 0
}

// nested is the length of the object or array at the front; 0 where it is not closed.
func nested(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := closing(s[i:])
			if n == 0 {
				return 0
			}
			i += n
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func trim(s string) string {
	for s != "" && (scan.IsBlank(s[0]) || s[0] == '\r' || s[0] == '\n') {
		s = s[1:]
	}
	return s
}
