package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// spamdyke reads "DENIED_RBL_MATCH from: a@b to: c@d origin_ip: 192.0.2.1 origin_rdns: n auth: user encryption: TLS reason: ..."
// (spamdyke.c); what it does not know is "(unknown)".
func spamdyke(ev *event.Event, s string) event.Kind {
	verdict, rest, ok := scan.Cut(s, ' ')
	if name, isFilter := strings.CutPrefix(verdict, "FILTER_"); isFilter {
		return spamdykeFilter(ev, name, rest)
	}
	if !ok || !isSpamdyke(verdict) {
		return event.KindNone
	}
	addresses, rest, ok := once(rest, " origin_ip: ")
	if !ok || !strings.HasPrefix(addresses, "from: ") {
		return event.KindNone
	}
	if from, to, sure := once(addresses[len("from: "):], " to: "); sure {
		ev.MailFrom, ev.RcptTo = knownWord(from), knownWord(to)
	}
	ip, rest, ok := strings.Cut(rest, " origin_rdns: ")
	if !ok || !isIP(ip) {
		ev.MailFrom, ev.RcptTo = "", ""
		return event.KindNone
	}
	conversation(ev)
	ev.PeerIP = ip
	name, rest, _ := strings.Cut(rest, " auth: ")
	ev.ClientAddress = knownWord(name)
	if user, encryption, sure := once(rest, " encryption: "); sure {
		ev.User = knownWord(user)
		encryption, reason, _ := strings.Cut(encryption, " ")
		ev.TLS = event.TriOf(strings.HasPrefix(encryption, "TLS"))
		if ev.Argument = strings.TrimPrefix(reason, "reason: "); ev.Argument == "(empty)" {
			ev.Argument = ""
		}
		if verdict == "ALLOWED" && strings.HasPrefix(ev.Argument, "250_ok_") {
			if id := remoteID(ev.Argument[len("250_"):]); id != "" {
				ev.Receipt = id
			}
		}
	}
	ev.FilterName, ev.FilterVerdict = "spamdyke", verdict
	switch {
	case verdict == "ALLOWED":
		ev.Command = "RCPT"
		return event.KindFilter
	case verdict == "TLS_PASSTHROUGH":
		return event.KindTLS
	case verdict == "TIMEOUT":
		ev.EndHint = event.EndTimeout
		return event.KindWarning
	case strings.HasSuffix(verdict, "_AUTH"):
		ev.AuthResult = "failure"
		return event.KindAuth
	}
	ev.Command, ev.RejectPermanent = "RCPT", event.TriOf(!temporary(verdict))
	return event.KindReject
}

func isSpamdyke(verdict string) bool {
	switch verdict {
	case "ALLOWED", "TIMEOUT", "FAILED_AUTH", "UNKNOWN_AUTH", "TLS_PASSTHROUGH":
		return true
	}
	return strings.HasPrefix(verdict, "DENIED_")
}

func knownWord(s string) string {
	if s == "(unknown)" {
		return ""
	}
	return s
}

// spamdykeFilter reads "FILTER_RBL_MATCH ip: 192.0.2.1 rbl: bl.example" (log-level verbose).
func spamdykeFilter(ev *event.Event, name, s string) event.Kind {
	conversation(ev)
	ev.FilterName, ev.FilterVerdict, ev.Argument = "spamdyke", name, s
	if rest, ok := strings.CutPrefix(s, "ip: "); ok {
		if ip, _ := scan.Word(rest); isIP(ip) {
			ev.PeerIP = ip
		}
	}
	return event.KindFilter
}
