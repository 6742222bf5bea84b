// Package dovecot reads the lines that Dovecot 1.x to 2.4 writes about mail: deliveries by LMTP and LDA with what Sieve did, its
// submission service, and logins that it decided for a mail server. Lines of IMAP, POP3 and the rest are nobody's here.
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

// Probe recognises lines of Dovecot's own files, which have the service in the place of a program: deliveries, and logins and starts by
// the level behind it.
func (Parser) Probe(h *header.Header) bool {
	if h.Program == "" &&
		(strings.HasPrefix(h.Text, "lmtp(") || strings.HasPrefix(h.Text, "lda(") || strings.HasPrefix(h.Text, "submission(")) {
		return true
	}
	p, level, s := split(h)
	switch p.service {
	case "lmtp", "lda", "submission":
		return h.Program != "" && level != ""
	case "auth", "auth-worker":
		who, _ := requester(p, s)
		return level != "" && who != ""
	case "master":
		return level != "" && isLifecycle(s)
	}
	return false
}

// split takes a line apart into the service with its user, the level, and the text.
func split(h *header.Header) (p prefix, level, s string) {
	level, s = cutLevel(strings.TrimPrefix(h.Text, "dovecot: ")) // a tag of its own in a container's
	switch h.Program {
	case "submission-login", "auth", "auth-worker", "master", "lmtp", "lda", "submission":
		p.service = h.Program
		return p, level, s
	}
	if front, rest, ok := cutPrefix(s); ok {
		p, s = front, rest
	} else {
		p = prefix{service: "master"}
	}
	if level == "" {
		level, s = cutLevel(s)
	}
	return p, level, s
}

// Parse reads "service(user)<pid><session>: Level: text"; older versions have the level in front, and none for what is only told.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	p, level, s := split(h)
	kind := event.KindNone
	if h.Program != "" || !isAnybodys(p.service) {
		kind = read(ev, p, level, s)
	} else if level != "" && isLifecycle(s) {
		ev.Argument, kind = s, event.KindLifecycle
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon = kind, true, p.service
	return event.Parsed
}

// isAnybodys says whether other programs' lines may begin like those of this service, where nothing names Dovecot.
func isAnybodys(service string) bool {
	switch service {
	case "lmtp", "lda", "deliver", "submission", "submission-login", "auth", "auth-worker":
		return false
	}
	return true
}

func read(ev *event.Event, p prefix, level, s string) event.Kind {
	bad := level != "" && level != "Info"
	kind := event.KindNone
	switch p.service {
	case "lmtp", "lda", "deliver":
		kind = deliver(ev, p, bad, s)
	case "submission":
		kind = submission(ev, p, s)
	case "submission-login":
		kind = login(ev, s)
	case "auth", "auth-worker":
		kind = auth(ev, p, s)
	case "master", "config", "log", "anvil", "ssl-params":
		if s == "" || !bad && !isLifecycle(s) {
			return event.KindNone
		}
	default: // other services'
		return event.KindNone
	}
	switch {
	case kind != event.KindNone:
		return kind
	case isLifecycle(s):
		ev.Argument = s
		return event.KindLifecycle
	case bad:
		return complaint(ev, p, level, s)
	}
	return event.KindNone
}

// isLifecycle knows what the master process says of the whole (src/master/main.c).
func isLifecycle(s string) bool {
	return strings.HasPrefix(s, "Dovecot v") && strings.Contains(s, " starting up") ||
		strings.HasPrefix(s, "SIGHUP received") || strings.HasPrefix(s, "Killed with signal ")
}

// cutLevel takes "Error: " off the front.
func cutLevel(s string) (level, rest string) {
	for _, level := range [...]string{"Info", "Warning", "Error", "Fatal", "Panic"} {
		if rest, ok := strings.CutPrefix(s, level); ok && strings.HasPrefix(rest, ": ") {
			return level, rest[2:]
		}
	}
	return "", s
}

// complaint is what a service says at level Warning and above, with its user. Whose login it was that could not be looked up stays hidden.
func complaint(ev *event.Event, p prefix, level, s string) event.Kind {
	if p.service == "auth" || p.service == "auth-worker" {
		if who, text := requester(p, s); who != "" {
			name, _, _ := scan.Cut(who, ',')
			ev.Hide(name)
			s = text
		}
	}
	if ev.Argument = s; strings.IndexByte(p.user, '@') > 0 && strings.IndexByte(p.user, ',') < 0 {
		ev.Mailbox = p.user
	}
	ev.Died = level == "Fatal" || level == "Panic"
	return event.KindWarning
}

// prefix is what Dovecot sets in front of a line, by mail_log_prefix or its like in older versions.
type prefix struct{ service, user, session string }

// cutPrefix takes "lmtp(user)<pid><session>: ", "lmtp(pid, user): ", "lmtp(pid): " or "auth: " off the front.
func cutPrefix(s string) (p prefix, rest string, ok bool) {
	i := 0
	for i < len(s) && (scan.IsLetter(s[i]) || i > 0 && (s[i] == '-' || scan.IsDigit(s[i]))) {
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
