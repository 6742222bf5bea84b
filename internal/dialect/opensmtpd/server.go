package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// server reads the events of sessions with clients (smtp_session.c, proxy.c).
func server(ev *event.Event, name, s string) event.Kind {
	if name == "connected" || name == "proxy" {
		ev.Command = event.CommandConnect
		if rest := caller(ev, s); rest == s {
			return event.KindNone
		}
		return event.KindConnect
	}
	if name == "authentication" {
		return authentication(ev, s)
	}
	s = caller(ev, scan.TrimLeft(s))
	switch name {
	case "disconnected", "closed":
		reason, _, ok := value(s, "reason=", "\n")
		return disconnect(ev, unquote(reason), ok)
	case "failed-command":
		return failedCommand(ev, s)
	case "bad-input":
		return badInput(ev, s)
	case "message":
		return message(ev, s)
	case "envelope":
		return envelope(ev, s)
	case "tls", "starttls":
		words, ok := strings.CutPrefix(s, "ciphers=")
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && ciphers(ev, unquote(words)))
	case "cert-check", "client-cert-check":
		return certificate(ev, s)
	}
	return event.KindNone
}

func kindIf(k event.Kind, ok bool) event.Kind {
	if ok {
		return k
	}
	return event.KindNone
}

// disconnect reads how a session ended. The words are the same in the sentences of 5.7.
func disconnect(ev *event.Event, reason string, ok bool) event.Kind {
	if !ok || reason == "" {
		return event.KindNone
	}
	switch reason {
	case "quit", "client sent QUIT", "done":
		ev.EndHint = event.EndQuit
	case "timeout", "session timeout":
		ev.EndHint, ev.ErrorType = event.EndTimeout, "timeout"
	case "disconnect", "client disconnected", "disconnected":
		ev.EndHint, ev.ErrorType = event.EndLost, "connection_lost"
	case "filter-reject", "filter rejection", "rejected by filter":
		ev.EndHint = event.EndRejected
	case "too many failed RCPT", "session not moving forward":
		ev.EndHint = event.EndServerClosed
	case "ca-failure", "cert-check-failed", "no-client-cert", "tls-accept-failed", "CA failure", "certificate verification failed",
		"client certificate not presented", "SSL certificate check failed", "client did not present certificate", "accept failed":
		ev.EndHint, ev.ErrorType = event.EndTLSFailed, "tls_handshake"
	default:
		words, found := scan.PrefixFold(reason, "io-error: ")
		if !found {
			if words, found = scan.PrefixFold(reason, "io error: "); !found {
				if !strings.HasPrefix(reason, "TLS failure: ") {
					ev.Argument, ev.EndHint = reason, event.EndAborted
					return event.KindDisconnect
				}
				words = reason
			}
		}
		ev.EndHint, ev.ErrorType, ev.Argument = event.EndLost, trouble(words), words
		if ev.ErrorType == "tls_handshake" {
			ev.EndHint = event.EndTLSFailed
		}
	}
	return event.KindDisconnect
}

// trouble names an error of a connection by the words of the system or the TLS library.
func trouble(words string) string {
	if e := errno.Type(words); e != "" {
		return e
	}
	for _, begin := range [...]string{"error:", "TLS ", "SSL", "handshake failed", "certificate verification failed", "name `", "ssl "} {
		if strings.HasPrefix(words, begin) {
			return "tls_handshake"
		}
	}
	return errno.Lost
}

// message is "msgid=dad0ed6e size=1162 nrcpt=1 proto=ESMTP"; before 6.6 a line a recipient: "msgid=dad0ed6e from=<a@b> to=<c@d>
// size=1162 ndest=1 proto=ESMTP", where ndest are the envelopes that became of it.
func message(ev *event.Event, s string) event.Kind {
	id, s, ok := value(s, "msgid=", " ")
	if ev.QueueID = queueID(id); !ok || ev.QueueID == "" {
		return event.KindNone
	}
	if path, found := strings.CutPrefix(s, "from="); found {
		from, rest, closed := mailbox(path)
		rest, ok = strings.CutPrefix(rest, " to=")
		to, rest, ended := mailbox(rest)
		if !closed || !ok || !ended {
			return event.KindNone
		}
		ev.MailFrom, ev.RcptTo, s = sender(from), to, scan.TrimLeft(rest)
	}
	size, s, ok := value(s, "size=", " ")
	if ev.Size, ev.HasSize = scan.Int(size); !ok || !ev.HasSize {
		return event.KindNone
	}
	n, rest, accepted := value(s, "nrcpt=", " ")
	if !accepted {
		if n, rest, ok = value(s, "ndest=", " "); !ok {
			return event.KindNone
		}
	}
	count, ok := scan.Int(n)
	if !ok || count > 1<<20 {
		return event.KindNone
	}
	protocol, _, ok := value(rest, "proto=", " ")
	if !ok {
		return event.KindNone
	}
	return received(ev, int(count), accepted, protocol)
}

// received is the one line about a message's reception: there is none before it, and none when the last recipient has ended. nrcpt counts
// recipients that were accepted: aliases may make more of them.
func received(ev *event.Event, count int, accepted bool, protocol string) event.Kind {
	ev.RecipientCount, ev.Protocol = count, protocol
	ev.First, ev.NoEnd, ev.MayExpand = true, true, accepted
	return event.KindMessageReceived
}

// envelope is "evpid=dad0ed6ee55fbf2c from=<a@b> to=<c@d>": an accepted recipient. Of those that an alias made of it the last one's
// id is written.
func envelope(ev *event.Event, s string) event.Kind {
	id, s, ok := value(s, "evpid=", " from=")
	if !ok || !identify(ev, id) {
		return event.KindNone
	}
	from, s, closed := mailbox(s)
	s, ok = strings.CutPrefix(s, " to=")
	to, _, ended := mailbox(s)
	if !closed || !ok || !ended {
		return event.KindNone
	}
	ev.MailFrom, ev.RcptTo = sender(from), to
	return event.KindMessageQueued
}

// certificate is `result="failure"`, in 7.x with a fingerprint behind it.
func certificate(ev *event.Event, s string) event.Kind {
	s, ok := strings.CutPrefix(s, `result="`)
	result, _, closed := scan.Cut(s, '"')
	ev.Command = "STARTTLS"
	return kindIf(event.KindTLS, ok && closed && trust(ev, result))
}

// proxied is `0x1234 event=closed address=203.0.113.10 reason="protocol error (...)"`: a connection whose PROXY header was no good
// (proxy.c).
func proxied(ev *event.Event, s string) event.Kind {
	_, s, ok := strings.Cut(s, " event=closed address=")
	if !ok {
		return event.KindNone
	}
	from, reason, ok := strings.Cut(s, ` reason="`)
	if !ok {
		return event.KindNone
	}
	peer(ev, from)
	ev.Role, ev.Argument = event.RoleServer, strings.TrimSuffix(reason, `"`)
	return event.KindWarning
}

// filters is "protocol phase=mail-from, resume=n, action=reject, filter=rspamd, query=a@b, response=550 no" (lka_filter.c, -T filters).
func filters(ev *event.Event, s string) event.Kind {
	s, ok := strings.CutPrefix(s, "protocol phase=")
	phase, s, found := strings.Cut(s, ", resume=")
	_, s, cut := strings.Cut(s, ", action=")
	if !ok || !found || !cut {
		return event.KindNone
	}
	action, s, named := strings.Cut(s, ", filter=")
	ev.FilterVerdict, ev.Command = action, phaseCommand(phase)
	if named {
		ev.FilterName, s, _ = strings.Cut(s, ", query=")
		if i := strings.LastIndex(s, ", response="); i >= 0 && (action == "reject" || action == "disconnect") {
			ev.Argument = s[i+len(", response="):]
		}
	}
	return event.KindFilter
}

// phaseCommand is the command that a phase of the filters is about (smtpd-filters(7)).
func phaseCommand(phase string) string {
	switch phase {
	case "connect":
		return event.CommandConnect
	case "commit":
		return event.CommandEOM
	case "mail-from":
		return "MAIL"
	case "rcpt-to":
		return "RCPT"
	}
	for v := event.Verb(0); v < event.VerbUnknown; v++ {
		if scan.EqualFold(v.String(), phase) {
			return v.String()
		}
	}
	return ""
}
