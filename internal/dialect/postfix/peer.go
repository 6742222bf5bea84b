package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// peerWarning reads the warnings of the client about a server (src/smtp/smtp_proto.c, smtp_chat.c, smtp_addr.c).
func peerWarning(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "server "); ok {
		if p, tail, isPeer := takePeer(rest); isPeer && strings.HasPrefix(tail, " violates ") {
			p.called(ev)
			ev.Argument = tail[1:]
			return event.KindWarning
		}
	}
	if rest, ok := after(s, "to prevent loss of mail, turn off command pipelining for "); ok {
		ev.PeerIP, rest, ok = scan.Cut(rest, ' ')
		if !ok || !strings.HasPrefix(rest, "with the ") {
			return event.KindNone
		}
		ev.Role, ev.FilterName, ev.FilterVerdict = event.RoleClient, "smtp", "pipelining_unsafe"
		return event.KindWarning
	}
	if rest, ok := after(s, "bad EHLO SIZE limit \""); ok {
		value, rest, found := strings.Cut(rest, "\" from ")
		if p, _, isPeer := takePeer(rest); found && isPeer {
			p.called(ev)
			ev.Command, ev.Argument = "EHLO", value
			return event.KindWarning
		}
	}
	if p, rest, ok := takePeer(s); ok {
		if what, found := after(rest, ": "); found && strings.Contains(what, "response longer than ") {
			p.called(ev)
			ev.Argument = what
			return event.KindWarning
		}
	}
	return event.KindNone
}

// peerRemark reads the client's remarks about a server: "host H offers SMTPUTF8 support, but not 8BITMIME", `H: replacing server reply
// "a" with "b"` (src/smtp/smtp_proto.c, smtp_chat.c).
func peerRemark(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "host "); ok {
		if p, tail, isPeer := takePeer(rest); isPeer && strings.HasPrefix(tail, " offers ") {
			p.called(ev)
			ev.Command, ev.Argument = "EHLO", tail[1:]
			return event.KindWarning
		}
	}
	if p, rest, ok := takePeer(s); ok {
		if what, found := after(rest, ": replacing server reply "); found {
			p.called(ev)
			ev.FilterName, ev.FilterVerdict, ev.Argument = "smtp", "reply_replaced", what
			ev.Scope = event.ScopeNone
			return event.KindFilter
		}
	}
	return event.KindNone
}

// proxyRefusal is `proxy inet:[127.0.0.1]:10025 rejected "RCPT TO:<a@b>": "550 5.1.1 no"` (src/smtpd/smtpd_proxy.c). The client is told
// the filter's own words where they refuse a recipient or its DATA; that there is no filter it is told in other ones.
func proxyRefusal(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "proxy ")
	who, rest, found := strings.Cut(rest, ` rejected "`)
	command, words, said := strings.Cut(rest, `": "`)
	if !ok || !found || !said {
		return event.KindNone
	}
	ev.FilterName, ev.FilterVerdict, ev.Argument = "proxy", "reject", who
	word, _ := scan.Word(command)
	ev.Command = stage(word)
	if r, ok := reply.Parse(strings.TrimSuffix(words, `"`)); ok {
		r.Into(ev)
	}
	if ev.Command != "RCPT" && ev.Command != "DATA" || ev.Class != '4' && ev.Class != '5' {
		ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
		return event.KindWarning
	}
	if at := strings.IndexByte(command, '<'); at >= 0 { // as the client wrote it: "rcpt to: <a@b>"
		ev.RcptTo, _, _ = scan.Angle(command[at:])
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// hostname is "192.0.2.1: hostname x verification failed: reason", and "192.0.2.1: address not listed for hostname x": how Postfix before
// 2.10 said that a name does not resolve to the address.
func hostname(ev *event.Event, s string) event.Kind {
	ip, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(ip, ' ') >= 0 || strings.Count(ip, ".") != 3 && strings.Count(ip, ":") < 2 {
		return event.KindNone
	}
	name, found := after(rest, "address not listed for hostname ")
	if !found {
		if name, found = after(rest, "hostname "); !found {
			return event.KindNone
		}
		if name, _, found = strings.Cut(name, " verification failed: "); !found {
			return event.KindNone
		}
	}
	ev.PeerIP, ev.Argument = ip, name
	ev.FilterName, ev.FilterVerdict = "smtpd", "hostname_mismatch"
	ev.Scope = event.ScopeNone
	return event.KindFilter
}
