package secrets

import "github.com/otelcol-smtp/otelcol-smtp/internal/scan"

// meaning is what base64 stands for.
type meaning uint8

const (
	nothing    meaning = iota // bytes that say nothing, or no base64
	words                     // text: a name, a password, a challenge, or an accident
	credential                // what only a login looks like
)

// text is what base64 decodes to, byte by byte, without keeping it: how it looks.
type text struct {
	nuls  int
	marks int    // ^A
	field [3]int // lengths of the parts between NULs
	more  int    // bytes of a character still due
	wide  bool   // has characters beyond ASCII
	over  bool   // a line end: only more of these may follow
}

// take reads the next byte; it is false for what no text has.
func (t *text) take(b byte) bool {
	switch {
	case t.more > 0:
		t.more--
		return b&0xc0 == 0x80
	case b == '\n' || b == '\r':
		t.over = true
		return true
	case t.over:
		return false
	case b == 0:
		t.nuls++
		return t.nuls <= 2
	case b == 1:
		t.marks++
		return true
	case b < ' ' || b == 0x7f:
		return false
	case b < 0x80:
	case b >= 0xc2 && b < 0xe0:
		t.more, t.wide = 1, true
	case b >= 0xe0 && b < 0xf0:
		t.more, t.wide = 2, true
	case b >= 0xf0 && b < 0xf5:
		t.more, t.wide = 3, true
	default:
		return false
	}
	t.field[t.nuls]++
	return true
}

// decode says what run stands for; padding is how many bytes stand behind it in place of missing characters, as they are written.
func decode(run string, padding int) meaning {
	var t text
	at := 0
	for ; at+4 <= len(run); at += 4 {
		w := uint32(digits[run[at]]-1)<<18 | uint32(digits[run[at+1]]-1)<<12 | uint32(digits[run[at+2]]-1)<<6 | uint32(digits[run[at+3]]-1)
		if !t.take(byte(w>>16)) || !t.take(byte(w>>8)) || !t.take(byte(w)) {
			return nothing
		}
	}
	// the last, incomplete four: padded, without the padding, or cut, when the bits behind its bytes belong to one that is missing
	rest := len(run) - at
	if rest == 1 && padding > 0 {
		return nothing
	}
	var w uint32
	for i := at; i < len(run); i++ {
		w |= uint32(digits[run[i]]-1) << (18 - 6*(i-at))
	}
	for i := 1; i < rest; i++ {
		if !t.take(byte(w >> (24 - 8*i))) {
			return nothing
		}
	}
	if padding > 0 && rest > 1 && w<<(8+8*(rest-1)) != 0 {
		return nothing
	}
	whole := rest == 0 && padding == 0 || rest > 1 && padding > 0
	return t.meaning(run, padding > 0, whole && t.more == 0)
}

// meaning is what the text is by its parts; whole says that no character of it is missing.
func (t *text) meaning(run string, padded, whole bool) meaning {
	const least = 12 // bytes: with one NUL alone, a shorter one may be an accident
	switch {
	case t.nuls > 0 && !padded && isHex(run): // a queue id, a hash
		return nothing
	case t.nuls == 2 && t.marks == 0:
		if t.field[1] > 0 && t.field[2] > 0 {
			return credential
		}
		return nothing
	case t.nuls == 1 && t.marks == 0: // without the first part and its NUL
		if t.field[0] >= 3 && t.field[1] >= 3 && t.field[0]+t.field[1]+1 >= least && !t.wide {
			return credential
		}
		return nothing
	case t.nuls > 0:
		return nothing
	}
	if len(run) >= 16 && isExchange(run, t.marks > 0) {
		return credential
	}
	if t.marks > 0 || !whole {
		return nothing
	}
	return words
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if !scan.IsHex(s[i]) {
			return false
		}
	}
	return true
}

// isExchange says whether the text is a client's message of a mechanism that has parts with names.
func isExchange(run string, marked bool) bool {
	var room [600]byte
	b := room[:0]
	for at := 0; at+4 <= len(run) && len(b)+3 <= len(room); at += 4 {
		w := uint32(digits[run[at]]-1)<<18 | uint32(digits[run[at+1]]-1)<<12 | uint32(digits[run[at+2]]-1)<<6 | uint32(digits[run[at+3]]-1)
		b = append(b, byte(w>>16), byte(w>>8), byte(w))
	}
	switch rest := run[len(run)/4*4:]; {
	case len(b)/3*4 != len(run)-len(rest):
	case len(rest) == 2:
		b = append(b, (digits[rest[0]]-1)<<2|(digits[rest[1]]-1)>>4)
	case len(rest) == 3:
		b = append(b, (digits[rest[0]]-1)<<2|(digits[rest[1]]-1)>>4, (digits[rest[1]]-1)<<4|(digits[rest[2]]-1)>>2)
	}
	if marked { // "user=anna^Aauth=Bearer x^A^A", "n,a=anna,^Ahost=x^Aport=1^Aauth=Bearer x^A^A"
		return hasPrefix(b, "user=") || hasPrefix(b, "n,") || contains(b, "auth=")
	}
	switch {
	case hasPrefix(b, "n,,n="), hasPrefix(b, "y,,n="), hasPrefix(b, "n,a="), hasPrefix(b, "p=tls-") && contains(b, ",n="):
		return contains(b, ",r=")
	case hasPrefix(b, "c="):
		return contains(b, ",r=") && contains(b, ",p=")
	case hasPrefix(b, `username="`), hasPrefix(b, `charset=utf-8,username="`):
		return contains(b, "response=")
	}
	return isDigest(b)
}

// isDigest says whether b is "anna 3e1f...": a name and a digest of 16, 20 or 32 bytes in hex.
func isDigest(b []byte) bool {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	i := len(b)
	for i > 0 && scan.IsHex(b[i-1]) {
		i--
	}
	n := len(b) - i
	return (n == 32 || n == 40 || n == 64) && i > 1 && b[i-1] == ' ' && !contains(b[:i-1], " ")
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

func contains(b []byte, s string) bool {
	for i := 0; i+len(s) <= len(b); i++ {
		if string(b[i:i+len(s)]) == s {
			return true
		}
	}
	return false
}
