// Package exchange reads the transport logs of Microsoft Exchange Server 2007 to Subscription Edition: the SMTP receive and send protocol
// logs, and the message tracking log (Microsoft's documentation: "Protocol logging in Exchange Server", "Message tracking").
package exchange

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser reads the lines of Exchange.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "exchange" }

// Claims takes no program: Exchange writes files of its own.
func (Parser) Claims(string) bool { return false }

// byteOrderMark begins the files.
const byteOrderMark = "\uFEFF"

// log is which of the logs a row belongs to.
type log uint8

const (
	logNone log = iota
	logProtocol
	logTracking
)

// logOf says whose columns a header line named.
func logOf(columns string) log {
	switch {
	case has(columns, "session-id") && has(columns, "remote-endpoint") && has(columns, "data"):
		return logProtocol
	case has(columns, "event-id") && has(columns, "source") && has(columns, "recipient-address"):
		return logTracking
	}
	return logNone
}

// Probe takes Exchange's header lines, rows by the columns that were named, and rows that look as they do by default.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" || h.Text == "" {
		return false
	}
	line := strings.TrimPrefix(h.Text, byteOrderMark)
	if line[0] == '#' {
		_, ok := readDirective(line)
		return ok
	}
	kind, _, _ := columnsOf(h, line)
	return kind != logNone
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		return event.Unknown
	}
	line := strings.TrimSuffix(strings.TrimPrefix(h.Text, byteOrderMark), "\r")
	if line == "" {
		return event.Unknown
	}
	if line[0] == '#' {
		columns, ok := readDirective(line)
		if !ok {
			return event.Unknown
		}
		ev.Kind, ev.Columns, ev.Argument = event.KindLifecycle, columns, line[1:]
		return event.Parsed
	}
	kind, columns, assumed := columnsOf(h, line)
	if kind == logNone {
		return event.Unknown
	}
	var r row
	r.read(line, columns, kind == logProtocol)
	if shift := len(h.Text) - len(strings.TrimPrefix(h.Text, byteOrderMark)); shift > 0 {
		for i := range r.cells {
			r.cells[i].at += shift
		}
	}
	ev.ColumnsAssumed = assumed
	stamped(&r, h, ev)
	var result event.Result
	if kind == logProtocol {
		result = readProtocol(&r, ev)
	} else {
		result = readTracking(&r, ev)
	}
	if result == event.Unknown {
		ev.ColumnsAssumed = false
	}
	if result == event.Parsed && !r.whole {
		return event.Malformed
	}
	return result
}

// stamped takes the row's own time where the stamp is not its first column. It is UTC, and says so.
func stamped(r *row, h *header.Header, ev *event.Event) {
	if h.Resolution != event.ResolutionNone {
		return
	}
	if t, res, rest, ok := header.Stamp(r.cells[colTime].text, header.Clock{}); ok &&
		rest == "" && strings.HasSuffix(r.cells[colTime].text, "Z") {
		ev.Time, ev.Resolution = t, res
	}
}

// readDirective reads a line at the head of a file. Of the lines that other programs write as well, only those are taken that can be
// Exchange's alone.
func readDirective(line string) (columns string, ok bool) {
	name, value, ok := strings.Cut(strings.TrimSuffix(line, "\r"), ": ")
	if !ok {
		return "", false
	}
	switch {
	case name == "#Software":
		return "", value == "Microsoft Exchange Server" || value == "Microsoft Exchange"
	case scan.EqualFold(name, "#Log-type"):
		return "", value == "SMTP Receive Protocol Log" || value == "SMTP Send Protocol Log" || value == "Message Tracking Log"
	case name == "#Version":
		return "", strings.Count(value, ".") == 3
	case name == "#Date":
		_, _, rest, ok := header.Stamp(value, header.Clock{})
		return "", ok && rest == "" && strings.HasSuffix(value, "Z")
	case name == "#Fields":
		return value, logOf(value) != logNone
	}
	return "", false
}

// columnsOf finds the columns of a row: those that were named, else those of the log that it looks like.
func columnsOf(h *header.Header, line string) (kind log, columns string, assumed bool) {
	if h.Columns != "" {
		if kind = logOf(h.Columns); kind != logNone {
			return kind, h.Columns, false
		}
		return logNone, "", false // another server's
	}
	if len(line) < len("2019-01-25T00:03:58.478Z,") || line[10] != 'T' || line[23] != 'Z' || line[24] != ',' {
		return logNone, "", false
	}
	var r row
	r.read(line, protocolColumns, true)
	if isMark(r.cells[colMark].text) && isSessionID(r.cells[colSession].text) &&
		isNumber(r.cells[colSequence].text) && isEndpoint(r.cells[colRemote].text) {
		return logProtocol, protocolColumns, true
	}
	r = row{}
	r.read(line, trackingColumns, false)
	if !isSource(r.cells[colSource].text) || eventOf(r.cells[colEvent].text) == trackNone {
		return logNone, "", false
	}
	if id := r.cells[colNetworkID].text; id == "" && r.cells[colRecipient].text == "" ||
		scan.IsUUID(id) || strings.Contains(r.cells[colRecipient].text, "@") && id == "" {
		return logTracking, trackingColumns, true
	}
	return logTracking, trackingOld, true
}

func isMark(s string) bool {
	switch s {
	case "+", "-", "<", ">", "*":
		return true
	}
	return false
}

func isNumber(s string) bool {
	_, ok := scan.Int(s)
	return ok
}

// isSessionID says whether s is the number of a session: sixteen hex digits.
func isSessionID(s string) bool {
	if len(s) != 16 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !scan.IsHex(s[i]) {
			return false
		}
	}
	return true
}

// isID says whether an id names something: zeros do not.
func isID(s string) bool {
	return strings.Trim(s, "0-") != ""
}
