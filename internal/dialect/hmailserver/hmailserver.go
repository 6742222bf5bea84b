// Package hmailserver reads the logs of hMailServer (source/Server/Common/Application/Logger.cpp of hMailServer 5.7).
package hmailserver

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// Parser reads the lines of hMailServer.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "hmailserver" }

// Claims takes no program: hMailServer writes files of its own.
func (Parser) Claims(string) bool { return false }

// row is a line by its columns, which tabs part. A quote within the last one is not doubled: that ends at the last quote of the line.
type row struct {
	kind      string // SMTPD, SMTPC, APPLICATION, TCPIP, DEBUG, ERROR
	session   string // of SMTPD and SMTPC
	peer      string // likewise
	message   string
	messageAt int
}

// read takes the row apart. Only in message does anybody else's text stand.
func (r *row) read(line string) bool {
	line = strings.TrimSuffix(line, "\r")
	kind, rest, ok := quoted(line)
	if !ok {
		return false
	}
	r.kind = kind
	talks := kind == "SMTPD" || kind == "SMTPC"
	if !talks && kind != "APPLICATION" && kind != "TCPIP" && kind != "DEBUG" && kind != "ERROR" {
		return false
	}
	if _, rest, ok = number(rest); !ok { // thread
		return false
	}
	if talks {
		if r.session, rest, ok = number(rest); !ok {
			return false
		}
	}
	if _, rest, ok = quoted(rest); !ok { // stamp
		return false
	}
	if talks {
		if r.peer, rest, ok = quoted(rest); !ok {
			return false
		}
	}
	if rest, ok = scan.Byte(rest, '"'); !ok {
		return false
	}
	r.messageAt = len(line) - len(rest)
	r.message = strings.TrimSuffix(rest, `"`)
	return true
}

func quoted(s string) (value, rest string, ok bool) {
	value, rest, ok = scan.Between(s, '"', '"')
	if !ok {
		return "", s, false
	}
	rest, ok = scan.Byte(rest, '\t')
	return value, rest, ok
}

func number(s string) (digits, rest string, ok bool) {
	_, rest, ok = scan.Digits(s)
	if !ok {
		return "", s, false
	}
	digits = s[:len(s)-len(rest)]
	rest, ok = scan.Byte(rest, '\t')
	return digits, rest, ok
}

// Probe takes rows of hMailServer's columns.
func (Parser) Probe(h *header.Header) bool {
	var r row
	return h.Program == "" && strings.HasPrefix(h.Text, `"`) && r.read(h.Text)
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	var r row
	if h.Program != "" || !r.read(h.Text) {
		return event.Unknown
	}
	ev.Quoting = event.QuotingNewline
	switch r.kind {
	case "SMTPD", "SMTPC":
		return readTalk(&r, ev)
	case "APPLICATION":
		return result(readDeliverer(r.message, ev) || readSpam(r.message, ev) || readService(r.message, ev))
	case "ERROR":
		return result(readError(r.message, ev))
	case "TCPIP":
		return result(readConnection(r.message, ev))
	}
	return result(readDebug(r.message, ev))
}

func result(read bool) event.Result {
	if !read {
		return event.Unknown
	}
	return event.Parsed
}

// readTalk reads a row of a conversation: "RECEIVED: EHLO pc", "SENT: 250-mx[nl]250 HELP". As a server hMailServer receives commands, as
// a client replies. What it says of its work in between, and of ETRN, is no word of it.
func readTalk(r *row, ev *event.Event) event.Result {
	ev.Scope, ev.ConnID, ev.Daemon, ev.PeerIP = event.ScopeID, r.session, r.kind, address(r.peer)
	ev.Role = event.RoleServer
	if r.kind == "SMTPC" {
		ev.Role = event.RoleClient
	}
	said, received := strings.CutPrefix(r.message, "RECEIVED: ")
	if !received {
		var sent bool
		if said, sent = strings.CutPrefix(r.message, "SENT: "); !sent {
			ev.Scope = event.ScopeNone
			return event.Unknown
		}
	}
	at := r.messageAt + len(r.message) - len(said)
	client := received == (ev.Role == event.RoleServer)
	ev.FromPeer, ev.Said, ev.SaidAt = event.TriOf(client), said, event.Span{From: at, To: at + len(said)}
	switch {
	case client && said == "[nl].":
		ev.Said = "." // the end of the message, which itself is not logged
	case client && speech.OfClient(said, ev):
		speech.HideCredentials(said, ev)
		return event.Parsed
	case !client && speech.Reply(said, ev):
		if strings.Contains(said, "[nl]") {
			ev.MoreLines, ev.TextJoined = false, true
		}
		return event.Parsed
	}
	ev.Kind = event.KindContent
	return event.Parsed
}

// address is an IP address without its zone, or nothing.
func address(s string) string {
	s, _, _ = scan.Cut(s, '%')
	if !scan.IsIP(s) {
		return ""
	}
	return s
}
