package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// envelope splits "text; from=<a> to=<b> proto=ESMTP helo=<c>" and fills in the envelope; it gives the text. The text may be the words of
// a list's operator or of a remote server (address verification), and hold the same look; so may addresses. A boundary counts only when
// all behind it is of that form to the very end, and when it agrees with what the text is about. HELO names have no blanks
// (src/smtpd/smtpd.c neuters them since 2.0.16), so the first boundary without one in its HELO name is the writer's; before that version
// it was the first of all. A boundary that stands there alone is the writer's, whatever the text is about: addresses are written
// otherwise there (info_log_address_format), or made anonymous. Where none fits, the envelope stays unknown; the words of a line that is
// cut within it end before it.
func envelope(ev *event.Event, s, where string) (text string) {
	s = uncounted(scan.TrimRight(s))
	var old, first tail
	oldAt, firstAt, places, broken := -1, -1, 0, false
	for from := 0; places < mostPlaces; {
		i := strings.IndexByte(s[from:], ';')
		if i < 0 {
			break
		}
		at := from + i
		if from = at + 1; !beginsTail(s[from:]) {
			continue
		}
		places++
		t, ok := readTail(s[from:])
		allowed := ok && (!t.hasTo || !isBeforeRCPT(where))
		if places == 1 {
			first, firstAt, broken = t, at, !ok
		}
		switch {
		case !allowed || !t.fits(s[:at]):
		case !t.odd:
			t.into(ev)
			return s[:at]
		case oldAt < 0:
			old, oldAt = t, at
		}
	}
	switch {
	case oldAt >= 0:
		old.into(ev)
		return s[:oldAt]
	case places == 0:
		if at, t := retoldTail(ev.Line, s); at > 0 && (!t.hasTo || !isBeforeRCPT(where)) {
			t.into(ev)
			return s[:at]
		}
		ev.Truncated = true // it is always there
		return s
	case places != 1:
		return s
	case broken:
		return s[:firstAt]
	case first.hasTo && isBeforeRCPT(where):
		return s
	}
	first.into(ev)
	return s[:firstAt]
}

// uncounted takes the octet count of the next message off the end, which who reads a stream of counted messages (RFC 6587 section 3.4.1)
// line by line leaves there: " 279" behind what closes the envelope.
func uncounted(s string) string {
	i := strings.LastIndexByte(s, '>')
	if i < 0 || i+1 >= len(s) || s[i+1] != ' ' {
		return s
	}
	if _, rest, ok := scan.Digits(s[i+2:]); !ok || rest != "" || len(s)-i > len("> 65535") {
		return s
	}
	return s[:i+1]
}

// uncountedName does the same behind a name without blanks.
func uncountedName(s string) string {
	name, count, ok := scan.Cut(s, ' ')
	if _, rest, digits := scan.Digits(count); !ok || !digits || rest != "" || len(count) > len("65535") {
		return s
	}
	return name
}

// mostPlaces bounds the look at a hostile line.
const mostPlaces = 16

// beginsTail says whether the envelope may begin here.
func beginsTail(s string) bool {
	for _, key := range [...]string{" from=<", " to=<", " proto=", " helo=<"} {
		if strings.HasPrefix(s, key) {
			return true
		}
	}
	return false
}

// isBeforeRCPT says whether no recipient can have been given at this place of the conversation.
func isBeforeRCPT(where string) bool {
	switch where {
	case "CONNECT", "HELO", "EHLO", "MAIL", "AUTH", "STARTTLS":
		return true
	}
	return false
}
