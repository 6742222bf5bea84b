package engine

import (
	"cmp"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Observe takes one line through the engine. A line whose place in its file was read before is described, but not observed again.
func (e *Engine) Observe(l *Line) {
	l.reset()
	e.observeAlone(l)
	e.hide(l)
}

// observeAlone does so while no other line of its source is on its way.
func (e *Engine) observeAlone(l *Line) {
	defer e.share(l).RUnlock()
	src := e.enter(l.Source, l.source) // most lines are of the source of the one before
	defer src.Unlock()
	l.source = src
	if l.Pipe != 0 && src.IsRest(l.Pipe, l.Cut) {
		l.Ignore() // it begins with whatever stood there, as strangers chose it
		return
	}
	e.observe(src, l)
	e.noteLogin(l)
}

// observe reads a line, and follows what it says.
func (e *Engine) observe(src *source, l *Line) {
	result, times := e.read(src, l)
	ev, h := &l.Event, &l.header
	l.Result, l.Program = result, h.Program
	l.Claimed = result != event.Unknown || h.Program != "" && e.detector.Claims(h.Program) ||
		h.Program == "" && (src.Dialect != "" || src.Talks) && strings.TrimSpace(l.Text) != ""
	e.catch(src, l)
	l.Caught = len(l.caught) > 0
	if result == event.Unknown && ev.Scope == event.ScopeNone && !ev.Boundary {
		l.Message = ev.Line
		l.redact(e.keepContent) // debugging noise may hold credentials, too
		l.Login = true
		return
	}
	e.follow(src, l, times)
	l.Message = ev.Line
	l.redact(e.keepContent)
	l.Login = ev.Kind != event.KindContent
	if l.Scrubbed && ev.Quoting == event.QuotingJSON {
		l.Hidden = hiddenParts(ev)
	}
	e.repeats.keep(src, h, ev, cmp.Or(l.Clean, l.Message))
	l.Recognised = ev.Kind != event.KindNone
}

// read fills the line's event from its header and its text, and gives how often the line says that the one before it came again.
func (e *Engine) read(src *source, l *Line) (result event.Result, times int) {
	ev, h := &l.Event, &l.header
	l.Carrier.Header(l.Text, header.Clock{Zone: e.zone, Last: src.Last}, h)
	frame := session.FrameOf(h)
	held := e.holds(src, frame, l)
	if held && (frame > src.Frame || h.Host != src.Host) { // a header that stands in a message is none, and its stamp neither
		*h = header.Header{Host: src.Host, Text: l.Text}
	}
	before := false
	if !held {
		times, before = e.repeats.read(src, h)
	}
	ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
	ev.Place = l.Place.event()
	result = e.parse(src, l, held)
	if ev.Repeat = times; before {
		ev.Redact = ev.Redact[:0] // it is not in this record
	}
	if ev.UTC && e.zone != time.UTC {
		l.Carrier.Header(l.Text, header.Clock{Zone: time.UTC, Last: src.Last}, h)
		ev.Time, ev.Resolution = h.Time, h.Resolution
	}
	if held && ev.Scope != event.ScopeSource {
		if held = result == event.Unknown || l.Duplicate || !src.Knows(ev.Dialect); held {
			asText(ev)
			result = event.Unknown
		} else {
			e.tracker.Interrupt(src.Host, src.name, &l.Output)
		}
	}
	ev.Observed = l.Anchor
	if !held {
		e.remember(src, frame, result, ev)
	}
	return result, times
}

// follow completes the event of a line with what others told, and says why what failed has failed. What came before, or says that another line came
// again, is told and not counted again.
func (e *Engine) follow(src *source, l *Line, times int) {
	ev := &l.Event
	again := l.Duplicate || times > 0 && !session.CountsByLine(ev)
	if ev.Kind != event.KindNone {
		unmask(ev)
		if !again {
			e.tracker.Recall(ev)
		}
		e.diagnosis.Load().Event(ev)
	}
	if again {
		ev.Duplicate = true
		return
	}
	e.tracker.Observe(ev, src.name, l.Now, &l.Output)
	e.diagnosis.Load().Outcome(ev)
}

// unmask gives the words of a reply without the marks that a server writes for their line ends and letters.
func unmask(ev *event.Event) {
	if !ev.TextMasked {
		return
	}
	ev.Text, ev.Argument, ev.TextMasked = scan.Trim(reply.Unmask(ev.Text)), scan.Trim(reply.Unmask(ev.Argument)), false
	if ev.RemoteQueueID == "" && ev.Class == '2' && ev.Command == event.CommandEOM {
		ev.RemoteQueueID = reply.QueueID(ev.Text)
	}
}

// holds says whether the source is inside message data or an AUTH exchange whose lines carry no marks. A line with a header that
// those do not have, in a source of which others had it, ends that conversation.
func (e *Engine) holds(src *source, frame session.Frame, l *Line) bool {
	if !src.Talks {
		return false
	}
	if src.IsOthers(frame) && !l.Duplicate {
		e.tracker.Interrupt(src.Host, src.name, &l.Output)
		src.Talks = false
		return false
	}
	return e.tracker.Holds(src.Host, src.name)
}

// parse reads the line behind its header with what the source's lines before left for it.
func (e *Engine) parse(src *source, l *Line, held bool) event.Result {
	h := &l.header
	writer := session.WriterOf(h.Host, h.Program, h.PID)
	m := dialect.Memory{Last: src.Dialect, Known: src.Servers, Columns: src.Columns, Entry: src.Open(writer)}
	result := e.detector.Parse(&m, h, &l.Event)
	if !held { // message data says nothing of the source
		src.Dialect = m.Last
		src.Leave(writer, l.Event.Entry, len(l.Event.Line))
	}
	return result
}

// remember keeps what a line that is no message data shows of its source.
func (e *Engine) remember(src *source, frame session.Frame, result event.Result, ev *event.Event) {
	shown := ""
	switch {
	case result == event.Unknown:
	case ev.Scope == event.ScopeSource:
		if !src.Talks {
			src.Talks, src.Host = true, strings.Clone(ev.Host)
		}
		src.Frame = frame
	default:
		shown = ev.Dialect
	}
	src.Show(frame, shown)
	if result == event.Unknown {
		return
	}
	if ev.Resolution >= event.ResolutionSecond && !ev.IsLater() {
		src.Last = ev.Time
	}
	if ev.Columns != "" {
		src.NameColumns(ev.Dialect, ev.Columns)
	}
	if ev.ColumnsAssumed && !src.Assumed {
		src.Assumed = true
		if e.assumed != nil {
			e.assumed(ev.Dialect, src.file())
		}
	}
}

// asText takes back what a parser saw in a line of message data: it is text of the source's conversation.
func asText(ev *event.Event) {
	text := event.Event{
		Time: ev.Time, Resolution: ev.Resolution, Shape: ev.Shape, Host: ev.Host, Line: ev.Line, Said: ev.Line, Scope: event.ScopeSource,
		Dialect: "transcript", Redact: ev.Redact[:0], RcptList: ev.RcptList[:0],
	}
	*ev = text
}
