// Package iis reads the W3C extended logs of the SMTP service of Windows (Internet Information Services 4 to 10, and Exchange 2000 and
// 2003, which run on it): Microsoft's documentation "Log Formats" of the SMTP service.
package iis

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser reads the lines of the SMTP service.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "iis" }

// Claims takes no program: the service writes files of its own.
func (Parser) Claims(string) bool { return false }

// The users that rows of the service's own connections have: it is the client, and logs what it says and hears one by one.
const (
	outCommand  = "OutboundConnectionCommand"
	outResponse = "OutboundConnectionResponse"
)

// defaultColumns are all that the service can write, in its order: what is set where everything is switched on, as Exchange 2003 and most
// manuals do.
const defaultColumns = "date time c-ip cs-username s-sitename s-computername s-ip s-port cs-method cs-uri-stem cs-uri-query " +
	"sc-status sc-win32-status sc-bytes cs-bytes time-taken cs-version cs-host cs(User-Agent) cs(Cookie) cs(Referer)"

// isOurs says whether #Fields may be the SMTP service's: other services of IIS name their columns alike. Only sites of the web have a
// substatus.
func isOurs(columns string) bool {
	return hasColumn(columns, "cs-method") && hasColumn(columns, "c-ip") &&
		(hasColumn(columns, "s-sitename") || hasColumn(columns, "cs-version")) &&
		!hasColumn(columns, "sc-substatus")
}

func hasColumn(columns, name string) bool {
	for columns != "" {
		var one string
		if one, columns = scan.Word(columns); one == name {
			return true
		}
	}
	return false
}

// Probe takes rows that name the service, and header lines that may be its.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" || h.Text == "" || h.Text[0] == '{' { // an object that holds a row is a carrier's
		return false
	}
	if h.Text[0] == '#' {
		columns, ok := strings.CutPrefix(h.Text, "#Fields: ")
		return ok && isOurs(columns)
	}
	var r row
	_, ok := r.find(h)
	return ok
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" || h.Text == "" {
		return event.Unknown
	}
	if h.Text[0] == '#' {
		columns, ok := strings.CutPrefix(strings.TrimRight(h.Text, " \r"), "#Fields: ")
		if !ok || !isOurs(columns) {
			return event.Unknown
		}
		ev.Kind, ev.Columns, ev.Argument = event.KindLifecycle, columns, h.Text[1:]
		return event.Parsed
	}
	var r row
	assumed, ok := r.find(h)
	if !ok {
		return event.Unknown
	}
	ev.ColumnsAssumed, ev.Quoting, ev.UTC = assumed, event.QuotingPlus, true
	result := r.parse(ev)
	if result == event.Unknown {
		ev.ColumnsAssumed = false
	}
	return result
}
