// Package engine is the way of one line through all that knows mail: its header, the server that wrote it, what must not leave, the
// sessions and messages that it belongs to, what a failure means. It knows no carrier and nothing of the Collector.
package engine

import (
	"cmp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Settings are what an Engine is told about the site and what is wanted of it.
type Settings struct {
	Zone        *time.Location // of stamps that carry none
	Dialects    []string       // the mail servers to read; empty: all
	Diagnosis   *diagnose.Diagnosis
	KeepContent bool            // message content may leave
	Session     session.Config  // its Explain and Told are the engine's to set
	Privacy     *privacy.Policy // nil: all may leave as it is

	// Assumed is told, under the lock, of a stream whose lines have columns that no line of it names; nil: nobody asks.
	Assumed func(dialect, source string)
}

// Engine is the way of one line: header, dialect, what must not leave, tracker, diagnosis. It may be used from several goroutines:
// the lines of one stream go one after the other, and within the tracker those of one host; all others side by side. Nobody else's
// code runs meanwhile but Line.Carrier and Settings.Assumed, which must not call the engine.
//
// The locks are taken in this order: world, a stream's, then those of the tracker.
type Engine struct {
	zone        *time.Location
	keepContent bool
	assumed     func(dialect, source string)
	detector    *dialect.Detector
	privacy     *privacy.Policy
	logins      privacy.Logins

	world     sync.RWMutex // shared by lines and ticks; a state is saved and restored alone, so that it is of one moment
	diagnosis atomic.Pointer[diagnose.Diagnosis]
	tracker   *session.Tracker
	sources   sources
	repeats   repeats
}

// New makes one that has seen nothing; an error is a dialect that nobody knows.
func New(set Settings) (*Engine, error) {
	detector, err := dialect.NewDetector(set.Dialects)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		zone: set.Zone, keepContent: set.KeepContent, assumed: set.Assumed, detector: detector, privacy: set.Privacy,
		sources: sources{byKey: make(map[Source]*source)},
	}
	e.diagnosis.Store(set.Diagnosis)
	set.Session.Explain = func(ev *event.Event) { e.diagnosis.Load().Reply(ev) }
	if set.Privacy != nil {
		set.Session.Told = set.Privacy.Told
	}
	e.tracker = session.New(set.Session)
	return e, nil
}

// Detector says what is known of mail servers' lines at a first look.
func (e *Engine) Detector() *dialect.Detector { return e.detector }

// SetDiagnosis changes the rules for the lines to come.
func (e *Engine) SetDiagnosis(d *diagnose.Diagnosis) {
	e.diagnosis.Store(d)
}

// Observe takes one line through the engine. A line whose place in its file was read before is described, but not observed again.
func (e *Engine) Observe(l *Line) {
	l.reset()
	e.observeAlone(l)
	e.hide(l)
}

// observeAlone does so while no other line of its source is on its way.
func (e *Engine) observeAlone(l *Line) {
	e.world.RLock()
	defer e.world.RUnlock()
	src := e.source(l.Source)
	src.Lock()
	defer src.Unlock()
	e.observe(src, l)
	e.noteLogin(l)
}

func (e *Engine) observe(src *source, l *Line) {
	ev, h := &l.Event, &l.header
	l.Carrier.Header(l.Text, header.Clock{Zone: e.zone, Last: src.Last}, h)
	frame := session.FrameOf(h)
	held := e.holds(src, frame, l)
	if held && (frame > src.Frame || h.Host != src.Host) { // a header that stands in a message is none, and its stamp neither
		*h = header.Header{Host: src.Host, Text: l.Text}
	}
	times, before := 0, false
	if !held {
		times, before = e.repeats.read(src, h)
	}
	ev.Time, ev.Resolution, ev.Shape, ev.Host, ev.PID, ev.Line = h.Time, h.Resolution, h.Shape, h.Host, h.PID, h.Text
	ev.Place = l.Place.event()
	result := e.parse(src, l, held)
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
	again := l.Duplicate || times > 0 && !session.CountsByLine(ev) // what is no event of its own each time is told, and not counted again
	if ev.Kind != event.KindNone {
		if ev.TextMasked {
			ev.Text, ev.Argument, ev.TextMasked = scan.Trim(reply.Unmask(ev.Text)), scan.Trim(reply.Unmask(ev.Argument)), false
			if ev.RemoteQueueID == "" && ev.Class == '2' && ev.Command == event.CommandEOM {
				ev.RemoteQueueID = reply.QueueID(ev.Text)
			}
		}
		if !again {
			e.tracker.Recall(ev)
		}
		e.diagnosis.Load().Event(ev)
	}
	if again {
		ev.Duplicate = true
	} else {
		e.tracker.Observe(ev, src.name, l.Now, &l.Output)
		e.diagnosis.Load().Outcome(ev)
	}
	l.Message = ev.Line
	l.redact(e.keepContent)
	l.Login = ev.Kind != event.KindContent
	if l.Scrubbed && ev.Quoting == event.QuotingJSON {
		l.Hidden = hiddenParts(ev)
	}
	e.repeats.keep(src, h, ev, cmp.Or(l.Clean, l.Message))
	l.Recognised = ev.Kind != event.KindNone
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

// Speaks says whether a stream without a name in front of its lines is in the middle of a conversation, where such a name is text.
func (e *Engine) Speaks(key Source) bool {
	key.Part = ""
	e.world.RLock()
	defer e.world.RUnlock()
	s := e.source(key)
	s.Lock()
	defer s.Unlock()
	return s.Talks && e.tracker.Holds(s.Host, s.name)
}

// Seen says whether the line at this place was observed before, and remembers it. Only a file's identity counts: a path is given to
// another file by every rotation.
func (e *Engine) Seen(place Place) bool {
	if !place.isSure() {
		return false
	}
	e.world.RLock()
	defer e.world.RUnlock()
	return e.tracker.Seen(place.ID, place.Offset)
}

// Tick ends what belongs to silent hosts, and adds the records of that to out.
func (e *Engine) Tick(now time.Time, out *session.Output) {
	from := len(out.Made)
	e.world.RLock()
	defer e.world.RUnlock()
	e.tracker.Tick(now.UnixNano(), out)
	e.hideMade(out, from, new(privacy.Names))
}

// CloseHosts ends what is open of the hosts that are chosen, and adds the records of that to out.
func (e *Engine) CloseHosts(chosen func(host string) bool, out *session.Output) {
	from := len(out.Made)
	e.world.RLock()
	defer e.world.RUnlock()
	e.tracker.CloseHosts(chosen, out)
	e.hideMade(out, from, new(privacy.Names))
}

// Save gives the state, for Restore.
func (e *Engine) Save() ([]byte, error) {
	e.world.Lock()
	defer e.world.Unlock()
	return e.tracker.Save()
}

// Restore takes over a state that was saved.
func (e *Engine) Restore(data []byte) error {
	e.world.Lock()
	defer e.world.Unlock()
	return e.tracker.Restore(data)
}

// Size says what sessions and messages take in memory, those that are remembered beyond their end included, in bytes.
func (e *Engine) Size() int {
	e.world.RLock()
	defer e.world.RUnlock()
	return e.tracker.Size()
}

// Open says how many sessions and messages are in memory.
func (e *Engine) Open() (sessions, messages int) {
	e.world.RLock()
	defer e.world.RUnlock()
	return e.tracker.Open()
}
