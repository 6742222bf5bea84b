package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// sqmail reads "Reject::RCPT::Bad_Rcptto P:ESMTP S:192.0.2.1:host H:helo F:a@b T:c@d 'why'" (s/qmail's smtpdlog.c). P and S stand in
// front of what the client says; where its words hold the marks of the others, those are left out.
func sqmail(ev *event.Event, s string) event.Kind {
	action, s, ok := strings.Cut(s, " P:")
	if !ok {
		return event.KindNone
	}
	protocol, s, ok := strings.Cut(s, " S:")
	if !ok {
		return event.KindNone
	}
	peer, s, ok := strings.Cut(s, " H:")
	if !ok {
		return event.KindNone
	}
	i := len(peer)
	for i > 0 && !isIP(peer[:i]) {
		i = strings.LastIndexByte(peer[:i], ':')
	}
	if i > 0 {
		ev.PeerIP = peer[:i]
		if name := strings.TrimPrefix(peer[i:], ":"); name != "unknown" {
			ev.ClientAddress = name
		}
	}
	ev.Protocol = protocol
	verb, what, _ := strings.Cut(action, "::")
	kind, condition, _ := strings.Cut(what, "::")
	ev.FilterName, ev.FilterVerdict = "qmail-smtpd", condition

	// the client's words
	info := ""
	if before, after, ok := cutLast(s, " ?~'"); ok {
		s, info = before, strings.TrimSuffix(after, "'")
	} else if before, after, ok := cutLast(s, " '"); ok && strings.HasSuffix(after, "'") {
		s, info = before, after[:len(after)-1]
	}
	helo, rest, ok := once(s, " F:")
	if !ok {
		helo = s
	}
	if from, to, sure := once(rest, " T:"); ok && sure {
		ev.Helo, ev.MailFrom, ev.RcptTo = helo, envelope(from), to
	} else if !ok && !strings.Contains(s, " T:") {
		ev.Helo = helo
	}
	switch kind {
	case "RCPT", "SPF":
		ev.Command = "RCPT"
	case "ORIG":
		ev.Command = "MAIL"
	case "DATA":
		ev.Command = event.CommandEOM
	case "AUTH":
		ev.Command, ev.User, ev.AuthMechanism = "AUTH", info, upper(condition)
		ev.FilterName, ev.FilterVerdict = "", ""
		ev.AuthResult = "failure"
		if verb == "Accept" {
			ev.AuthResult = "success"
		}
		return event.KindAuth
	case "TLS":
		ev.Command = "STARTTLS"
	}
	ev.Argument = info
	if verb == "Accept" {
		return event.KindFilter
	}
	ev.RejectPermanent = event.TriOf(condition != "Toomany_Rcptto")
	return event.KindReject
}

// upper gives the name of a mechanism, without making a string.
func upper(s string) string {
	for _, m := range [...]string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		if scan.EqualFold(m, s) {
			return m
		}
	}
	return ""
}
