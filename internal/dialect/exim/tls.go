package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// isTransfer says whether a library's call failed that comes behind the handshake.
func isTransfer(s string) bool {
	for _, call := range [...]string{"(recv)", "(send)", "(SSL_read)", "(SSL_write)"} {
		if strings.HasPrefix(s, call) {
			return true
		}
	}
	return false
}

// aboutTLS reads "TLS error on connection from host (gnutls_handshake): words", "TLS error on connection from host [ip]: words" and "[ip]
// SSL verify error: words" (src/smtp_in.c smtp_log_tls_fail, src/tls-gnu.c, src/tls-openssl.c).
func aboutTLS(ev *event.Event, s string) event.Kind {
	if why, ok := after(s, "TLS session: "); ok { // as a client (src/tls-openssl.c, tls-gnu.c)
		ev.Role, ev.Command, ev.TLS, ev.ErrorType, ev.Argument = event.RoleClient, "STARTTLS", event.No, "tls_handshake", why
		return event.KindTLS
	}
	if rest, ok := after(s, "TLS error "); ok {
		if first(rest) == '(' { // "(SSL_read): on connection from ..."
			if i := strings.Index(rest, "): on "); i >= 0 {
				rest = rest[i+len("): "):]
			}
		}
		if rest, ok = after(rest, "on connection "); !ok {
			return event.KindNone
		}
		id := ""
		if tail, found := after(rest, "Ci="); found {
			id, rest, _ = scan.Cut(tail, ' ')
		}
		if rest, ok = after(rest, "from "); !ok {
			return event.KindNone
		}
		_, why, ok := takeCaller(ev, rest)
		if !ok {
			return event.KindNone
		}
		numbered(ev, id)
		if ev.Argument = strings.TrimLeft(why, ": "); isTransfer(ev.Argument) || isTransfer(s[len("TLS error "):]) {
			ev.ErrorType, ev.EndHint = "connection_lost", event.EndLost
			return event.KindWarning
		}
		ev.Command, ev.TLS, ev.ErrorType, ev.EndHint = "STARTTLS", event.No, "tls_handshake", event.EndTLSFailed
		return event.KindTLS
	}
	ip, rest, ok := scan.Between(s, '[', ']')
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	if why, ok := after(rest, " SSL verify error"); ok {
		if callout, during := after(why, " (during "); during { // " (during R-verify for [client])"
			_, why, _ = strings.Cut(callout, ")")
		}
		if why, ok = after(why, ": "); ok {
			ev.PeerIP, ev.TLSTrust, ev.Argument = ip, "untrusted", why
			return event.KindTLS
		}
	}
	if strings.HasPrefix(rest, " after QUIT, client reset TCP before") {
		ev.PeerIP, ev.Role, ev.ErrorType = ip, event.RoleServer, "connection_lost"
		return event.KindWarning
	}
	return event.KindNone
}
