// Package haraka reads the log lines of Haraka 2.x and 3.x, in each of its formats (log.ini: default, logfmt, json), with and without its
// stamps and colours. The comment at each shape names the source file of Haraka that prints it.
//
// Haraka names things by one identifier: UUID is a connection of a client, UUID.n its n-th transaction and the message that came of it,
// UUID.n.m the m-th part of that message, for one domain, in the outbound queue. A message that Haraka makes itself has a UUID of its own
// and parts UUID.m.
package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Haraka.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "haraka" }

// Claims takes the tag of haraka-plugin-syslog and of the unit and container of that name.
func (Parser) Claims(program string) bool { return scan.EqualFold(program, "haraka") }

// Probe recognises the frame that every line has.
func (Parser) Probe(h *header.Header) bool {
	var l line
	return l.open(h.Text) || isFirst(h.Text)
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	var l line
	if !l.open(h.Text) {
		return result(ev, first(ev, h.Text))
	}
	ev.Daemon = l.origin
	if l.form != plain {
		ev.Quoting = event.QuotingJSON
	}
	switch {
	case l.origin == "outbound":
		return result(ev, outbound(ev, &l))
	case l.id == "-":
		return result(ev, lifecycle(ev, &l))
	}
	return result(ev, server(ev, &l))
}

// result makes the event what was found, or nothing but what must be concealed.
func result(ev *event.Event, kind event.Kind) event.Result {
	ev.Kind = kind
	if kind != event.KindNone {
		return event.Parsed
	}
	ev.Scope, ev.ConnID, ev.QueueID, ev.FromPeer, ev.Said = event.ScopeNone, "", "", event.Open, ""
	return event.Unknown
}

// isFirst knows the lines that are written before there is a frame (logger.js, haraka.js).
func isFirst(s string) bool {
	return strings.HasPrefix(s, "Starting up Haraka version ") || strings.HasPrefix(s, "loglevel: ") || strings.HasPrefix(s, "log format: ")
}

// first reads such a line.
func first(ev *event.Event, s string) event.Kind {
	s = uncoloured(unstamped(s))
	switch {
	case strings.HasPrefix(s, "Starting up Haraka version "):
		ev.Argument = s
		return event.KindLifecycle
	case strings.HasPrefix(s, "loglevel: "), strings.HasPrefix(s, "log format: "):
		_, word, _ := strings.Cut(s, ": ")
		if strings.Contains(word, " ") {
			return event.KindNone
		}
		ev.Argument = s
		return event.KindLifecycle
	}
	return event.KindNone
}

// identity splits UUID.n: the connection and the number of its transaction, 0 without one. It is false for anything else.
func identity(s string) (uuid string, n int, rest string, ok bool) {
	uuid, rest, ok = scan.UUID(s)
	if !ok {
		return "", 0, s, false
	}
	if rest == "" {
		return uuid, 0, "", true
	}
	digits, tail, ok := scan.Digits(rest[1:])
	if rest[0] != '.' || !ok {
		return "", 0, s, false
	}
	return uuid, int(digits), tail, true
}
