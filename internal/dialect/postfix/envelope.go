package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// envelope splits "text; from=<a> to=<b> proto=ESMTP helo=<c>" and fills in the envelope; it gives the text. The text may be the words of a list's operator
// or of a remote server (address verification), and hold the same look; so may addresses. A boundary counts only when all behind it is of
// that form to the very end, and when it agrees with what the text is about. HELO names have no blanks (src/smtpd/smtpd.c neuters them since 2.0.16), so the
// first boundary without one in its HELO name is the writer's; before that version it was the first of all. Where none fits, the
// envelope stays unknown.
func envelope(ev *event.Event, s, where string) (text string) {
	var old tail
	oldAt := -1
	for from := 0; ; {
		i := strings.IndexByte(s[from:], ';')
		if i < 0 {
			break
		}
		at := from + i
		if t, ok := readTail(s[at+1:]); ok && t.fits(s[:at], where) {
			if !t.blanks {
				t.into(ev)
				return s[:at]
			}
			if oldAt < 0 {
				old, oldAt = t, at
			}
		}
		from = at + 1
	}
	if oldAt < 0 {
		return s
	}
	old.into(ev)
	return s[:oldAt]
}

// tail is the envelope at a line's end.
type tail struct {
	from, to, proto, helo string
	mechanism, user       string
	hasFrom, hasTo        bool
	blanks                bool // in a name that the writer leaves none in
}

// readTail reads " from=<a> to=<b> proto=ESMTP helo=<c> sasl_method=PLAIN sasl_username=d sasl_sender=e", each optional, in this order, and nothing else.
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
		if s, ok = t.readHELO(rest); !ok {
			return t, false
		}
		some = true
	}
	return t, t.readLogin(s) && some
}

// readHELO reads the name up to the bracket that closes it, and gives what follows.
func (t *tail) readHELO(s string) (rest string, ok bool) {
	end := strings.IndexByte(s, ' ')
	if end < 0 {
		end = len(s)
	}
	if end > 0 && s[end-1] == '>' {
		t.helo = s[:end-1]
		return s[end:], true
	}
	if t.helo, ok = strings.CutSuffix(s, ">"); ok {
		t.blanks = true
	}
	return "", ok
}

// readLogin reads who logged in (src/smtpd/smtpd_check.c log_whatsup, Postfix 3.10); the name is the only word that may hold blanks.
func (t *tail) readLogin(s string) bool {
	if rest, found := after(s, " sasl_method="); found {
		t.mechanism, _, _ = scan.Cut(rest, ' ')
		s = rest[len(t.mechanism):]
	}
	if rest, found := after(s, " sasl_username="); found {
		t.user, s = rest, ""
		if i := strings.LastIndex(rest, " sasl_sender="); i >= 0 {
			t.user, s = rest[:i], rest[i:]
		}
		if inner, ok := strings.CutSuffix(strings.TrimPrefix(t.user, "<"), ">"); ok && t.user[0] == '<' {
			t.user = inner
		}
		t.blanks = t.blanks || strings.IndexByte(t.user, ' ') >= 0
	}
	if rest, found := after(s, " sasl_sender="); found && strings.IndexByte(rest, ' ') < 0 {
		s = ""
	}
	return s == ""
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
	if t.mechanism != "" {
		ev.AuthMechanism, _ = speech.Mechanism(t.mechanism)
	}
	if t.user != "" {
		ev.User = t.user
	}
}
