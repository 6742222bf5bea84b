package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// login reads what follows "AUTH" (srvrsmtp.c, usersmtp.c, deliver.c).
func login(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "=server, relay="); ok {
		return loggedIn(ev, rest)
	}
	if rest, ok := after(s, "=client, relay="); ok {
		return ours(ev, rest)
	}
	if rest, ok := after(s, " failure ("); ok {
		return loginFailed(ev, rest)
	}
	if rest, ok := after(s, "=client, "); ok { // "available mechanisms=X do not fulfill requirements", "realm=..."
		ev.Role, ev.Command, ev.Argument = event.RoleClient, "AUTH", rest
		return event.KindWarning
	}
	for _, begin := range [...]string{
		" flags=", " username ", " authid ", ": ", " warning: ", " error: ", " decode64 error ", " encode64 error ", " error, ",
	} {
		if rest, ok := after(s, begin); ok {
			hideDecoded(ev, begin, rest)
			ev.Argument = rest
			if i := strings.IndexByte(rest, '"'); i >= 0 {
				ev.Argument = rest[:i]
			}
			return event.KindLifecycle
		}
	}
	return event.KindNone
}

// hideDecoded conceals what a client sent in place of base64: "decode64 error [1 for "c2VjcmV0"], relay=host".
func hideDecoded(ev *event.Event, begin, rest string) {
	if !strings.Contains(begin, "code64") {
		return
	}
	if i := strings.IndexByte(rest, '"'); i >= 0 {
		to := len(rest)
		if j := strings.LastIndexByte(rest, '"'); j > i {
			to = j
		}
		ev.Hide(rest[i+1 : to])
	}
}

// loggedIn is "host [ip], authid=anna, mech=PLAIN, bits=0". The name is the client's words, the rest is taken from the end.
func loggedIn(ev *event.Event, s string) event.Kind {
	relay, s, ok := strings.Cut(s, ", authid=")
	if !ok {
		if relay, s, ok = strings.Cut(s, ", "); !ok { // 8.10 to 8.12: no authid
			return event.KindNone
		}
		s = ", " + s
	}
	p, isPeer := takePeer(relay)
	if !isPeer {
		return event.KindNone
	}
	p.caller(ev)
	served(ev)
	s, _, _ = lastField(s, "bits=")
	s, mech, _ := lastField(s, "mech=")
	ev.AuthMechanism, ev.User = mech, s
	ev.Command, ev.AuthResult = "AUTH", "success"
	return event.KindAuth
}

// ours is "mx.example.net., mech=PLAIN, bits=0" of our own login, or "mx. [ip], authinfo failed", "mx., temporary failure, connection
// abort".
func ours(ev *event.Event, s string) event.Kind {
	relay, s, ok := strings.Cut(s, ", ")
	p, isPeer := takePeer(relay)
	if !ok || !isPeer {
		return event.KindNone
	}
	p.called(ev)
	ev.Scope = event.ScopePeer
	ev.Command, ev.AuthResult = "AUTH", "failure"
	if mech, found := after(s, "mech="); found {
		ev.AuthMechanism, _, _ = strings.Cut(mech, ",")
		ev.AuthResult = "success"
	} else if ev.Argument = s; strings.HasPrefix(s, "temporary failure") {
		ev.Reason, ev.Category = "server_error", "infrastructure"
	}
	return event.KindAuth
}

// hideCanonical marks the name where the library tells it besides, as "user: anna@host property: userPassword not found in sasldb" (Cyrus
// SASL, sasldb/db_berkeley.c).
func hideCanonical(ev *event.Event, s string) {
	_, name, ok := strings.Cut(s, ": user: ")
	if i := strings.Index(name, " property: "); ok && i >= 0 {
		ev.Hide(name[:i])
	}
}

// loginFailed is "LOGIN): user not found (-20) SASL(-13): user not found: checkpass failed, user=x, relay=host [ip]" (8.16; before that
// "PLAIN): authentication failure (-13) ..., relay=host [ip]"). The name may be a password that was typed into the wrong place.
func loginFailed(ev *event.Event, s string) event.Kind {
	mech, s, ok := strings.Cut(s, "): ")
	if !ok {
		return event.KindNone
	}
	i := strings.LastIndex(s, ", relay=")
	if i < 0 { // until 8.14
		i = len(s)
	} else if p, isPeer := takePeer(s[i+len(", relay="):]); isPeer {
		p.caller(ev)
	}
	served(ev)
	if words, user, found := strings.Cut(s[:i], ", user="); found {
		ev.HideLogin(user)
		s = words
		hideCanonical(ev, words)
	} else {
		s = s[:i]
	}
	if mech != "unknown" {
		ev.AuthMechanism = mech
	}
	ev.Command, ev.AuthResult, ev.Argument = "AUTH", "failure", s // the library's words, which the client is not told
	return event.KindAuth
}
