package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// client reads the events of sessions with other hosts (mta_session.c, mta.c).
func client(ev *event.Event, name, s string) event.Kind {
	switch name {
	case "connecting":
		return connecting(ev, s)
	case "connected":
		ev.Command = event.CommandConnect
		return kindIf(event.KindConnect, s == "")
	case "tls", "starttls":
		words, ok := strings.CutPrefix(s, "ciphers=")
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && ciphers(ev, unquote(words)))
	case "cert-check", "server-cert-check":
		return certificate(ev, s)
	case "ssl_check_name:":
		ev.Command, ev.TLSTrust = "STARTTLS", "untrusted"
		host, _, ok := strings.Cut(strings.TrimPrefix(s, "no match for '"), "' in cert")
		ev.ServerAddress = host
		return kindIf(event.KindTLS, ok)
	case "disconnected", "closed":
		reason, rest, ok := value(s, "reason=", " ")
		ev.Messages = sent(strings.TrimPrefix(rest, "messages="))
		return disconnect(ev, reason, ok)
	case "closing":
		return closing(ev, strings.TrimPrefix(s, "reason="))
	case "error":
		reason, ok := strings.CutPrefix(s, "reason=")
		return kindIf(failed(ev, reason), ok)
	case "host-rejects-all-mails":
		return event.KindWarning
	case "delivery":
		return relayed(ev, s)
	}
	return event.KindNone
}

// sent reads how many messages went over a session: "2", "2 messages sent".
func sent(s string) int {
	n, _, ok := scan.Digits(s)
	if !ok || n > 1<<30 {
		return 0
	}
	return int(n)
}

// connecting is "address=smtp://198.51.100.87:25 host=mta5.yonder.test". An IPv6 address is in brackets.
func connecting(ev *event.Event, s string) event.Kind {
	url, name, ok := value(s, "address=", " host=")
	if !ok || !target(ev, url) {
		return event.KindNone
	}
	called(ev, name)
	return event.KindConnect
}

// called takes the name of a host that was called. smtpd asks the address for it, so its owner may give any: which host was meant stands
// in no line.
func called(ev *event.Event, name string) {
	ev.ServerAddress = hostName(name)
	ev.NameOfAddress = ev.ServerAddress != ""
}

// target reads "smtp+tls://198.51.100.87:25".
func target(ev *event.Event, url string) bool {
	scheme, host, ok := strings.Cut(url, "://")
	host, port, found := scan.CutLast(host, ':')
	n, digits := scan.Int(port)
	if !ok || !found || !digits || n > 65535 {
		return false
	}
	peer(ev, host)
	ev.PeerPort, ev.Command = int(n), event.CommandConnect
	if scheme == "lmtp" {
		ev.Protocol = "LMTP"
	}
	return ev.PeerIP != ""
}

// closing is what ends a session whose TLS failed: "ca-failure", "tls-failure", "tls-connect-failed".
func closing(ev *event.Event, reason string) event.Kind {
	switch reason {
	case "ca-failure", "tls-failure", "tls-connect-failed", "CA failure":
		ev.Command, ev.TLS, ev.ErrorType, ev.EndHint, ev.Last = "STARTTLS", event.No, "tls_handshake", event.EndTLSFailed, true
		return event.KindTLS
	}
	return event.KindNone
}

// failed reads why a session broke off: there is no other line about its end. What it was to deliver is told by lines of their own behind
// it. An answer that the server did not like is "BANNER rejected: 554 5.7.1 no".
func failed(ev *event.Event, s string) event.Kind {
	ev.Role, ev.Last = event.RoleClient, true
	if what, words, ok := strings.Cut(s, " rejected: "); ok && answer(ev, words) {
		switch what {
		case "BANNER":
			ev.Command = event.CommandConnect
		case "EHLO", "HELO", "LHLO", "STARTTLS", "AUTH":
			ev.Command = what
		}
		ev.EndHint = event.EndRejected
		return event.KindReply
	}
	words, connect := strings.CutPrefix(s, "Connection failed: ")
	if !connect {
		words = strings.TrimPrefix(s, "IO Error: ")
		words = strings.TrimPrefix(words, "IO error: ")
	}
	switch {
	case connect, words != s, words == "Connection closed unexpectedly", words == "Connection timeout":
		ev.EndHint, ev.ErrorType = event.EndLost, trouble(words)
		if ev.ErrorType == "timeout" {
			ev.EndHint = event.EndTimeout
		}
		if ev.ErrorType == "tls_handshake" {
			ev.EndHint = event.EndTLSFailed
		}
		if connect || ev.ErrorType == errno.Refused || ev.ErrorType == errno.NoRoute || ev.ErrorType == errno.Local {
			ev.Command = event.CommandConnect
			return event.KindConnect
		}
		return event.KindWarning
	case s == "":
		return event.KindNone
	}
	ev.EndHint, ev.Argument = event.EndAborted, s // we gave up: TLS or AUTH that it does not have, an answer that is none
	return event.KindWarning
}
