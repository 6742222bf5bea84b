package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Named reads a tag without a process id behind a stamp that programs write to files of their own, too, where a word and a colon may as well begin a sentence:
// "2026-11-23 15:32:27 mailout dovecot: text", or a whole header with such a tag behind the stamp, and perhaps the name, of who copied the line. It is one only
// where known knows the program. It is false, and h as it was, for any other line.
func (h *Header) Named(c Clock, known func(program string) bool) bool {
	if h.Program != "" || h.Resolution < event.ResolutionSecond || h.Shape&inBrackets != 0 {
		return false
	}
	s := scan.TrimLeft(h.Text)
	if h.namedWhole(s, "", c, known) {
		return true
	}
	host, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return false
	}
	rest = scan.TrimLeft(rest)
	copied, tagged := beginsLikeStamp(rest), endsWord(rest)
	if !copied && !tagged {
		return false
	}
	if host, ok = readHost(host); !ok {
		return false
	}
	if copied && h.namedWhole(rest, host, c, known) {
		return true
	}
	program, _, _, text, sure := readTag(rest)
	if sure != weak || isSpeech(host, program, sure) || isLevelHost(host) || !known(program) {
		return false
	}
	h.Host, h.Program, h.Text = host, program, text
	return true
}

// namedWhole reads a whole header whose tag has no process id; host is who copied the line, for one that names none.
func (h *Header) namedWhole(s, host string, c Clock, known func(string) bool) bool {
	var inner Header
	if !beginsLikeStamp(s) || !parseFirst(s, c, &inner) || inner.Program == "" || inner.Resolution < event.ResolutionSecond {
		return false
	}
	if !known(inner.Program) {
		return false
	}
	if inner.Host == "" {
		inner.Host = host
	}
	inner.doubled = false
	*h = inner
	return true
}

// endsWord says whether the first word of a text ends with a colon.
func endsWord(s string) bool {
	i := strings.IndexByte(s[:min(len(s), longestTag)], ' ')
	return i > 1 && s[i-1] == ':'
}
