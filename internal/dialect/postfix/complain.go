package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// complain reads what stands behind "warning: " and its sharper siblings. Only what says more than that something is wrong counts.
func complain(ev *event.Event, s string) event.Kind {
	switch ev.Daemon {
	case "smtpd", "qmqpd":
		ev.Scope, ev.Role = event.ScopePID, event.RoleServer
		if kind := smtpdWarning(ev, s); kind != event.KindNone {
			return kind
		}
	case "smtp", "lmtp", "relay":
		if kind := ownLogin(ev, s); kind != event.KindNone {
			return kind
		}
		if kind := clientTLS(ev, s); kind != event.KindNone {
			return kind
		}
		if rest, ok := after(s, "host "); ok {
			if kind := ownName(ev, rest); kind != event.KindNone {
				return kind
			}
			if said(ev, s) { // XFORWARD
				return event.KindReply
			}
		}
		for _, begin := range [...]string{"no MX host for ", "no SRV host for "} { // src/smtp/smtp_addr.c
			if rest, ok := after(s, begin); ok {
				ev.DestinationDomain, _ = scan.Word(rest)
				ev.ErrorType, ev.Role, ev.Command = "host_not_found", event.RoleClient, event.CommandConnect
				return event.KindConnect
			}
		}
		if kind := peerWarning(ev, s); kind != event.KindNone {
			return kind
		}
		if kind := serverRemark(ev, s); kind != event.KindNone {
			return kind
		}
		// src/smtp/smtp_connect.c: the address to send from
		if name, ip, ok := strings.Cut(s, ": bind "); ok && strings.HasPrefix(name, "smtp_connect_") {
			ip, _, _ = strings.Cut(ip, ": ")
			ev.SourceAddress, ev.ErrorType, ev.Role = ip, errno.Local, event.RoleClient
			return event.KindWarning
		}
	case "qmgr", "oqmgr", "nqmgr":
		if kind := corrupt(ev, s); kind != event.KindNone {
			return kind
		}
	case "postfix-script", "postfix":
		if kind := lifecycle(ev, s); kind != event.KindNone { // "stopping the Postfix mail system with force"
			return kind
		}
	case "master":
		if kind := masterWarning(ev, s); kind != event.KindNone {
			return kind
		}
	}
	if kind := troubled(ev, warnings[:], s); kind != event.KindNone {
		return kind
	}
	if kind := helperGone(ev, s); kind != event.KindNone {
		ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
		return kind
	}
	if id, rest, ok := queueID(s); ok && id != "NOQUEUE" {
		ev.QueueID = id
		if strings.HasSuffix(rest, "queue file size limit exceeded") {
			ev.Command = event.CommandEOM
		}
		ev.Argument = rest
		oddAnswer(ev, rest)
		return event.KindWarning
	}
	ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
	return remarkable(ev, s)
}

// oddAnswer is "non-ESMTP response from name[ip]:25: words": words without a code, where an answer belongs (src/smtp/smtp_chat.c).
func oddAnswer(ev *event.Event, s string) {
	protocol, rest, ok := strings.Cut(s, " response from ")
	if !ok || protocol != "non-ESMTP" && protocol != "non-LMTP" {
		return
	}
	if p, words, isPeer := takePeer(rest); isPeer {
		p.called(ev)
		ev.Argument, _ = after(words, ": ")
		ev.FilterName, ev.FilterVerdict = "smtp", "protocol_error"
	}
}

// smtpdWarning reads the server's warnings about a client (src/smtpd/smtpd.c, smtpd_sasl_glue.c, smtpd_peer.c).
func smtpdWarning(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "non-SMTP command from "); ok {
		return aboutPeer(ev, rest, "non_smtp_command", event.EndServerClosed)
	}
	if rest, ok := after(s, "TLS library problem: "); ok {
		ev.ErrorType, ev.Argument = "tls_handshake", rest
		return event.KindTLS
	}
	if rest, ok := after(s, "hostname "); ok {
		return unresolved(ev, rest)
	}
	if rest, ok := after(s, "Illegal address syntax from "); ok {
		return illegalAddress(ev, rest)
	}
	if kind := lookupFailed(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := proxyRefusal(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := hostname(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := clientRemark(ev, s); kind != event.KindNone {
		return kind
	}
	for i := range limits {
		if rest, ok := after(s, limits[i].words); ok {
			ev.Reason = limits[i].reason
			return limited(ev, limits[i].verdict, rest)
		}
	}
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	if what, found := after(rest, ": SASL "); found {
		p.caller(ev)
		return loginFailed(ev, what)
	}
	if data, found := after(rest, " sent non-SMTP command: "); found { // before Postfix 2.2.6
		p.caller(ev)
		ev.FilterName, ev.FilterVerdict, ev.Argument, ev.EndHint = "smtpd", "non_smtp_command", data, event.EndServerClosed
		return event.KindFilter
	}
	if what, found := after(rest, ": possible SMTP attack: command="); found { // src/smtpd/smtpd.c, too many of one command
		p.caller(ev)
		word, _, _ := strings.Cut(what, ",")
		ev.Command, ev.FilterName, ev.FilterVerdict = stage(word), "smtpd", "possible_attack"
		return event.KindFilter
	}
	return event.KindNone
}

// aboutPeer is "name[ip]: data".
func aboutPeer(ev *event.Event, s, verdict string, end event.End) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Argument, _ = after(rest, ": ")
	ev.FilterName, ev.FilterVerdict, ev.EndHint = "smtpd", verdict, end
	return event.KindFilter
}

// unresolved is "hostname x does not resolve to address 1.2.3.4: reason" (src/smtpd/smtpd_peer.c).
func unresolved(ev *event.Event, s string) event.Kind {
	host, rest, ok := strings.Cut(s, " does not resolve to address ")
	if !ok || strings.IndexByte(host, ' ') >= 0 {
		return event.KindNone
	}
	ev.PeerIP, _, _ = strings.Cut(rest, ": ")
	ev.Argument = host
	ev.FilterName, ev.FilterVerdict = "smtpd", "hostname_mismatch"
	ev.Scope = event.ScopeNone // written before the connect line
	return event.KindFilter
}

// illegalAddress is "name[ip] in RCPT command: <a b@c>" (src/smtpd/smtpd.c).
func illegalAddress(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	word, rest, ok := strings.Cut(strings.TrimPrefix(rest, " in "), " command: ")
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Command, ev.Argument = stage(word), rest
	ev.FilterName, ev.FilterVerdict = "smtpd", "illegal_address"
	ev.RejectPermanent = event.Yes // 501, which the line does not say
	return event.KindReject
}

// ownName is "host name[ip]:25 greeted me with my own hostname x", a mail loop in the making (src/smtp/smtp_proto.c).
func ownName(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	what, name, ok := strings.Cut(strings.TrimPrefix(rest, " "), " with my own hostname ")
	if !ok {
		return event.KindNone
	}
	p.called(ev)
	ev.Argument = name
	if ev.Command = "EHLO"; what == "greeted me" {
		ev.Command = event.CommandConnect
	}
	ev.FilterName, ev.FilterVerdict = "smtp", "own_hostname"
	return event.KindWarning
}

// limits are the words of the client rate limits (src/smtpd/smtpd.c, anvil).
var limits = [...]struct{ words, verdict, reason string }{
	{"Connection concurrency limit exceeded: ", "connection_concurrency_limit", "too_many_connections"},
	{"Connection rate limit exceeded: ", "connection_rate_limit", "rate_limited"},
	{"Message delivery request rate limit exceeded: ", "message_rate_limit", "rate_limited"},
	{"Recipient address rate limit exceeded: ", "recipient_rate_limit", "rate_limited"},
	{"New TLS session rate limit exceeded: ", "tls_rate_limit", "rate_limited"},
	{"AUTH command rate limit exceeded: ", "auth_rate_limit", "rate_limited"},
}

// limited is "51 from name[ip] for service smtp".
func limited(ev *event.Event, verdict, s string) event.Kind {
	n, rest, ok := strings.Cut(s, " from ")
	if !ok {
		return event.KindNone
	}
	p, _, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Argument = n
	ev.FilterName, ev.FilterVerdict = "anvil", verdict
	if strings.HasPrefix(verdict, "connection_") {
		ev.EndHint = event.EndRejected // answered with 421 and closed
	}
	return event.KindFilter
}

// loginFailed is "LOGIN authentication failed: reason, sasl_username=x". People type their password where the name belongs, so the name
// of a login that failed does not leave.
func loginFailed(ev *event.Event, s string) event.Kind {
	if mechanism, ok := strings.CutSuffix(s, " authentication aborted"); ok && strings.IndexByte(mechanism, ' ') < 0 {
		ev.Command = "AUTH"
		keepMechanism(ev, mechanism)
		return event.KindWarning
	}
	mechanism, rest, ok := strings.Cut(s, " authentication failed")
	if !ok || strings.IndexByte(mechanism, ' ') >= 0 {
		return event.KindNone
	}
	ev.Command, ev.AuthResult = "AUTH", "failure"
	keepMechanism(ev, mechanism)
	if i := strings.Index(rest, "sasl_username="); i >= 0 {
		ev.HideLogin(rest[i+len("sasl_username="):])
	}
	return event.KindAuth
}

// keepMechanism keeps a mechanism that exists. Clients send any word there: each would be another value of a metric's dimension, and some
// are passwords.
func keepMechanism(ev *event.Event, word string) {
	m, known := speech.Mechanism(word)
	if ev.AuthMechanism = m; known {
		return
	}
	ev.Hide(word)
}
