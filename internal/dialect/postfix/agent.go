package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// agent reads what a delivery agent says about a queue id: verdicts, and what one host answered before there is a verdict.
func agent(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "to="); ok {
		return verdictLine(ev, rest)
	}
	return trouble(ev, s)
}

// verdictLine is "to=<a>, orig_to=<b>, relay=c, conn_use=2, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (text)"
// (src/global/log_adhoc.c). Before Postfix 2.3 there was no delays= and dsn=; who retells a line may leave out all but the address and the status.
func verdictLine(ev *event.Event, s string) event.Kind {
	var ok bool
	bracketed := strings.HasPrefix(s, "<")
	if ev.RcptTo, s, ok = recipient(s); !ok {
		return event.KindNone
	}
	if rest, found := after(s, ", orig_to="); found {
		if ev.OrigRcptTo, s, ok = recipient(rest); !ok {
			return event.KindNone
		}
	}

	// key=value up to the status, also keys of later versions
	relay, hasRelay := "", false
	s, _ = after(s, ", ")
	for !strings.HasPrefix(s, "status=") {
		pair, rest, more := strings.Cut(s, ", ")
		if !more {
			return event.KindNone
		}
		key, value, _ := scan.Cut(pair, '=')
		if key == "relay" && !hasRelay {
			relay, hasRelay = value, true
		}
		measure(ev, key, value)
		s = rest
	}
	if !hasRelay && !isRetold(ev.RcptTo, s, bracketed) {
		return event.KindNone
	}

	// status=word (text)
	word, text, _ := scan.Cut(s[len("status="):], ' ')
	text = scan.TrimRight(text)
	cut := false
	if n := len(text); n >= 2 && text[0] == '(' && text[n-1] == ')' && !isCutWithin(text) {
		text = text[1 : n-1]
	} else if n > 0 && text[0] == '(' {
		text, cut = text[1:], true // by a line limit
	}
	if !status(ev, word) {
		return event.KindNone
	}
	ev.Tried = event.Yes
	route(ev, relay, text)
	explain(ev, text)
	if cut && !strings.Contains(text, inReply) && cutPhrase(text) == 0 {
		shorten(ev)
	}
	switch ev.Daemon {
	case "error", "retry", "qmgr", "oqmgr", "nqmgr": // the last three where there is no transport to hand it to
		ev.Tried = event.No
	case "cleanup": // it refuses the message as a whole, and no queue manager ever sees it (src/cleanup/cleanup_bounce.c)
		ev.Tried, ev.NoEnd, ev.MayExpand = event.No, true, true
	}
	return event.KindDelivery
}

// isRetold says of a line without a relay that somebody left it out: else the address, not the writer, had a status= in it, and what the writer wrote follows or
// was cut off.
func isRetold(address, s string, bracketed bool) bool {
	return bracketed && strings.IndexByte(address, '"') < 0 && strings.HasSuffix(s, ")") && !strings.Contains(s, ", relay=")
}

// recipient takes "<address>" off the front, or an address without brackets as old versions write it; nothing where somebody took all in brackets for markup.
func recipient(s string) (addr, rest string, ok bool) {
	if addr, rest, ok = scan.Angle(s); ok {
		return addr, rest, strings.HasPrefix(rest, ", ")
	}
	i := strings.Index(s, ", ")
	if i < 0 || s[0] == '<' {
		return "", s, false
	}
	return s[:i], s[i:], true
}

func measure(ev *event.Event, key, value string) {
	switch key {
	case "conn_use":
		n, _ := scan.Int(value)
		ev.ConnUse = int(n)
	case "delay":
		if d, ok := scan.Float(value); ok {
			ev.Delays.Total = d
			ev.Delays.Has |= event.DelayTotal
		}
	case "delays":
		delays(ev, value)
	case "dsn":
		ev.DSN = value
	case "tls":
		ev.TLSPolicy = value
	}
}

// delays is "before/queue/setup/transmission" (src/global/log_adhoc.c, RELEASE_NOTES 2.3).
func delays(ev *event.Event, s string) {
	to := [...]*float64{&ev.Delays.BeforeQueue, &ev.Delays.InQueue, &ev.Delays.ConnectionSetup, &ev.Delays.Transmission}
	has := [...]event.DelayMask{event.DelayBeforeQueue, event.DelayInQueue, event.DelayConnectionSetup, event.DelayTransmission}
	for i := range to {
		var part string
		part, s, _ = scan.Cut(s, '/')
		d, ok := scan.Float(part)
		if !ok {
			return
		}
		*to[i] = d
		ev.Delays.Has |= has[i]
	}
}

// status maps the words of src/global/{sent,defer,bounce,verify}.c.
func status(ev *event.Event, word string) bool {
	switch word {
	case "sent":
		ev.Status = event.StatusDelivered
	case "deferred", "SOFTBOUNCE":
		ev.Status = event.StatusDeferred
	case "bounced":
		ev.Status = event.StatusBounced
	case "deliverable":
		ev.Status, ev.MessageKind = event.StatusDelivered, event.MessageProbe
	case "undeliverable", "undeliverable-but-not-cached":
		ev.Status, ev.MessageKind = event.StatusBounced, event.MessageProbe
	default:
		return false
	}
	return true
}

// route says how the delivery left this queue, from the daemon and the relay that it names.
func route(ev *event.Event, relay, text string) {
	p, _, isPeer := takePeer(relay)
	if !isPeer {
		p = barePeer(relay)
	}
	if isPeer || p.port > 0 {
		p.called(ev)
	}
	switch ev.Daemon {
	case "smtp", "relay", "":
		ev.Route = event.RouteMX // also with relay=none: the way that was tried, though nobody answered
		switch {
		case isLoopback(p.ip): // no mail exchanger: a filter, a tunnel to a smarthost
			ev.Route = event.RouteRelayhost
		case ev.Service != "relay" && ev.Daemon == "smtp":
			// default_transport, or one beside it: no domain of ours (ADDRESS_CLASS_README); relay_transport may serve such
			ev.Direction = event.DirectionOutbound
		}
	case "lmtp":
		ev.Route = event.RouteLMTP
	case "local", "virtual":
		ev.Route = event.RouteLocal
		if ev.Daemon == "local" { // an alias may name several commands, files and addresses, each with a line of its own (src/local)
			ev.Way = text
		}
		if id, ok := after(text, "forwarded as "); ok && isQueueID(id) {
			ev.Route, ev.ChildQueueID = event.RouteForward, id
			ev.Way = "forwarded"
		}
		if ev.Status == event.StatusDelivered && strings.HasPrefix(text, "delivered to file: /dev/null") {
			ev.Status = event.StatusDiscarded
		}
	case "pipe":
		ev.Route, ev.Program = event.RoutePipe, relay
	case "discard":
		ev.Route = event.RouteDiscard
		if ev.Status == event.StatusDelivered {
			ev.Status = event.StatusDiscarded
		}
	default:
		ev.Route = event.RouteNone
	}
}

func isLoopback(ip string) bool { return ip == "::1" || strings.HasPrefix(ip, "127.") }
