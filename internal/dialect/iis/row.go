package iis

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// row is a line by its columns. A blank in a value is written as a plus sign, and a value that is not there as a hyphen.
type row struct {
	peer, user, site, computer, ip     string // c-ip cs-username s-sitename s-computername s-ip
	port, method, query, status, taken string // s-port cs-method cs-uri-query sc-status time-taken
	win32, bytes, version              string // sc-win32-status cs-bytes cs-version
	queryAt                            int    // offset of query in the line
}

// find reads the line behind h by the columns that were named, else by those of default, and says whether it is the SMTP service's.
func (r *row) find(h *header.Header) (assumed, ok bool) {
	columns := h.Columns
	if columns == "" {
		columns, assumed = defaultColumns, true
	} else if !isOurs(columns) {
		return false, false
	}
	r.read(strings.TrimRight(h.Text, " \r"), columns, h.Resolution)
	named := strings.HasPrefix(r.site, "SMTPSVC") || r.user == outCommand || r.user == outResponse
	if assumed {
		return true, named && (r.version == "SMTP" || r.version == "")
	}
	return false, named || r.site == "" && r.version == "SMTP"
}

// read takes the values apart. The stamp in front of the row went into the header.
func (r *row) read(line, columns string, stamp event.Resolution) {
	if stamp != event.ResolutionNone {
		if rest, ok := strings.CutPrefix(columns, "date "); ok {
			columns = rest
		}
		columns = strings.TrimPrefix(columns, "time ")
	}
	rest, more := line, true
	for columns != "" && more {
		var name, value string
		name, columns = scan.Word(columns)
		at := len(line) - len(rest)
		value, rest, more = scan.Cut(rest, ' ')
		if value == "-" || !more && columns != "" { // not there, or cut off
			continue
		}
		switch name {
		case "c-ip":
			r.peer = address(value)
		case "cs-username":
			r.user = value
		case "s-sitename":
			r.site = value
		case "s-computername":
			r.computer = value
		case "s-ip":
			r.ip = address(value)
		case "s-port":
			r.port = value
		case "cs-method":
			r.method = value
		case "cs-uri-query":
			r.query, r.queryAt = value, at
		case "sc-status":
			r.status = value
		case "sc-win32-status":
			r.win32 = value
		case "cs-bytes":
			r.bytes = value
		case "time-taken":
			r.taken = value
		case "cs-version":
			r.version = value
		}
	}
}

// parse makes the row an event.
func (r *row) parse(ev *event.Event) event.Result {
	ev.Scope, ev.Instance, ev.PeerIP = event.ScopeAddress, r.site, r.peer
	ev.Said, ev.SaidAt = r.query, event.Span{From: r.queryAt, To: r.queryAt + len(r.query)}
	switch r.user {
	case outResponse:
		ev.Role, ev.FromPeer, ev.PeerPort, ev.ServerPort = event.RoleClient, event.No, port(r.port), port(r.port)
		return r.parseResponse(ev)
	case outCommand:
		ev.Role, ev.FromPeer, ev.PeerPort, ev.ServerPort = event.RoleClient, event.Yes, port(r.port), port(r.port)
		if !r.parseCommand(ev) {
			ev.Kind = event.KindContent
		}
		return event.Parsed
	}
	ev.Role, ev.FromPeer, ev.Helo = event.RoleServer, event.Yes, r.user
	if r.method == "" {
		return event.Unknown
	}
	known := r.parseCommand(ev)
	if r.status == "" || r.status == "0" {
		if !known {
			ev.Kind = event.KindContent
		}
		return event.Parsed
	}
	code, rest, ok := scan.Fixed(r.status, 3)
	if !ok || rest != "" || code < 200 || code > 599 {
		return event.Malformed
	}
	ev.Kind, ev.Answered, ev.Code, ev.Class = event.KindReply, true, code, byte('0'+code/100)
	if ms, ok := scan.Int(r.taken); ok && ev.Command != "QUIT" && ms < 1<<40 { // QUIT tells the time of the whole session
		ev.Latency, ev.HasLatency = time.Duration(ms)*time.Millisecond, true
	}
	if ev.Command == "DATA" || ev.Command == "BDAT" {
		ev.Size, ev.HasSize = scan.Int(r.bytes)
	}
	return event.Parsed
}

// parseResponse reads "250+2.1.0+Ok", or a line of a longer reply, "250-mx.example".
func (r *row) parseResponse(ev *event.Event) event.Result {
	if !speech.PlusReply(r.query, ev) {
		ev.Kind = event.KindContent
	}
	return event.Parsed
}

// parseCommand reads cs-method and what stands in cs-uri-query behind it.
func (r *row) parseCommand(ev *event.Event) bool {
	verb, ok := event.VerbOf(r.method)
	if !ok {
		return false
	}
	argument := strings.TrimLeft(r.query, "+")
	speech.PlusCommand(verb, argument, ev)
	switch verb {
	case event.VerbDATA, event.VerbBDAT:
		if id, rest, ok := scan.Between(argument, '<', '>'); ok && rest == "" {
			ev.MessageID = id // once the message is there
		}
		ev.Argument = ""
	case event.VerbAUTH:
		ev.Hide(argument[len(ev.AuthMechanism):])
	case event.VerbQUIT, event.VerbRSET, event.VerbSTARTTLS: // the name that the client gave stands behind QUIT
		ev.Argument = ""
	}
	return true
}

func address(s string) string {
	if !scan.IsIP(s) {
		return ""
	}
	return s
}

func port(s string) int {
	n, ok := scan.Int(s)
	if !ok || n > 65535 {
		return 0
	}
	return int(n)
}
