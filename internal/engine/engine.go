// Package engine is the way of one line through all that knows mail: its header, the server that wrote it, what must not leave, the
// sessions and messages that it belongs to, what a failure means. It knows no carrier and nothing of the Collector.
package engine

import (
	"sync/atomic"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/lanes"
	"github.com/otelcol-smtp/otelcol-smtp/internal/privacy"
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

	world     lanes.RWMutex // shared by lines and ticks; a state is saved and restored alone, so that it is of one moment
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

// share holds the world for a line: nothing is saved or restored meanwhile.
func (e *Engine) share(l *Line) interface{ RUnlock() } {
	if l.lane == 0 {
		l.lane = e.world.Any()
	}
	return e.world.RLock(l.lane)
}

// Speaks says whether a stream without a name in front of its lines is in the middle of a conversation, where such a name is text.
func (e *Engine) Speaks(key Source) bool {
	key.Part = ""
	defer e.world.RLock(uint32(lanes.Of(key.Name))).RUnlock()
	s := e.enter(key, nil)
	defer s.Unlock()
	return s.Talks && e.tracker.Holds(s.Host, s.name)
}

// Seen says whether the line at this place was observed before, and remembers it. Only a file's identity counts: a path is given to
// another file by every rotation.
func (e *Engine) Seen(place Place) bool {
	if !place.isSure() {
		return false
	}
	defer e.world.RLock(uint32(lanes.Of(place.ID))).RUnlock()
	return e.tracker.Seen(place.ID, place.Offset)
}

// Tick ends what belongs to silent hosts, and adds the records of that to out.
func (e *Engine) Tick(now time.Time, out *session.Output) {
	from := len(out.Made)
	defer e.world.RLock(0).RUnlock()
	e.tracker.Tick(now.UnixNano(), out)
	e.hideMade(out, from, new(privacy.Names))
}

// CloseHosts ends what is open of the hosts that are chosen, and adds the records of that to out.
func (e *Engine) CloseHosts(chosen func(host string) bool, out *session.Output) {
	from := len(out.Made)
	defer e.world.RLock(0).RUnlock()
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
	defer e.world.RLock(0).RUnlock()
	return e.tracker.Size()
}

// Open says how many sessions and messages are in memory.
func (e *Engine) Open() (sessions, messages int) {
	defer e.world.RLock(0).RUnlock()
	return e.tracker.Open()
}

// Partly says, before the first line, that the caller leaves lines out: those that a search does not need.
func (e *Engine) Partly() { e.tracker.Partly() }
