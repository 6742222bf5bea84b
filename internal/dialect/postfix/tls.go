package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// serverTLS reads the TLS lines of smtpd (src/tls/tls_server.c, tls_misc.c, src/smtpd/smtpd.c).
func serverTLS(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "SSL_accept error from "); ok {
		p, rest, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		handshakeFailed(ev, rest)
		ev.EndHint = event.EndTLSFailed
		return event.KindTLS
	}
	for _, begin := range [...]string{"certificate verification failed for ", "client certificate verification failed for "} {
		if rest, ok := after(s, begin); ok {
			p, why, ok := takePeer(rest)
			if !ok {
				return event.KindNone
			}
			p.caller(ev)
			ev.TLSTrust = "untrusted"
			ev.Argument, _ = after(why, ": ")
			return event.KindTLS
		}
	}
	if rest, ok := after(s, "setting up TLS connection from "); ok {
		p, _, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		ev.Command = "STARTTLS"
		return event.KindCommand
	}
	trust, rest, ok := established(s, " from ")
	if !ok {
		return event.KindNone
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	if to, found := after(rest, " to "); found { // the name that the client asked for (SNI)
		if i := strings.Index(to, ": "); i >= 0 {
			rest = to[i:]
		}
	}
	return session(ev, trust, rest)
}

// clientTLS reads the TLS lines of smtp (src/tls/tls_client.c, src/smtp/smtp_proto.c).
func clientTLS(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{
		"SSL_connect error to ", "certificate verification failed for ", "server certificate verification failed for ",
		"certificate peer name verification failed for ",
	} {
		rest, ok := after(s, begin)
		if !ok {
			continue
		}
		p, rest, ok := takeCalled(rest)
		if !ok {
			return event.KindNone
		}
		p.called(ev)
		if begin[0] == 'S' {
			handshakeFailed(ev, rest)
			return event.KindTLS
		}
		ev.TLSTrust = "untrusted"
		ev.Argument, _ = after(rest, ": ")
		return event.KindWarning
	}
	if rest, ok := after(s, "setting up TLS connection to "); ok {
		p, _, ok := takeCalled(rest)
		if !ok {
			return event.KindNone
		}
		p.called(ev)
		ev.Command = "STARTTLS"
		return event.KindCommand
	}
	trust, rest, ok := established(s, " to ")
	if !ok {
		return event.KindNone
	}
	p, rest, ok := takeCalled(rest)
	if !ok {
		return event.KindNone
	}
	p.called(ev)
	return session(ev, trust, rest)
}

// takeCalled takes the server's name and address off the front, or its name alone, as it stood there before Postfix 2.5.
func takeCalled(s string) (p peer, rest string, ok bool) {
	if p, rest, ok = takePeer(s); ok {
		return p, rest, true
	}
	name, _, more := strings.Cut(s, ": ")
	if name == "" || strings.IndexByte(name, ' ') >= 0 {
		return peer{}, s, false
	}
	if rest = ""; more {
		rest = s[len(name):]
	}
	return peer{name: name}, rest, true
}

func handshakeFailed(ev *event.Event, why string) {
	ev.Command, ev.TLS, ev.ErrorType = "STARTTLS", event.No, "tls_handshake"
	switch strings.TrimPrefix(why, ": ") {
	case "lost connection":
		ev.ErrorType = "connection_lost"
	case "Connection timed out":
		ev.ErrorType = "timeout"
	}
}

// established takes "Untrusted TLS connection established to " off the front; also "reused", of a connection from the cache.
func established(s, way string) (trust, rest string, ok bool) {
	if rest, ok = after(s, "TLS connection "); !ok { // alone before Postfix 2.5
		if trust, rest, ok = scan.Cut(s, ' '); !ok {
			return "", s, false
		}
		if rest, ok = after(rest, "TLS connection "); !ok {
			return "", s, false
		}
	}
	word, rest, _ := scan.Cut(rest, ' ')
	if word != "established" && word != "reused" {
		return "", s, false
	}
	rest, ok = after(rest, way[1:])
	switch trust {
	case "":
	case "Anonymous":
		trust = "anonymous"
	case "Untrusted":
		trust = "untrusted"
	case "Trusted":
		trust = "trusted"
	case "Verified":
		trust = "verified"
	default:
		return "", s, false
	}
	return trust, rest, ok
}

// session is ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange ...".
func session(ev *event.Event, trust, s string) event.Kind {
	s, ok := after(s, ": ")
	if !ok {
		return event.KindNone
	}
	version, rest, ok := strings.Cut(s, " with cipher ")
	if !ok {
		return event.KindNone
	}
	ev.TLS, ev.TLSTrust = event.Yes, trust
	if ev.TLSVersion = strings.TrimPrefix(version, "TLSv"); ev.TLSVersion == "1" {
		ev.TLSVersion = "1.0"
	}
	ev.TLSCipher, _ = scan.Word(rest)
	return event.KindTLS
}
