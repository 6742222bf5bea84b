package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// cleanup reads the lines about a message's headers, and the verdicts of header checks and milters (src/cleanup/cleanup_message.c,
// cleanup_milter.c).
func cleanup(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{"message-id=", "resent-message-id="} {
		if rest, ok := after(s, begin); ok {
			ev.MessageID = messageID(rest)
			return event.KindMessageHeader
		}
	}
	// src/cleanup/cleanup_bounce.c: a recipient that the message itself rules out, and the answer to a probe
	if rest, ok := after(s, "to="); ok {
		return verdictLine(ev, rest)
	}
	if why, ok := after(s, "removed ("); ok { // src/cleanup/cleanup_api.c, Postfix 3.11: the message never was in the queue
		ev.Argument = strings.TrimSuffix(why, ")")
		return event.KindMessageAborted
	}
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(verb, ' ') >= 0 {
		return event.KindNone
	}
	if where, action, found := milterCheck(verb); found {
		kind := checked(ev, action, rest)
		ev.FilterName = where
		return kind
	}
	if strings.HasPrefix(verb, "milter-") {
		return verdict(ev, verb, rest)
	}
	return checked(ev, verb, rest)
}

// milterCheck takes "milter-header-reject" apart: milter_header_checks look at what milters add (src/cleanup/cleanup_milter.c).
func milterCheck(verb string) (name, action string, ok bool) {
	rest, ok := after(verb, "milter-header-")
	return "milter_header_checks", rest, ok
}

// messageID takes the brackets off; a Message-ID may be empty, cut off or encoded.
func messageID(s string) string {
	if id, ok := after(s, "<"); ok {
		return strings.TrimSuffix(id, ">")
	}
	return s
}

// checked is "reject: header Subject: ... from name[ip]; from=<a> to=<b> proto=ESMTP helo=<c>: 5.7.1 text". The header is the sender's
// words, and so is the rest but for the last text: where more than one place could be the envelope, it stays unknown.
func checked(ev *event.Event, verb, s string) event.Kind {
	class, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	switch class {
	case "header":
		ev.FilterName = "header_checks"
	case "body":
		ev.FilterName = "body_checks"
	case "mime":
		ev.FilterName = "mime_header_checks"
	case "nested":
		ev.FilterName = "nested_header_checks"
	case "mime-error":
		ev.FilterName = "mime"
	default:
		return event.KindNone
	}
	kind := actionKind(verb)
	if kind == event.KindNone {
		return kind
	}
	ev.FilterVerdict = verb
	where := strings.LastIndex(rest, "; from=<")
	if where < 0 || strings.Index(rest, "; from=<") != where {
		return kind
	}
	source, end := rest[:where], rest[where+1:]
	envelopeOfCheck(ev, source, end, kind)
	return kind
}

// envelopeOfCheck reads "... from name[ip]" and " from=<a> to=<b> proto= helo=<c>: 5.7.1 text".
func envelopeOfCheck(ev *event.Event, source, end string, kind event.Kind) {
	if i := strings.LastIndex(source, " from "); i >= 0 {
		if p, rest, ok := takePeer(source[i+len(" from "):]); ok && rest == "" {
			p.caller(ev)
		}
	}
	t, text, ok := tailOfCheck(end)
	if !ok {
		return
	}
	t.into(ev)
	if kind == event.KindReject {
		ev.Command = event.CommandEOM
		refusal(ev, text)
	}
}

// tailOfCheck reads " from=<a> to=<b> proto= helo=<c>: text". The text is the table's, and may hold brackets of its own; a HELO name has
// none and no blanks, so the first bracket that ends the envelope does. Old versions left blanks in the name.
func tailOfCheck(s string) (t tail, text string, ok bool) {
	s = uncounted(scan.TrimRight(s))
	var old tail
	oldText, found := "", false
	for from, n := 0, 0; ; n++ {
		i := strings.Index(s[from:], ">: ")
		end := len(s)
		if i >= 0 {
			end = from + i + 1
		}
		if t, ok = readTail(s[:end]); ok {
			text = strings.TrimPrefix(s[end:], ": ")
			if !t.odd {
				return t, text, true
			}
			if !found {
				old, oldText, found = t, text, true
			}
		}
		if i < 0 || n == mostPlaces {
			return old, oldText, found
		}
		from = end
	}
}
