package engine

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// look is what a line is at a first look, without any memory of it.
type look uint8

const (
	lookNothing look = iota
	lookWords        // known, without a header
	lookCommand      // likewise, a command
	lookReply        // likewise, a reply
	lookLine         // known, behind a header
	lookData         // known, and message data follows
	lookHeld         // part of a conversation that is under way
)

// look reads a line and remembers nothing of it but in memory, which is made from that of the source.
func (e *Engine) look(l *Line, memory **dialect.Memory) look {
	l.reset()
	defer e.share(l).RUnlock()
	src := e.enter(l.Source, l.source) // most lines are of the source of the one before
	defer src.Unlock()
	l.source = src
	if src.Talks && e.tracker.Holds(src.Host, src.name) {
		return lookHeld
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
		return lookNothing
	case ev.Kind == event.KindReply && ev.Code == 354, ev.Kind == event.KindCommand && ev.Command == "DATA":
		return lookData
	case h.Resolution != event.ResolutionNone || h.Program != "":
		return lookLine
	case ev.Kind == event.KindCommand:
		return lookCommand
	case ev.Kind == event.KindReply:
		return lookReply
	}
	return lookWords
}
