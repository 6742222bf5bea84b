package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// chkuser reads "accepted rcpt: from <a@b|remoteinfo/auth:user|chkuser-identify:> remote <helo:h|remotehostname:n|remotehostip:192.0.2.1>
// rcpt <c@d> : found existing recipient", or the older "from <a@b:user:> remote <h:n:192.0.2.1> rcpt <c@d> : ..." (chkuser.c).
func chkuser(ev *event.Event, s string) event.Kind {
	title, s, ok := strings.Cut(s, ": from <")
	if !ok {
		return event.KindNone
	}
	s, why, ok := cutLast(s, "> : ")
	if !ok {
		return event.KindNone
	}
	ev.Role, ev.FilterName, ev.FilterVerdict, ev.Argument = event.RoleServer, "chkuser", title, why
	from, s, ok1 := once(s, "> remote <")
	peer, to, ok2 := once(s, "> rcpt <")
	if ok1 && ok2 {
		sender, ident, named := once(from, "|remoteinfo/auth:")
		if named {
			ident, _, named = once(ident, "|chkuser-identify:")
		} else if rest, _, found := cutLast(from, ":"); found {
			sender, ident, named = cutLast(rest, ":")
		}
		if named {
			ev.MailFrom, ev.User = envelope(sender), ident
		}
		chkuserPeer(ev, peer)
		ev.RcptTo = to
	}
	ev.Command = "RCPT"
	if ev.RcptTo == "" {
		ev.Command = "MAIL"
	}
	switch {
	case strings.HasPrefix(title, "accepted"), strings.HasPrefix(title, "relaying"):
		return event.KindFilter
	case strings.HasPrefix(why, "temporary"), strings.HasPrefix(why, "no auth resource"), title == "no auth resource":
		ev.RejectPermanent = event.No
	case title == "intrusion threshold":
		return event.KindFilter
	default:
		ev.RejectPermanent = event.Yes
	}
	return event.KindReject
}

func chkuserPeer(ev *event.Event, s string) {
	var helo, name, ip string
	ok := false
	if rest, named := strings.CutPrefix(s, "helo:"); named {
		if rest, ip, ok = once(rest, "|remotehostip:"); ok {
			helo, name, ok = once(rest, "|remotehostname:")
		}
	} else if rest, last, found := cutLast(s, ":"); found {
		ip = last
		helo, name, ok = cutLast(rest, ":")
	}
	if !ok || !isIP(ip) {
		return
	}
	ev.Helo, ev.PeerIP = helo, ip
	if name != "unknown" {
		ev.ClientAddress = name
	}
}

// temporary are spamdyke's refusals with a 4xx (spamdyke.h).
func temporary(verdict string) bool {
	switch verdict {
	case "DENIED_TOO_MANY_RECIPIENTS", "DENIED_GRAYLISTED", "DENIED_RDNS_MISSING", "DENIED_RDNS_RESOLVE", "DENIED_SENDER_NO_MX",
		"DENIED_OTHER", "TIMEOUT":
		return true
	}
	return false
}
