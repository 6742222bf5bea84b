package mailenable

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// w3cColumns are those of the W3C form, which has its own spelling of their names.
const w3cColumns = "date time c-ip agent account s-ip s-port cs-method cs-uristem cs-uriquery s-computername sc-bytes cs-bytes cs-username"

// isW3C says whether #Fields is MailEnable's.
func isW3C(columns string) bool {
	return strings.Contains(columns, " agent ") && strings.Contains(columns, " cs-uristem ") && strings.Contains(columns, " cs-uriquery ")
}

// w3cRow is a line of the W3C form. It has what a row of the activity log has, but for the message file and the socket.
type w3cRow struct {
	peer, agent, method, stem, query, user string
	stemAt                                 int
	assumed                                bool
}

// read takes the row apart by the columns that were named, else by MailEnable's.
func (r *w3cRow) read(h *header.Header) bool {
	columns := h.Columns
	if columns == "" {
		columns, r.assumed = w3cColumns, true
	} else if !isW3C(columns) {
		return false
	}
	if h.Resolution != event.ResolutionNone {
		columns = strings.TrimPrefix(strings.TrimPrefix(columns, "date "), "time ")
	}
	line := strings.TrimRight(h.Text, " \r")
	for rest, more := line, true; columns != "" && more; {
		var name, value string
		name, columns = scan.Word(columns)
		at := len(line) - len(rest)
		value, rest, more = scan.Cut(rest, ' ')
		if value == "-" || !more && columns != "" {
			continue
		}
		switch name {
		case "c-ip":
			r.peer = address(value)
		case "agent":
			r.agent = value
		case "cs-method":
			r.method = value
		case "cs-uristem":
			r.stem, r.stemAt = value, at
		case "cs-uriquery":
			r.query = value
		case "cs-username":
			r.user = value
		}
	}
	return (r.agent == "SMTP-IN" || r.agent == "SMTP-OU") && r.peer != ""
}

// parse makes the row an event: a command, "MAIL+FROM:<a@b.example>", and the response to it.
func (r *w3cRow) parse(ev *event.Event) event.Result {
	ev.ColumnsAssumed, ev.Quoting = r.assumed, event.QuotingPlus
	ev.Daemon, ev.Scope, ev.PeerIP, ev.Role, ev.FromPeer = r.agent, event.ScopeAddress, r.peer, event.RoleServer, event.Yes
	if r.agent == "SMTP-OU" {
		ev.Role = event.RoleClient
	}
	ev.Said, ev.SaidAt = r.stem, event.Span{From: r.stemAt, To: r.stemAt + len(r.stem)}

	known := r.readCommand(ev)
	if !speech.PlusReply(r.query, ev) {
		if !known {
			ev.Kind = event.KindContent
		}
		return event.Parsed
	}
	ev.Answered, ev.MoreLines = true, false
	if ev.Command == "AUTH" {
		login(ev, r.user)
	}
	return event.Parsed
}

// readCommand reads the command's columns.
func (r *w3cRow) readCommand(ev *event.Event) bool {
	switch {
	case r.method == "", r.method == "CONN":
		ev.Kind, ev.Command = event.KindConnect, event.CommandConnect
		return true
	case r.stem == ".":
		ev.Kind, ev.Command = event.KindCommand, event.CommandEOM
		return true
	}
	verb, ok := event.VerbOf(r.method)
	if !ok {
		return false
	}
	word, argument, _ := scan.Cut(r.stem, '+')
	if spoken, same := event.VerbOf(word); !same || spoken != verb {
		argument = r.stem // a line of an AUTH exchange
	}
	speech.PlusCommand(verb, argument, ev)
	if verb == event.VerbAUTH {
		ev.Hide(argument[len(ev.AuthMechanism):])
	}
	return true
}
