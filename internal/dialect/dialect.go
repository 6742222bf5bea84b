// Package dialect finds out which mail server wrote a line, and holds the one list of the parsers.
package dialect

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Parser understands the lines of one mail server. It has no state, no clock and allocates nothing: what depends on earlier lines
// (content after 354, the command that a reply answers) is the session tracker's work.
type Parser interface {
	// Name is the value of smtp.dialect.
	Name() string
	// Claims says whether the program name of a log header is this server's: such lines go to no other parser.
	Claims(program string) bool
	// Probe is a cheap look at a line that has no program name, or one that nobody claims.
	Probe(h *header.Header) bool
	// Parse reads h.Text into ev. Time, host, pid and Line are set by the caller, before. Parsed means every field that the line holds, and
	// its time in ev.Time and ev.Resolution where that stands within the text; Malformed that the line is the server's but broken, with what
	// was understood; Unknown leaves ev.Kind at KindNone.
	Parse(h *header.Header, ev *event.Event) event.Result
}
