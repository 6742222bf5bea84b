package incident

import "math"

const (
	// healed is the limit of the CUSUM that looks for the way back: lower than that of the way in, as traffic may be low by now.
	healed = 9.0
	// settled is how long it must have been better.
	settled = int64(5 * 60e9)
	// abandoned is how long no failure may come before an incident ends whatever else came.
	abandoned = 6 * hour
	// accepted is how long a departure lasts before it is what is usual.
	accepted = 7 * 24 * hour
)

// start opens the incident that fail has found.
func (s *share) start(o *Observation) {
	s.Open = &open{
		ID: identity(s.Kind, s.group.Name, s.Key, s.Run.Start), Told: o.Time,
		Last: o.Time, Until: s.group.N, Base: s.usual(), Past: s.group.Past >= prior,
		opened: true,
	}
	s.group.opened++
}

// trial tells an open incident of a trial, and says whether that ends it. The way back is a CUSUM of its own: from the share that
// is a departure to the usual one.
func (s *share) trial(o *Observation, failed bool) (ended bool) {
	in := s.Open
	if in.opened { // by this trial
		in.opened = false
		return false
	}
	if failed {
		s.Run.add(o)
		in.Last, in.Until = o.Time, s.group.N
		up, _ := s.back()
		in.Healing = math.Max(0, in.Healing-up)
	} else {
		_, down := s.back()
		if in.Healing == 0 {
			in.Better = o.Time
		}
		in.Healing = math.Min(2*healed, in.Healing+down)
	}
	return in.Healing >= healed && o.Time-in.Better >= settled || s.forgotten(o.Time)
}

// back gives the steps of the chart for the way back: from the share that the incident has, where that is less than the departure
// that was looked for, so that one which stays in between does not end and begin by chance; and from a quarter of it where that is
// more, so that few successes show the end of what hit everything.
func (s *share) back() (up, down float64) {
	share := s.Run.share(s.group.N)
	q := math.Max(share/4, math.Min(s.p1, math.Max(s.least(), share)))
	return math.Log(q / s.p0), math.Log((1 - s.p0) / (1 - q))
}

// forgotten says whether nothing has failed for long, or everything has for so long that it is usual.
func (s *share) forgotten(now int64) bool {
	return now-s.Open.Last > abandoned || now-s.Run.Start > accepted
}

// end closes the incident.
func (s *share) end(d *design, now int64) {
	if now-s.Run.Start > accepted {
		s.Past = s.group.Past * s.Run.share(s.group.N)
	}
	s.Over = s.Open.Last
	s.Open, s.Sum, s.Run, s.Seen = nil, 0, run{}, s.group.N
	s.group.opened--
	s.tune(d)
}
