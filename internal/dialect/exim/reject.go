package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// aboutClient reads what the server refused, or remarks about a client.
func aboutClient(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "DS H="); ok {
		s = s[len(s)-len(rest)-2:]
	}
	if rest, ok := after(s, "H="); ok {
		_, rest, ok = takeCaller(ev, rest)
		if !ok {
			return event.KindNone
		}
		return ofHost(ev, rest)
	}
	if rest, ok := after(s, "U="); ok { // submitted on this host
		_, rest = cutWord(rest)
		ev.Role = event.RoleServer
		return ofHost(ev, rest)
	}
	if strings.HasPrefix(s, "F=<") { // of a message that was submitted on this host: "F=<a@b> rejected by non-SMTP ACL: words" (src/receive.c)
		rest := ownSender(ev, s)
		if words, ok := after(rest, " rejected by non-SMTP ACL"); ok {
			ev.Role, ev.Command, ev.RejectPermanent, ev.Class = event.RoleServer, event.CommandEOM, event.Yes, '5'
			return refusal(ev, words)
		}
		return event.KindNone
	}
	return refusedFirst(ev, s)
}

// ofHost reads what stands behind the client: " X=... F=<sender> A=plain:anna SPF rejected RCPT <a@b>: words" (src/smtp_in.c smtp_handle_acl_fail), and
// the remarks of other places.
func ofHost(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, " P="); ok { // local_scan() lists the host as a reception does
		ev.Protocol, s = cutWord(rest)
	}
	s, _ = takeTLS(ev, s)
	s = envelopeSender(ev, s)
	if rest, ok := after(s, " A="); ok {
		var word string
		word, s = cutWord(rest)
		authenticator(ev, word)
	}
	for {
		rest, ok := after2(s, " SPF")
		if !ok {
			if tail, found := after(s, " SPF="); found {
				_, rest = cutWord(tail)
			} else if tail, found := after(s, " DMARC="); found {
				_, rest = cutWord(tail)
			} else {
				break
			}
		}
		s = rest
	}
	rest, ok := after(s, " ")
	if !ok {
		return event.KindNone
	}
	switch {
	case strings.HasPrefix(rest, "rejected "):
		return rejected(ev, rest[len("rejected "):], true)
	case strings.HasPrefix(rest, "temporarily rejected "):
		return rejected(ev, rest[len("temporarily rejected "):], false)
	case strings.HasPrefix(rest, "sender verify fail for "), strings.HasPrefix(rest, "sender verify defer for "):
		return senderVerify(ev, rest[len("sender verify "):])
	case strings.HasPrefix(rest, "incomplete transaction ("):
		return incomplete(ev, rest[len("incomplete transaction "):])
	case strings.HasPrefix(rest, "Warning: "):
		ev.FilterName, ev.FilterVerdict, ev.Argument = "acl", "warn", rest[len("Warning: "):]
		return event.KindFilter
	case strings.HasPrefix(rest, "RCPT "): // "RCPT TO-argument: discarded by RCPT ACL: words"
		to, tail, ok := scan.Angle(rest[len("RCPT "):])
		if why, discarded := after(tail, ": discarded by "); ok && discarded {
			ev.Command, ev.RcptTo = "RCPT", to
			ev.FilterName, ev.FilterVerdict, ev.Argument = "acl", "discard", why
			return event.KindMessageDiscarded
		}
	case strings.HasPrefix(rest, "dropped by "): // an ACL's drop, for a client that it had let in
		ev.EndHint, ev.Argument = event.EndServerClosed, rest[len("dropped by "):]
		return event.KindDisconnect
	}
	return event.KindNone
}

// envelopeSender takes " F=<sender>" off the front.
func envelopeSender(ev *event.Event, s string) string {
	rest, ok := after(s, " ")
	if !ok {
		return s
	}
	if tail := ownSender(ev, rest); tail != rest {
		return tail
	}
	return s
}

// ownSender takes "F=<sender>" off the front.
func ownSender(ev *event.Event, s string) string {
	rest, ok := after(s, "F=")
	if !ok {
		return s
	}
	from, tail, ok := scan.Angle(rest)
	if !ok {
		return s
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	return tail
}

// rejected reads what was refused, and the words: "RCPT <a@b>: words", "MAIL <a@b>", "EHLO or HELO name: words", "connection in "connect" ACL", "after DATA: words",
// "during MIME ACL checks", "AUTH PLAIN: words", "VRFY a" (src/smtp_in.c).
func rejected(ev *event.Event, s string, permanent bool) event.Kind {
	ev.RejectPermanent = event.TriOf(permanent)
	ev.Class = '4'
	if permanent {
		ev.Class = '5'
	}
	for _, stage := range [...][2]string{
		{"EHLO or HELO", "EHLO"},
		{"connection", event.CommandConnect},
		{"after DATA PRDR", event.CommandEOM},
		{"after DATA", event.CommandEOM},
		{"during MIME ACL checks", event.CommandEOM},
		{"by local_scan()", event.CommandEOM},
		{"by non-SMTP ACL", event.CommandEOM},
		{"RCPT", "RCPT"},
		{"MAIL", "MAIL"},
		{"DATA", "DATA"},
		{"PREDATA", "DATA"},
		{"AUTH", "AUTH"},
		{"STARTTLS", "STARTTLS"},
		{"VRFY", "VRFY"},
		{"EXPN", "EXPN"},
		{"ETRN", "ETRN"},
		{"QUIT", "QUIT"},
		{"DKIM", event.CommandEOM},
	} {
		rest, ok := after(s, stage[0])
		if !ok || rest != "" && rest[0] != ' ' && rest[0] != ':' {
			continue
		}
		ev.Command = stage[1] // of the greetings the line does not say which
		if stage[1] == event.CommandConnect {
			ev.EndHint = event.EndRejected
		}
		return refusal(ev, target(ev, rest, stage[0]))
	}
	return event.KindNone
}

// target takes what the command was about off the front, up to the words.
func target(ev *event.Event, s, stage string) (words string) {
	rest, ok := after(s, " ")
	if !ok {
		return s
	}
	if path, tail, ok := scan.Angle(rest); ok && (stage == "RCPT" || stage == "MAIL") {
		switch {
		case stage == "RCPT":
			ev.RcptTo = path
		case path == "":
			ev.MailFrom = "<>"
		default:
			ev.MailFrom = path
		}
		return tail[indexOf(tail, ": "):]
	}
	end := indexOf(rest, ": ")
	switch word := rest[:end]; {
	case stage == "EHLO or HELO":
		ev.Helo = word
	case stage == "AUTH": // Exim itself ends it behind the mechanism
		ev.AuthMechanism = mechanism(word)
	case stage == "RCPT" && strings.Contains(word, "@") && !strings.ContainsAny(word, " <"):
		ev.RcptTo = word
	case stage != "connection":
		ev.Argument = word // also a path that was cut short at a hundred characters
	}
	return rest[end:]
}

// refusal reads the words of a refusal, which an ACL may begin with a code.
func refusal(ev *event.Event, s string) event.Kind {
	words, ok := after(s, ": ")
	if !ok {
		return event.KindReject
	}
	if r, isReply := reply.Parse(words); isReply && r.Class() == ev.Class {
		r.Into(ev)
		return event.KindReject
	}
	ev.Enhanced, ev.Text = reply.Enhanced(words, ev.Class)
	return event.KindReject
}

// senderVerify is "fail for <a@b>: words": what it leads to is the next line's.
func senderVerify(ev *event.Event, s string) event.Kind {
	verdict, rest, ok := strings.Cut(s, " for ")
	if !ok {
		return event.KindNone
	}
	from, tail, ok := scan.Angle(rest)
	if !ok {
		return event.KindNone
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	ev.FilterName, ev.FilterVerdict = "sender_verify", verdict
	ev.Argument, _ = after(tail, ": ")
	return event.KindFilter
}

// incomplete is "(RSET) from <sender> for a b": a transaction that came to no message (+smtp_incomplete_transaction).
func incomplete(ev *event.Event, s string) event.Kind {
	why, rest, ok := scan.Between(s, '(', ')') // Exim's own words, or a verb
	if !ok {
		return event.KindNone
	}
	ev.Argument = why
	if v, ok := event.VerbOf(why); ok {
		ev.Command = v.String()
	}
	if tail, ok := after(rest, " from "); ok {
		from, behind, ok := scan.Angle(tail)
		if !ok {
			return event.KindNone
		}
		if ev.MailFrom = from; from == "" {
			ev.MailFrom = "<>"
		}
		rest = behind
	}
	if list, ok := after(rest, " for "); ok {
		recipients(ev, list)
	}
	return event.KindMessageAborted
}

// refusedFirst reads refusals that begin with the verb.
func refusedFirst(ev *event.Event, s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "rejected "):
		return rejectedBy(ev, s[len("rejected "):], true)
	case strings.HasPrefix(s, "temporarily rejected "):
		return rejectedBy(ev, s[len("temporarily rejected "):], false)
	case strings.HasPrefix(s, "unqualified "):
		return unqualified(ev, s[len("unqualified "):])
	case strings.HasPrefix(s, "refused connection from "):
		return refusedConnection(ev, s[len("refused connection from "):], true)
	case strings.HasPrefix(s, "temporarily refused connection from "):
		return refusedConnection(ev, s[len("temporarily refused connection from "):], false)
	case strings.HasPrefix(s, "connection from "), strings.HasPrefix(s, "Connection from "):
		permanent := s[0] == 'c' // IP options; the daemon's limits are temporary
		return refusedConnection(ev, s[len("connection from "):], permanent)
	case strings.HasPrefix(s, "SMTP syntax error in "), strings.HasPrefix(s, "SMTP protocol error in "):
		_, rest, _ := strings.Cut(s, " error in ")
		return misspoken(ev, rest)
	case strings.HasPrefix(s, "SMTP protocol synchronization error ("), strings.HasPrefix(s, "SMTP protocol violation: synchronization error ("):
		return outOfSync(ev, s)
	case strings.HasPrefix(s, "too many recipients: "):
		return tooMany(ev, s)
	case strings.HasPrefix(s, "VRFY failed for "):
		return verify(ev, s[len("VRFY failed for "):])
	case strings.HasPrefix(s, "ETRN "):
		arg, from, ok := strings.Cut(s[len("ETRN "):], " received from ")
		if !ok {
			return event.KindNone
		}
		if _, _, ok = takeCaller(ev, from); !ok {
			return event.KindNone
		}
		ev.Command, ev.Argument = "ETRN", arg
		return event.KindCommand
	case strings.HasPrefix(s, "Error or EOF on input from H="):
		if _, _, ok := takeCaller(ev, s[len("Error or EOF on input from H="):]); ok {
			ev.ErrorType, ev.EndHint = "connection_lost", event.EndLost
			return event.KindWarning
		}
	}
	return loggedIn(ev, s)
}

// rejectedBy is "MAIL FROM:<a@b> H=host: message too big: size=9 max=8", "from <a@b> H=host: message too big: read=9 max=8", "EHLO from host: syntactically invalid argument(s): x",
// "MAIL from host: no HELO/EHLO given", ""EHLO name" from host", "MAIL command H=host: too many messages in one connection" (src/smtp_in.c, src/receive.c).
func rejectedBy(ev *event.Event, s string, permanent bool) event.Kind {
	ev.RejectPermanent, ev.Class, ev.Role = event.TriOf(permanent), '5', event.RoleServer
	if !permanent {
		ev.Class = '4'
	}
	host := ""
	switch {
	case strings.HasPrefix(s, "MAIL FROM:"), strings.HasPrefix(s, "from "):
		path, isMail := after(s, "MAIL FROM:")
		ev.Command = "MAIL"
		if !isMail {
			ev.Command, path = event.CommandEOM, s[len("from "):] // the whole message was read
		}
		from, rest, ok := scan.Angle(path)
		if !ok {
			return event.KindNone
		}
		if ev.MailFrom = from; from == "" {
			ev.MailFrom = "<>"
		}
		host = strings.TrimPrefix(rest, " ")
		if tail, ok := after(host, "U="); ok { // submitted on this host
			_, tail = cutWord(tail)
			return sized(ev, tail)
		}
		if host, ok = after(host, "H="); !ok {
			return event.KindNone
		}
	case first(s) == '"': // the greeting as a whole; what Exim puts in quotes there it does not escape
		verb, rest, _ := scan.Cut(s[1:], ' ')
		v, ok := event.VerbOf(verb)
		if !ok {
			return event.KindNone
		}
		name, from, ok := strings.Cut(rest, `" from `)
		if !ok {
			return event.KindNone
		}
		ev.Command, host = v.String(), from
		_, rest, ok = takeCaller(ev, host)
		ev.Helo = name
		if !ok {
			return event.KindNone
		}
		return refusal(ev, rest)
	default:
		verb, rest, _ := scan.Cut(s, ' ')
		v, ok := event.VerbOf(verb)
		if !ok {
			return event.KindNone
		}
		ev.Command = v.String()
		if host, ok = after(rest, "from "); !ok {
			if host, ok = after(rest, "command H="); !ok {
				return event.KindNone
			}
		}
	}
	_, rest, ok := takeCaller(ev, host)
	if !ok {
		return event.KindNone
	}
	return sized(ev, rest)
}

// sized reads the words, and the size in ": message too big: size=9 max=8".
func sized(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, ": message too big: "); ok {
		if _, size, found := scan.Cut(rest, '='); found {
			if n, _, ok := scan.Digits(size); ok {
				ev.Size, ev.HasSize = n, true
			}
		}
	}
	return refusal(ev, s)
}

// unqualified is "sender rejected: <a> H=host (words)", "recipient rejected: ...", "verify rejected: ...".
func unqualified(ev *event.Event, s string) event.Kind {
	what, rest, ok := strings.Cut(s, " rejected: ")
	if !ok {
		return event.KindNone
	}
	path, rest, ok := scan.Angle(rest)
	if !ok {
		return event.KindNone
	}
	host, ok := after(rest, " H=")
	if !ok {
		return event.KindNone
	}
	if _, _, ok = takeCaller(ev, host); !ok {
		return event.KindNone
	}
	ev.RejectPermanent, ev.Class = event.Yes, '5'
	switch what {
	case "sender":
		ev.Command, ev.MailFrom = "MAIL", path
	case "recipient":
		ev.Command, ev.RcptTo = "RCPT", path
	case "verify":
		ev.Command, ev.Argument = "VRFY", path
	default:
		return event.KindNone
	}
	return event.KindReject
}

// refusedConnection is "host (host_reject_connection)", "host: not in reserve list: connected=9 max=8 reserve=2", "host refused: too many connections".
func refusedConnection(ev *event.Event, s string, permanent bool) event.Kind {
	_, rest, ok := takeCaller(ev, s)
	if !ok {
		return event.KindNone
	}
	rest, ev.Last = strings.CutPrefix(rest, " refused") // by the daemon, in place of a line about the connection
	words, colon := after(rest, ": ")
	if !colon {
		if words, _, ok = scan.Between(strings.TrimPrefix(rest, " "), '(', ')'); !ok {
			return event.KindNone
		}
	}
	ev.Command, ev.Argument, ev.EndHint = event.CommandConnect, words, event.EndRejected
	ev.RejectPermanent, ev.Class = event.TriOf(permanent), '4'
	if permanent {
		ev.Class = '5'
	}
	return event.KindReject
}

// misspoken is ""GARBAGE" H=host unrecognized command" (+smtp_syntax_error, +smtp_protocol_error). Quotes in what the client said are not escaped before
// Exim 4.98, so it may name a host itself: where two stand there the one in front of Exim's last words counts, or none.
func misspoken(ev *event.Event, s string) event.Kind {
	const host = `" H=`
	if first(s) != '"' {
		return event.KindNone
	}
	at, n := -1, 0
	for from := 1; n < 3; {
		i := strings.Index(s[from:], host)
		if i < 0 {
			break
		}
		if _, _, ok := takePeer(s[from+i+len(host):]); ok {
			at = from + i
			n++
		}
		from += i + len(host)
	}
	if n == 0 {
		return event.KindNone
	}
	ev.RejectPermanent, ev.Class, ev.Role = event.Yes, '5', event.RoleServer
	if n > 1 {
		if !strings.HasSuffix(s, " unrecognized command") {
			heard(ev, s[1:])
			return event.KindReject
		}
		at = strings.LastIndex(s, host)
	}
	_, rest, ok := takeCaller(ev, s[at+len(host):])
	if !ok {
		return event.KindNone
	}
	heard(ev, s[1:at])
	if ev.Command != "AUTH" {
		ev.Argument = s[1:at]
	}
	ev.Text = strings.TrimPrefix(rest, " ")
	return event.KindReject
}

// outOfSync is a client that spoke before its turn: "... error (words): rejected "MAIL" H=host next input="..."", "rejected connection from H=host input="..."".
func outOfSync(ev *event.Event, s string) event.Kind {
	_, rest, ok := strings.Cut(s, "): rejected ")
	if !ok {
		return event.KindNone
	}
	if host, connect := after(rest, "connection from H="); connect {
		ev.Command, rest = event.CommandConnect, host
	} else {
		if first(rest) != '"' {
			return event.KindNone
		}
		end := strings.Index(rest, `" H=`)
		if end < 1 {
			return event.KindNone
		}
		heard(ev, rest[1:end])
		rest = rest[end+len(`" H=`):]
	}
	command := ev.Command
	if _, rest, ok = takeCaller(ev, rest); !ok {
		return event.KindNone
	}
	if i := strings.Index(rest, `input="`); i >= 0 {
		if input := strings.TrimSuffix(rest[i+len(`input="`):], `"`); containsFold(input, "auth") {
			hide(ev, input)
		} else {
			ev.Argument = input
		}
	}
	ev.Command, ev.RejectPermanent, ev.Class, ev.EndHint = command, event.Yes, '5', event.EndRejected
	ev.FilterName, ev.FilterVerdict = "smtp_enforce_sync", "reject"
	return event.KindReject
}

// tooMany is "message rejected: sender=<a> H=host", "excess temporarily rejected: sender=<a> H=host".
func tooMany(ev *event.Event, s string) event.Kind {
	_, rest, ok := strings.Cut(s, "rejected: sender=")
	if !ok {
		return event.KindNone
	}
	from, rest, ok := scan.Angle(rest)
	if !ok {
		return event.KindNone
	}
	host, ok := after(rest, " H=")
	if !ok {
		return event.KindNone
	}
	if _, _, ok = takeCaller(ev, host); !ok {
		return event.KindNone
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	permanent := strings.HasPrefix(s, "too many recipients: message ")
	ev.Command, ev.RejectPermanent, ev.Class = "RCPT", event.TriOf(permanent), '4'
	ev.Text = "too many recipients"
	if permanent {
		ev.Class = '5'
	}
	return event.KindReject
}

// verify is "address H=host".
func verify(ev *event.Event, s string) event.Kind {
	i := strings.Index(s, " H=")
	if i < 0 {
		return event.KindNone
	}
	if _, _, ok := takeCaller(ev, s[i+len(" H="):]); !ok {
		return event.KindNone
	}
	ev.Command, ev.Argument, ev.RejectPermanent, ev.Class = "VRFY", s[:i], event.Yes, '5'
	return event.KindReject
}

// loggedIn is "plain authenticator failed for host: 535 Incorrect authentication data (set_id=anna)" (src/smtp_in.c), and our own logins at other hosts
// "plain authenticator failed H=host [ip] 535 ..." (src/transports/smtp.c). What was given as a name may be a password.
func loggedIn(ev *event.Event, s string) event.Kind {
	name, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	client := false
	words := ""
	switch {
	case strings.HasPrefix(rest, "authenticator failed for "):
		_, tail, ok := takeCaller(ev, strings.TrimPrefix(rest[len("authenticator failed for "):], "H="))
		if !ok {
			return event.KindNone
		}
		if words, ok = after(tail, ": "); !ok {
			return event.KindNone
		}
	case strings.HasPrefix(rest, "authenticator failed H="), strings.HasPrefix(rest, "authenticator cancelled authentication H="):
		p, tail, ok := takePeer(rest[strings.Index(rest, "H=")+2:])
		if !ok {
			return event.KindNone
		}
		p.called(ev)
		ev.Scope, client = event.ScopePeer, true
		words = strings.TrimPrefix(tail, " ")
	default:
		return event.KindNone
	}
	ev.Command, ev.AuthResult, ev.AuthMechanism = "AUTH", "failure", mechanism(name)
	if i := strings.Index(words, " (set_id="); i >= 0 {
		hide(ev, strings.TrimSuffix(words[i+len(" (set_id="):], ")"))
		words = words[:i]
	}
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
	} else if client {
		ev.Text = words
	} else {
		ev.Argument = words
	}
	return event.KindAuth
}
