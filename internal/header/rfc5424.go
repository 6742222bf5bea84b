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

	// host, app-name, procid, msgid
	host, s, ok := field(s[1:])
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
	st.fill(c, h)
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
