package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
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
