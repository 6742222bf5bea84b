package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// tail is the envelope at a line's end.
type tail struct {
	from, to, proto, helo string
	mechanism, user       string
	hasFrom, hasTo        bool
	odd                   bool // blanks in a name that the writer leaves none in, or a quote that nothing closes
}

// readTail reads " from=<a> to=<b> proto=ESMTP helo=<c> sasl_method=PLAIN sasl_username=d sasl_sender=e", each optional, in this order,
// and nothing else. postscreen separates them with commas.
func readTail(s string) (t tail, ok bool) {
	if s == "" || s[0] != ' ' {
		return t, false
	}
	some := false
	if rest, found := after(s, " from="); found {
		if t.from, s, ok = scan.Angle(rest); !ok {
			return t, false
		}
		t.hasFrom, some, t.odd = true, true, isOpen(t.from)
		s = comma(s)
	}
	if rest, found := after(s, " to="); found {
		if t.to, s, ok = scan.Angle(rest); !ok {
			return t, false
		}
		t.hasTo, some, t.odd = true, true, t.odd || isOpen(t.to)
		s = comma(s)
	}
	if rest, found := after(s, " proto="); found {
		t.proto, s, _ = scan.Cut(rest, ' ')
		if s != "" || strings.HasSuffix(rest, " ") {
			s = rest[len(t.proto):]
		}
		t.proto, some = strings.TrimSuffix(t.proto, ","), true
	}
	s = skipPairs(s)
	if rest, found := after(s, " helo=<"); found {
		if s, ok = t.readHELO(rest); !ok {
			return t, false
		}
		some = true
	}
	return t, t.readLogin(skipPairs(s)) && some
}

// retoldTail is "; from=a to=b proto=ESMTP helo=c" at the end of a line that lost its brackets where somebody took them for markup: what is between them may be
// lost, too. A line that is cut keeps them, but for one that is cut behind 900 bytes of a sender's address.
func retoldTail(line, s string) (at int, t tail) {
	at = strings.LastIndex(s, "; from=")
	if at < 0 || len(line) > 900 {
		return -1, t
	}
	rest, more := s[at+len("; "):], true
	for n := 0; more; n++ {
		var word string
		word, rest, more = scan.Cut(rest, ' ')
		key, value, ok := strings.Cut(strings.TrimSuffix(word, ","), "=")
		if inner, rest, angled := scan.Between(value, '<', '>'); angled && rest == "" {
			value = inner
		}
		if !ok || strings.ContainsAny(value, `<>"`) {
			return -1, t
		}
		switch {
		case key == "from" && n == 0:
			t.from, t.hasFrom = value, value != ""
		case key == "to" && n == 1:
			t.to, t.hasTo = value, value != ""
		case key == "proto":
			t.proto = value
		case key == "helo" && t.proto != "":
			t.helo = value
		default:
			return -1, t
		}
	}
	if t.proto == "" {
		return -1, t
	}
	return at, t
}

// isOpen says whether an address ends within a quoted local part: then it goes on behind what looked like its end.
func isOpen(address string) bool {
	quoted := false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		}
	}
	return quoted
}

// skipPairs takes " key=value" off the front whose key is none of today's: later versions may have more.
func skipPairs(s string) string {
	for {
		rest, ok := after(s, " ")
		if !ok {
			return s
		}
		n := 0
		for n < len(rest) && (rest[n] >= 'a' && rest[n] <= 'z' || rest[n] == '_') {
			n++
		}
		if n == 0 || n == len(rest) || rest[n] != '=' || strings.HasPrefix(rest, "helo=") || strings.HasPrefix(rest, "sasl_") {
			return s
		}
		if value := rest[n+1:]; strings.HasPrefix(value, "<") {
			if _, s, ok = scan.Angle(value); !ok {
				return rest
			}
			continue
		}
		word, _, _ := scan.Cut(rest, ' ')
		s = rest[len(word):]
	}
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
		t.odd = true
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
		t.odd = t.odd || strings.IndexByte(t.user, ' ') >= 0
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

// fits says whether the tail agrees with the text: one that begins with the address or name it is about ("550 5.1.1 <a@b>: Recipient
// address rejected") must name the one of the tail.
func (t *tail) fits(text string) bool {
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
		return isSameAddress(subject, t.to)
	case strings.HasPrefix(what, "Sender address"):
		return isSameAddress(subject, t.from)
	case strings.HasPrefix(what, "Helo command"):
		return subject == t.helo
	}
	return true
}

// isSameAddress compares an address as it is with one whose local part is quoted (RFC 5321 section 4.1.2), which the envelope has in the
// log and the answer has not.
func isSameAddress(plain, quoted string) bool {
	if plain == quoted {
		return true
	}
	if quoted == "" || quoted[0] != '"' {
		return false
	}
	for i := 1; i < len(quoted); i++ {
		switch c := quoted[i]; {
		case c == '"':
			return plain == quoted[i+1:]
		case c == '\\' && i+1 < len(quoted):
			i++
		}
		if plain == "" || plain[0] != quoted[i] {
			return false
		}
		plain = plain[1:]
	}
	return false
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
