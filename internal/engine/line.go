package engine

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Line is one line on its way through an Engine: what its carrier knows of it, and what became of it. It is the caller's, who may
// use one for one line after the other; its strings are parts of Text, or of their own.
type Line struct {
	Text      string // with its header, as far as the carrier left one
	Carrier   Carrier
	Source    Source
	Place     Place
	Anchor    int64 // the moment that it was seen at: years and zones are reckoned from there; nanoseconds since 1970, like Now
	Now       int64 // the caller's clock
	Duplicate bool  // it was observed before
	Pipe      uint8 // of a container: 1 its output, 2 its errors; 0: none, or not known
	Cut       bool  // its carrier has cut it: the next line of the same pipe is the rest

	Event      event.Event
	Result     event.Result
	Recognised bool   // it is a mail server's, and its Event says what it tells
	Program    string // that wrote it, as its header says
	Claimed    bool   // it is a mail server's, or of a log of one, understood or not
	Message    string // the line behind its header
	Clean      string // Message without what must not leave, where Scrubbed
	Scrubbed   bool
	Login      bool     // what must not leave is a credential, no message data
	Caught     bool     // it has a credential that its words prove
	Hidden     []Secret // of an object that its record may have taken apart, too: the values that must not leave
	Persons    bool     // Clean is without persons, and nothing else
	Private    bool     // Clean hides persons, too, and so must whatever else came with the line (Engine.Hide)

	// Output is what the line brought about besides: events without a line, and summaries. Made of another host than Event.Host's may
	// be among them.
	Output session.Output

	names       privacy.Names
	login       string // what may be told of the name that a login failed with
	keepContent bool

	source *source // of the line before
	lane   uint32  // of the engine's world; 0: none yet
	header header.Header
	caught []event.Span // what the net found in Text
}

// Carrier reads the header of a line, together with what it knows of that line itself.
type Carrier interface {
	Header(line string, c header.Clock, h *header.Header) bool
}

// Source tells streams of lines apart. A file keeps its source when it is rotated.
type Source struct {
	Host string // that the stream's carrier names
	Name string // the file's path without its rotation suffix, else another name of the stream
	Part string // the name in front of the line, of several in one stream
}

// Place is a place in a file. Two lines with the same ID and offset are the same line.
type Place struct {
	ID        string // of the file, whatever it is called, else its path as it is
	Path      string
	Offset    int64
	HasOffset bool
}

// isSure says whether a line's place is known for good.
func (p *Place) isSure() bool { return p.HasOffset && p.ID != "" && p.ID != p.Path }

// event is the place as an event has it. What was read before of a file that is known for good was sorted out already.
func (p *Place) event() int64 {
	switch {
	case p.isSure():
		return event.NewPlace
	case p.HasOffset:
		return p.Offset + 1
	}
	return 0
}

// reset makes room for what will become of the line.
func (l *Line) reset() {
	l.Event.Reset()
	l.Output.Reset()
	l.Program, l.Claimed = "", false
	l.Result, l.Recognised, l.Message = event.Unknown, false, ""
	l.Clean, l.Scrubbed, l.Login, l.Caught, l.Hidden = "", false, false, false, nil
	l.header, l.caught = header.Header{}, l.caught[:0]
	l.Private, l.Persons, l.login = false, false, ""
}

// Release lets go of everything that the line points to, but of the room for the next one.
func (l *Line) Release() {
	l.reset()
	clear(l.caught[:cap(l.caught)])
	l.Text, l.Carrier, l.Source, l.Place, l.source = "", nil, Source{}, Place{}, nil
	l.Pipe, l.Cut = 0, false
}

// Ignore makes it a line that is none of a mail server's, without a look at it.
func (l *Line) Ignore() {
	l.reset()
	l.Message = l.Text
}
