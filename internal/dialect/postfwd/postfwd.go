// Package postfwd reads what the policy service postfwd (1 to 3) decided (postfwd's own source: the [RULES] and [CACHE] lines), what it
// found on the way, and what it says of itself.
package postfwd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of postfwd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "postfwd" }

// Claims takes the program's names, with that of a part of it behind.
func (Parser) Claims(program string) bool {
	name, _, _ := scan.Cut(program, '/')
	return name == "postfwd" || name == "postfwd1" || name == "postfwd2" || name == "postfwd3"
}

// Probe takes a decision without a header.
func (Parser) Probe(h *header.Header) bool {
	return h.Program == "" && (strings.HasPrefix(h.Text, "[RULES] rule=") || strings.HasPrefix(h.Text, "[CACHE] rule=")) &&
		strings.Contains(h.Text, ", client=")
}

// Parse reads one line: "[RULES] rule=0, id=R1, ..." is a decision, "[SCORE]", "[MAIL]" and "[SENDMAIL]" are steps on its way; postfwd 1
// had no word in front.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	what, rest, ok := scan.Between(s, '[', ']')
	if ok {
		rest, ok = scan.Byte(rest, ' ')
	}
	switch {
	case !ok:
		what, rest = "RULES", s
	case what == "STATS", what == "CLEANUP":
		return says(ev, event.KindLifecycle, s)
	case what == "DNSBL":
		return dnsbl(ev, rest)
	}
	if fields, found := strings.CutPrefix(rest, "rule="); found {
		switch what {
		case "RULES", "CACHE", "SCORE", "MAIL", "SENDMAIL":
			return matched(ev, fields)
		}
	}
	if h.Program == "" {
		return event.Unknown
	}
	return service(ev, s)
}

// matched reads "0, id=R1, queue=X, client=name[192.0.2.1], user=u, sender=<a>, recipient=<b>, helo=<h>, proto=ESMTP, state=RCPT,
// delay=0s, hits=R1, action=DUNNO". Rules and their ids are the operator's; sender and HELO name are a client's words, so what divides
// them must stand once. Steps on the way have other words in the place of the action, and no verdict.
func matched(ev *event.Event, s string) event.Result {
	front, s, ok := scan.CutOnce(s, ", sender=")
	if !ok {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "postfwd", "postfwd"
	for front != "" {
		var field string
		field, front, _ = strings.Cut(front, ", ")
		key, value, _ := scan.Cut(field, '=')
		switch key {
		case "id":
			ev.Argument = value
		case "queue":
			if scan.IsQueueID(value) {
				ev.QueueID = value
			}
		case "client":
			name, ip, _ := scan.Cut(strings.TrimSuffix(value, "]"), '[')
			if ev.PeerIP = ip; name != "unknown" {
				ev.ClientAddress = name
			}
		case "user":
			ev.User = value
		}
	}
	angled := strings.HasPrefix(s, "<")
	words, s, ok := scan.CutOnce(s, ", proto=")
	if !ok {
		return event.Parsed
	}
	client(ev, words, angled)
	if _, action, ok := strings.Cut(s, ", action="); ok {
		ev.FilterVerdict, _ = scan.Word(action)
	}
	return event.Parsed
}

// client is "<a>, recipient=<b>, helo=<h>", of postfwd 1 without brackets.
func client(ev *event.Event, s string, angled bool) {
	toHelo, toRecipient, end := ", helo=", ", recipient=", ""
	if angled {
		toHelo, toRecipient, end = ">, helo=<", ">, recipient=<", ">"
	}
	s, helo, ok := scan.CutOnce(s, toHelo)
	helo, whole := strings.CutSuffix(helo, end)
	if !ok || !whole {
		return
	}
	from, to, ok := scan.CutOnce(s, toRecipient)
	if !ok && strings.Contains(s, toRecipient) {
		return
	}
	if angled {
		from = from[1:]
	}
	ev.Helo, ev.RcptTo = helo, to
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
}
