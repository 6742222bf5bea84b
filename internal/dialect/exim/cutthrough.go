package exim

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// cutThrough reads what the next host answered to the end of the data of a message that was given to it while it came in, behind the
// client that it came from: " c@d F=<a@b> P=<a@b> tmp-reject from cutthrough after DATA: R=router T=transport H=host [ip] C="450 words"",
// which leaves the message in the queue, and " c@d F=<a@b> rejected after DATA: R=...", which is the client's answer, too (src/verify.c
// cutthrough_finaldot, src/deliver.c delivery_log, src/receive.c).
func cutThrough(ev *event.Event, s string) event.Kind {
	s, ok := after(s, " ")
	if !ok {
		return event.KindNone
	}
	if s, ok = address(ev, s); !ok {
		return event.KindNone
	}
	var d delivery
	s = d.takeAll(ev, s)
	if rest, ok := after(s, " tmp-reject from cutthrough after DATA:"); ok {
		id, from, to, original := ev.QueueID, ev.MailFrom, ev.RcptTo, ev.OrigRcptTo
		wipe(ev) // who brought the message has no part in it
		ev.QueueID, ev.MailFrom, ev.RcptTo, ev.OrigRcptTo = id, from, to, original
		if d.takeAll(ev, rest) != "" || d.transport == "" {
			return event.KindNone
		}
		ev.Status, ev.Tried = event.StatusDeferred, event.Yes
		d.route(ev)
		d.answered(ev)
		return event.KindDelivery
	}
	rest, ok := after(s, " rejected after DATA:")
	var next event.Event // of the host that refused it, only the answer is the client's
	if !ok || d.takeAll(&next, rest) != "" || d.transport == "" {
		return event.KindNone
	}
	ev.Class, ev.RejectPermanent = '5', event.Yes
	d.answered(ev)
	ev.Command = event.CommandEOM
	return event.KindReject
}

// takeAll takes the fields off the front.
func (d *delivery) takeAll(ev *event.Event, s string) (rest string) {
	for s != "" {
		rest, ok := d.take(ev, s)
		if !ok {
			break
		}
		s = rest
	}
	return s
}

// answered reads C="450 4.2.0 words", a refusal of the end of data.
func (d *delivery) answered(ev *event.Event) {
	if r, ok := reply.Parse(d.answer); ok {
		r.Into(ev)
		ev.Command = event.CommandEOM
	}
}
