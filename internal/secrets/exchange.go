package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Exchange follows logins through the lines of one source that nobody understands: what a client says to the server's 334 is hidden in the
// line that has the client's words where the AUTH had them, between the same marks. The zero value waits for an AUTH. It holds at most 2 ×
// maxFrame bytes.
type Exchange struct {
	head, tail string // what stands around the client's words
	left       int    // lines until it is given up
	asked      bool   // a 334 was seen
}

const (
	maxFrame = 128 // bytes in front of a client's words, and behind them
	patience = 32  // lines of a source that may stand between two lines of a conversation
)

// Line reads the next line, and appends what it has of an exchange to into.
func (x *Exchange) Line(s string, into []event.Span) []event.Span {
	if x.left > 0 {
		x.left--
		if from, to, ok := x.answer(s); x.asked && ok {
			x.asked, x.left = false, patience
			return append(into, event.Span{From: from, To: to})
		}
	}
	if head, tail, ok := command(s); ok {
		*x = Exchange{head: keep(x.head, head), tail: keep(x.tail, tail), left: patience}
	} else if x.left > 0 && hasChallenge(s) {
		x.asked, x.left = true, patience
	}
	if x.left == 0 && x.head != "" {
		*x = Exchange{}
	}
	return into
}

// keep clones s unless it is what is held already.
func keep(held, s string) string {
	if held == s {
		return held
	}
	return strings.Clone(s)
}

// command finds an AUTH with a registered mechanism that is all of the client's words in a line, with or without an argument, and what
// stands around it.
func command(s string) (head, tail string, ok bool) {
	i := strings.Index(s, "AUTH ")
	if i < 0 {
		i = strings.Index(s, "auth ")
	}
	if i < 0 || i > maxFrame || i > 0 && isNamePart(s[i-1]) {
		return "", "", false
	}
	f := finder{s: s}
	at, plain := f.gap(i + 4)
	word := f.word(at)
	if !plain || !isMechanism(word) {
		return "", "", false
	}
	at += len(word)
	if next, _ := f.gap(at); next > at && s[at] == ' ' && next < len(s) { // an argument
		if end := f.argument(next); f.isResponse(s[next:end], true) {
			at = end
		}
	}
	tail = s[at:]
	if len(tail) > maxFrame || strings.Trim(tail, "\"'`)]}>, \r\n\\rn") != "" {
		return "", "", false
	}
	return s[:i], tail, true
}

// hasChallenge says whether a line has the server's question: 334, and nothing or a word behind it.
func hasChallenge(s string) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], "334")
		if i < 0 {
			return false
		}
		at += i + 3
		if (at == 3 || !isNamePart(s[at-4])) && (at == len(s) || strings.IndexByte(" \"'\\\r\n", s[at]) >= 0) {
			return true
		}
	}
}

// answer is where the client's words stand in a line with the marks of its AUTH, if they are one word.
func (x *Exchange) answer(s string) (from, to int, ok bool) {
	from, ok = alike(x.head, s)
	to = len(s) - len(x.tail)
	if !ok || to <= from || s[to:] != x.tail {
		return 0, 0, false
	}
	said := scan.Trim(s[from:to])
	if said == "" || said == "*" || strings.IndexByte(said, ' ') >= 0 || isReply(said) || said == "334" {
		return 0, 0, false
	}
	return from, to, scan.Trim(x.head) != "" || isAnswer(said) // without marks any word of anybody's would do
}

// alike says whether s begins as frame does: the same marks, and the same words but for those with digits in them, which are stamps,
// numbers and ids. It gives where s goes on.
func alike(frame, s string) (at int, ok bool) {
	for frame != "" {
		n, m := wordLength(frame), wordLength(s[at:])
		switch {
		case n == 0:
			if at >= len(s) || s[at] != frame[0] {
				return 0, false
			}
			n, m = 1, 1
		case m == 0, frame[:n] != s[at:at+m] && (!hasDigit(frame[:n]) || !hasDigit(s[at:at+m])):
			return 0, false
		}
		frame, at = frame[n:], at+m
	}
	return at, true
}

func wordLength(s string) int {
	n := 0
	for n < len(s) && (scan.IsLetter(s[n]) || scan.IsDigit(s[n])) {
		n++
	}
	return n
}
