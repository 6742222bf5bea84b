// Package mailenable reads the SMTP activity log of MailEnable (its knowledge base: "How to analyse MailEnable logging files", ME020170).
package mailenable

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// Parser reads the lines of MailEnable.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "mailenable" }

// Claims takes no program: MailEnable writes files of its own.
func (Parser) Claims(string) bool { return false }

// row is a line by its columns, which tabs part: time, direction, message file, socket, remote address, command, its details, the
// response to it, bytes sent and received, user.
type row struct {
	kind, file, socket, peer, command, details, response, user string
	detailsAt                                                  int
}

// read takes the row apart. A peer's words have no tab: the server does not log one.
func (r *row) read(line string) bool {
	line = strings.TrimSuffix(line, "\r")
	_, rest, ok := scan.Cut(line, '\t') // stamp
	if !ok {
		return false
	}
	if r.kind, rest, ok = scan.Cut(rest, '\t'); !ok || r.kind != "SMTP-IN" && r.kind != "SMTP-OU" {
		return false
	}
	if r.file, rest, ok = scan.Cut(rest, '\t'); !ok {
		return false
	}
	if r.socket, rest, ok = scan.Cut(rest, '\t'); !ok {
		return false
	}
	if _, digits := scan.Int(r.socket); !digits {
		return false
	}
	if r.peer, rest, ok = scan.Cut(rest, '\t'); !ok {
		return false
	}
	if r.command, rest, ok = scan.Cut(rest, '\t'); !ok {
		return false
	}
	r.detailsAt = len(line) - len(rest)
	r.details, rest, _ = scan.Cut(rest, '\t')
	r.response, rest, _ = scan.Cut(rest, '\t')
	_, rest, _ = scan.Cut(rest, '\t')
	_, rest, _ = scan.Cut(rest, '\t')
	r.user, _, _ = scan.Cut(rest, '\t')
	return true
}

// Probe takes rows of MailEnable's columns.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	if columns, ok := strings.CutPrefix(h.Text, "#Fields: "); ok {
		return isW3C(columns)
	}
	if strings.Contains(h.Text, "\tSMTP-") {
		var r row
		return r.read(h.Text)
	}
	var r w3cRow
	return strings.Contains(h.Text, " SMTP-") && r.read(h)
}

// Parse reads one line: a command and the response to it, or one of both.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		return event.Unknown
	}
	if columns, ok := strings.CutPrefix(h.Text, "#Fields: "); ok && isW3C(columns) {
		ev.Kind, ev.Columns, ev.Argument = event.KindLifecycle, strings.TrimRight(columns, " \r"), h.Text[1:]
		return event.Parsed
	}
	if strings.HasPrefix(h.Text, "#Software: MailEnable ") {
		ev.Kind, ev.Argument = event.KindLifecycle, h.Text[1:]
		return event.Parsed
	}
	var w w3cRow
	if w.read(h) {
		return w.parse(ev)
	}
	var r row
	if !r.read(h.Text) {
		return event.Unknown
	}
	ev.Daemon, ev.Scope, ev.ConnID, ev.PeerIP = r.kind, event.ScopeAddress, r.socket, address(r.peer)
	ev.Role, ev.FromPeer = event.RoleServer, event.Yes
	if r.kind == "SMTP-OU" {
		ev.Role = event.RoleClient
	}
	ev.Said, ev.SaidAt = r.details, event.Span{From: r.detailsAt, To: r.detailsAt + len(r.details)}

	// the command
	known := r.readCommand(ev)
	if r.response == "" {
		if !known {
			ev.Kind = event.KindContent
		}
		return event.Parsed
	}

	// the response
	command, argument := ev.Command, ev.Argument
	from, to, helo, size, hasSize := ev.MailFrom, ev.RcptTo, ev.Helo, ev.Size, ev.HasSize
	if !speech.Reply(r.response, ev) {
		if !known {
			ev.Kind = event.KindContent
		}
		return event.Malformed
	}
	ev.MoreLines = false // the row has all of a reply, or its first line
	ev.Answered, ev.Command, ev.Argument = true, command, argument
	ev.MailFrom, ev.RcptTo, ev.Helo, ev.Size, ev.HasSize = from, to, helo, size, hasSize
	if command == "AUTH" {
		login(ev, r.user)
	}
	if ev.Role == event.RoleServer && ev.Class == '2' {
		ev.RemoteQueueID = strings.TrimSuffix(r.file, ".MAI") // the tracker keeps it where the message was accepted
	}
	return event.Parsed
}

// readCommand reads what stands in the columns of the command. Neither is filled in the row of the greeting.
func (r *row) readCommand(ev *event.Event) bool {
	switch {
	case r.command == "" || r.command == "CONN":
		ev.Kind, ev.Command = event.KindConnect, event.CommandConnect
		return true
	case r.details == ".":
		ev.Kind, ev.Command = event.KindCommand, event.CommandEOM
		return true
	case r.command == "AUTH":
		return r.readAuth(ev)
	case speech.Command(r.details, ev):
		return true
	}
	verb, ok := event.VerbOf(r.command)
	if ok {
		ev.Kind, ev.Command = event.KindCommand, verb.String()
	}
	return ok
}

// login takes the name that the server has for the client. Until a reply says that it is right, it may be a password.
func login(ev *event.Event, user string) {
	if ev.Class == '2' {
		ev.User = user
		return
	}
	ev.HideLogin(user)
}

// readAuth reads "AUTH LOGIN", or a line of the exchange behind it, which may hold credentials.
func (r *row) readAuth(ev *event.Event) bool {
	if speech.Command(r.details, ev) {
		speech.HideCredentials(r.details, ev)
	} else if r.details != "" {
		ev.Hide(r.details)
	}
	ev.Kind, ev.Command = event.KindCommand, "AUTH"
	return true
}

// address is an IP address, or nothing.
func address(s string) string {
	if !scan.IsIP(s) {
		return ""
	}
	return s
}
