package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

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
	if !isOfCaller(ev, rest) {
		return event.KindNone
	}
	ev.RejectPermanent, ev.Class = event.Yes, '5'
	switch what {
	case "sender":
		ev.Command, ev.MailFrom, ev.Reason = "MAIL", path, "invalid_sender" // "sender address must contain a domain"
	case "recipient":
		ev.Command, ev.RcptTo, ev.Reason = "RCPT", path, "unknown_recipient" // as its answer has it: "recipient address must contain a domain"
	case "verify":
		ev.Command, ev.Argument = "VRFY", path
	default:
		return event.KindNone
	}
	return event.KindReject
}

// refusedConnection is "host (host_reject_connection)", "host: not in reserve list: connected=9 max=8 reserve=2", "host refused: too many
// connections".
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

// misspoken is ""GARBAGE" H=host unrecognized command" (+smtp_syntax_error, +smtp_protocol_error). Quotes in what the client said are not
// escaped before Exim 4.98, so it may name a host itself: where two stand there the one in front of Exim's last words counts, or none.
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
		return misspokenHere(ev, s)
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
	ev.Duplicate = ev.Text == "HELO or EHLO required" // "rejected MAIL from host: no HELO/EHLO given" stands in front (src/smtp_in.c)
	return event.KindReject
}

// misspokenHere is the same of a client on this host: ""GARBAGE" U=anna unrecognized command".
func misspokenHere(ev *event.Event, s string) event.Kind {
	said, rest, ok := scan.CutOnce(s[1:], `" U=`)
	if !ok {
		return event.KindNone
	}
	_, words := cutWord(rest)
	ev.RejectPermanent, ev.Class, ev.Role = event.Yes, '5', event.RoleServer
	if heard(ev, said); ev.Command != "AUTH" {
		ev.Argument = said
	}
	ev.Text = strings.TrimPrefix(words, " ")
	return event.KindReject
}

// outOfSync is a client that spoke before its turn: "... error (words): rejected "MAIL" H=host next input="..."", "rejected connection
// from H=host input="..."".
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
	ev.Last = strings.HasSuffix(rest, " bytes)") && strings.Contains(rest, `" (`) // there Exim hangs up and has no other line about it
	if i := strings.Index(rest, `input="`); i >= 0 {
		input := rest[i+len(`input="`):]
		if end := strings.LastIndex(input, " ("); ev.Last && end >= 0 {
			input = input[:end]
		}
		if input = strings.TrimSuffix(input, `"`); command == "AUTH" && len(ev.Redact) == 0 || containsFold(input, "auth") {
			ev.Hide(input) // behind AUTH alone comes the answer to its question
		} else {
			ev.Argument = input
		}
	}
	ev.Command, ev.RejectPermanent, ev.Class, ev.EndHint = command, event.Yes, '5', event.EndRejected
	ev.Reason = "protocol_error" // it spoke before it was greeted or answered (RFC 5321 section 4.3.1, RFC 2920)
	ev.FilterName, ev.FilterVerdict = "smtp_enforce_sync", "reject"
	return event.KindReject
}

// isOfCaller takes the caller behind an address: " H=host (words)", and on this host " U=user".
func isOfCaller(ev *event.Event, s string) bool {
	host, ok := after(s, " H=")
	if !ok {
		host, ok = after(s, " U=")
	}
	if ok {
		_, _, ok = takeCaller(ev, host)
	}
	return ok
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
	if !isOfCaller(ev, rest) {
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
