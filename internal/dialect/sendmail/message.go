package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// sender is "<a@b>, size=1, class=0, nrcpts=1, msgid=<x>, bodytype=8BITMIME, proto=ESMTP, daemon=MTA, tls_verify=NO, auth=NONE, relay=h
// [ip]" (headers.c, logsender). It is written when a message was taken, and without recipients or size when a transaction came to
// nothing.
func sender(ev *event.Event, s string) event.Kind {
	// sender, at most 200 characters of it
	s, ok := takeSender(ev, s)
	if !ok {
		return event.KindNone
	}

	// numbers
	if ev.Size, s, ev.HasSize = scan.Digits(s); !ev.HasSize {
		return event.KindNone
	}
	if s, ok = after(s, ", class="); !ok {
		return event.KindNone
	}
	if _, s, ok = scan.Digits(strings.TrimPrefix(s, "-")); !ok {
		return event.KindNone
	}
	s, _ = after(s, ", pri=") // 8.8 and 8.9
	if s, ok = after(s, ", nrcpts="); !ok {
		if _, s, ok = scan.Digits(s); !ok {
			return event.KindNone
		}
		if s, ok = after(s, ", nrcpts="); !ok {
			return event.KindNone
		}
	}
	n, s, ok := scan.Digits(s)
	if !ok {
		return event.KindNone
	}
	ev.RecipientCount = int(n)

	// The Message-ID is the sender's words, so what follows it is taken from the end of the line, where the writer puts it.
	s = tail(ev, s)
	if id, found := after(s, ", msgid="); found {
		ev.MessageID = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	}
	if n == 0 || ev.MessageID == "" && ev.Size == 0 {
		return event.KindMessageAborted
	}
	ev.First, ev.NoEnd, ev.MayExpand = true, true, true // an alias is one of the recipients, whatever it leads to
	return event.KindMessageReceived
}

// takeSender takes "<a@b>, size=" off the front. The address is cut when it is long; local ones have no brackets.
func takeSender(ev *event.Event, s string) (rest string, ok bool) {
	if from, rest, found := scan.Angle(s); found {
		if rest, ok = after(rest, ", size="); ok {
			ev.MailFrom = from
			if from == "" {
				ev.MailFrom = "<>"
			}
			return rest, true
		}
	}
	from, rest, ok := strings.Cut(s, ", size=")
	if ev.MailFrom = strings.TrimPrefix(from, "<"); from == "<NONE>" {
		ev.MailFrom = ""
	}
	return rest, ok
}

// tail reads what the writer puts behind the Message-ID, from the end on, and gives what is in front of it.
func tail(ev *event.Event, s string) string {
	if i := strings.LastIndex(s, ", relay="); i >= 0 {
		relay := s[i+len(", relay="):]
		if p, ok := takePeer(relay); ok && relay != "[RESPONSE]" {
			p.caller(ev)
		} else if relay == "[RESPONSE]" {
			ev.MessageKind = event.MessageDSN
		}
		s = s[:i]
	}
	rest, value, ok := lastField(s, "auth=")
	if ok {
		if s = rest; value != "NONE" {
			ev.AuthMechanism = value
		}
	}
	if rest, value, ok = lastField(s, "cipher="); ok {
		if s = rest; value != "NONE" {
			ev.TLSCipher = value
		}
	}
	if rest, value, ok = lastField(s, "tls_version="); ok {
		s = rest
		secured(ev, value)
	}
	if rest, value, ok = lastField(s, "tls_verify="); ok {
		s = rest
		verified(ev, value)
	}
	if rest, value, ok = lastField(s, "daemon="); ok {
		s, ev.Service = rest, value
	}
	if rest, value, ok = lastField(s, "proto="); ok {
		s, ev.Protocol = rest, value
	}
	if rest, _, ok = lastField(s, "bodytype="); ok {
		s = rest
	}
	return s
}

// life reads what else becomes of a message.
func life(ev *event.Event, s string) event.Kind {
	// the end of a message that was in the queue (envelope.c, LogLevel 10)
	if rest, ok := after(s, "done; delay="); ok {
		value, rest, _ := strings.Cut(rest, ", ntries=")
		interval(ev, value, &ev.Delays.Total, event.DelayTotal)
		if n, ok := scan.Int(rest); ok {
			ev.Attempt = int(n)
		}
		return event.KindMessageRemoved
	}
	// "NEWID: DSN: text" (savemail.c), "NEWID: clone: owner=list" (deliver.c)
	if id, rest, ok := scan.Cut(s, ':'); ok && isQueueID(id) && strings.HasPrefix(rest, " ") {
		return child(ev, id, rest[1:])
	}
	switch {
	case s == "discarded": // deliver.c, recipient or milter said so
		return event.KindMessageDiscarded
	case s == "unquarantine": // queue.c, sendmail -qQ -Q
		return event.KindMessageReleased
	case strings.HasPrefix(s, "quarantine="):
		ev.Argument = s[len("quarantine="):]
		return event.KindMessageHeld
	case strings.HasPrefix(s, "split: "): // queue.c: recipients go on under further ids
		return split(ev, s[len("split: "):])
	case s == "queueup: locked", s == "changed", strings.HasPrefix(s, "too young ("), s == "unlock", s == "assigned id",
		strings.HasPrefix(s, "queueup "), strings.HasPrefix(s, "queueup: mode="): // queue.c, LogLevel 20 and more
		return event.KindMessageQueued
	}
	return alias(ev, s)
}

// alias is "alias a => b", "forward a => b", "expand a => b" (alias.c, recipient.c, udb.c; LogLevel 11): what an address of ours leads to.
func alias(ev *event.Event, s string) event.Kind {
	how, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	switch how {
	case "alias", "forward", "expand", "hesiod":
	default:
		return event.KindNone
	}
	from, to, ok := strings.Cut(rest, " => ")
	if !ok {
		return event.KindNone
	}
	ev.OrigRcptTo, ev.Route = bare(from), event.RouteForward
	if strings.IndexByte(to, '"') >= 0 { // a program, whose words may hold commas
		ev.RcptTo = to
		return event.KindMessageRedirected
	}
	list := ev.RcptList[:0]
	for to != "" {
		var one string
		one, to, _ = scan.Cut(to, ',')
		if one = bare(scan.Trim(one)); one != "" {
			list = append(list, one)
		}
	}
	if len(list) == 1 {
		ev.RcptTo, list = list[0], list[:0]
	}
	ev.RcptList = list
	return event.KindMessageRedirected
}

// child is a message that was made from this one; most have no line of their own in front of their verdicts.
func child(ev *event.Event, id, s string) event.Kind {
	what, text, _ := strings.Cut(s, ": ")
	switch what {
	case "DSN", "return to sender", "postmaster notify", "sender notify":
		ev.ChildQueueID, ev.ChildKind, ev.Argument = id, event.MessageDSN, text
		if strings.HasPrefix(text, "Cannot send message for ") || strings.HasPrefix(text, "Cannot send within ") { // queue.c: Timeout.queuereturn
			ev.Status = event.StatusExpired
			return event.KindMessageExpired
		}
		return event.KindNotification
	case "clone":
		owner, ok := after(text, "owner=")
		if !ok {
			return event.KindNone
		}
		ev.ChildQueueID, ev.ChildKind, ev.Argument = id, event.MessageMail, bare(owner)
		return event.KindMessageQueued
	}
	return event.KindNone
}

// split is "maxrcpts=3, rcpts=7, count=2, ids=NEWID; NEWID" of an envelope with more recipients than its queue group allows in one, and "count=1, id=NEWID" of one with recipients of several
// groups (queue.c split_env, split_within_queue): the first keeps as many as are allowed.
func split(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	head, ids, ok := strings.Cut(s, "id=")
	if !ok {
		head, ids, ok = strings.Cut(s, "ids=")
	}
	if !ok {
		return event.KindMessageQueued
	}
	ev.SplitIDs = ids
	most, rest, ok := strings.Cut(strings.TrimPrefix(head, "maxrcpts="), ", rcpts=")
	if !ok {
		return event.KindMessageQueued
	}
	all, _, _ := strings.Cut(rest, ",")
	if kept, ok := scan.Int(most); ok {
		if n, ok := scan.Int(all); ok && n > kept {
			ev.SplitOff = int(n - kept)
		}
	}
	return event.KindMessageQueued
}

// bare is an address without its brackets.
func bare(s string) string {
	if inner, rest, ok := scan.Angle(s); ok && rest == "" {
		return inner
	}
	return s
}

// interval reads "00:00:01" or "1+02:03:04" into seconds (convtime.c, pintvl).
func interval(ev *event.Event, s string, to *float64, stage event.DelayMask) {
	days, clock, ok := scan.Cut(s, '+')
	n := int64(0)
	if !ok {
		clock = s
	} else if n, ok = scan.Int(days); !ok || n > 1e6 {
		return
	}
	total := n * 86400
	for _, unit := range [...]int64{3600, 60, 1} {
		part, rest, more := scan.Cut(clock, ':')
		v, ok := scan.Int(part)
		if !ok || v > 99 || more != (unit > 1) {
			return
		}
		total += v * unit
		clock = rest
	}
	*to = float64(total)
	ev.Delays.Has |= stage
}
