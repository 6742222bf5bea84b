package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// unencrypted reads "words: delivering unencrypted to H=host [ip] (not in hosts_require_tls)" and "DANE attempt failed; TLS connection to
// host [ip]: words" (src/transports/smtp.c, src/verify.c).
func unencrypted(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "DANE attempt failed; TLS connection to "); ok {
		p, words, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.called(ev)
		ev.Command, ev.TLS, ev.ErrorType = "STARTTLS", event.No, "tls_handshake"
		ev.Argument, _ = after(words, ": ")
		return event.KindTLS
	}
	to := ": delivering unencrypted to H="
	i := strings.LastIndex(s, to) // the words in front are a library's, or the server's
	if i < 0 {
		to = ": callout unencrypted to "
		i = strings.LastIndex(s, to)
	}
	if i < 0 || !strings.HasSuffix(s, " (not in hosts_require_tls)") {
		return event.KindNone
	}
	p, rest, ok := takePeer(s[i+len(to):])
	if !ok || rest != " (not in hosts_require_tls)" {
		return event.KindNone
	}
	p.called(ev)
	ev.Command, ev.TLS, ev.Argument = "STARTTLS", event.No, s[:i]
	if strings.HasPrefix(s, "TLS ") {
		ev.ErrorType = "tls_handshake"
	}
	return event.KindTLS
}

// bareHost is "mx.example.net [192.0.2.1] Connection refused", as Exim 3 and 4 wrote it before there was H=; with "[192.0.2.1]:25" where outgoing ports are logged.
func bareHost(ev *event.Event, s string) event.Kind {
	name, rest, ok := scan.Cut(s, ' ')
	ip, words, closed := scan.Between(rest, '[', ']')
	port := int64(0)
	if tail, colon := after(words, ":"); colon {
		port, words, closed = scan.Digits(tail)
	}
	words, blank := after(words, " ")
	if !ok || !closed || !blank || !isIP(ip) || !isHostName(name) || errno.Type(words) == "" {
		return event.KindNone
	}
	ev.Role, ev.Command, ev.ServerAddress, ev.PeerIP, ev.ErrorType = event.RoleClient, event.CommandConnect, name, ip, errno.Type(words)
	ev.PeerPort, ev.ServerPort = int(port), int(port)
	return event.KindConnect
}

// isHostName says whether s may be a name of a host: letters, digits, dots, hyphens.
func isHostName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// hostTrouble reads what one host gave before there is a verdict: "H=host [ip]:port: words", "H=host [ip]:port system error" and, where
// other hosts are left to try, "H=host [ip] SMTP error ..." (src/transports/smtp.c write_logs).
func hostTrouble(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "H=")
	if !ok {
		return bareHost(ev, s)
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	words, ok := after(rest, ": ")
	if !ok {
		if words, ok = after(rest, " "); !ok {
			return event.KindNone
		}
	}
	switch {
	case answered(ev, words):
		p.called(ev)
		ev.Scope = event.ScopePeer
		return event.KindReply
	case broken(ev, words):
		p.called(ev)
		ev.Scope = event.ScopePeer
		switch {
		case ev.ErrorType == "tls_handshake":
			ev.Command = "STARTTLS"
			return event.KindTLS
		case ev.Command == event.CommandConnect:
			ev.Scope = event.ScopeNone
			return event.KindConnect
		}
		return event.KindWarning
	}
	if e := errno.Type(words); e != "" {
		p.called(ev)
		ev.Command, ev.ErrorType = event.CommandConnect, e
		return event.KindConnect
	}
	return event.KindNone
}
