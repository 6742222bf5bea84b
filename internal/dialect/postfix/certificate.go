package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// aboutCertificate reads what the TLS library's callbacks tell of the other side, in front of or behind the line that says that TLS is
// there: "H[ip]:25: subject_CN=x, issuer=y, fingerprint=z" (src/tls/tls_client.c, tls_server.c, tls_verify.c, tls_dane.c).
func aboutCertificate(ev *event.Event, s string, side func(peer, *event.Event)) event.Kind {
	if rest, ok := after(s, "TLS SNI "); ok { // src/tls/tls_misc.c
		name, rest, found := strings.Cut(rest, " from ")
		if p, rest, isPeer := takePeer(rest); found && isPeer && strings.HasPrefix(rest, " not matched") {
			side(p, ev)
			ev.Argument = name
			return event.KindTLS
		}
		return event.KindNone
	}
	for _, begin := range [...]string{"Verified: subject_CN=", "Unverified: subject_CN="} { // without a name before Postfix 2.6
		if strings.HasPrefix(s, begin) {
			ev.Argument, ev.TLSTrust = s, "untrusted"
			if begin[0] == 'V' {
				ev.TLSTrust = "verified"
			}
			return event.KindTLS
		}
	}
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	what, ok := after(rest, ": ")
	if !ok {
		return event.KindNone
	}
	for _, begin := range [...]string{
		"subject_CN=", "Trusted: ", "Untrusted: ", "Verified: ", "Unverified: ", "Matched: ", "Matched ", "matched peername: ", "depth=",
		"verify=", "SNI hostname: ", "Reusing old session", "re-using session with ", "raw public key ",
		"TLS cipher list ", "Issuing session ticket", "Decrypting session ticket", "looking up session ", "save session ", "reloaded session ",
		"remove session ",
		"certificate verification", "TLS handshake",
	} {
		if strings.HasPrefix(what, begin) {
			side(p, ev)
			ev.Argument = what
			switch begin {
			case "Trusted: ":
				ev.TLSTrust = "trusted"
			case "Untrusted: ":
				ev.TLSTrust = "untrusted"
			case "Verified: ":
				ev.TLSTrust = "verified"
			}
			return event.KindTLS
		}
	}
	return event.KindNone
}

// tlsReport is "TLSRPT: status=failure, domain=D, receiving_mx=H[ip], failure_type=T" (src/tls/tlsrpt_wrapper.c, Postfix 3.10).
func tlsReport(ev *event.Event, s string) event.Kind {
	status, rest, ok := strings.Cut(s, ", domain=")
	domain, rest, found := strings.Cut(rest, ", receiving_mx=")
	if !ok || !found {
		return event.KindNone
	}
	if p, tail, isPeer := takePeer(rest); isPeer {
		p.called(ev)
		ev.Argument, _ = after(tail, ", failure_type=")
	}
	ev.FilterName, ev.FilterVerdict, ev.DestinationDomain = "tlsrpt", status, domain
	return event.KindFilter
}
