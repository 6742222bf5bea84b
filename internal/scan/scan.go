// Package scan holds the steps of a cursor over one log line: cut a head off, keep the rest, say whether it was there. Nothing here
// allocates; every string that comes back is a part of the one that went in.
package scan

import "strings"

// Cut cuts s at the first c, which is in neither part. Without one the head is all of s and ok is false.
func Cut(s string, c byte) (head, rest string, ok bool) {
	if i := strings.IndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// CutLast cuts s at the last c, which is in neither part. Without one the head is all of s and ok is false.
func CutLast(s string, c byte) (head, rest string, ok bool) {
	if i := strings.LastIndexByte(s, c); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// CutOnce cuts s at sep, where it stands once. Where others may have put words into s, a second one leaves open which is the writer's: then,
// as without any, the head is all of s and ok is false.
func CutOnce(s, sep string) (head, rest string, ok bool) {
	i := strings.Index(s, sep)
	if i < 0 || strings.Contains(s[i+1:], sep) {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// Byte takes one byte c off the front.
func Byte(s string, c byte) (rest string, ok bool) {
	if s != "" && s[0] == c {
		return s[1:], true
	}
	return s, false
}

// Word takes the next word off the front: all up to a blank or the end, blanks in front of it and one behind it skipped.
// The word is empty only where nothing is left.
func Word(s string) (word, rest string) {
	word, rest, _ = Cut(TrimLeft(s), ' ')
	return word, rest
}

// Between takes a part in brackets off the front: open, all up to the first end byte, end. The bytes themselves are left out.
func Between(s string, open, end byte) (inner, rest string, ok bool) {
	if s == "" || s[0] != open {
		return "", s, false
	}
	if inner, rest, ok = Cut(s[1:], end); !ok {
		return "", s, false
	}
	return inner, rest, true
}

// Angle takes "<address>" off the front. A '>' within a quoted local part (RFC 5321 section 4.1.2, `<"a>b"@example.com>`) does not
// end it; where the quotes never close they are no quotes, and the first '>' does.
func Angle(s string) (inner, rest string, ok bool) {
	if s == "" || s[0] != '<' {
		return "", s, false
	}
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == '>' && !quoted:
			return s[1:i], s[i+1:], true
		}
	}
	return Between(s, '<', '>')
}

// Begins says whether one of the words stands at the front of s.
func Begins(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// TrimLeft takes blanks and tabs off the front.
func TrimLeft(s string) string {
	for s != "" && IsBlank(s[0]) {
		s = s[1:]
	}
	return s
}

// TrimRight takes blanks, tabs and line ends off the end.
func TrimRight(s string) string {
	for s != "" && (IsBlank(s[len(s)-1]) || s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// Trim is TrimLeft and TrimRight.
func Trim(s string) string { return TrimLeft(TrimRight(s)) }

// TrimEOL takes one line end off the end: LF, CRLF or CR.
func TrimEOL(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}
