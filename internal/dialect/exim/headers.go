package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// rejectHeader reads a further line of an entry of the reject log (src/log.c): "Envelope-from: <a@b>", "Envelope-to: <c@d>", up to four more recipients, and the
// message's header, each field behind a letter for its kind ("F From: ...", "  Subject: ...") with its folded lines. It is message content.
func rejectHeader(ev *event.Event, s string) event.Kind {
	if fixed(ev, s) != event.KindNone {
		return event.KindWarning
	}
	if !isRejectHeader(s) && first(s) != ' ' && first(s) != '\t' {
		return event.KindNone
	}
	if from, ok := after(s, "Envelope-from: "); ok {
		if path, _, ok := scan.Angle(from); ok {
			if ev.MailFrom = path; path == "" {
				ev.MailFrom = "<>"
			}
		}
		return event.KindContent
	}
	if to, ok := after(s, "Envelope-to: "); ok {
		ev.RcptTo, _, _ = scan.Angle(to)
		return event.KindContent
	}
	if to, ok := after(s, "    <"); ok && strings.HasSuffix(to, ">") && strings.Contains(to, "@") {
		ev.RcptTo = to[:len(to)-1]
		return event.KindContent
	}
	if id, ok := after(s, "I Message-ID: <"); ok {
		ev.MessageID, _, _ = scan.Cut(id, '>')
	}
	ev.Size, ev.HasSize = int64(len(s)), true
	ev.Redact = append(ev.Redact, event.Span{From: len(ev.Line) - len(s), To: len(ev.Line)})
	return event.KindContent
}

// isRejectHeader says whether a line without a stamp is one of a reject log's header block for sure.
func isRejectHeader(s string) bool {
	if strings.HasPrefix(s, "Envelope-from: <") || strings.HasPrefix(s, "Envelope-to: <") || s == "*** truncated ***" {
		return true
	}
	const kinds = " *BCDFIMPRST" // src/macros.h, htype_...
	if len(s) < 4 || s[1] != ' ' || strings.IndexByte(kinds, s[0]) < 0 {
		return false
	}
	name, _, ok := scan.Cut(s[2:], ':')
	if !ok || name == "" || len(name) > 64 {
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}
