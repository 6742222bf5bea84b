// Package dovecot reads the lines that Dovecot 1.x to 2.4 writes about mail: deliveries by LMTP and LDA with what Sieve did, its submission service, and logins
// that it decided for a mail server. Lines of IMAP, POP3 and the rest are nobody's here.
package dovecot

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Dovecot.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "dovecot" }

// Claims takes Dovecot's tag, and the service that its own files have in the place of one.
func (Parser) Claims(program string) bool {
	return program == "dovecot" || program == "submission-login"
}

// Probe recognises deliveries in Dovecot's own files, which name no program.
func (Parser) Probe(h *header.Header) bool {
	return h.Program == "" && (strings.HasPrefix(h.Text, "lmtp(") || strings.HasPrefix(h.Text, "lda(") || strings.HasPrefix(h.Text, "submission("))
}

// Parse reads "service(user)<pid><session>: text".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	p := prefix{service: h.Program}
	if h.Program != "submission-login" {
		var ok bool
		if p, s, ok = cutPrefix(s); !ok {
			return event.Unknown
		}
	}
	kind := event.KindNone
	switch p.service {
	case "lmtp", "lda", "deliver":
		kind = deliver(ev, p, s)
	case "submission":
		kind = submission(ev, p, s)
	case "submission-login":
		kind = login(ev, s)
	case "auth", "auth-worker":
		kind = auth(ev, p, s)
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon = kind, true, p.service
	return event.Parsed
}

// prefix is what Dovecot sets in front of a line, by mail_log_prefix or its like in older versions.
type prefix struct{ service, user, session string }

// cutPrefix takes "lmtp(user)<pid><session>: ", "lmtp(pid, user): ", "lmtp(pid): " or "auth: " off the front.
func cutPrefix(s string) (p prefix, rest string, ok bool) {
	i := 0
	for i < len(s) && (scan.IsLetter(s[i]) || s[i] == '-') {
		i++
	}
	p.service, s = s[:i], s[i:]
	if inner, rest, ok := scan.Between(s, '(', ')'); ok {
		if pid, user, ok := strings.Cut(inner, ", "); ok && isNumber(pid) {
			inner = user
		}
		if !isNumber(inner) {
			p.user = inner
		}
		s = rest
		for strings.HasPrefix(s, "<") {
			if inner, s, ok = scan.Between(s, '<', '>'); !ok {
				return p, s, false
			}
			if !isNumber(inner) {
				p.session = inner
			}
		}
	}
	rest, ok = strings.CutPrefix(s, ": ")
	return p, rest, ok && i > 0
}

func isNumber(s string) bool {
	_, rest, ok := scan.Digits(s)
	return ok && rest == ""
}
