package engine

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// Look is what a line is at a first look, without any memory of it.
type Look uint8

const (
	LookNothing Look = iota
	LookWords        // known, without a header
	LookCommand      // likewise, a command
	LookReply        // likewise, a reply
	LookLine         // known, behind a header
	LookData         // known, and message data follows
	LookHeld         // part of a conversation that is under way
)

// Look reads a line and remembers nothing of it but in memory, which is made from that of the source.
func (e *Engine) Look(l *Line, memory **dialect.Memory) Look {
	l.reset()
	e.mu.Lock()
	defer e.mu.Unlock()
	src := e.source(l.Source)
	if src.Talks && e.tracker.Holds(src.Host, src.name) {
		return LookHeld
	}
	h, ev := &l.header, &l.Event
	l.Carrier.Header(l.Text, header.Clock{Zone: e.zone, Last: src.Last}, h)
	ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
	if *memory == nil {
		*memory = &dialect.Memory{Last: src.Dialect, Known: src.Servers, Columns: src.Columns}
	}
	result := e.detector.Parse(*memory, h, ev)
	(*memory).Entry = ev.Entry
	switch {
	case result == event.Unknown && !e.detector.Claims(h.Program):
		return LookNothing
	case ev.Kind == event.KindReply && ev.Code == 354, ev.Kind == event.KindCommand && ev.Command == "DATA":
		return LookData
	case h.Resolution != event.ResolutionNone || h.Program != "":
		return LookLine
	case ev.Kind == event.KindCommand:
		return LookCommand
	case ev.Kind == event.KindReply:
		return LookReply
	}
	return LookWords
}
