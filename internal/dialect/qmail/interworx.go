package qmail

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// authFailed is what InterWorx' qmail-smtpd says of a login, "AUTH failed [192.0.2.15] anna@example.com". The name may be a password in
// the wrong place.
func authFailed(ev *event.Event, s string) event.Kind {
	kind := interworx(ev, s)
	if kind != event.KindNone {
		ev.AuthResult = "failure"
	}
	return kind
}

// authSucceeded is "AUTH successful [192.0.2.15] anna@example.com".
func authSucceeded(ev *event.Event, s string) event.Kind {
	kind := interworx(ev, s)
	if kind != event.KindNone {
		ev.AuthResult = "success"
	}
	return kind
}

func interworx(ev *event.Event, s string) event.Kind {
	ip, user, ok := scan.Cut(s, ']')
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	ev.Command, ev.Role, ev.PeerIP, ev.User = "AUTH", event.RoleServer, ip, scan.Trim(user)
	return event.KindAuth
}
