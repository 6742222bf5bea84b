package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

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
	kind := refused(ev, result)
	if ev.Command == "DATA" && isAboutContent(ev.Text) {
		ev.Command = event.CommandEOM
	}
	return kind
}

// isAboutContent says whether the words refuse a message for what is in it: the answer to its end, when the last command is still DATA
// (smtp_session.c, the errors of smtp_tx).
func isAboutContent(words string) bool {
	for _, one := range [...]string{"Transaction failed, message too big", "Loop detected", "Message is not RFC 2822 compliant"} {
		if strings.HasSuffix(words, one) {
			return true
		}
	}
	return false
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
