package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// client reads the lines of smtp and lmtp about a connection, without a queue id.
func client(ev *event.Event, s string) event.Kind {
	if strings.HasPrefix(s, "connect to ") {
		return unreachable(ev, s)
	}
	if kind := clientTLS(ev, s); kind != event.KindNone {
		return kind
	}
	if rest, ok := after(s, "Host offered STARTTLS: ["); ok {
		ev.ServerAddress, _, _ = strings.Cut(rest, "]")
		ev.Role, ev.Command = event.RoleClient, "STARTTLS"
		return event.KindReply
	}
	if rest, ok := after(s, "TLSRPT: status="); ok {
		return tlsReport(ev, rest)
	}
	if kind := peerRemark(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := aboutCertificate(ev, s, peer.called); kind != event.KindNone {
		return kind
	}
	return conversation(ev, s)
}

// unreachable is a connection that did not come to be: "connect to H[ip]:25: Connection refused" (src/smtp/smtp_connect.c).
func unreachable(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s[len("connect to "):])
	if !ok {
		return event.KindNone
	}
	if _, tail, old := strings.Cut(rest, " (port "); old && p.port == 0 { // at the end, before Postfix 2.6
		if port, end, digits := scan.Digits(tail); digits && end == ")" && port < 65536 {
			p.port = int(port)
		}
	}
	p.called(ev)
	ev.Scope = event.ScopeNone
	ev.ErrorType = connectError(s)
	ev.Command = event.CommandConnect
	return event.KindConnect
}

// trouble reads what went wrong at one host before the verdict: the next host is tried, or the verdict follows.
func trouble(ev *event.Event, s string) event.Kind {
	if kind := ownLogin(ev, s); kind != event.KindNone {
		return kind
	}
	if said(ev, s) {
		return event.KindReply
	}
	if strings.HasPrefix(s, "connect to ") {
		return unreachable(ev, s)
	}
	for _, begin := range [...]string{"lost connection with ", "conversation with "} {
		if rest, ok := after(s, begin); ok {
			return interrupted(ev, s, rest)
		}
	}
	if verb, rest, ok := strings.Cut(s, ": "); ok && strings.IndexByte(verb, ' ') < 0 { // smtp_header_checks
		if kind := checked(ev, verb, rest); kind != event.KindNone {
			return kind
		}
	}
	if rest, ok := after(s, "Used TLS for "); ok { // Trend Micro's build says it where TLS is not logged itself
		p, rest, ok := takePeer(rest)
		if !ok || rest != "" {
			return event.KindNone
		}
		p.called(ev)
		ev.TLS = event.Yes
		return event.KindTLS
	}
	if rest, ok := after(s, "enabling PIX workarounds: "); ok {
		what, where, found := strings.Cut(rest, " for ")
		if p, _, isPeer := takePeer(where); found && isPeer {
			p.called(ev)
			ev.FilterName, ev.FilterVerdict, ev.Argument = "smtp", "pix_workaround", what
			return event.KindWarning
		}
	}
	if e := breakage(s); e == "tls_handshake" {
		ev.ErrorType, ev.Role = e, event.RoleClient
		return event.KindTLS
	}
	if kind := clientTLS(ev, s); kind != event.KindNone {
		return kind
	}
	return conversation(ev, s)
}

// interrupted is "lost connection with H[ip] while sending RCPT TO", "conversation with H[ip] timed out while receiving the
// initial server greeting" (src/smtp/smtp_trouble.c; the phrases are those of smtp_proto.c).
func interrupted(ev *event.Event, s, rest string) event.Kind {
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	p.called(ev)
	if ev.ErrorType = breakage(s); ev.ErrorType == "" {
		return event.KindNone
	}
	_, phrase, _ := strings.Cut(rest, " while ")
	switch {
	// the last two before 2.11
	case phrase == "receiving the initial server greeting",
		phrase == "receiving the initial SMTP greeting", phrase == "receiving the initial LMTP greeting":
		ev.Command = event.CommandConnect
		return event.KindConnect
	case strings.HasPrefix(phrase, "performing the "):
		word, _, _ := strings.Cut(phrase[len("performing the "):], " ")
		ev.Command = stage(word)
	case strings.HasPrefix(phrase, "sending end of data"):
		ev.Command = event.CommandEOM
	case strings.HasPrefix(phrase, "sending message body"):
		ev.Command = "DATA"
	case strings.HasPrefix(phrase, "sending "):
		ev.Command = stage(strings.TrimSuffix(phrase[len("sending "):], " command"))
	}
	return event.KindWarning
}

// ownLogin reads how a login of ours failed: what the server said, now or before (smtp_sasl_auth_cache), that there is no mechanism in
// common, that it asks without end (src/smtp/smtp_sasl_glue.c).
func ownLogin(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "SASL authentication failed; ")
	if !ok {
		rest, ok = after(s, "SASL [CACHED] authentication failed; ")
	}
	if !ok {
		return event.KindNone
	}
	for _, begin := range [...]string{"server ", "cannot authenticate to server ", "authentication protocol loop with server "} {
		where, ok := after(rest, begin)
		if !ok {
			continue
		}
		p, why, ok := takePeer(where)
		if !ok {
			return event.KindNone
		}
		p.called(ev)
		ev.Command, ev.AuthResult = "AUTH", "failure"
		if words, ok := after(why, " said: "); ok {
			answer(ev, words)
		} else if begin[0] == 's' {
			return event.KindNone
		} else if ev.Argument, _ = after(why, ": "); begin[0] == 'a' {
			ev.Argument = "authentication protocol loop"
		}
		return event.KindAuth
	}
	return event.KindNone
}
