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
	end := strings.LastIndex(s, ">, ")
	if end < 1 || s[0] != '<' {
		return event.KindNone
	}
	ev.MailFrom = sender(s[1:end])
	rest := s[end+len(">, "):]
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

// cleanup reads the lines about a message's headers, and the verdicts of header checks and milters (src/cleanup/cleanup_message.c,
// cleanup_milter.c).
func cleanup(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{"message-id=", "resent-message-id="} {
		if rest, ok := after(s, begin); ok {
			ev.MessageID = messageID(rest)
			return event.KindMessageHeader
		}
	}
	// src/cleanup/cleanup_bounce.c: a recipient that the message itself rules out, and the answer to a probe
	if rest, ok := after(s, "to="); ok {
		return verdictLine(ev, rest)
	}
	if why, ok := after(s, "removed ("); ok { // src/cleanup/cleanup_api.c, Postfix 3.11: the message never was in the queue
		ev.Argument = strings.TrimSuffix(why, ")")
		return event.KindMessageAborted
	}
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(verb, ' ') >= 0 {
		return event.KindNone
	}
	if where, action, found := milterCheck(verb); found {
		kind := checked(ev, action, rest)
		ev.FilterName = where
		return kind
	}
	if strings.HasPrefix(verb, "milter-") {
		return verdict(ev, verb, rest)
	}
	return checked(ev, verb, rest)
}

// milterCheck takes "milter-header-reject" apart: milter_header_checks look at what milters add (src/cleanup/cleanup_milter.c).
func milterCheck(verb string) (name, action string, ok bool) {
	rest, ok := after(verb, "milter-header-")
	return "milter_header_checks", rest, ok
}

// messageID takes the brackets off; a Message-ID may be empty, cut off or encoded.
func messageID(s string) string {
	if id, ok := after(s, "<"); ok {
		return strings.TrimSuffix(id, ">")
	}
	return s
}

// checked is "reject: header Subject: ... from name[ip]; from=<a> to=<b> proto=ESMTP helo=<c>: 5.7.1 text". The header is the sender's
// words, and so is the rest but for the last text: where more than one place could be the envelope, it stays unknown.
func checked(ev *event.Event, verb, s string) event.Kind {
	class, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	switch class {
	case "header":
		ev.FilterName = "header_checks"
	case "body":
		ev.FilterName = "body_checks"
	case "mime":
		ev.FilterName = "mime_header_checks"
	case "nested":
		ev.FilterName = "nested_header_checks"
	case "mime-error":
		ev.FilterName = "mime"
	default:
		return event.KindNone
	}
	kind := actionKind(verb)
	if kind == event.KindNone {
		return kind
	}
	ev.FilterVerdict = verb
	where := strings.LastIndex(rest, "; from=<")
	if where < 0 || strings.Index(rest, "; from=<") != where {
		return kind
	}
	source, end := rest[:where], rest[where+1:]
	envelopeOfCheck(ev, source, end, kind)
	return kind
}

// envelopeOfCheck reads "... from name[ip]" and " from=<a> to=<b> proto= helo=<c>: 5.7.1 text".
func envelopeOfCheck(ev *event.Event, source, end string, kind event.Kind) {
	if i := strings.LastIndex(source, " from "); i >= 0 {
		if p, rest, ok := takePeer(source[i+len(" from "):]); ok && rest == "" {
			p.caller(ev)
		}
	}
	t, text, ok := tailOfCheck(end)
	if !ok {
		return
	}
	t.into(ev)
	if kind == event.KindReject {
		ev.Command = event.CommandEOM
		refusal(ev, text)
	}
}

// tailOfCheck reads " from=<a> to=<b> proto= helo=<c>: text". The text is the table's, and may hold brackets of its own; a HELO name has
// none and no blanks, so the first bracket that ends the envelope does. Old versions left blanks in the name.
func tailOfCheck(s string) (t tail, text string, ok bool) {
	s = scan.TrimRight(s)
	var old tail
	oldText, found := "", false
	for from, n := 0, 0; ; n++ {
		i := strings.Index(s[from:], ">: ")
		end := len(s)
		if i >= 0 {
			end = from + i + 1
		}
		if t, ok = readTail(s[:end]); ok {
			text = strings.TrimPrefix(s[end:], ": ")
			if !t.odd {
				return t, text, true
			}
			if !found {
				old, oldText, found = t, text, true
			}
		}
		if i < 0 || n == mostPlaces {
			return old, oldText, found
		}
		from = end
	}
}
