// Package postfwd reads what the policy service postfwd (1 to 3) decided (postfwd's own source: the [RULES] and [CACHE] lines).
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

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads "[RULES] rule=0, id=R1, queue=X, client=name[192.0.2.1], user=u, sender=<a>, recipient=<b>, helo=<h>, proto=ESMTP, state=RCPT, delay=0s, hits=R1, action=DUNNO".
// Rules and their ids are the operator's; sender and HELO name are a client's words, so what divides them must stand once.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s, ok := strings.CutPrefix(h.Text, "[RULES] ")
	if !ok {
		s, ok = strings.CutPrefix(h.Text, "[CACHE] ")
	}
	if !ok || !strings.HasPrefix(s, "rule=") {
		return event.Unknown
	}
	front, s, ok := scan.CutOnce(s, ", sender=<")
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
	words, s, ok := scan.CutOnce(s, ">, proto=")
	if !ok {
		return event.Parsed
	}
	client(ev, words)
	if _, action, ok := strings.Cut(s, "s, hits="); ok {
		if _, action, ok = strings.Cut(action, ", action="); ok {
			ev.FilterVerdict, _ = scan.Word(action)
		}
	}
	return event.Parsed
}

// client is "a>, recipient=<b>, helo=<h".
func client(ev *event.Event, s string) {
	s, helo, ok := scan.CutOnce(s, ">, helo=<")
	if !ok {
		return
	}
	from, to, ok := scan.CutOnce(s, ">, recipient=<")
	if !ok && strings.Contains(s, ">, recipient=<") {
		return
	}
	ev.Helo, ev.RcptTo = helo, to
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
}
