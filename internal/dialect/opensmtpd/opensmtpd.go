// Package opensmtpd reads the log lines of OpenSMTPD 5.4 to 7.x: the "smtp-in:" and "smtp-out:" sentences of 5.x, the events of 6.x with
// and without "event=", and what `smtpd -d -T smtp` prints on its standard error. The comment at each shape names the source file that
// prints it.
//
// A message is named by the eight hex digits of its id, an envelope (one recipient of it) by sixteen whose first eight are the message's.
package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of OpenSMTPD.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "opensmtpd" }

// Claims takes the tag "smtpd": Postfix's has a slash in it; and the name of Debian's unit, which journalctl -o with-unit writes in its place.
func (Parser) Claims(program string) bool { return program == daemon || program == unit }

const (
	daemon = "smtpd"
	unit   = "opensmtpd"
)

// Probe recognises the lines of smtpd -d, which have no header, and those that lost theirs.
func (Parser) Probe(h *header.Header) bool {
	s := h.Text
	if h.Program != "" {
		return false
	}
	if id, rest, ok := sessionID(s); ok {
		return id != "" && isSubsystem(rest)
	}
	for _, p := range [...]string{"smtp: 0x", "mta: 0x", "<<< [MSG]", "<<< [EOM]", "info: OpenSMTPD ", "smtp-out: ", "smtp-in: "} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	if strings.HasPrefix(s, "delivery: ") || strings.HasPrefix(s, "relay: ") { // "relay: Expire for 8e6419fe0ec9d6e9: from=<"
		_, s, ok := strings.Cut(s, " for ")
		return ok && len(s) > 16 && isHex(s[:16]) && strings.HasPrefix(s[16:], ": ")
	}
	return false
}

func isSubsystem(s string) bool {
	return strings.HasPrefix(s, "smtp ") || strings.HasPrefix(s, "mta ") || strings.HasPrefix(s, "mda ") || strings.HasPrefix(s, "filters ")
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon = daemon
	kind := read(ev, h.Text)
	if kind == event.KindNone {
		redact := ev.Redact
		scope, id := ev.Scope, ev.ConnID
		clean(ev)
		ev.Redact = redact
		if scope == event.ScopeConn && ev.Said != "" { // words of a conversation that are no command: the tracker knows where they stand
			ev.Scope, ev.ConnID = scope, id
		}
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// clean takes off what a line that was not understood after all seemed to say.
func clean(ev *event.Event) {
	line, pid, said, from := ev.Line, ev.PID, ev.Said, ev.FromPeer
	host, time, resolution, role, alias := ev.Host, ev.Time, ev.Resolution, ev.Role, ev.ConnAlias
	ev.Reset()
	ev.Line, ev.PID, ev.Daemon, ev.Host, ev.Time, ev.Resolution = line, pid, daemon, host, time, resolution
	if said != "" {
		ev.Said, ev.FromPeer, ev.Role, ev.ConnAlias = said, from, role, alias
	}
}

// read finds the part of the server that speaks.
func read(ev *event.Event, s string) event.Kind {
	if id, rest, ok := sessionID(s); ok {
		return about(ev, id, rest)
	}
	word, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return lifecycle(ev, s)
	}
	switch word {
	case "smtp:", "mta:", "bounce:":
		return trace(ev, word, rest)
	case "<<<":
		return content(ev, rest)
	case "smtp-in:":
		return oldServer(ev, rest)
	case "smtp-out:":
		return oldClient(ev, rest)
	case "delivery:", "relay:":
		return verdictLine(ev, word, rest)
	case "proxy":
		return proxied(ev, rest)
	case "warn:":
		if kind := complain(ev, rest); kind != event.KindNone {
			return kind
		}
		clean(ev)
		ev.Argument = rest
		return event.KindWarning
	case "fatal:":
		ev.Argument = rest
		return event.KindWarning
	case "fatal": // "in dispatcher: smtp_io()" (log.c)
		process, _, ok := strings.Cut(rest, ": ")
		ev.Argument = rest
		return kindIf(event.KindWarning, ok && strings.HasPrefix(process, "in ") && strings.Count(process, " ") == 1)
	}
	if kind := lifecycle(ev, s); kind != event.KindNone {
		return kind
	}
	return complain(ev, s)
}

// about reads "<session id> smtp connected address=...": a subsystem, an event (behind "event=" in 6.0) and its fields.
func about(ev *event.Event, id, s string) event.Kind {
	part, s := scan.Word(s)
	name, rest := scan.Word(s)
	name = strings.TrimPrefix(name, "event=")
	ev.ConnID = id
	if id != "" {
		ev.Scope = event.ScopeConn
	}
	switch part {
	case "smtp":
		ev.Role = event.RoleServer
		return server(ev, name, rest)
	case "mta":
		ev.Role = event.RoleClient
		return client(ev, name, rest)
	case "mda":
		ev.Scope, ev.ConnID = event.ScopeNone, "" // its id is of a mailbox program's run
		if name == "delivery" {
			return delivered(ev, rest)
		}
	case "filters":
		ev.Role = event.RoleServer
		return filters(ev, s)
	}
	return event.KindNone
}

// sessionID takes the sixteen hex digits of a session off the front. All zeros are no id.
func sessionID(s string) (id, rest string, ok bool) {
	if len(s) < 17 || s[16] != ' ' || !isHex(s[:16]) {
		return "", s, false
	}
	if id = s[:16]; id == "0000000000000000" {
		id = ""
	}
	return id, s[17:], true
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}
