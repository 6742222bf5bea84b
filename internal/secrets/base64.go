package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// shortestRun is how many characters of base64 stand for the shortest PLAIN response that logs in: NUL, one byte, NUL, one byte, without the padding.
const shortestRun = 6

// longRun is a length that runs of base64 seldom have in logs; the shortest digest that logs in has more.
const longRun = 40

// digits is the value of each character of base64 (RFC 4648 section 4) plus one; 0 for others.
var digits = func() (table [256]uint8) {
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		table[c] = uint8(i + 1)
	}
	return table
}()

// runs looks at the runs of base64 characters that may be credentials. NUL and ^A, which part those, stand in base64 as one of the first letters: alone as an
// A, and two of them have one of A to D somewhere. Other runs are looked at where they are long.
func (f *finder) runs() {
	s := f.s
	for _, letter := range [...]byte{'A', 'B', 'C', 'D'} {
		for at := 0; ; {
			i := strings.IndexByte(s[at:], letter)
			if i < 0 {
				break
			}
			from := at + i
			for from > at && digits[s[from-1]] != 0 {
				from--
			}
			if at = endOfRun(s, at+i+1); at-from >= shortestRun {
				f.run(from, at)
			}
		}
	}
	f.longRuns()
	if i := strings.Index(s, "XNlcj"); i > 0 && s[i-1] == 'd' { // "user=", cut before the first ^A
		f.run(i-1, endOfRun(s, i))
	}
}

// longRuns looks at every fortieth byte only: where that is no character of base64, no long run covers it.
func (f *finder) longRuns() {
	s := f.s
	for at := 0; at+longRun <= len(s); { // a run that begins before at was looked at
		i := at + longRun - 1
		for i >= at && digits[s[i]] != 0 {
			i--
		}
		if i >= at {
			at = i + 1
			continue
		}
		end := endOfRun(s, at+longRun)
		f.run(at, end)
		at = end + 1
	}
}

func endOfRun(s string, at int) int {
	for at < len(s) && digits[s[at]] != 0 {
		at++
	}
	return at
}

// run looks at the run of base64 characters in s[from:to]. Most are words and end with their first four.
func (f *finder) run(from, to int) {
	s := f.s
	if from > 0 && (s[from-1] == '\\' || s[from-1] == '#') {
		from += escaped(s, from)
	}
	for tries := 0; to-from >= shortestRun && tries < 4; tries++ { // plus signs that part the words of a W3C log, a slash in front
		if begins(s[from:to]) {
			end := padded(s, to)
			if decode(s[from:to], end-to) == credential {
				f.add(from, end)
				return
			}
		}
		from = afterSign(s, from, to)
	}
}

// begins says whether the first three bytes that a run stands for may begin a text.
func begins(run string) bool {
	w := uint32(digits[run[0]]-1)<<18 | uint32(digits[run[1]]-1)<<12 | uint32(digits[run[2]]-1)<<6 | uint32(digits[run[3]]-1)
	b, c, d := byte(w>>16), byte(w>>8), byte(w)
	if b >= 0x80 { // a character of several bytes
		return b >= 0xc2 && b < 0xf5 && c&0xc0 == 0x80
	}
	return (b >= ' ' || b <= 1) && (c >= ' ' || c <= 1) && (d >= ' ' || d <= 1)
}

// afterSign is the place behind the first sign of base64 near from, to where there is none.
func afterSign(s string, from, to int) int {
	const near = 64
	for i := from; i < min(to, from+near); i++ {
		if s[i] <= '/' {
			return i + 1
		}
	}
	return to
}

// escaped is how many bytes in front of a run belong to an escape before it: the n of `\nAGFu...`, the 012 of "#012AGFu...".
func escaped(s string, from int) int {
	if from == 0 || from == len(s) {
		return 0
	}
	n := 0
	switch s[from-1] {
	case '\\':
		switch c := s[from]; {
		case c == 'u':
			n = len("u000a")
		case c == 'x':
			n = len("x0a")
		case scan.IsDigit(c):
			n = len("012")
		case strings.IndexByte("nrtfvb", c) >= 0:
			n = 1
		}
	case '#':
		if strings.HasPrefix(s[from:], "012") || strings.HasPrefix(s[from:], "015") || strings.HasPrefix(s[from:], "011") {
			n = len("012")
		}
	}
	return min(n, len(s)-from)
}

// padded is where the padding behind a run ends. An equals sign in front of a value is none.
func padded(s string, to int) int {
	end := to
	for end < len(s) && end < to+2 && s[end] == '=' {
		end++
	}
	if end > to && end < len(s) && digits[s[end]] != 0 {
		return to
	}
	return end
}

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
