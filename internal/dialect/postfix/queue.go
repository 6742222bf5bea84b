package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// qmgr reads the queue manager's lines (src/qmgr/qmgr_active.c, qmgr_message.c; oqmgr alike).
func qmgr(ev *event.Event, s string) event.Kind {
	if s == "removed" {
		return event.KindMessageRemoved
	}
	if rest, ok := after(s, "from="); ok {
		return active(ev, rest)
	}
	if strings.HasPrefix(s, "skipped, still being delivered") {
		return event.KindMessageQueued
	}
	if rest, ok := after(s, "to="); ok { // the manager itself gives up on a recipient: transport unknown
		return verdictLine(ev, rest)
	}
	return event.KindNone
}

// active is "from=<a>, size=1, nrcpt=1 (queue active)", or "from=<a>, status=expired, returned to sender". Before 3.5 an address stands
// there as it is, with all that a sender may put into it; what the writer sets behind it is free of such, so the last bracket is its own.
func active(ev *event.Event, s string) event.Kind {
	rest, taken := strings.CutPrefix(s, ", ")  // somebody took all in brackets for markup
	bare, _, lost := strings.Cut(s, ", size=") // or the brackets alone
	switch {
	case taken && strings.HasPrefix(rest, "size="):
	case lost && s[0] != '<' && !strings.ContainsAny(bare, "<>,\""):
		ev.MailFrom = sender(bare)
		rest = s[len(bare)+len(", "):]
	default:
		end := strings.LastIndex(s, ">, ")
		if end < 1 || s[0] != '<' {
			return event.KindNone
		}
		ev.MailFrom = sender(s[1:end])
		rest = s[end+len(">, "):]
	}
	if word, found := after(rest, "status="); found {
		switch {
		case strings.HasPrefix(word, "expired"), strings.HasPrefix(word, "force-expired"):
			ev.Status = event.StatusExpired
			return event.KindMessageExpired
		}
		return event.KindNone
	}
	rest, ok := after(rest, "size=")
	if !ok {
		return event.KindNone
	}
	if ev.Size, rest, ev.HasSize = scan.Digits(rest); !ev.HasSize {
		return event.KindNone
	}
	if rest == " (queue active)" { // before 2000
		return event.KindMessageReceived
	}
	rest, ok = after(rest, ", nrcpt=")
	if !ok {
		return event.KindNone
	}
	n, _, ok := scan.Digits(rest)
	if !ok {
		return event.KindNone
	}
	ev.RecipientCount = int(n)
	ev.MessageKind = kindOf(ev.MailFrom, ev.Size)
	return event.KindMessageReceived
}

// kindOf knows what Postfix itself makes by double_bounce_sender: address probes, which have a header and nothing else
// (src/verify/verify.c), and notices to the postmaster. It is unknown for anything else.
func kindOf(from string, size int64) event.MessageKind {
	const mostOfProbe = 512
	switch {
	case !strings.HasPrefix(from, "double-bounce@"):
		return event.MessageUnknown
	case size <= mostOfProbe:
		return event.MessageProbe
	}
	return event.MessageDSN
}

// pickup is "uid=0 from=<anna@example.com>", with "orig_id=" of a message that was queued again (src/pickup/pickup.c).
func pickup(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "uid=")
	if !ok {
		return event.KindNone
	}
	_, rest, ok = scan.Digits(rest)
	if !ok {
		return event.KindNone
	}
	rest, ok = after(rest, " from=<")
	if !ok {
		return event.KindNone
	}
	if i := strings.LastIndex(rest, "> orig_id="); i >= 0 && isQueueID(rest[i+len("> orig_id="):]) {
		ev.ParentQueueID = rest[i+len("> orig_id="):]
		rest = rest[:i+1]
	}
	from, ok := strings.CutSuffix(rest, ">") // the bracket at the end is the writer's; the address is its user's
	if !ok {
		return event.KindNone
	}
	ev.MailFrom = sender(from)
	return event.KindMessageOpened
}

// bounce is "sender non-delivery notification: ID" and the like (src/bounce/bounce_notify_service.c and its siblings).
func bounce(ev *event.Event, s string) event.Kind {
	what, id, ok := strings.Cut(s, " notification: ")
	if !ok || !isQueueID(id) {
		return event.KindNone
	}
	switch what {
	case "sender non-delivery", "sender delay", "sender delivery status", "postmaster non-delivery", "postmaster delay":
		ev.ChildQueueID = id
		return event.KindNotification
	}
	return event.KindNone
}

// postsuper reads the operator's actions (src/postsuper/postsuper.c).
func postsuper(s string) event.Kind {
	switch s {
	case "removed":
		return event.KindMessageDeleted
	case "placed on hold":
		return event.KindMessageHeld
	case "released from hold":
		return event.KindMessageReleased
	case "requeued", "expired":
		return event.KindMessageQueued
	}
	return event.KindNone
}
