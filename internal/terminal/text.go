// Package terminal writes what stood in a log on a terminal: words of strangers, which must not move the cursor, change a colour, or look
// like another line.
package terminal

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text gives s with each character written out, as Go writes it in quotes, that a terminal obeys or that changes the order of those around
// it: control characters of ASCII and of ISO 6429 (U+0080 to U+009F), line and paragraph separators, the marks and embeddings of
// bidirectional text, and bytes that are no UTF-8. A text without any comes back as it is.
func Text(s string) string {
	i := first(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i >= 0 {
		b.WriteString(s[:i])
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[i+size:]
		i = first(s)
	}
	b.WriteString(s)
	return b.String()
}

// first is where the first such character stands, -1 without any.
func first(s string) int {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || isObeyed(r) {
			return i
		}
		i += size
	}
	return -1
}

func isObeyed(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, r == 0x061c, r >= 0x200e && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}
