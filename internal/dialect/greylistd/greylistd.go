// Package greylistd reads what greylistd, which Exim's access lists ask, complains of (program/greylistd of its source): it logs no
// decision.
package greylistd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Parser is the dialect of greylistd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "greylistd" }

// Claims takes the tag that it logs under.
func (Parser) Claims(program string) bool { return program == "greylistd" }

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line: words about a configuration file, the socket, the stored triplets, or an exception of Python.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	for _, word := range [...]string{
		"Invalid or obsolete section: ", "Invalid or obsolete key: ", "Invalid value for ", "Too few values for ", "Invalid line: ",
		"While reading triplets from ", "Could not bind/listen to socket ", "Socket error: ",
		"### Fatal event in ", ">>> ", "[Errno ",
	} {
		if i := strings.Index(s, word); i == 0 || i > 0 && strings.HasSuffix(s[:i], ": ") {
			ev.Kind, ev.Beside, ev.Daemon, ev.Argument = event.KindWarning, true, "greylistd", s
			return event.Parsed
		}
	}
	return event.Unknown
}
