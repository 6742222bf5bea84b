// Package postgrey reads the lines of the greylisting policy service Postgrey (mylog_action and do_maintenance in its source).
package postgrey

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Postgrey.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "postgrey" }

// Claims takes the program's name.
func (Parser) Claims(program string) bool { return program == "postgrey" }

// Probe takes a decision as it is printed in the foreground, where no header names the program.
func (Parser) Probe(h *header.Header) bool {
	s := h.Text
	if client, ok := strings.CutPrefix(s, "whitelisted: "); ok {
		return h.Program == "" && strings.HasSuffix(client, "]") && strings.IndexByte(client, '[') > 0 && strings.IndexByte(client, ' ') < 0
	}
	if id, rest, ok := strings.Cut(s, ": "); ok && scan.IsQueueID(id) {
		s = rest
	}
	return h.Program == "" && (strings.HasPrefix(s, "action=greylist, reason=") || strings.HasPrefix(s, "action=pass, reason=")) &&
		strings.Contains(s, ", client_address=")
}

// Parse reads "[X: ]action=greylist, reason=new, client_name=..., client_address=..., sender=..., recipient=...".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	if id, rest, ok := strings.Cut(s, ": "); ok && scan.IsQueueID(id) && strings.HasPrefix(rest, "action=") {
		ev.QueueID, s = id, rest
	}
	s, ok := strings.CutPrefix(s, "action=")
	if !ok {
		return other(ev, s, h.Program != "")
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
			ev.PeerIP = unmasked(value)
		}
	}
	envelope(ev, s)
	return event.Parsed
}

// unmasked takes a mask of all bits off: some releases keep the address as a network (NetAddr::IP).
func unmasked(s string) string {
	ip, bits, ok := scan.Cut(s, '/')
	if ok && (bits == "32" || bits == "128") {
		return ip
	}
	return s
}

// other reads what is no decision; words that anybody could write only where the program names itself.
func other(ev *event.Event, s string, named bool) event.Result {
	switch {
	// "whitelisted: mail.sender.example[192.0.2.1]": it has come back often enough to be asked no more
	case strings.HasPrefix(s, "whitelisted: "):
		client, ip, ok := scan.CutLast(strings.TrimSuffix(s[len("whitelisted: "):], "]"), '[')
		if !ok {
			client, ip = "", client
		}
		if net, _, _ := scan.Cut(ip, '/'); !scan.IsIP(net) {
			return event.Unknown
		}
		if ip = unmasked(ip); !scan.IsIP(ip) { // a network, which no client is
			ip = ""
		}
		if client == "unknown" {
			client = ""
		}
		ev.ClientAddress, ev.PeerIP, ev.FilterVerdict = client, ip, "whitelisted"
	case strings.HasPrefix(s, "delayed ") && delayed(ev, s[len("delayed "):]):
	case strings.HasPrefix(s, "cleaning up old "), strings.HasPrefix(s, "cleaning main database "),
		strings.HasPrefix(s, "cleaning clients database "), strings.HasPrefix(s, "HUP received: "),
		named &&
			(strings.HasPrefix(s, "cleaning ") || strings.HasPrefix(s, "rm ") || s == "Exiting!" ||
				strings.HasPrefix(s, "correcting date ") || netserver.Lifecycle(s)):
		ev.Kind, ev.Beside, ev.Daemon, ev.Argument = event.KindLifecycle, true, "postgrey", s
		return event.Parsed
	case named && (strings.HasPrefix(s, "WARNING: ") || strings.HasPrefix(s, "FATAL: ")),
		strings.HasPrefix(s, "unrecognized request type: "), strings.HasPrefix(s, "ignoring garbage: "):
		_, ev.Argument, _ = strings.Cut(s, ": ")
		ev.Kind, ev.Beside, ev.Daemon = event.KindWarning, true, "postgrey"
		return event.Parsed
	default:
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "postgrey", "postgrey"
	return event.Parsed
}

// delayed is "551 seconds: client=mail.sender.example, from=a@b, to=c@d" of releases before 1.28: the client came back and was let in.
func delayed(ev *event.Event, s string) bool {
	_, rest, ok := scan.Digits(s)
	list, found := strings.CutPrefix(rest, " seconds: client=")
	if !ok || !found {
		return false
	}
	client, addresses, ok := strings.Cut(list, ", from=")
	if !ok {
		return false
	}
	if ev.Argument, ev.FilterVerdict = s[:len(s)-len(list)-len(": client=")], "pass"; scan.IsIP(client) {
		ev.PeerIP = client
	} else {
		ev.ClientAddress = client
	}
	if from, to, sure := scan.CutOnce(addresses, ", to="); sure {
		if ev.MailFrom, ev.RcptTo = from, to; from == "" {
			ev.MailFrom = "<>"
		}
	}
	return true
}

// envelope is "sender=a, recipient=b". The null sender is left out. A quoted local part (RFC 5321 section 4.1.2) may look like the field
// behind it: then no one can tell.
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
		if ev.MailFrom, ev.RcptTo = from, to; from == "" {
			ev.MailFrom = "<>"
		}
	}
}
