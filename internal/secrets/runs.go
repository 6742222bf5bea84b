package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// shortestRun is how many characters of base64 stand for the shortest PLAIN response that logs in: NUL, one byte, NUL, one byte, without
// the padding.
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

// runs looks at the runs of base64 characters that may be credentials. NUL and ^A, which part those, stand in base64 as one of the first
// letters: alone as an A, and two of them have one of A to D somewhere. Other runs are looked at where they are long.
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
