package incident

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// group is a population of trials, and the shares of it that are watched: the tries at one provider with a share for each reason.
type group struct {
	Name   string
	N      uint64     // trials
	Newest int64      // when the newest trial was
	First  int64      // and the first
	Hour   int64      // that is being counted
	Fresh  [2]float64 // trials of that hour and of the one before, which are not learned yet
	Past   float64    // learned trials; their weight halves in halfLife
	Shares []*share
	Sender tops // whose mail it is mostly
	Domain bool `json:",omitempty"` // Name is a domain at no known provider

	recent [256]uint32 // messages whose trial was counted
	opened int         // shares with an incident
}

const (
	hour     = int64(3600e9)
	halfLife = 48 // hours
	// prior is the weight in trials of what is taken for usual before there is a past.
	prior = 40
	// firstSpread is the dispersion where nothing is known yet.
	firstSpread = 1.2
	// confidence is how many standard errors above what was learned the baseline lies: it comes down as more is known.
	confidence = 1.5
	// leastShare is the share that a baseline does not fall below: a chart against nothing at all would be moved by a single failure.
	leastShare = 0.005
	// common is the share of what is common anyway, such as unknown recipients: it varies more.
	common = 0.08
	// mostShare is the baseline above which a share says nothing any more: what fails most of the time.
	mostShare = 0.7
	// longest is how long a departure may take to add up.
	longest = 24 * hour
)

// counted says whether the message's outcome was counted a moment ago: the recipients of one message are one trial.
func (g *group) counted(uid, outcome string) bool {
	if uid == "" {
		return false
	}
	key := xxhash.Sum64String(uid)*31 + xxhash.Sum64String(outcome)
	at := &g.recent[key%uint64(len(g.recent))]
	tag := uint32(key>>32) | 1
	if *at == tag {
		return true
	}
	*at = tag
	return false
}

// share is one share of a group: a chart, and the incident that it may be in.
type share struct {
	Key      string // within the group: a reason, a stage
	Kind     Kind
	Usual    float64    // prior mean
	Fresh    [2]float64 // failures of this hour and of the one before
	Past     float64    // learned failures
	Spread   float64    // dispersion: 1 when trials fail one by one, more when in clumps
	Restless [2]bool    // these hours are no time to learn from
	Sum      float64    // of the CUSUM
	Seen     uint64     // trials of the group that are in it
	Run      run        `json:",omitzero"`  // since the sum was zero
	Took     float64    `json:",omitempty"` // of a slow stage: a running mean of the slow ones, in seconds
	// the newest failure of the incident that ended last: what comes of before, from a host whose log lags behind, was told
	Over int64 `json:",omitempty"`
	Open *open `json:",omitempty"`

	group            *group
	p0, p1, up, down float64
	limit            float64
}

// watch finds or makes a share.
func (g *group) watch(d *design, kind Kind, key string, usual float64) *share {
	if s := g.find(kind, key); s != nil {
		return s
	}
	s := &share{Key: clone(key), Kind: kind, Usual: usual, Spread: firstSpread, Seen: g.N, group: g}
	if len(g.Shares) >= maxShares {
		return s // counts for nothing: the closed list of reasons is shorter, only the user's own may be more
	}
	g.Shares = append(g.Shares, s)
	s.tune(d)
	return s
}

const maxShares = 96

// find is a share that is watched, else nil.
func (g *group) find(kind Kind, key string) *share {
	for _, s := range g.Shares {
		if s.Key == key && s.Kind == kind {
			return s
		}
	}
	return nil
}

// tune computes the chart from what was learned.
func (s *share) tune(d *design) {
	n := s.group.Past + prior
	p := (s.Past + prior*s.Usual) / n
	p += confidence * math.Sqrt(s.Spread*p*(1-p)/n)
	s.p0 = math.Min(math.Max(p, leastShare), 0.95)
	s.p1 = s.departure(d, s.p0)
	s.up, s.down = math.Log(s.p1/s.p0), math.Log((1-s.p0)/(1-s.p1))
	s.limit = d.limit * s.Spread
}

// departure is the share that is looked for where another one is usual.
func (s *share) departure(d *design, usual float64) float64 {
	odds := d.odds * usual / (1 - usual)
	step := d.step
	if s.Usual >= common {
		step *= 2
	}
	return math.Min(math.Max(odds/(1+odds), usual+step), 0.98)
}

// least is the share from which on a departure is told: most of the way to the one that is looked for.
func (s *share) least() float64 { return s.p0 + 0.75*(s.p1-s.p0) }

// active says whether the baseline leaves room for a departure.
func (s *share) active() bool { return s.p0 < mostShare }

// usual is the share that was learned.
func (s *share) usual() float64 {
	return (s.Past + prior*s.Usual) / (s.group.Past + prior)
}

// begin counts a trial. It is to be called once a trial, before fail.
func (g *group) begin(d *design, at int64) {
	if g.First == 0 {
		g.First, g.Hour = at, at/hour
	}
	if h := at / hour; h > g.Hour {
		g.advance(d, h)
	}
	g.Newest = max(g.Newest, at)
	g.N++
	g.Fresh[0]++
}

// undo takes back a trial that turns out to be none.
func (g *group) undo() {
	g.N--
	g.Fresh[0]--
}

// advance learns from the hours that are over. It lags by one hour, so that the beginning of a departure is not learned.
func (g *group) advance(d *design, to int64) {
	for g.Hour < to {
		if g.Fresh == [2]float64{} { // nothing to learn in all the hours that are left
			g.fade(to - g.Hour)
			g.Hour = to
			break
		}
		g.fade(1)
		for _, s := range g.Shares {
			s.learn(g.Fresh[1])
		}
		g.Past += g.Fresh[1]
		g.Fresh = [2]float64{0, g.Fresh[0]}
		g.Hour++
	}
	for _, s := range g.Shares {
		s.tune(d)
	}
}

// fade lets the past lose weight.
func (g *group) fade(hours int64) {
	f := math.Exp2(-float64(hours) / halfLife)
	g.Past *= f
	for _, s := range g.Shares {
		s.Past *= f
	}
}

// learn takes the failures of n trials, an hour's, into the past, and their dispersion. A departure is learned as if the trials had
// been as ever.
func (s *share) learn(n float64) {
	f := s.Fresh[1]
	if s.Restless[1] || s.Open != nil {
		f = n * s.usual()
	} else if expected := n * s.p0; expected >= 0.5 {
		chi := (f - expected) * (f - expected) / (expected * (1 - s.p0))
		s.Spread = math.Max(1, math.Min(8, s.Spread+0.05*(math.Min(chi, 25)-s.Spread)))
	}
	s.Past += f
	s.Fresh = [2]float64{0, s.Fresh[0]}
	s.Restless = [2]bool{s.Open != nil || s.Sum > s.limit/2, s.Restless[0]}
}

// fail adds the failure of the trial that was begun last, and says whether the share departs now.
func (s *share) fail(o *Observation, messages int) bool {
	if o.Time <= s.Over {
		return false
	}
	s.Fresh[0]++
	s.pass()
	if s.Run.Start != 0 && o.Time-s.Run.Start > longest {
		s.Sum, s.Run = 0, run{}
	}
	if s.Run.Start == 0 {
		s.Run.Start, s.Run.From = o.Time, s.group.N-1
	}
	s.Run.add(o)
	s.Seen = s.group.N
	s.Sum += s.up
	if s.Sum > s.limit/2 {
		s.Restless[0] = true
	}
	return s.Open == nil && s.active() && s.Sum >= s.limit && s.Run.Messages >= messages && s.Run.share(s.group.N) >= s.least()
}

// pass brings the sum up to the trials that did not fail.
func (s *share) pass() {
	passed := s.group.N - s.Seen
	if passed > 0 {
		passed-- // the one that fails now
	}
	if s.Sum -= float64(passed) * s.down; s.Sum <= 0 {
		s.Sum, s.Run = 0, run{}
	}
}

// drop forgets a group's share that is nobody's concern any more.
func (g *group) drop(s *share) {
	g.Shares = slices.DeleteFunc(g.Shares, func(x *share) bool { return x == s })
}
