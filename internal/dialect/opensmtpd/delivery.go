package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// relayed is `evpid=dad0ed6ee55fbf2c from=<a@b> to=<c@d> rcpt=<-> source="192.0.2.25" relay="198.51.100.11 (mx.d)" delay=2s result="Ok"
// stat="250 ok"` (mta.c mta_log; 6.0.0 has no quotes). The words in stat are the other server's, up to the quote that ends the line.
func relayed(ev *event.Event, s string) event.Kind {
	s, ok := addresses(ev, s, " ", true)
	if !ok {
		return event.KindNone
	}
	source, s, ok := value(s, "source=", " relay=")
	if !ok {
		return event.KindNone
	}
	relay, s, ok := strings.Cut(s, " delay=")
	if !ok {
		return event.KindNone
	}
	age, s, ok := strings.Cut(s, " result=")
	if !ok {
		return event.KindNone
	}
	result, stat, ok := strings.Cut(s, " stat=")
	if !ok {
		return event.KindNone
	}
	if stat, ok = strings.CutPrefix(stat, `"`); ok {
		if stat, ok = strings.CutSuffix(stat, `"`); !ok {
			ev.Truncated = true
		}
	}
	delay(ev, age)
	return outcome(ev, unquote(source), unquote(relay), unquote(result), stat)
}

// addresses takes "evpid=... from=<> to=<> rcpt=<>" off the front, with what stands between two fields. to is the address after
// expansion, rcpt what the client gave where that is another one, "-" where it is not known (envelopes of the mta).
func addresses(ev *event.Event, s, between string, id bool) (rest string, ok bool) {
	if id {
		evpid := ""
		if evpid, s, ok = value(s, "evpid=", between); !ok || !identify(ev, evpid) {
			return "", false
		}
	}
	from, to := "", ""
	if s, ok = strings.CutPrefix(s, "from="); !ok {
		return "", false
	}
	if from, s, ok = mailbox(s); !ok {
		return "", false
	}
	if s, ok = strings.CutPrefix(s, between+"to="); !ok {
		return "", false
	}
	if to, s, ok = mailbox(s); !ok || to == "" {
		return "", false
	}
	ev.MailFrom, ev.RcptTo = sender(from), to
	if s, ok = strings.CutPrefix(s, between); !ok {
		return "", false
	}
	if orig, found := strings.CutPrefix(s, "rcpt="); found {
		if orig, s, ok = mailbox(orig); !ok {
			return "", false
		}
		if orig != "-" && orig != to {
			ev.OrigRcptTo = orig
		}
		s = strings.TrimPrefix(s, between)
	}
	return s, true
}

// outcome fills in the verdict of a delivery to another host. A session of zeros had none: no host was asked.
func outcome(ev *event.Event, source, relay, result, stat string) event.Kind {
	if !verdict(ev, result) {
		return event.KindNone
	}
	ev.Role, ev.Direction = event.RoleClient, event.DirectionOutbound
	ev.Route, ev.Tried = event.RouteMX, event.Yes
	if source != "-" && source != "[]" {
		ev.SourceAddress = address(source)
	}
	ip, name, named := strings.Cut(relay, " (")
	if peer(ev, ip); ev.PeerIP != "" && !hasLetterBesideHex(ip) {
		if named {
			called(ev, strings.TrimSuffix(name, ")"))
		}
	} else { // the domain: nobody was reached
		ev.PeerIP = ""
	}
	if answer(ev, stat) {
		return event.KindDelivery
	}
	ev.Argument = stat
	local(ev, stat)
	return event.KindDelivery
}

// hasLetterBesideHex tells a name from an address.
func hasLetterBesideHex(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "["), "IPv6:")
	for i := 0; i < len(s) && s[i] != '%' && s[i] != ']'; i++ {
		if scan.IsLetter(s[i]) && !scan.IsHex(s[i]) {
			return true
		}
	}
	return strings.IndexByte(s, ':') < 0 && hasLetter(s)
}

// local reads the words of our own: why there is no answer (mta.c, mta_session.c).
func local(ev *event.Event, stat string) {
	switch stat {
	case "Domain does not exist", "Host not found", "Temporary failure in MX lookup",
		"No MX found for domain", "No MX found for destination", "Invalid domain name",
		"Domain does not accept mail":
		ev.ErrorType = "host_not_found"
		return
	case "Network error on destination MXs", "Address family mismatch on destination MXs",
		"All routes to destination blocked", "No valid route to destination",
		"No valid route to remote MX", "Destination seem to reject all mails",
		"Could not retrieve credentials", "Could not retrieve source address":
		// routes are closed for a while after an error: the connections that failed have lines of their own
		ev.Tried = event.No
		if stat == "Network error on destination MXs" || stat[0] == 'N' || stat[1] == 'd' {
			ev.ErrorType = "no_route"
		}
		return
	case "Loop detected", "Envelope expired", "Removed by administrator":
		ev.Tried = event.No
		return
	}
	if what, words, ok := strings.Cut(stat, " rejected: "); ok {
		if answer(ev, words) && (what == "BANNER" || what == "EHLO" || what == "HELO" || what == "LHLO" || what == "STARTTLS" || what == "AUTH") {
			ev.Argument = ""
			if ev.Command = what; what == "BANNER" {
				ev.Command = event.CommandConnect
			}
		}
		return
	}
	for _, prefix := range [...]string{"Connection failed: ", "IO Error: ", "IO error: "} {
		if words, ok := strings.CutPrefix(stat, prefix); ok {
			ev.ErrorType = trouble(words)
			return
		}
	}
	switch stat {
	case "Connection closed unexpectedly":
		ev.ErrorType = "connection_lost"
	case "Connection timeout":
		ev.ErrorType = "timeout"
	}
}

// verdict reads the server's word on one recipient.
func verdict(ev *event.Event, result string) bool {
	switch result {
	case "Ok":
		ev.Status = event.StatusDelivered
	case "TempFail":
		ev.Status = event.StatusDeferred
	case "PermFail", "Loop":
		ev.Status = event.StatusBounced
	case "Expire":
		ev.Status = event.StatusExpired
	case "Remove":
		ev.Status = event.StatusDeleted
	default:
		return false
	}
	return true
}

// verdictLine reads the sentences "relay: Expire for 8e6419fe0ec9d6e9: from=<a@b>, to=<c@d>, rcpt=<->, delay=50s, stat=Envelope expired"
// of the queue (queue.c queue_log, all versions), and of 5.4 and 5.9 every verdict: "relay: Ok for 8e64...: session=..., from=<a@b>,
// to=<c@d>, rcpt=<->, source=..., relay=..., delay=1s, stat=250 ok" and "delivery: Ok for 8e64...: from=<a@b>, to=<c@d>, user=anna,
// method=mbox, delay=1s, stat=Delivered".
func verdictLine(ev *event.Event, where, s string) event.Kind {
	result, s, ok := strings.Cut(s, " for ")
	evpid, s, found := strings.Cut(s, ": ")
	if !ok || !found || !verdict(ev, result) || !identify(ev, evpid) {
		return event.KindNone
	}
	if session, rest, given := value(s, "session=", ", "); given {
		s = rest
		converse(ev, session, event.RoleClient)
	}
	if s, ok = addresses(ev, s, ", ", false); !ok {
		return event.KindNone
	}
	source, relay, user, method, aged := "", "", "", "", false
	if v, rest, given := value(s, "source=", ", relay="); given {
		source = v
		if relay, s, ok = strings.Cut(rest, ", delay="); !ok {
			return event.KindNone
		}
		aged = true
	} else if v, rest, given := value(s, "user=", ", "); given {
		user, s = v, rest
		if v, rest, given := value(s, "method=", ", "); given {
			method, s = v, rest
		}
	}
	if !aged {
		if s, ok = strings.CutPrefix(s, "delay="); !ok {
			return event.KindNone
		}
	}
	age, stat, ok := strings.Cut(s, ", stat=")
	if !ok {
		return event.KindNone
	}
	delay(ev, age)
	switch {
	case source != "":
		return outcome(ev, source, relay, result, stat)
	case user != "":
		return mailboxed(ev, user, method, stat)
	}
	// the queue's own: nobody was asked
	ev.Argument, ev.Tried, ev.Route = stat, event.No, event.RouteLocal
	if where == "relay:" {
		ev.Route, ev.Direction = event.RouteMX, event.DirectionOutbound
	}
	return event.KindDelivery
}

// converse makes the line part of a session.
func converse(ev *event.Event, session string, role event.Role) bool {
	if len(session) != 16 || !isHex(session) {
		return false
	}
	ev.Role = role
	if session != "0000000000000000" {
		ev.Scope, ev.ConnID = event.ScopeConn, session
	}
	return true
}
