package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
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

// failedCommand is `command="RCPT TO:<x@y>" result="550 Invalid recipient: <x@y>"`. The command is the client's, with all that is
// not printable encoded but not the quotes. What the result repeats of it is an address or one option, which have no blanks: the
// last boundary is the server's.
func failedCommand(ev *event.Event, s string) event.Kind {
	s, ok := strings.CutPrefix(s, `command="`)
	const boundary = `" result="`
	i := strings.LastIndex(s, boundary)
	if !ok {
		return event.KindNone
	}
	if i < 0 {
		command(ev, s)
		ev.Truncated, ev.RcptTo, ev.MailFrom = true, "", ""
		return event.KindReject
	}
	result, closed := strings.CutSuffix(s[i+len(boundary):], `"`)
	command(ev, s[:i])
	if !closed { // the line was cut: this may be the client's quote
		ev.Truncated = true
		return event.KindReject
	}
	// not an empty line of the client's: a filter that disconnects before there was a command
	if i == 0 && !strings.HasPrefix(result, "500 5.5.1 ") {
		ev.Command, ev.EndHint = event.CommandConnect, event.EndServerClosed // the line at the end says "quit" of it
	}
	return refused(ev, result)
}

// command reads the command that was refused. smtpd hides the credentials of AUTH only where it knows the
// command: what stands behind AUTH in a session that may not authenticate, or is a client's next line of a refused exchange, is
// hidden here.
func command(ev *event.Event, s string) {
	switch s {
	case "AUTH PLAIN (...)":
		ev.Command, ev.AuthMechanism = "AUTH", "PLAIN"
		return
	case "AUTH LOGIN (username)", "AUTH LOGIN (password)":
		ev.Command, ev.AuthMechanism = "AUTH", "LOGIN"
		return
	case "AUTH [...]":
		ev.Command = "AUTH"
		return
	}
	verb, rest := scan.Word(s)
	v, known := event.VerbOf(verb)
	switch {
	case known && v == event.VerbAUTH:
		speech.Command(s, ev)
		ev.Command = "AUTH"
		mechanism, secret := scan.Word(rest)
		if ev.AuthMechanism == "" && mechanism != "" {
			secret = rest
		}
		ev.Hide(secret)
	case known && speech.Command(s, ev):
	case known:
		ev.Command, ev.Argument = v.String(), scan.TrimLeft(rest)
	case isSecret(s):
		ev.Hide(s)
	default:
		ev.Argument = s
	}
}

// isSecret says whether a line that is no command may be of an AUTH exchange that the server had refused: base64 (RFC 4954 section 4).
func isSecret(s string) bool {
	small := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		small = small || 'a' <= c && c <= 'z' || c == '='
		if !scan.IsLetter(c) && !scan.IsDigit(c) && c != '+' && c != '/' && c != '=' {
			return false
		}
	}
	return small && len(s) >= 8 && len(s)%4 == 0
}

// refused is the server's answer to what it did not like. The transaction's sender is not in the line.
func refused(ev *event.Event, result string) event.Kind {
	if !answer(ev, result) || ev.Class != '4' && ev.Class != '5' {
		return event.KindNone
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	if ev.Code == 421 { // RFC 5321 section 3.8; the line about the end will say "quit"
		ev.EndHint = event.EndServerClosed
	}
	return event.KindReject
}

// badInput is `result="500 5.5.1 Invalid command: Pipelining not supported"`: a line too long, or one before its turn. The server hangs up.
func badInput(ev *event.Event, s string) event.Kind {
	s, ok := strings.CutPrefix(s, `result="`)
	s, closed := strings.CutSuffix(s, `"`)
	if !ok || !closed {
		return event.KindNone
	}
	ev.EndHint = event.EndServerClosed
	return refused(ev, s)
}

// authentication is "user=anna [address=203.0.113.10 host=x] result=ok". The name is the client's: the server's words are looked
// for from the end. The name of a login that failed may be a password, and does not leave.
func authentication(ev *event.Event, s string) event.Kind {
	const key, boundary = "user=", " result="
	i := strings.LastIndex(s, boundary)
	if !strings.HasPrefix(s, key) || i < len(key) {
		return event.KindNone
	}
	user, result := s[len(key):i], s[i+len(boundary):]
	if at := strings.LastIndex(user, " address="); at >= 0 && strings.Contains(user[at+1:], " host=") {
		caller(ev, user[at+1:])
		user = user[:at]
	}
	return login(ev, user, result)
}

// login takes the outcome of a login.
func login(ev *event.Event, user, result string) event.Kind {
	ev.Command = "AUTH"
	switch result {
	case "ok":
		ev.User, ev.AuthResult = user, "success"
	case "permfail", "tempfail":
		ev.AuthResult = "failure"
		ev.HideLogin(user)
	default:
		return event.KindNone
	}
	return event.KindAuth
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
