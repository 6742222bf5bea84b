// Package dkimpymilter reads what dkimpy-milter writes about messages that it signed or verified (dkimpy_milter/__init__.py).
package dkimpymilter

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of dkimpy-milter.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "dkimpy-milter" }

// Claims takes the program's name.
func (Parser) Claims(program string) bool { return program == "dkimpy-milter" }

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// service reads "dkimpy-milter starting:1.2.3 user:dkimpy-milter" and "dkimpy-milter shutdown".
func service(ev *event.Event, s string) event.Result {
	if !strings.HasPrefix(s, "dkimpy-milter starting:") &&
		!strings.HasPrefix(s, "dkimpy-milter started:") && !strings.HasPrefix(s, "dkimpy-milter shutdown") {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = event.KindLifecycle, true, "dkimpy-milter", s
	return event.Parsed
}

// Parse reads "X: rsa-sha256 DKIM signature verified (s=mail d=example.com)" and "DKIM: Fail (b'example.com')".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	id, s, ok := strings.Cut(h.Text, ": ")
	switch {
	case !ok:
		return service(ev, h.Text)
	case id == "DKIM" && strings.HasPrefix(s, "Fail"):
		ev.FilterVerdict, ev.Argument = "fail", scan.Trim(strings.TrimPrefix(s[len("Fail"):], ","))
	case scan.IsQueueID(id):
		algorithm, rest, ok := strings.Cut(s, " DKIM signature ")
		if !ok || strings.IndexByte(algorithm, ' ') >= 0 {
			return event.Unknown
		}
		switch {
		case strings.HasPrefix(rest, "added ("):
			ev.FilterVerdict = "signed"
		case strings.HasPrefix(rest, "verified ("):
			ev.FilterVerdict = "pass"
		default:
			return event.Unknown
		}
		ev.QueueID, ev.Argument = id, s
	default:
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "dkimpy-milter", "dkimpy-milter"
	return event.Parsed
}
