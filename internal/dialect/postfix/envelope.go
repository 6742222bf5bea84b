package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// envelope splits "text; from=<a> to=<b> proto=ESMTP helo=<c>" and fills in the envelope; it gives the text. Text, addresses
// and HELO name are the peer's words and may hold the same look, so a boundary counts only when all behind it is of that
// form to the very end, and when it agrees with what the text is about. Of several that fit the first is the writer's: HELO names
// come last. Where none fits, the envelope stays unknown.
func envelope(ev *event.Event, s, where string) (text string) {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], ';')
		if i < 0 {
			return s
		}
		at := from + i
		if t, ok := readTail(s[at+1:]); ok && t.fits(s[:at], where) {
			t.into(ev)
			return s[:at]
		}
		from = at + 1
	}
}

// tail is the envelope at a line's end.
type tail struct {
	from, to, proto, helo, user string
	hasFrom, hasTo              bool
}

// readTail reads " from=<a> to=<b> proto=ESMTP helo=<c> sasl_username=<d>", each optional, in this order, and nothing else.
// postscreen separates them with commas.
func readTail(s string) (t tail, ok bool) {
	if s == "" || s[0] != ' ' {
		return t, false
	}
	some := false
	if rest, found := after(s, " from="); found {
		if t.from, s, ok = scan.Angle(rest); !ok {
			return t, false
		}
		t.hasFrom, some = true, true
		s = comma(s)
	}
	if rest, found := after(s, " to="); found {
		if t.to, s, ok = scan.Angle(rest); !ok {
			return t, false
		}
		t.hasTo, some = true, true
		s = comma(s)
	}
	if rest, found := after(s, " proto="); found {
		t.proto, s, _ = scan.Cut(rest, ' ')
		if s != "" || strings.HasSuffix(rest, " ") {
			s = rest[len(t.proto):]
		}
		t.proto, some = strings.TrimSuffix(t.proto, ","), true
	}
	if rest, found := after(s, " helo=<"); found {
		if end := strings.LastIndex(rest, "> sasl_username=<"); end >= 0 {
			t.helo, s = rest[:end], rest[end+1:]
		} else if !strings.HasSuffix(rest, ">") {
			return t, false
		} else {
			t.helo, s = rest[:len(rest)-1], ""
		}
		some = true
	}
	if rest, found := after(s, " sasl_username=<"); found && strings.HasSuffix(rest, ">") {
		t.user, s = rest[:len(rest)-1], ""
	}
	return t, some && s == ""
}

func comma(s string) string {
	if rest, ok := after(s, ","); ok {
		return rest
	}
	return s
}

// fits says whether the tail can be the writer's: there is no recipient before RCPT, and a text that begins with the address or name
// it is about ("550 5.1.1 <a@b>: Recipient address rejected") must name the one of the tail.
func (t *tail) fits(text, where string) bool {
	switch where {
	case "CONNECT", "HELO", "EHLO", "MAIL", "AUTH", "STARTTLS":
		if t.hasTo {
			return false
		}
	}
	if r, ok := reply.Parse(text); ok {
		text = r.Text
	}
	words, begins := after(text, "<")
	if !begins {
		return true
	}
	subject, what, closed := strings.Cut(words, ">: ")
	switch {
	case !closed:
		return false
	case strings.HasPrefix(what, "Recipient address") || strings.HasPrefix(what, "Relay access"):
		return subject == t.to
	case strings.HasPrefix(what, "Sender address"):
		return subject == t.from
	case strings.HasPrefix(what, "Helo command"):
		return subject == t.helo
	}
	return true
}

func (t *tail) into(ev *event.Event) {
	if t.hasFrom {
		ev.MailFrom = sender(t.from)
	}
	ev.RcptTo, ev.Protocol, ev.Helo = t.to, t.proto, t.helo
	if t.user != "" {
		ev.User = t.user
	}
}
