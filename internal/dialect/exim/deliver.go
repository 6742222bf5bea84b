package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// isFlag says whether the words behind a message id begin with one of Exim's marks.
func isFlag(s string) bool {
	for _, flag := range [...]string{"<= ", "(= ", "=> ", "-> ", ">> ", "*> ", "** ", "== ", "Completed", "H="} {
		if strings.HasPrefix(s, flag) {
			return true
		}
	}
	return false
}

// delivered is "=> address F=<sender> Q=queue P=<return path> R=router T=transport S=size H=host [ip]:port* ... C="reply" QT=1s DT=1s"
// (src/deliver.c delivery_log): "=>" of the first recipient of a delivery, "->" of further ones, ">>" of one that was made while the
// message was coming in, "*>" of one that -N or a transport suppressed.
func delivered(ev *event.Event, flag, s string) event.Kind {
	if rest, ok := after(s, "blackhole "); ok { // src/receive.c: every recipient was discarded by an ACL or local_scan()
		ev.FilterName, ev.FilterVerdict, ev.Argument = "acl", "discard", rest
		return event.KindMessageDiscarded
	}
	if s == "discarded (system filter)" {
		ev.FilterName, ev.FilterVerdict = "system_filter", "discard"
		return event.KindMessageDiscarded
	}
	s, ok := address(ev, s)
	if !ok {
		return event.KindNone
	}
	var d delivery
	// a filter's words, or an alias, in place of an address (src/routers/redirect.c)
	if ev.OrigRcptTo != "" && (ev.RcptTo == ":blackhole:" || ev.RcptTo == "discarded") {
		ev.RcptTo, ev.OrigRcptTo, d.discards = ev.OrigRcptTo, "", true
	}
	d.takeAll(ev, s)
	if d.transport == "" && (!d.discards || d.router == "") { // it is always there: the line is cut short, or none
		return event.KindNone
	}
	ev.Status, ev.Tried = event.StatusDelivered, event.Yes
	if flag == "*> " {
		ev.Tried = event.No
	}
	d.route(ev)
	d.confirmed(ev)
	return event.KindDelivery
}

// deferred is "== address Q=queue R=router T=transport defer (-44): errno H=host [ip]:port DT=1s: words" (src/deliver.c deferral_log). In
// place of router and transport stands "routing", or nothing for a domain that is held.
func deferred(ev *event.Event, s string) event.Kind {
	s, ok := address(ev, s)
	if !ok {
		return event.KindNone
	}
	var d delivery
	for !strings.HasPrefix(s, " defer (") {
		rest, ok := after2(s, " routing")
		if !ok {
			if rest, ok = after2(s, " transporting"); !ok {
				rest, ok = d.take(ev, s)
			}
		}
		if !ok {
			return event.KindNone
		}
		s = rest
	}
	number, s, ok := scan.Cut(s[len(" defer ("):], ')')
	if !ok {
		return event.KindNone
	}
	ev.Status, ev.Tried = event.StatusDeferred, event.Yes

	// the system's word for a positive number, then host and time, which a message that comes in their place cannot look like
	errno, words := number, ""
	if number != "" && scan.IsDigit(number[0]) && number != "0" {
		if rest, ok := after(s, ": "); ok {
			words, s = cutStrerror(rest)
		}
	}
	for strings.HasPrefix(s, " ") {
		rest, ok := d.take(ev, s)
		if !ok {
			break
		}
		s = rest
	}
	text, _ := message(s)
	d.route(ev)
	explain(ev, text)
	d.errno(ev, errno, words, text)
	return event.KindDelivery
}

// cutStrerror ends the system's error text where the writer goes on: at the host, the time, or the message.
func cutStrerror(s string) (words, rest string) {
	end := len(s)
	for _, next := range [...]string{" H=", " DT=", ": "} {
		if i := strings.Index(s[:end], next); i >= 0 {
			end = i
		}
	}
	return s[:end], s[end:]
}

// failed is "** address F=<sender> Q=queue P=<return path> R=router T=transport H=host [ip]:port X=...: errno: words DT=1s"
// (src/deliver.c failure_log), or "** address <parent>: retry timeout exceeded" (src/retry.c).
func failed(ev *event.Event, s string) event.Kind {
	s, ok := address(ev, s)
	if !ok {
		return event.KindNone
	}
	var d delivery
	s = d.takeAll(ev, s)
	text, hasText := message(s)
	if !hasText && s != "" {
		if s == " mua_wrapper forced failure for deferred delivery" || strings.HasPrefix(s, " routing yielded a ") {
			text = s[1:]
		} else {
			return event.KindNone
		}
	}
	if head, took, ok := cutTook(text); ok {
		text = head
		ev.Delays.Transmission = took
		ev.Delays.Has |= event.DelayTransmission
	}
	ev.Status, ev.Tried = event.StatusBounced, event.Yes
	d.route(ev)
	if text == "retry timeout exceeded" { // the verdict on the tries before it: none was made for this line
		ev.Status, ev.Tried = event.StatusExpired, event.No
		return event.KindDelivery
	}
	if begins(text, "retry timeout exceeded") && ev.Delays.Has == 0 ||
		strings.HasPrefix(text, "all hosts") && !strings.Contains(text, " have been failing") {
		return event.KindNone // cut short, within words that make it another verdict
	}
	explain(ev, text)
	switch {
	case strings.HasPrefix(text, "all hosts"): // "... for 'example.com' have been failing for a long time (and retry time not reached)"
		ev.Status, ev.Tried = event.StatusExpired, event.No
	case strings.HasPrefix(text, "delivery cancelled"):
		ev.Tried = event.No
	case ev.Route == event.RouteNone:
		ev.Tried = event.No
	}
	return event.KindDelivery
}

// begins says whether words could be the beginning of others that were cut short.
func begins(words, whole string) bool { return strings.HasPrefix(whole, words) }

// cutTook takes the time that a failed delivery took off the end, where +deliver_time puts it behind the words.
func cutTook(s string) (head string, seconds float64, ok bool) {
	i := strings.LastIndex(s, " DT=")
	if i < 0 {
		if rest, found := after(s, "DT="); found {
			seconds, ok = duration(rest)
			return "", seconds, ok
		}
		return s, 0, false
	}
	seconds, ok = duration(s[i+len(" DT="):])
	return s[:i], seconds, ok
}

// message is what follows the fields: ": words", and " : words" of Exim 4.98.
func message(s string) (words string, ok bool) {
	if words, ok = after(s, ": "); ok {
		return words, true
	}
	if words, ok = after(s, " : "); ok {
		return words, true
	}
	if strings.HasPrefix(s, " DT=") { // nothing but the time
		return s, true
	}
	return "", false
}

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
		d.router = value
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
	case strings.HasPrefix(to, ">"): // an automatic reply to that address (src/transports/autoreply.c)
		ev.Route = event.RoutePipe
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
