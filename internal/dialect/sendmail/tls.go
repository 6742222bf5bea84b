package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// starttls reads what follows "STARTTLS" (tls.c, srvrsmtp.c, deliver.c, sfsasl.c).
func starttls(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, ": "); ok {
		return tlsRemark(ev, rest)
	}
	rest, ok := after(s, "=")
	if !ok {
		return event.KindNone
	}
	// "STARTTLS=server: 4:error:..." of the library's queue
	if who, words, found := strings.Cut(rest, ": "); found && strings.IndexByte(who, ',') < 0 {
		if isSide(ev, who) && words != "" {
			ev.ErrorType, ev.Argument = "tls_handshake", words
			return event.KindWarning
		}
		return event.KindNone
	}
	who, rest, ok := strings.Cut(rest, ", ")
	if !ok {
		return event.KindNone
	}
	if !isSide(ev, who) {
		if who == "read" || who == "write" || who == "init" { // sfsasl.c, LogLevel 15: the descriptors
			ev.Argument = rest
			return event.KindLifecycle
		}
		return event.KindNone
	}
	ev.Command = "STARTTLS"
	switch {
	case strings.HasPrefix(rest, "relay="):
		return handshake(ev, rest[len("relay="):])
	case strings.HasPrefix(rest, "error: accept failed"), strings.HasPrefix(rest, "error: connect failed"):
		return handshakeFailed(ev, rest)
	case strings.HasPrefix(rest, "error: "):
		ev.ErrorType, ev.Argument = "tls_handshake", rest[len("error: "):]
		ev.Scope, ev.Role, ev.Command = event.ScopeNone, event.RoleUnknown, "" // of the program's start, mostly
		return event.KindWarning
	case rest == "start=ok":
		return event.KindCommand
	}
	ev.Argument, ev.Scope, ev.Role, ev.Command = rest, event.ScopeNone, event.RoleUnknown, ""
	return event.KindLifecycle
}

// isSide says who we are in the handshake.
func isSide(ev *event.Event, who string) bool {
	switch who {
	case "server":
		served(ev)
	case "client":
		ev.Role = event.RoleClient
	default:
		return false
	}
	return true
}

// handshake is "host [ip], version=TLSv1.3, verify=NO, cipher=X, bits=256/256" (tls.c, tls_get_info); as a client only the name is known,
// with its dot.
func handshake(ev *event.Event, s string) event.Kind {
	relay, s, ok := strings.Cut(s, ", ")
	if !ok {
		return event.KindNone
	}
	p, isPeer := takePeer(relay)
	if isPeer {
		if ev.Role == event.RoleServer {
			p.caller(ev)
			served(ev)
		} else {
			p.called(ev)
			ev.Scope = event.ScopePeer
		}
	}
	if !strings.HasPrefix(s, "version=") {
		return tlsDetail(ev, s)
	}
	for s != "" {
		var key, value string
		if key, value, s, ok = field(s); !ok {
			break
		}
		switch key {
		case "version":
			secured(ev, value)
		case "verify":
			verified(ev, value)
		case "cipher":
			if value != "NONE" {
				ev.TLSCipher = value
			}
		}
	}
	return event.KindTLS
}

// tlsDetail is what is said of a host besides: "warning=DANE configured in DNS but STARTTLS failed", "field=CN, status=failed to extract
// CN".
func tlsDetail(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	if ev.Scope == event.ScopePeer {
		ev.Scope = event.ScopeNone
	}
	return event.KindWarning
}

// secured keeps the version. "TLSv1/SSLv3" is the library's name for the kind of cipher (OpenSSL before 1.1), the version itself is not
// in the line.
func secured(ev *event.Event, version string) {
	if version == "" || version == "NONE" {
		return
	}
	ev.TLS = event.Yes
	v, ok := after(version, "TLSv")
	switch {
	case !ok || strings.IndexByte(v, '/') >= 0:
	case v == "1":
		ev.TLSVersion = "1.0"
	default:
		ev.TLSVersion = v
	}
}

// verified is the macro {verify} (doc/op, "macros for STARTTLS").
func verified(ev *event.Event, word string) {
	switch word {
	case "OK":
		ev.TLSTrust = "trusted"
	case "TRUSTED", "DANE_SECURE": // by DANE
		ev.TLSTrust = "verified"
	case "NO", "NOT":
		ev.TLSTrust = "anonymous"
	case "FAIL", "DANE_FAIL":
		ev.TLSTrust = "untrusted"
	case "NONE", "CLEAR":
		return
	case "TEMP", "PROTOCOL", "CONFIG", "SOFTWARE", "DANE_TEMP", "DANE_NOTLS":
		ev.TLS, ev.ErrorType = event.No, "tls_handshake"
		return
	default:
		return
	}
	ev.TLS = event.Yes
}

// handshakeFailed is "error: accept failed=-1, reason=wrong version number, SSL_error=1, errno=0, retry=-1, relay=host [ip]".
func handshakeFailed(ev *event.Event, s string) event.Kind {
	ev.TLS, ev.ErrorType = event.No, "tls_handshake"
	if i := strings.LastIndex(s, ", relay="); i >= 0 {
		if p, ok := takePeer(s[i+len(", relay="):]); ok && ev.Role == event.RoleServer {
			p.caller(ev)
			served(ev)
		}
	}
	if i := strings.Index(s, ", reason="); i >= 0 {
		ev.Argument, _, _ = strings.Cut(s[i+len(", reason="):], ", SSL_error=")
		if ev.Argument == "timeout" {
			ev.ErrorType = "timeout"
		}
	}
	if ev.Role == event.RoleServer {
		ev.EndHint = event.EndTLSFailed
	}
	return event.KindTLS
}

// tlsRemark is "read error=syscall error (-1), errno=104, ...": the connection broke below TLS. The side is not told; the process is.
func tlsRemark(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{"read error=", "write error="} {
		if rest, ok := after(s, begin); ok {
			ev.ErrorType, ev.Scope, ev.Argument = "connection_lost", event.ScopeFork, rest
			if rest == "timeout" {
				ev.ErrorType = "timeout"
			}
			return event.KindWarning
		}
	}
	if strings.Contains(s, ":error in ") || strings.Contains(s, ":failed in ") || strings.HasPrefix(s, "SSL3 alert ") {
		ev.Scope, ev.Argument = event.ScopeFork, s
		return event.KindWarning
	}
	ev.Argument = s
	return event.KindLifecycle
}
