package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// server57 reads what stands behind "smtp-in: session 4d85...: ".
func server57(ev *event.Event, s string) event.Kind {
	switch {
	case cut(&s, "connection "):
		where, words, ok := strings.Cut(s, "] ")
		if !ok || !fromHost(ev, where) {
			return event.KindNone
		}
		if words == "established" {
			return event.KindConnect
		}
		reason, ok := strings.CutPrefix(words, "closed (")
		ev.Command = ""
		return disconnect(ev, strings.TrimSuffix(reason, ")"), ok)
	case cut(&s, "msgid="):
		id, rest, ok := strings.Cut(s, ", status=Ok, ")
		ev.QueueID = queueID(id)
		return kindIf(oldMessage(ev, rest), ok && ev.QueueID != "")
	case cut(&s, "authentication successful for user "):
		s = strings.TrimSuffix(s, " ")
		return login(ev, s, "ok")
	case cut(&s, "authentication failure for user "):
		return login(ev, s, "permfail")
	case cut(&s, "authentication temporary failure for user "):
		return login(ev, s, "tempfail")
	case cut(&s, "TLS started "):
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ciphers(ev, s))
	case cut(&s, "client certificate verification "):
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, trust(ev, scan.TrimRight(s)))
	case cut(&s, "received invalid input: "):
		ev.EndHint = event.EndServerClosed
		return refused(ev, s)
	case cut(&s, `received invalid command: "`): // the answer is not in the line
		words, ok := strings.CutSuffix(s, `"`)
		command(ev, words)
		return kindIf(event.KindReject, ok)
	case s == "closing, too many failed RCPT":
		ev.EndHint = event.EndServerClosed
		return event.KindWarning
	}
	return event.KindNone
}

// broken is " after 3 messages sent: Connection closed unexpectedly", ": opportunistic TLS failed, downgrading to plain" or ": reason".
func broken(ev *event.Event, s string) event.Kind {
	if cut(&s, " after ") {
		ev.Messages = sent(s)
		_, s, _ = strings.Cut(s, " sent")
	}
	s, ok := strings.CutPrefix(s, ": ")
	if !ok || ev.ConnID == "" {
		return event.KindNone
	}
	return downgraded(ev, s)
}

// downgraded is a session that begins anew without TLS, under the same id, or one that broke off.
func downgraded(ev *event.Event, s string) event.Kind {
	if strings.HasSuffix(s, "TLS failed, downgrading to plain") {
		ev.Command, ev.TLS, ev.ErrorType, ev.EndHint, ev.Last = "STARTTLS", event.No, "tls_handshake", event.EndTLSFailed, true
		return event.KindTLS
	}
	return failed(ev, s)
}

// client57 reads what stands behind "smtp-out: session 4d85...: ".
func client57(ev *event.Event, s string) event.Kind {
	switch {
	case cut(&s, "connecting to "):
		url, name, ok := strings.Cut(s, " (")
		if !ok || !target(ev, url) {
			return event.KindNone
		}
		called(ev, strings.TrimSuffix(name, ")"))
		return event.KindConnect
	case cut(&s, "TLS started "):
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ciphers(ev, s))
	case cut(&s, "server certificate verification "):
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, trust(ev, s))
	case cut(&s, "connection closed, "):
		ev.Messages = sent(s)
		ev.EndHint = event.EndQuit
		return event.KindDisconnect
	case s == "connected":
		ev.Command = event.CommandConnect
		return event.KindConnect
	case s == "disconnected (CA failure)":
		return closing(ev, "CA failure")
	case s == "remote host seems to reject all mails":
		return event.KindWarning
	case cut(&s, "error after "):
		ev.Messages = sent(s)
		_, s, ok := strings.Cut(s, " sent: ")
		return kindIf(downgraded(ev, s), ok)
	case cut(&s, "error: "):
		return downgraded(ev, s)
	case cut(&s, "evpid="):
		id, s, ok := strings.Cut(s, ", status=")
		result, s, found := strings.Cut(s, ", ")
		if !ok || !found || !identify(ev, id) {
			return event.KindNone
		}
		s, ok = addresses(ev, s, ", ", false)
		source, s, found := value(s, "source=", ", relay=")
		relay, s, cutOff := strings.Cut(s, ", delay=")
		age, stat, ended := strings.Cut(s, ", stat=")
		if !ok || !found || !cutOff || !ended {
			return event.KindNone
		}
		delay(ev, age)
		return outcome(ev, source, relay, result, stat)
	}
	return event.KindNone
}
