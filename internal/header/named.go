package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Named reads a tag that is one only where known knows its program: one without a process id behind a stamp that programs write to files of their own, too, where a
// word and a colon may as well begin a sentence ("2026-11-23 15:32:27 mailout dovecot: text"), one whose process id stands in a column of its own, one in brackets;
// or a whole header with such a tag behind the stamp, the name or the labels of who copied the line. It is false, and h as it was, for any other line.
func (h *Header) Named(c Clock, known func(program string) bool) bool {
	if h.Program != "" || h.Resolution < event.ResolutionSecond || h.Shape&inBrackets != 0 {
		return false
	}
	s := scan.TrimLeft(h.Text)
	if s == "" {
		return false
	}
	switch s[0] {
	case '{': // logcli, promtail, Logstash's line
		_, rest, _ := scan.Between(s, '{', '}')
		return h.namedWhole(scan.TrimLeft(rest), "", c, known)
	case '[':
		return h.namedInBrackets(s, known)
	}
	if h.namedWhole(s, "", c, known) || h.namedWhole(behindLevel(s), "", c, known) {
		return true
	}
	host, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return false
	}
	if rest = scan.TrimLeft(rest); rest == "" || !scan.IsLetter(rest[0]) && !scan.IsDigit(rest[0]) && rest[0] != '<' && rest[0] != '@' {
		return false
	}
	if host, ok = readHost(host); !ok || isSpeech(host, "", weak) {
		return false
	}
	if beginsLikeStamp(rest) && h.namedWhole(rest, host, c, known) {
		return true
	}
	if isLevelHost(host) {
		return endsWord(rest) && h.namedTag("", rest, known)
	}
	if endsWord(rest) {
		return h.namedTag(host, rest, known)
	}
	return h.namedColumns(host, rest, known) || h.namedRelayed(host, rest, known)
}

// namedTag reads "dovecot: text".
func (h *Header) namedTag(host, s string, known func(string) bool) bool {
	program, _, _, text, sure := readTag(s)
	if sure != weak || isSpeech(host, program, sure) || !known(program) {
		return false
	}
	h.Host, h.Program, h.Text = host, program, text
	return true
}

// namedRelayed reads "mailout dovecot: text" or "mail.info dovecot: text" behind a first name: of who passed the line on and who wrote it, an address is less.
func (h *Header) namedRelayed(first, s string, known func(string) bool) bool {
	second, rest, ok := scan.Cut(s, ' ')
	if !ok || !endsWord(rest) {
		return false
	}
	if isLevelHost(second) {
		return h.namedTag(first, rest, known)
	}
	host, ok := readHost(second)
	if !ok || isSpeech(host, "", weak) {
		return false
	}
	if scan.IsIP(host) && !scan.IsIP(first) {
		host = first
	}
	return h.namedTag(host, rest, known)
}

// namedColumns reads "postfix/smtpd 540 text" and "dovecot  text", as syslog-ng's template "$ISODATE $HOST $PROGRAM $PID $MSG" writes them: the process's column is
// empty where there is none.
func (h *Header) namedColumns(host, s string, known func(string) bool) bool {
	program, rest, ok := scan.Cut(s, ' ')
	if !ok || rest == "" {
		return false
	}
	pid, text := int64(0), rest[1:]
	if fields, ok := strings.CutPrefix(rest, "- - "); ok { // RFC 5424's, where neither process nor kind is told: NetBSD's and sysklogd's files
		if text, ok = skipStructuredData(fields); !ok {
			return false
		}
		text = scan.TrimLeft(text)
	} else if rest[0] != ' ' {
		if pid, text, ok = scan.Digits(rest); !ok || pid == 0 || !strings.HasPrefix(text, " ") {
			return false
		}
		text = text[1:]
	}
	if text == "" || !known(program) {
		return false
	}
	h.Host, h.Program, h.PID, h.Text = host, program, pid, text
	if pid > 0 {
		h.TagID = rest[:len(rest)-len(text)-1]
	}
	return true
}

// namedInBrackets reads "[postfix/smtpd] text" behind the stamp of RFC 3164: metalog writes so, without the process id.
func (h *Header) namedInBrackets(s string, known func(string) bool) bool {
	program, rest, ok := scan.Between(s, '[', ']')
	if !ok || h.Shape != uint8(styleBSD)<<1 || !strings.HasPrefix(rest, " ") || !known(program) {
		return false
	}
	h.Program, h.Text = program, rest[1:]
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

// Copied reads a whole header whose tag has no process id behind what tools print in front of a line, as parseCopied does for those with one. h is as Parse left it
// that found none.
func (h *Header) Copied(c Clock, known func(string) bool) bool {
	s := strings.TrimPrefix(h.Text, byteOrderMark)
	host, behind := behindNames(s)
	if h.namedWhole(behind, host, c, known) || parseCounted(s, known, h) || parseShortFull(s, c, known, h) || h.namedFields(s, c, known) {
		return true
	}
	for range 3 {
		rest, ok := skipField(s)
		if !ok || rest == "" {
			return false
		}
		quoted := s[0] == '"' && len(rest) == len(s)-1
		if s = rest; h.namedWhole(s, "", c, known) {
			if quoted {
				h.Text = strings.TrimSuffix(h.Text, `"`)
			}
			return true
		}
	}
	return false
}

// namedFields reads RFC 5424's header without its priority ("1 2026-11-23T15:32:27Z mailout dovecot - - - text"), of a program that says no process.
func (h *Header) namedFields(s string, c Clock, known func(string) bool) bool {
	s, ok := strings.CutPrefix(s, "1 ")
	var inner Header
	if !ok || !parse5424(s, c, &inner) || inner.Resolution == event.ResolutionNone || !known(inner.Program) {
		return false
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
