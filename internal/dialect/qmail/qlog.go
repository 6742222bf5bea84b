package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// logging reads the logging patch's "reject (auth not available): a@b from 192.0.2.1 to c@d helo h" (logit2).
func logging(ev *event.Event, s string) event.Kind {
	title, s, ok := strings.Cut(s, ": ")
	if !ok {
		return event.KindNone
	}
	from, s, ok := once(s, " from ")
	if !ok {
		return event.KindNone
	}
	ip, s, ok := scan.Cut(s, ' ')
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	ev.Role, ev.PeerIP, ev.Argument = event.RoleServer, ip, title
	if s, ok = strings.CutPrefix(s, "to "); ok {
		if to, helo, sure := once(s, " helo "); sure {
			ev.MailFrom, ev.RcptTo, ev.Helo = notNull(from), notNull(to), notNull(helo)
		}
	}
	switch {
	case strings.HasPrefix(title, "message rejected"), strings.HasPrefix(title, "reject "):
		return event.KindReject
	case strings.HasPrefix(title, "read failed"):
		return event.KindWarning
	}
	return event.KindWarning
}

func notNull(s string) string {
	if s == "(null)" {
		return ""
	}
	return s
}

// qlog are the fields of sagredo's lines (qmail-smtpd.c, qsmtpdlog), in their order. Blanks in what clients say are written as "_".
var qlog = [...]string{
	"result", "code", "reason", "detail", "helo", "mailfrom", "rcptto", "relay", "rcpthosts", "size", "authuser", "authtype", "encrypted",
	"sslverified",
	"localip", "localport", "remoteip", "remoteport", "remotehost", "qp", "pid",
}

func qlogEnvelope(ev *event.Event, s string) event.Kind { return qlogLine(ev, s, false) }

func qlogReceived(ev *event.Event, s string) event.Kind { return qlogLine(ev, s, true) }

// qlogLine reads "result=rejected code=553 reason=not_in_rcpthosts detail= helo=h mailfrom=a@b rcptto=c@d relay=no ... pid=3016".
func qlogLine(ev *event.Event, s string, received bool) event.Kind {
	var v [len(qlog)]string
	for i, name := range qlog {
		rest, ok := strings.CutPrefix(s, name)
		if ok {
			rest, ok = scan.Byte(rest, '=')
		}
		if !ok {
			return event.KindNone
		}
		v[i], s, _ = scan.Cut(rest, ' ')
	}
	code, coded := scan.Int(v[1])
	process, ok := scan.Int(v[20])
	if !ok || s != "" {
		return event.KindNone
	}
	ev.PID = process
	conversation(ev)
	if coded && code >= 200 && code <= 599 {
		ev.Code, ev.Class = int(code), v[1][0]
	}
	ev.Argument = v[3]
	ev.Helo, ev.User, ev.AuthMechanism = v[4], v[10], upper(v[11])
	switch v[12] {
	case "tls", "ssl":
		ev.TLS = event.Yes
	}
	ev.ServerPort, ev.PeerPort = port(v[15]), port(v[17])
	if isIP(v[16]) {
		ev.PeerIP = v[16]
	}
	if v[18] != "unknown" {
		ev.ClientAddress = v[18]
	}
	if v[5] != "" || v[6] != "" {
		ev.MailFrom = envelope(v[5])
	}
	if n, sized := scan.Int(v[9]); sized {
		ev.Size, ev.HasSize = n, true
	}
	recipients(ev, v[6], ',')
	switch {
	case received:
		ev.Command = event.CommandEOM
	case v[6] != "":
		ev.Command = "RCPT"
	case strings.HasPrefix(v[2], "auth") && v[5] == "":
		ev.Command = "AUTH"
	case v[5] != "":
		ev.Command = "MAIL"
	}
	if v[0] != "accepted" {
		ev.FilterName, ev.FilterVerdict = v[2], v[0]
		if ev.Command == "AUTH" {
			ev.AuthResult = "failure"
			return event.KindAuth
		}
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
		return event.KindReject
	}
	if received {
		if _, ok := scan.Int(v[19]); ok {
			ev.Receipt = v[19]
		}
	}
	return event.KindReply
}

func port(s string) int {
	n, ok := scan.Int(s)
	if !ok || n > 65535 {
		return 0
	}
	return int(n)
}
