package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// vchkpw reads vpopmail's "vchkpw-smtp: (PLAIN) login success a@b:192.0.2.1" and its failures (vchkpw.c). Some builds write the password
// that failed.
func vchkpw(ev *event.Event, s string) event.Kind {
	service, rest, ok := strings.Cut(s, ": ")
	if !ok || !strings.HasPrefix(service, "vchkpw-") {
		return event.KindNone
	}
	kind := vchkpwLogin(ev, service, rest)
	switch service {
	case "vchkpw-pop3", "vchkpw-pop3s", "vchkpw-imap", "vchkpw-imaps": // no event of mail's way, but a password of the same people's
		if ev.AuthResult == "failure" {
			hideUser(ev)
		}
		ev.AuthResult, ev.Command, ev.User, ev.Service, ev.AuthMechanism, ev.PeerIP, ev.Role = "", "", "", "", "", "", event.RoleUnknown
		return event.KindNone
	}
	return kind
}

func vchkpwLogin(ev *event.Event, service, rest string) event.Kind {
	ev.Service, ev.Role = service[len("vchkpw-"):], event.RoleServer
	if inner, after, ok := scan.Between(rest, '(', ')'); ok {
		ev.AuthMechanism, rest = upper(inner), scan.TrimLeft(after)
	}
	if at := strings.Index(rest, "(pass: '"); at >= 0 {
		from := len(ev.Line) - len(rest) + at + len("(pass: '")
		end := strings.LastIndex(ev.Line, "') ")
		if end < from {
			end = len(ev.Line)
		}
		ev.Hide(ev.Line[from:end])
		if before, after, ok := cutLast(rest, "') "); ok && len(before) >= at {
			ev.AuthResult, ev.Command = "failure", "AUTH"
			login(ev, after)
			return event.KindAuth
		}
	}
	for _, w := range [...]string{
		"login success ", "vpopmail user not found ", "password fail ", "system password fail ", "no auth for domain ",
		"system user not found ", "null password given ", "null user name given ", "invalid user/domain characters ",
		"smtp access denied ",
	} {
		if who, ok := strings.CutPrefix(rest, w); ok {
			ev.AuthResult, ev.Command = "failure", "AUTH"
			if w == "login success " {
				ev.AuthResult = "success"
			}
			login(ev, who)
			return event.KindAuth
		}
	}
	ev.Service, ev.AuthMechanism = "", ""
	return event.KindNone
}

// login reads "a@b:192.0.2.1".
func login(ev *event.Event, s string) {
	i := strings.IndexByte(s, ':')
	for i >= 0 && !isIP(s[i+1:]) {
		next := strings.IndexByte(s[i+1:], ':')
		if next < 0 {
			i = -1
			break
		}
		i += 1 + next
	}
	if i < 0 {
		ev.User = strings.TrimSuffix(s, ":")
		return
	}
	ev.User, ev.PeerIP = s[:i], s[i+1:]
}

// relaylock reads Plesk's "/var/qmail/bin/relaylock: mail from 192.0.2.1:40123 (host.example)".
func relaylock(ev *event.Event, s string) event.Kind {
	if path, rest, ok := strings.Cut(s, ": "); ok && strings.HasSuffix(path, "relaylock") {
		s = rest
	}
	rest, ok := strings.CutPrefix(s, "mail from ")
	if !ok {
		return event.KindNone
	}
	peer, rest, ok := scan.Cut(rest, ' ')
	ip, portNumber, ported := scan.CutLast(peer, ':')
	if !ok || !ported || !isIP(ip) {
		return event.KindNone
	}
	ev.Role, ev.PeerIP, ev.PeerPort = event.RoleServer, ip, port(portNumber)
	if name, _, ok := scan.Between(rest, '(', ')'); ok && name != "not defined" {
		ev.ClientAddress = name
	}
	return event.KindConnect
}

// smtpAuth reads Plesk's "SMTP user a@b : /var/qmail/mailnames/b/a logged in from host [192.0.2.1]", "FAILED: a - password incorrect
// from host [192.0.2.1]".
func smtpAuth(ev *event.Event, s string) event.Kind {
	s = strings.TrimPrefix(s, "smtp_auth: ")
	before, address, ok := cutLast(s, " [")
	ip, closed := strings.CutSuffix(address, "]")
	if !ok || !closed || !isIP(ip) {
		return event.KindNone
	}
	before, name, ok := cutLast(before, " from ")
	if !ok {
		return event.KindNone
	}
	name = name[strings.LastIndexByte(name, '@')+1:]
	ev.Role, ev.Command, ev.PeerIP = event.RoleServer, "AUTH", ip
	if name != "unknown" && name != "(null)" {
		ev.ClientAddress = name
	}
	if user, ok := strings.CutPrefix(before, "SMTP user "); ok {
		user, _, _ = strings.Cut(user, " : ")
		ev.User, ev.AuthResult = user, "success"
		return event.KindAuth
	}
	if user, ok := strings.CutPrefix(before, "FAILED: "); ok {
		user, _, _ = strings.Cut(user, " - ")
		ev.User, ev.AuthResult = user, "failure"
		return event.KindAuth
	}
	if before == "SMTP connect" {
		ev.Command = ""
		return event.KindConnect
	}
	return event.KindNone
}

// handlers reads Plesk's "from=a@b", "to=c@d" and the verdicts of its mail handlers.
func handlers(ev *event.Event, s string) event.Kind {
	if from, ok := strings.CutPrefix(s, "from="); ok {
		ev.MailFrom = envelope(from)
		return event.KindFilter
	}
	if to, ok := strings.CutPrefix(s, "to="); ok && to != "" {
		ev.RcptTo = to
		return event.KindFilter
	}
	if ev.Daemon == "qmail-local-handlers" && strings.HasPrefix(s, "mailbox: /") {
		ev.Argument = s[len("mailbox: "):]
		return event.KindFilter
	}
	if strings.HasPrefix(s, "possibly qmail-smtpd exited by timeout, ") {
		ev.Argument, ev.ErrorType = s[:len("possibly qmail-smtpd exited by timeout")], "timeout"
		return event.KindWarning
	}
	verdict, rest, ok := strings.Cut(s, " during call '")
	name, ended := strings.CutSuffix(rest, "' handler")
	if !ok || !ended {
		return event.KindNone
	}
	switch verdict {
	case "PASS", "SKIP", "STOP", "REJECT", "DEFER", "ACCEPT":
		ev.FilterName, ev.FilterVerdict = name, verdict
		return event.KindFilter
	}
	return event.KindNone
}
