// Package reading takes the lines of logs through the engine, as the processor takes records, and hands on what they say.
package reading

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/input"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Visitor takes what lines say, in their order.
type Visitor interface {
	// Line takes a line, recognised or not. It is valid during the call; so are the strings of its event, which are parts of a larger text.
	Line(l *engine.Line)
	// Made takes a record without a line, behind the line that brought it about. It is valid during the call.
	Made(m *session.Made)
}

// Reader reads logs.
type Reader struct {
	Engine *engine.Engine
	Zone   *time.Location
	// From and To bound the records that are handed on, by their stamps; zero: no bound. Lines outside are observed all the same.
	From, To time.Time
	// Hosts are those whose records are handed on; empty: all.
	Hosts []string
	// Wants says whether a line, at a place of a file with this id, is to be looked at; nil: all are.
	Wants func(line, file string, at int64) bool
	// Passes says that Wants would refuse every line of a piece of a file; nil: nobody knows.
	Passes func(piece []byte, file string, at int64) bool
	// Each is called now and then, and when there is nothing to read for now, which it may wait for.
	Each func(idle bool)

	to      Visitor
	view    record.View
	one     engine.Line
	lines   []string
	machine string // this one's name
	folder  string // the newest line's
	host    string // for lines of that folder that name none
}

// Stamp reads the stamp of a line for input.Options.
func (r *Reader) Stamp(line string, anchor, last int64) int64 {
	var h header.Header
	if !header.Parse(line, header.Clock{Zone: r.Zone, Anchor: anchor, Last: last}, &h) || h.Resolution < event.ResolutionSecond {
		return 0
	}
	return h.Time
}

// often is after how many lines Each is called.
const often = 1024

// Read takes all lines to the visitor, and then what is open at their end. It ends early with the context's error.
func (r *Reader) Read(ctx context.Context, in *input.Input, to Visitor) error {
	r.to, r.view.Lines = to, r.Engine.Detector()
	if r.Wants != nil {
		r.Engine.Partly()
	}
	if r.Passes != nil {
		in.Passes = func(piece []byte, file string, at int64) bool {
			r.each(false)
			return ctx.Err() == nil && r.Passes(piece, file, at)
		}
	}
	for n := 0; ; n++ {
		if n%often == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.each(false)
		}
		line, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			if err := ctx.Err(); err != nil { // whoever wrote what we read was interrupted as well
				return err
			}
			r.end()
			return nil
		case errors.Is(err, input.ErrIdle):
			if err := ctx.Err(); err != nil {
				r.end()
				return err
			}
			r.tick(time.Now())
			r.each(true)
		case err != nil:
			return err
		case r.Wants != nil && !r.Wants(line.Text, line.Place.ID, line.Place.Offset):
		default:
			r.line(line)
		}
	}
}

func (r *Reader) each(idle bool) {
	if r.Each != nil {
		r.Each(idle)
	}
}

// end hands on what is open.
func (r *Reader) end() {
	var out session.Output
	r.Engine.CloseHosts(func(string) bool { return true }, &out)
	r.made(&out)
}

// tick ends what is over by the clock, of a log that is followed.
func (r *Reader) tick(now time.Time) {
	var out session.Output
	r.Engine.Tick(now, &out)
	r.made(&out)
}

// line takes one line of a file, which may hold several of a log.
func (r *Reader) line(in *input.Line) {
	if !r.read(in, in.Text) && !r.view.Blank {
		r.pass(in)
		return
	}
	r.lines = record.Split(r.view.Text, r.lines)
	if len(r.lines) < 2 {
		r.observe(r.view.Text)
		return
	}
	view, list := r.view, append([]string(nil), r.lines...)
	if !r.proves(in, list) {
		r.view = view
		r.pass(in)
		return
	}
	r.view = view
	apart := !view.Unwrapped && !view.Parsed
	for _, text := range list {
		if apart && r.read(in, text) {
			text = r.view.Text
		}
		r.observe(text)
	}
}

// read looks at a text as a line of the file. A name in front of it is a container's, but in the middle of a conversation whose lines have none.
func (r *Reader) read(in *input.Line, text string) bool {
	host := r.HostOf(in.Place.Path)
	found := r.view.ReadText(text, in.Place, host, in.Anchor, false)
	if r.view.Source.Part != "" && r.Engine.Speaks(engine.Source(r.view.Source)) {
		found = r.view.ReadText(text, in.Place, host, in.Anchor, true)
	}
	return found
}

// proves says whether lines that came as one text are a mail log's.
func (r *Reader) proves(in *input.Line, list []string) bool {
	apart := !r.view.Unwrapped && !r.view.Parsed
	var proof engine.Proof
	for _, text := range list {
		if apart {
			if !r.read(in, text) {
				continue
			}
			text = r.view.Text
		}
		switch proof.Add(r.Engine, r.at(text)) {
		case engine.IsMail:
			return true
		case engine.IsNone:
			return false
		}
	}
	return proof.End()
}

// at is a line of the view, for the engine.
func (r *Reader) at(text string) *engine.Line {
	l := &r.one
	l.Text, l.Carrier, l.Source, l.Place = text, &r.view, engine.Source(r.view.Source), engine.Place(r.view.File)
	l.Anchor, l.Now, l.Duplicate, l.Pipe, l.Cut = r.view.Anchor, r.view.Anchor, false, r.view.Pipe, r.view.Cut
	return l
}

// observe takes a line through the engine and hands on what comes of it.
func (r *Reader) observe(text string) {
	l := r.at(text)
	r.Engine.Observe(l)
	if r.wants(&l.Event) {
		r.to.Line(l)
	}
	r.made(&l.Output)
}

// pass hands on a line that nobody looks at closely.
func (r *Reader) pass(in *input.Line) {
	l := r.at(in.Text)
	l.Ignore()
	if r.From.IsZero() && r.To.IsZero() && len(r.Hosts) == 0 {
		r.to.Line(l)
	}
}

// made hands on records without a line.
func (r *Reader) made(out *session.Output) {
	for i := range out.Made {
		m := &out.Made[i]
		ev := m.Event
		if m.Summary != nil {
			ev = &m.Summary.Event
		}
		if ev.Host == "" {
			ev.Host = m.Host
		}
		if r.wants(ev) {
			r.to.Made(m)
		}
		m.Release()
	}
}

// wants says whether an event is of the time and the hosts that were asked for.
func (r *Reader) wants(ev *event.Event) bool {
	if !r.From.IsZero() && ev.Time < r.From.UnixNano() || !r.To.IsZero() && ev.Time >= r.To.UnixNano() {
		return false
	}
	if len(r.Hosts) == 0 {
		return true
	}
	for _, h := range r.Hosts {
		if strings.EqualFold(h, ev.Host) {
			return true
		}
	}
	return false
}

// HostOf names the host of lines that name none: this machine for files where machines keep their logs, else the folder that the file lies in, which is
// where logs of several hosts are put apart.
func (r *Reader) HostOf(path string) string {
	folder := filepath.Dir(path)
	if folder == r.folder && r.host != "" {
		return r.host
	}
	r.folder = folder
	full, err := filepath.Abs(folder)
	if err != nil || path == "" || path == input.Stdin || strings.HasPrefix(full, "/var/") || filepath.Dir(full) == full {
		r.host = r.thisMachine()
	} else {
		r.host = filepath.Base(full)
	}
	return r.host
}

func (r *Reader) thisMachine() string {
	if r.machine == "" {
		name, err := os.Hostname()
		if err != nil {
			name = "localhost"
		}
		r.machine = name
	}
	return r.machine
}
