package event

import (
	"sort"
	"strings"
	"unsafe"
)

// Hide marks part as what must not leave. Part is a piece of Line, so that where it stands is known from where it lies in memory and a
// mark is never beside it. A copy is looked for: it is hidden wherever the line has it as a word of its own.
func (e *Event) Hide(part string) {
	if part == "" {
		return
	}
	if from, ok := e.At(part); ok {
		e.hide(Span{From: from, To: from + len(part)})
		return
	}
	e.HideWords(part)
}

// noName is what Postfix writes where the client gave no name (smtpd_sasl_glue.c).
const noName = "(unavailable)"

// HideLogin marks the name of a login that failed, and keeps it aside for whoever may know it.
func (e *Event) HideLogin(name string) {
	e.Hide(name)
	if e.TriedUser == "" && name != noName {
		e.TriedUser = name
	}
}

// HideFrom marks the line from part to its end; part is a piece of Line.
func (e *Event) HideFrom(part string) {
	if from, ok := e.At(part); ok && from < len(e.Line) {
		e.hide(Span{From: from, To: len(e.Line)})
	}
}

// HideWords marks s wherever the line has it as a word of its own: with no letter or digit of another word beside it.
func (e *Event) HideWords(s string) {
	if s == "" {
		return
	}
	for at := 0; ; {
		i := strings.Index(e.Line[at:], s)
		if i < 0 {
			return
		}
		span := Span{From: at + i, To: at + i + len(s)}
		if span.IsWhole(e.Line) {
			e.hide(span)
		}
		at = span.To
	}
}

// At is where part stands in the line; ok is false for a text that is no piece of it.
func (e *Event) At(part string) (from int, ok bool) { return Offset(e.Line, part) }

// Offset is where part, a piece of s, begins in s, by where the two lie in memory; ok is false for a text that is no piece of it, however
// alike.
func Offset(s, part string) (from int, ok bool) {
	begin, p := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.StringData(part)))
	if s == "" || p < begin || p+uintptr(len(part)) > begin+uintptr(len(s)) {
		return 0, false
	}
	return int(p - begin), true
}

// hide keeps the spans in the order of the line, each part of it in one.
func (e *Event) hide(span Span) {
	at := len(e.Redact) // mostly they come in order
	if at > 0 && e.Redact[at-1].To >= span.From {
		at = sort.Search(at, func(i int) bool { return e.Redact[i].To >= span.From })
	}
	end := at
	for end < len(e.Redact) && e.Redact[end].From <= span.To {
		span.From, span.To = min(span.From, e.Redact[end].From), max(span.To, e.Redact[end].To)
		end++
	}
	switch end {
	case at:
		e.Redact = append(e.Redact, Span{})
		copy(e.Redact[at+1:], e.Redact[at:])
	case at + 1:
	default:
		e.Redact = append(e.Redact[:at+1], e.Redact[end:]...)
	}
	e.Redact[at] = span
}

// IsWhole says whether the span begins and ends where words of the line do. One that does not would leave a part of a word behind.
func (s Span) IsWhole(line string) bool {
	return !withinWord(line, s.From) && !withinWord(line, s.To)
}

// withinWord says whether a word goes on at i.
func withinWord(line string, i int) bool {
	return i > 0 && i < len(line) && isWord(line[i-1]) && isWord(line[i])
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}
