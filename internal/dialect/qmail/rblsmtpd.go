package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// rblsmtpd reads "192.0.2.1 pid 3016: 451 http://..." (rblsmtpd.c), or indimail-mta's " pid 3016 from 192.0.2.1: 451 ...". The refusal
// is given to MAIL or RCPT; the line does not say which.
func rblsmtpd(ev *event.Event, s string) event.Kind {
	s = scan.TrimLeft(s)
	ip, rest := "", ""
	ok := false
	if rest, ok = strings.CutPrefix(s, "pid "); ok {
		if rest, ok = pid(rest, ' ', ev); ok {
			if rest, ok = strings.CutPrefix(rest, "from "); ok {
				ip, rest, ok = strings.Cut(rest, ": ")
			}
		}
	} else if ip, rest, ok = scan.Cut(s, ' '); ok {
		if name, found := strings.CutSuffix(rest, " -"); found && strings.HasPrefix(rest, "blocked ") {
			return listed(ev, ip, name[len("blocked "):])
		}
		if rest, ok = strings.CutPrefix(rest, "pid "); ok {
			tail := rest
			if rest, ok = pid(tail, ':', ev); !ok { // the name of the list in between (ucspi-rss patch)
				if tail, ok = pid(tail, ' ', ev); ok {
					ev.Argument, rest, ok = strings.Cut(tail, ": ")
				}
			}
		}
	}
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	r, ok := reply.Parse(scan.TrimLeft(rest))
	if !ok {
		ev.Argument = ""
		return event.KindNone
	}
	conversation(ev)
	ev.PeerIP, ev.FilterName = ip, "rblsmtpd"
	r.Into(ev)
	if ev.Class < '4' {
		return event.KindFilter
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// listed is "relays.example.org blocked 192.0.2.47 mail.example.net -": the list, and the client that is on it.
func listed(ev *event.Event, list, client string) event.Kind {
	ip, name, _ := scan.Cut(client, ' ')
	if !isIP(ip) || strings.Contains(name, " ") {
		return event.KindNone
	}
	ev.Role, ev.Command, ev.PeerIP, ev.ClientAddress = event.RoleServer, event.CommandConnect, ip, name
	ev.FilterName, ev.Argument = "rblsmtpd", list
	return event.KindReject
}
