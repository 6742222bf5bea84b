// Package powermta reads the accounting files of PowerMTA 3.5 to 6 (the manual's chapter "The Accounting and Statistics"): rows of CSV
// below a line that names the columns, and the same rows as objects of JSON. The server is not free: nothing here was compared with a
// running one.
package powermta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/jsonline"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of PowerMTA.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "powermta" }

// Claims takes no program: accounting goes to files and pipes.
func (Parser) Claims(string) bool { return false }

// Probe takes a line of column names, a row below one, a row in the default columns, and an object with a row's keys.
func (Parser) Probe(h *header.Header) bool {
	s := strings.TrimPrefix(h.Text, byteOrderMark)
	switch {
	case s == "":
		return false
	case s[0] == '{':
		return strings.Contains(s, `"type"`) && strings.Contains(s, `"timeLogged"`)
	case isColumns(s):
		return true
	case !isRow(s):
		return false
	}
	return isColumns(h.Columns) || defaultColumns(s) != ""
}

// byteOrderMark begins files that passed through a Windows program.
const byteOrderMark = "\uFEFF"

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := strings.TrimPrefix(scan.TrimEOL(h.Text), byteOrderMark)
	var r row
	switch {
	case s == "":
		return event.Unknown
	case s[0] == '{':
		if !r.readObject(s) {
			return event.Unknown
		}
		ev.Quoting = event.QuotingJSON
	case isColumns(s):
		ev.Kind, ev.Columns, ev.Argument = event.KindLifecycle, s, s // a file begins
		return event.Parsed
	case !isRow(s):
		return event.Unknown
	default:
		columns := h.Columns
		if !isColumns(columns) {
			if columns = defaultColumns(s); columns == "" {
				return event.Unknown
			}
			ev.ColumnsAssumed = true
		}
		r.readRow(s, columns)
		ev.Quoting = event.QuotingCSV
	}
	if !r.isOurs() {
		ev.ColumnsAssumed = false
		return event.Unknown
	}
	ev.Kind = r.tell(ev)
	if !r.whole {
		return event.Malformed
	}
	return event.Parsed
}

// readObject takes in a row as an object of JSON, whose keys are the columns.
func (r *row) readObject(s string) bool {
	m, ok := jsonline.Open(s)
	if !ok {
		return false
	}
	for key, v, more := m.Next(); more; key, v, more = m.Next() {
		if v.Kind == jsonline.String || v.Kind == jsonline.Number {
			r.set(key, v.Raw)
		}
	}
	if r.whole = m.Whole(); !r.whole {
		r.open, r.kind = true, none
	}
	return true
}
