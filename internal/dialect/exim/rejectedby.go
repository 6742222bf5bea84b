package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// rejectedBy is "MAIL FROM:<a@b> H=host: message too big: size=9 max=8", "from <a@b> H=host: message too big: read=9 max=8", "EHLO from
// host: syntactically invalid argument(s): x", "MAIL from host: no HELO/EHLO given", ""EHLO name" from host", "MAIL command H=host: too
// many messages in one connection" (src/smtp_in.c, src/receive.c).
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
			if host, ok = after(rest, "command "); !ok {
				return event.KindNone
			}
			host = strings.TrimPrefix(host, "H=")
		}
	}
	_, rest, ok := takeCaller(ev, host)
	if !ok {
		return event.KindNone
	}
	return sized(ev, rest)
}

// verify is "address H=host".
func verify(ev *event.Event, s string) event.Kind {
	i := max(strings.Index(s, " H="), strings.Index(s, " U="))
	if i < 0 {
		return event.KindNone
	}
	if _, _, ok := takeCaller(ev, s[i+len(" H="):]); !ok {
		return event.KindNone
	}
	ev.Command, ev.Argument, ev.RejectPermanent, ev.Class = "VRFY", s[:i], event.Yes, '5'
	return event.KindReject
}

// loggedIn is "plain authenticator failed for host: 535 Incorrect authentication data (set_id=anna)" (src/smtp_in.c), and our own logins
// at other hosts "plain authenticator failed H=host [ip] 535 ..." (src/transports/smtp.c). What was given as a name may be a password.
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
		name := words[i+len(" (set_id="):]
		if j := strings.LastIndex(name, "): "); j >= 0 { // "435 Unable to authenticate at present (set_id=anna): why"
			ev.HideLogin(name[:j])
		} else {
			ev.HideLogin(strings.TrimSuffix(name, ")"))
		}
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
