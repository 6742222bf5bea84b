// Package postgrey reads the lines of the greylisting policy service Postgrey (mylog_action and do_maintenance in its source).
package postgrey

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Postgrey.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "postgrey" }

// Claims takes the program's name.
func (Parser) Claims(program string) bool { return program == "postgrey" }

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads "[X: ]action=greylist, reason=new, client_name=..., client_address=..., sender=..., recipient=...".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	if id, rest, ok := strings.Cut(s, ": "); ok && scan.IsQueueID(id) && strings.HasPrefix(rest, "action=") {
		ev.QueueID, s = id, rest
	}
	s, ok := strings.CutPrefix(s, "action=")
	if !ok {
		return event.Unknown
	}
	action, s, _ := strings.Cut(s, ", ")
	if action != "greylist" && action != "pass" {
		ev.QueueID = ""
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon = event.KindFilter, true, "postgrey"
	ev.FilterName, ev.FilterVerdict = "postgrey", action

	// the fields in front of the sender are the writer's
	for !strings.HasPrefix(s, "sender=") && !strings.HasPrefix(s, "recipient=") && s != "" {
		var field string
		field, s, _ = strings.Cut(s, ", ")
		key, value, _ := scan.Cut(field, '=')
		switch key {
		case "reason":
			ev.Argument = value
		case "client_name":
			if value != "unknown" {
				ev.ClientAddress = value
			}
		case "client_address":
			ev.PeerIP = value
		}
	}
	envelope(ev, s)
	return event.Parsed
}

// envelope is "sender=a, recipient=b". The null sender is left out. A quoted local part (RFC 5321 section 4.1.2) may look like the field behind it: then
// no one can tell.
func envelope(ev *event.Event, s string) {
	from, to, ok := scan.CutOnce(s, "recipient=")
	if !ok {
		return
	}
	if from == "" {
		ev.MailFrom, ev.RcptTo = "<>", to
		return
	}
	from, isFirst := strings.CutPrefix(from, "sender=")
	from, isWhole := strings.CutSuffix(from, ", ")
	if isFirst && isWhole {
		ev.MailFrom, ev.RcptTo = from, to
	}
}
