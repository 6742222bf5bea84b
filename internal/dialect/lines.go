package dialect

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// bare is the dialect of words that may stand anywhere.
const bare = "transcript"

// Own says whether a text is the record that a mail server writes in a format of its own, by the same cheap look that finds its parser.
func (d *Detector) Own(text string) bool {
	h := header.Header{Text: text}
	for _, p := range d.parsers {
		if p.Name() != bare && p.Probe(&h) {
			return true
		}
	}
	return false
}

// Claims says whether a program of one of the dialects has this name.
func (d *Detector) Claims(program string) bool {
	for _, p := range d.parsers {
		if p.Claims(program) {
			return true
		}
	}
	return false
}

// Has says whether a text, with or without a header, is a line of one of the dialects; said that it is words of a conversation, which may
// as well be somebody else's.
func (d *Detector) Has(text string) (ok, said bool) {
	var h header.Header
	var ev event.Event
	header.Parse(text, header.Clock{}, &h)
	ev.Line, ev.PID = h.Text, h.PID
	var m Memory
	ok = d.Parse(&m, &h, &ev) != event.Unknown
	return ok, ok && ev.Dialect == bare
}
