package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// oldServer reads the sentences of 5.4, 5.7 and 5.9 about sessions with clients (smtp_session.c): "smtp-in: New session 4d85... from host x
// [203.0.113.10]", and of 5.7 "smtp-in: session 4d85...: connection from host x [203.0.113.10] established".
func oldServer(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleServer
	if cut(&s, "session ") {
		id, rest, ok := strings.Cut(s, ": ")
		if !ok || !converse(ev, id, event.RoleServer) {
			return event.KindNone
		}
		return server57(ev, rest)
	}
	switch {
	case cut(&s, "New session "):
		s = take(ev, s)
		return kindIf(event.KindConnect, fromHost(ev, s))
	case cut(&s, "Closing session "):
		take(ev, s)
		ev.EndHint = event.EndQuit
		return kindIf(event.KindDisconnect, ev.ConnID != "")
	case cut(&s, "Received disconnect from session "):
		take(ev, s)
		return disconnect(ev, "disconnect", ev.ConnID != "")
	case cut(&s, "Disconnecting session "), cut(&s, "Ending session "):
		s = take(ev, s)
		reason, ok := strings.CutPrefix(s, ": ")
		return disconnect(ev, reason, ok && ev.ConnID != "")
	case cut(&s, "Accepted message "):
		id, rest, _ := strings.Cut(s, " on session ")
		ev.QueueID = queueID(id)
		s, ok := strings.CutPrefix(take(ev, rest), ": ")
		return kindIf(oldMessage(ev, s), ok && ev.QueueID != "")
	case cut(&s, "Accepted authentication for user "):
		return oldLogin(ev, s, " on session ", "ok")
	case cut(&s, "Authentication failed for user "):
		return oldLogin(ev, s, " on session ", "permfail")
	case cut(&s, "Authentication temporarily failed for user "):
		return oldLogin(ev, s, " on session ", "tempfail")
	case cut(&s, "Started TLS on session "):
		s, ok := strings.CutPrefix(take(ev, s), ": ")
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && ciphers(ev, s))
	case cut(&s, "Client certificate verification "):
		result, rest, ok := strings.Cut(s, " on session ")
		take(ev, rest)
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && trust(ev, result))
	case cut(&s, "Failed command on session "):
		return oldFailed(ev, take(ev, s))
	case cut(&s, "Bad input on session "):
		s, ok := strings.CutPrefix(take(ev, s), ": ")
		ev.EndHint = event.EndServerClosed
		return kindIf(refused(ev, s), ok)
	}
	return event.KindNone
}

// take takes a session's id off the front.
func take(ev *event.Event, s string) (rest string) {
	if len(s) < 16 || !converse(ev, s[:16], ev.Role) {
		return ""
	}
	return s[16:]
}

// fromHost reads " from host relay.example [203.0.113.10]".
func fromHost(ev *event.Event, s string) bool {
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, " "), "from host ")
	name, ip, found := strings.Cut(s, " [")
	if !ok || !found {
		return false
	}
	peer(ev, strings.TrimSuffix(ip, "]"))
	if ev.PeerIP != "" {
		ev.ClientAddress = hostName(name)
	}
	ev.Command = event.CommandConnect
	return true
}

// oldMessage is "from=<a@b>, to=<c@d>, size=1162, ndest=1, proto=ESMTP", a line a recipient.
func oldMessage(ev *event.Event, s string) event.Kind {
	from, s, ok := value(s, "from=<", ">, to=<")
	if !ok {
		return event.KindNone
	}
	to, s, ok := strings.Cut(s, ">, size=")
	size, s, found := strings.Cut(s, ", ndest=")
	n, protocol, ended := strings.Cut(s, ", proto=")
	count, digits := scan.Int(n)
	if !ok || !found || !ended || !digits || count > 1<<20 {
		return event.KindNone
	}
	ev.MailFrom, ev.RcptTo = sender(from), to
	ev.Size, ev.HasSize = scan.Int(size)
	return received(ev, int(count), false, protocol)
}

// oldLogin is "anna on session 4d85...": the id is the line's end, the name may hold anything.
func oldLogin(ev *event.Event, s, boundary, result string) event.Kind {
	i := strings.LastIndex(s, boundary)
	if i < 0 {
		return event.KindNone
	}
	take(ev, s[i+len(boundary):])
	return login(ev, s[:i], result)
}

// oldFailed is `: "RCPT TO:<x@y>" => 550 Invalid recipient: <x@y>`. The boundary is the last one, as in failedCommand.
func oldFailed(ev *event.Event, s string) event.Kind {
	s, ok := strings.CutPrefix(s, `: "`)
	const boundary = `" => `
	i := strings.LastIndex(s, boundary)
	if !ok || i < 0 {
		return event.KindNone
	}
	command(ev, s[:i])
	return refused(ev, s[i+len(boundary):])
}

// oldClient reads the sentences about sessions with other hosts (mta_session.c) and about routes (mta.c); some live on to 7.x.
func oldClient(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleClient
	if cut(&s, "session ") {
		if len(s) < 17 || !converse(ev, s[:16], event.RoleClient) {
			return event.KindNone
		}
		s = strings.TrimPrefix(strings.TrimPrefix(s[16:], ":"), " ")
		return client57(ev, s)
	}
	s = strings.TrimPrefix(s, "routing: ")
	switch {
	case cut(&s, "Connecting to "):
		url, rest, ok := strings.Cut(s, " (")
		name, id, found := strings.Cut(rest, ") on session ")
		if !ok || !found || !target(ev, url) {
			return event.KindNone
		}
		take(ev, id)
		called(ev, name)
		return event.KindConnect
	case cut(&s, "Connected on session "):
		take(ev, s)
		ev.Command = event.CommandConnect
		return event.KindConnect
	case cut(&s, "Started TLS on session "):
		s, ok := strings.CutPrefix(take(ev, s), ": ")
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && ciphers(ev, s))
	case cut(&s, "Server certificate verification "):
		result, rest, ok := strings.Cut(s, " on session ")
		take(ev, rest)
		ev.Command = "STARTTLS"
		return kindIf(event.KindTLS, ok && trust(ev, result))
	case cut(&s, "Closing session "):
		ev.Messages = sent(strings.TrimPrefix(take(ev, s), ": "))
		ev.EndHint = event.EndQuit
		return kindIf(event.KindDisconnect, ev.ConnID != "")
	case cut(&s, "Disconnecting session "):
		s, ok := strings.CutPrefix(take(ev, s), ": ")
		return kindIf(closing(ev, s), ok)
	case cut(&s, "Remote host seems to reject all mails on session "):
		take(ev, s)
		return event.KindWarning
	case cut(&s, "Error on session "), cut(&s, "TLS Error on session "):
		return broken(ev, take(ev, s))
	}
	return routing(ev, s)
}
