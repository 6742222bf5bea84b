package incident

import "math"

// stream is what arrives from one host, to know when it stops.
type stream struct {
	Season  *season
	First   int64    // of the log
	Arrived int64    // the newest, by the wall clock
	Behind  int64    // how far the log's time was behind the wall clock then
	Silent  *silence `json:",omitempty"`
}

// silence is a stream that has stopped.
type silence struct {
	ID    string
	Start int64 // of the log
	Told  int64 // by the wall clock
}

const (
	// caughtUp is how far behind a stream may be that is read as it is written.
	caughtUp = int64(120e9)
	// leastSilence is what is no silence yet, whatever is usual.
	leastSilence = int64(600e9)
	// mostSilence is when a host is gone for good.
	mostSilence = 24 * hour
	// mostClump is the dispersion that a silence reckons with: mailings make steps large, not empty.
	mostClump = 3.0
	// manyGaps is how many times the longest gap a silence is, where this time of the week was never seen; manyLacks how many times
	// the most that was expected in a gap, where it was: a gap by night is longer.
	manyGaps  = 3.0
	manyLacks = 1.5
)

// alive notes a sign of life of a host.
func (d *Detector) alive(o *Observation) {
	s := d.Hosts[o.Host]
	if s == nil {
		if len(d.Hosts) >= maxHosts {
			evict(d.Hosts, func(s *stream) int64 { return s.Arrived })
		}
		s = newStream(o.Time)
		d.Hosts[clone(cut(o.Host, maxName))] = s
	}
	d.heard(s, o, Report{Host: o.Host})
}

func newStream(first int64) *stream { return &stream{Season: newSeason(), First: first} }

// heard counts what came of a stream, and ends its silence.
func (d *Detector) heard(s *stream, o *Observation, about Report) {
	s.Season.count(o.Time)
	s.Arrived, s.Behind = max(s.Arrived, o.Wall), o.Wall-o.Time
	if s.Silent != nil {
		d.tellSilence(s, about, Ended, o.Time)
		s.Silent = nil
	}
}

// Tick looks for silence at a time of the wall clock. The reports are valid until the next call.
func (d *Detector) Tick(wall int64) []Report {
	d.out = d.out[:0]
	if !d.wants(Silence) {
		return nil
	}
	live := false // some host tells what happens now
	for _, name := range sortedKeys(d.Hosts) {
		s := d.Hosts[name]
		if d.listen(s, wall, Report{Host: name}) {
			delete(d.Hosts, name)
		}
		live = live || wall-s.Arrived < leastSilence && s.Behind <= caughtUp
	}
	for _, name := range sortedKeys(d.Providers) {
		s := d.Providers[name].Stream
		if s.Silent == nil && (!live || name == other) { // what no host tells of has not stopped
			continue
		}
		if d.listen(s, wall, Report{Provider: name}) {
			delete(d.Providers, name)
		}
	}
	return d.out
}

// listen looks at one stream: silent is what is longer than chance (a Poisson stream has nothing for so long with probability
// e^-expected), and than any gap that it had. It says whether the stream is gone for good.
func (d *Detector) listen(s *stream, wall int64, about Report) (gone bool) {
	quiet := wall - s.Arrived
	if s.Silent != nil {
		switch {
		case quiet > mostSilence:
			d.tellSilence(s, about, Ended, wall-s.Behind)
			s.Silent = nil
			return true
		case d.cfg.Repeat > 0 && wall-s.Silent.Told >= int64(d.cfg.Repeat):
			s.Silent.Told = wall
			d.tellSilence(s, about, Ongoing, wall-s.Behind)
		}
		return false
	}
	if quiet < leastSilence || s.Behind > caughtUp || s.Season.Newest-s.First < 24*hour {
		return false
	}
	expected := s.Season.expected(s.Season.Newest, quiet)
	if _, _, known := s.Season.usual(s.Season.Newest); known && expected < manyLacks*s.Season.Lack ||
		!known && float64(quiet) < manyGaps*s.Season.Gap {
		return false
	}
	if expected/math.Min(s.Season.Spread, mostClump) < d.design.limit/2 {
		return false
	}
	start := s.Season.Newest
	s.Silent = &silence{ID: identity(Silence, about.Host, about.Provider, start), Start: start, Told: wall}
	d.tellSilence(s, about, Started, wall-s.Behind)
	return false
}

// expected is how many would have come in a time, to be careful: half of what came in the same hours of the weeks before, without
// their fullest five minutes, which may be one mailing; where such an hour was never seen, a quarter of the least that came at that
// time of other days, or a tenth of what came before the silence.
func (s *season) expected(from, long int64) (sum float64) {
	recent := float64(s.Before[0]+s.Before[1]+s.Before[2]) / 3
	for at := from; at < from+long && at < from+mostSilence; at += step {
		part := math.Min(1, float64(from+long-at)/float64(step))
		switch mean, days := s.least(at / hour); {
		case s.Mean[at/hour%week] >= 0:
			sum += part * s.ordinary(at/hour%week) / 2
		case days >= 2:
			sum += part * mean / 4
		default:
			sum += part * recent / 10
		}
	}
	return sum
}

// ordinary is the mean of an hour of the week without its fullest step.
func (s *season) ordinary(i int64) float64 {
	const steps = float64(hour / step)
	return math.Max(0, (steps*float64(s.Mean[i])-float64(s.Peak[i]))/(steps-1))
}

// least is the least mean of an hour of the day, over the days of the week on which it was seen.
func (s *season) least(h int64) (mean float64, days int) {
	for day := range int64(7) {
		x := float64(s.Mean[(h+24*day)%week])
		if x >= 0 && (days == 0 || x < mean) {
			mean = x
		}
		if x >= 0 {
			days++
		}
	}
	return mean, days
}
