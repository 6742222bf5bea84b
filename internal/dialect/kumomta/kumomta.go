// Package kumomta reads the JSON log records of KumoMTA (crates/kumo-log-types of its source, the "Log Record" page of its manual): one
// object a line, all record types. Lines that a template of the configuration wrote are somebody else's format.
package kumomta

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Parser is the dialect of KumoMTA.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "kumomta" }

// Claims takes no program: the daemon writes its records to files of its own. What carries them may name anything.
func (Parser) Claims(string) bool { return false }

// Probe knows a record by keys that stand in each one, whatever their order.
func (Parser) Probe(h *header.Header) bool {
	return strings.HasPrefix(h.Text, "{") && strings.Contains(h.Text, `"num_attempts"`) && strings.Contains(h.Text, `"recipient"`)
}

// Parse reads one record. One that is cut short is Malformed when its type still stands in it.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	var r record
	if !r.read(h.Text) {
		return event.Unknown
	}
	ev.Quoting = event.QuotingJSON
	ev.Kind = r.tell(ev)
	if !r.whole {
		return event.Malformed
	}
	return event.Parsed
}
