package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// delivery is what a delivery line says that decides what its other fields mean.
type delivery struct {
	router, transport string
	hosted, remote    bool
	discards          bool   // nothing is delivered, and that is what was asked for
	answer            string // C=
}

// take takes one field off the front.
func (d *delivery) take(ev *event.Event, s string) (rest string, ok bool) {
	if d.remote {
		if rest, ok = takeTLS(ev, s); ok {
			return rest, true
		}
	}
	rest, ok = after(s, " ")
	if !ok {
		return s, false
	}
	key, value, isPair := cutKey(rest)
	if !isPair {
		word, tail := cutWord(rest)
		switch word {
		case "L", "L*", "PRDR", "K", "TFO", "TFO*":
			return tail, d.remote
		}
		return skipField(rest)
	}
	switch key {
	case "F", "P":
		path, tail, ok := scan.Angle(value)
		if !ok {
			return s, false
		}
		if key == "F" {
			if ev.MailFrom = path; path == "" {
				ev.MailFrom = "<>"
			}
		}
		return tail, true
	case "H":
		d.hosted = true
		return d.host(ev, value)
	case "I":
		mine, tail, ok := takePeer(value)
		if ok {
			ev.SourceAddress = mine.ip
		}
		return tail, ok
	case "PRX":
		_, tail, ok := takePeer(value)
		return tail, ok
	case "C":
		if !strings.HasPrefix(value, `"`) {
			return s, false
		}
		d.answer, rest, ok = quoted(value[1:])
		return rest, ok
	case "ST": // a shadow transport, with its error in brackets (src/deliver.c)
		_, tail := cutWord(value)
		if strings.HasPrefix(tail, " (") {
			if i := strings.IndexByte(tail, ')'); i >= 0 {
				tail = tail[i+1:]
			}
		}
		return tail, true
	}
	word, behind := cutWord(value)
	switch value = word; key {
	case "R":
		d.router, ev.Way = value, value
	case "T":
		d.transport = value
	case "S":
		ev.Size, ev.HasSize = scan.Int(value)
	case "A":
		authenticator(ev, value)
	case "QT":
		if t, ok := duration(value); ok {
			ev.Delays.Total = t
			ev.Delays.Has |= event.DelayTotal
		}
	case "DT":
		if t, ok := duration(value); ok {
			ev.Delays.Transmission = t
			ev.Delays.Has |= event.DelayTransmission
		}
	default:
		return skipField(rest)
	}
	return behind, true
}

// host takes "name [ip]:port*" off the front; the star says that an earlier delivery had opened the connection. Local deliveries name a
// host alone.
func (d *delivery) host(ev *event.Event, s string) (rest string, ok bool) {
	p, rest, ok := takePeer(s)
	if !ok {
		_, rest = cutWord(s)
		return rest, rest != s
	}
	p.called(ev)
	// src/deliver.c do_remote_deliveries: a child calls, its parent writes the verdicts
	d.remote, ev.Scope, ev.Waited = true, event.ScopePeer, true
	if tail, used := scan.Byte(rest, '*'); used {
		rest = tail
		ev.ConnUse = 2
	}
	return rest, true
}

// route says how the delivery left this queue. Routers and transports are named by the site; what Debian's configuration, cPanel and the
// manual's examples call them is understood: "smarthost" and "lmtp" in a name mean that.
func (d *delivery) route(ev *event.Event) {
	to := ev.RcptTo
	switch {
	case containsFold(d.transport, "lmtp"):
		ev.Route = event.RouteLMTP
	case d.remote && isLoopback(ev.PeerIP): // no mail exchanger: a filter, a tunnel to a smarthost
		ev.Route = event.RouteRelayhost
	case d.remote && (containsFold(d.transport, "smarthost") || containsFold(d.router, "smarthost")):
		ev.Route = event.RouteRelayhost
	case d.remote:
		ev.Route, ev.Direction = event.RouteMX, event.DirectionOutbound
	case d.discards || to == "/dev/null":
		ev.Route = event.RouteDiscard
		if ev.Status == event.StatusDelivered {
			ev.Status = event.StatusDiscarded
		}
	case strings.HasPrefix(to, "|") || d.answer == "" && containsFold(d.transport, "pipe"):
		ev.Route = event.RoutePipe
	case strings.HasPrefix(to, ">"): // an automatic reply to that address is a message of its own (src/transports/autoreply.c)
		ev.Route = event.RouteForward
	case d.answer != "":
		ev.Route = event.RouteLMTP // only SMTP and LMTP are answered, and SMTP names its host
	case d.transport == "":
		ev.Route = event.RouteNone
	case containsFold(d.transport, "smtp"): // no host was reached
		ev.Route, ev.Direction = event.RouteMX, event.DirectionOutbound
	default:
		ev.Route = event.RouteLocal
	}
}

func isLoopback(ip string) bool { return ip == "::1" || strings.HasPrefix(ip, "127.") }

// confirmed reads C="250 2.0.0 Ok: queued as 4711", the answer to the end of data.
func (d *delivery) confirmed(ev *event.Event) {
	if d.answer == "" {
		return
	}
	if r, ok := reply.Parse(d.answer); ok {
		r.Into(ev)
		ev.Command = event.CommandEOM
		reply.Accept(ev, r.Text)
		ev.TextJoined = ev.TextJoined || strings.Contains(r.Text, `\n`) // with PRDR the answer for all stands behind the one for this recipient
	}
}
