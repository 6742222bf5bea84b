package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// outbound reads a line of the queue for outside (outbound/hmail.js). Its id is a part of a message: UUID.n.m, or UUID.m of a message
// that Haraka made itself. Lines about the message as a whole have no id.
func outbound(ev *event.Event, l *line) event.Kind {
	if l.id == "-" {
		return outboundPlain(ev, l)
	}
	uuid, n, rest, ok := identity(l.id)
	if !ok || n == 0 {
		return event.KindNone
	}
	ev.QueueID, ev.Part = uuid, n
	if rest != "" {
		ev.QueueID = l.id[:len(l.id)-len(rest)]
		part, ok := scan.Int(rest[1:])
		if rest[0] != '.' || !ok {
			return event.KindNone
		}
		ev.Part = int(part)
	}
	ev.Role, ev.Direction = event.RoleClient, event.DirectionOutbound
	switch l.level {
	case "PROTOCOL":
		ev.Scope, ev.ConnID, ev.OwnVerdicts = event.ScopeID, l.id, true
		if l.client != "" {
			ev.ConnID = l.client
		}
		kind := speak(ev, l)
		ev.Last = kind == event.KindCommand && ev.Command == "QUIT" // what the other side says to it is not logged
		return kind
	case "DATA":
		ev.Scope, ev.ConnID, ev.OwnVerdicts = event.ScopeID, l.id, true
		return data(ev, l)
	}
	if f, ok := l.bare("delivered file="); ok {
		if kind := delivered(ev, f); kind != event.KindNone {
			return kind
		}
	}
	if f, ok := l.bare("hook="); ok {
		return hook(ev, l, f, 0)
	}
	if f, ok := l.after("secured"); ok {
		return secured(ev, f)
	}
	if rest, ok := strings.CutPrefix(l.text, "secured: "); ok && l.form == plain { // before 2.8.19
		return secured(ev, fields{rest: rest})
	}
	return attempt(ev, l, l.text)
}

// attempt reads the verdicts, and what is told before them.
func attempt(ev *event.Event, l *line, s string) event.Kind {
	if rest, ok := strings.CutPrefix(s, "recipient "); ok {
		return answered(ev, l, rest)
	}
	if rest, ok := strings.CutPrefix(s, "Temp failing "); ok {
		return deferred(ev, l, rest)
	}
	if rest, ok := strings.CutPrefix(s, "bouncing mail: "); ok {
		return bounced(ev, l, rest)
	}
	if rest, ok := strings.CutPrefix(s, "get_mx plugin returned "); ok {
		word, _, ok := strings.Cut(rest, ": ")
		if !ok || !isRefusal(word) {
			return event.KindNone
		}
		ev.Argument = s
		return event.KindWarning
	}
	if s == "Double bounce: Mail was already a bounce" { // so its sender is the null sender
		ev.MailFrom, ev.MessageKind = "<>", event.MessageDSN
		return event.KindWarning
	}
	if words, ok := strings.CutPrefix(s, "Double bounce: "); ok && words != "" && !cutShort(words, "Mail was already a bounce") {
		ev.Argument = words
		return event.KindWarning
	}
	if rest, ok := after(s, "lugin responded with: "); ok { // what hook_bounce and hook_deferred may do
		_, rest, _ = scan.Cut(rest, '.')
		switch rest {
		case " Not sending bounce.":
			ev.Argument = s
			return event.KindWarning
		case " Not deferring. Deleting mail.":
			ev.Status, ev.Route, ev.Tried = event.StatusDeleted, event.RouteNone, event.No
			return event.KindDelivery
		}
		return event.KindNone
	}
	return trouble(ev, s)
}

// answered is "recipient <a@b> rejected: 550 5.1.1 text" or "... deferred: 450 text": the answer to RCPT, or of LMTP after the data.
func answered(ev *event.Event, l *line, s string) event.Kind {
	address, rest, ok := l.angle(s)
	if !ok || address == "" {
		return event.KindNone
	}
	words, ok := strings.CutPrefix(rest, " rejected: ")
	ev.Status = event.StatusBounced
	if !ok {
		words, ok = strings.CutPrefix(rest, " deferred: ")
		ev.Status = event.StatusDeferred
	}
	r, found := reply.Parse(words)
	if !ok || !found {
		ev.Status = event.StatusNone
		return event.KindNone
	}
	into(ev, r)
	ev.RcptTo, ev.Tried, ev.Route, ev.Command = address, event.Yes, event.RouteMX, "RCPT"
	return event.KindDelivery
}

// into fills in a reply; Haraka joins its lines without their codes.
func into(ev *event.Event, r reply.Reply) {
	r.Into(ev)
	ev.TextJoined = false
}

// deferred is "Temp failing FILE for 60 seconds: why".
func deferred(ev *event.Event, l *line, s string) event.Kind {
	_, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	if rest, ok = strings.CutPrefix(rest, "for "); !ok {
		return event.KindNone
	}
	number, why, ok := strings.Cut(rest, " seconds: ")
	if !ok {
		return event.KindNone
	}
	if _, ok := scan.Float(number); !ok && number != "NaN" {
		return event.KindNone
	}
	if list, ok := strings.CutPrefix(why, "Some recipients temp failed: "); ok { // each has a line of its own
		addresses(ev, l, list)
		return event.KindMessageQueued
	}
	if cutShort(why, "Some recipients temp failed: ") {
		return event.KindNone
	}
	ev.Status = event.StatusDeferred
	return because(ev, why)
}

// bounced is "bouncing mail: why".
func bounced(ev *event.Event, l *line, why string) event.Kind {
	if list, ok := strings.CutPrefix(why, "Some recipients failed: "); ok { // each has a line of its own
		addresses(ev, l, list)
		return event.KindNotification
	}
	if rest, ok := strings.CutPrefix(why, "Too many failures ("); ok {
		rest = strings.TrimSuffix(rest, ")")
		ev.Status = event.StatusExpired
		if list, ok := strings.CutPrefix(rest, "Some recipients temp failed: "); ok {
			addresses(ev, l, list)
			ev.Route, ev.Tried = event.RouteMX, event.No // the try has a line of its own
			return event.KindDelivery
		}
		return because(ev, rest)
	}
	if cutShort(why, "Some recipients failed: ") || cutShort(why, "Too many failures (") {
		return event.KindNone
	}
	ev.Status = event.StatusBounced
	return because(ev, why)
}

// after takes words off the front whose first letter is in either case.
func after(s, words string) (rest string, ok bool) {
	if s == "" || s[0]|0x20 != 'p' {
		return s, false
	}
	return strings.CutPrefix(s[1:], words)
}

// cutShort says whether s is a part of the words that it could have begun with.
func cutShort(s, words string) bool { return len(s) < len(words) && words[:len(s)] == s }

// because reads why all recipients of a part got a verdict: the answer of a host, or what Haraka itself found.
func because(ev *event.Event, why string) event.Kind {
	ev.Tried, ev.Route = event.Yes, event.RouteMX
	words := why
	if rest, ok := strings.CutPrefix(why, "Upstream error: "); ok {
		words = rest
	}
	if r, ok := reply.Parse(words); ok {
		into(ev, r)
		return event.KindDelivery
	}
	switch {
	case why == "Tried all MXs":
	case strings.HasPrefix(why, "DNS lookup failure: "):
		ev.ErrorType = "host_not_found"
	case strings.HasPrefix(why, "Temporary MX lookup error for "):
		ev.ErrorType, ev.DestinationDomain = "host_not_found", why[len("Temporary MX lookup error for "):]
	case strings.HasPrefix(why, "No Such Domain: "):
		ev.ErrorType, ev.DestinationDomain = "host_not_found", why[len("No Such Domain: "):]
	case strings.HasPrefix(why, "Nowhere to deliver mail to for domain: "):
		ev.ErrorType, ev.DestinationDomain = "host_not_found", why[len("Nowhere to deliver mail to for domain: "):]
	case strings.HasPrefix(why, "No MX for "):
		ev.Tried, ev.Route, ev.DestinationDomain = event.No, event.RouteNone, why[len("No MX for "):]
	case strings.HasPrefix(why, "Domain ") && strings.HasSuffix(why, " sends and receives no email (NULL MX)"):
		ev.Tried, ev.ErrorType = event.No, "host_not_found"
		ev.DestinationDomain = strings.TrimSuffix(why[len("Domain "):], " sends and receives no email (NULL MX)")
	case strings.HasPrefix(why, "Host failed TLS verification"):
		ev.ErrorType = "tls_handshake"
	case strings.HasPrefix(why, "Unrecognized response from upstream server: "):
		unrecognized(ev, why[len("Unrecognized response from upstream server: "):])
	default: // Haraka's own trouble with its queue, or a plugin's word
		ev.Tried, ev.Route = event.Open, event.RouteUnknown
	}
	return event.KindDelivery
}

// unrecognized is an answer that is none by Haraka's pattern: a code without a blank behind it, or other words.
func unrecognized(ev *event.Event, s string) {
	s = scan.Trim(strings.TrimSuffix(s, `\r\n`)) // the end of the host's line, as the formats other than the default write it
	if code, rest, ok := scan.Digits(s); ok && rest == "" && code >= 400 && code < 600 {
		ev.Code, ev.Class = int(code), byte('0'+code/100)
		return
	}
	ev.Text = s
}

// addresses reads "<a@b>, <c@d>".
func addresses(ev *event.Event, l *line, s string) {
	for {
		address, rest, ok := l.angle(s)
		if !ok {
			break
		}
		ev.RcptList = append(ev.RcptList, address)
		if s, ok = strings.CutPrefix(rest, ", "); !ok {
			if s, ok = strings.CutPrefix(rest, ","); !ok {
				break
			}
		}
	}
	if len(ev.RcptList) == 1 {
		ev.RcptTo, ev.RcptList = ev.RcptList[0], ev.RcptList[:0]
	}
}
