package jsonline

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Unescape gives a string's own characters for its escapes (RFC 8259 section 7). A broken escape stays as it is written. It allocates
// only where there is an escape.
func Unescape(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = unescapeOne(&b, s[i:])
		i = strings.IndexByte(s, '\\')
	}
	b.WriteString(s)
	return b.String()
}

// unescapeOne writes the character of the escape at the front of s, and gives what follows it.
func unescapeOne(b *strings.Builder, s string) (rest string) {
	if len(s) < 2 {
		b.WriteString(s)
		return ""
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return unescapeUnicode(b, s)
	default:
		b.WriteString(s[:2])
	}
	return s[2:]
}

// unescapeUnicode is for "\u00e9", and for the pairs of surrogates that stand for what is beyond sixteen bits.
func unescapeUnicode(b *strings.Builder, s string) (rest string) {
	r, ok := hex4(s[2:])
	if !ok {
		b.WriteString(s[:2])
		return s[2:]
	}
	rest = s[6:]
	if utf16.IsSurrogate(r) {
		low, ok := rune(0), false
		if strings.HasPrefix(rest, `\u`) {
			low, ok = hex4(rest[2:])
		}
		if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
			b.WriteRune(pair)
			return rest[6:]
		}
		r = utf8.RuneError
	}
	b.WriteRune(r)
	return rest
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := 0; i < 4; i++ {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
