package header

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// parse5424 reads what follows "<PRI>1 " (RFC 5424 section 6): stamp, host, app-name, procid, msgid, structured data, message.
// "-" is a field that says nothing.
func parse5424(s string, c Clock, h *Header) bool {
	// stamp
	var st stamp
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		s = rest
	} else if st, s, ok = readStamp(s); !ok || st.style != styleISO {
		return false
	}
	if s == "" || s[0] != ' ' {
		return false
	}

	st.fill(c, h)
	return h.readFields(s[1:])
}

// parseFields reads the fields behind a stamp that has nothing in front, as templates make of them that leave priority and version out: a process number, no
// MSGID, and structured data or none, so that the words of a text are not taken for them.
func parseFields(s string, h *Header) bool {
	var inner Header
	if !inner.readFields(s) || inner.PID == 0 || inner.Program == "" || !strings.Contains(s[:len(s)-len(inner.Text)], " - ") {
		return false
	}
	if _, ok := readHost(inner.Host); !ok || isSpeech(inner.Host, inner.Program, strong) {
		return false
	}
	inner.Time, inner.Resolution, inner.doubled = h.Time, h.Resolution, false
	*h = inner
	return true
}

// readFields reads what stands behind the stamp.
func (h *Header) readFields(s string) bool {
	// host, app-name, procid, msgid
	host, s, ok := field(s)
	if !ok {
		return false
	}
	program, s, ok := field(s)
	if !ok {
		return false
	}
	procid, s, ok := field(s)
	if !ok {
		return false
	}
	id, s, ok := field(s)
	if !ok {
		return false
	}

	// structured data, then the message with its byte order mark; rsyslog's %msg% brings a blank of its own
	s, ok = skipStructuredData(s)
	if !ok {
		return false
	}
	h.Host, h.Program = host, program
	h.TagID = procid
	h.doubled = program != "" && id == program
	h.PID, _ = scan.Int(procid)
	h.Text = scan.TrimLeft(strings.TrimPrefix(skipOne(s), byteOrderMark))
	return true
}

// field takes one word and the blank behind it.
func field(s string) (value, rest string, ok bool) {
	value, rest, ok = scan.Cut(s, ' ')
	if value == "-" {
		value = ""
	}
	return value, rest, ok
}

// skipStructuredData takes "-" or "[id name="value"]..." off the front. Within quotes a bracket is text, and \ escapes.
func skipStructuredData(s string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(s, "-"); ok {
		return rest, endsField(rest)
	}
	quoted, open := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && open:
			quoted = !quoted
		case quoted:
		case c == '[' && !open:
			open = true
		case c == ']' && open:
			if open = false; i+1 == len(s) || s[i+1] != '[' {
				return s[i+1:], endsField(s[i+1:])
			}
		case !open:
			return "", false
		}
	}
	return "", false
}
