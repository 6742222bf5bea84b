package incident

import (
	"math"
	"slices"
)

// sending is how much one sender sends.
type sending struct {
	First, Newest int64
	Step          int64
	Count         int
	Before        [2]int
	Most          float64 // in five minutes, over the last weeks; it fades
	Mean          float64 // in five minutes of those with any; for the words
	User          bool
	Jump          *jump `json:",omitempty"`
	examples      []string
}

// sends counts a message for its sender.
func (d *Detector) sends(o *Observation) {
	if o.Sender == "" {
		return
	}
	s := d.Sending[o.Sender]
	if s == nil {
		if len(d.Sending) >= maxSenders {
			evict(d.Sending, func(s *sending) int64 { return s.Newest })
		}
		s = &sending{First: o.Time, Step: o.Time / step, User: o.User}
		d.Sending[clone(cut(o.Sender, maxName))] = s
	}
	if late(o.Time, s.Step) {
		return
	}
	s.turn(o.Time)
	s.Newest = max(s.Newest, o.Time)
	s.Count++
	if len(s.examples) == maxExamples {
		s.examples = s.examples[:0]
	}
	if o.UID != "" {
		s.examples = append(s.examples, clone(o.UID))
	}
}

// turn ends the steps that are over.
func (s *sending) turn(now int64) {
	to := now / step
	if to <= s.Step {
		return
	}
	if s.Jump == nil {
		s.Most = math.Max(s.Most, float64(s.Before[1])) // what is older than the steps that are judged
		if s.Before[1] > 0 {
			s.Mean += 0.05 * (float64(s.Before[1]) - s.Mean)
		}
	}
	s.Before[1], s.Before[0], s.Count = s.Before[0], s.Count, 0
	if to > s.Step+1 {
		if s.Jump == nil {
			s.Most = math.Max(s.Most, math.Max(float64(s.Before[0]), float64(s.Before[1])))
		}
		s.Before = [2]int{}
	}
	s.Most *= math.Exp2(-float64(to-s.Step) * float64(step) / float64(2*week*hour))
	s.Step = to
}

// jumps says whether a sender sends far more than ever in the last weeks. It must have been known for one of them.
func (d *Detector) jumps(s *sending, now int64) bool {
	n := s.Before[0] + s.Before[1]
	if now-s.First < int64(week)*hour || n < leastJump*d.cfg.MinMessages || !d.wants(Volume) {
		return false
	}
	usual := s.usual()
	return float64(s.Before[0]) >= d.design.times*usual && float64(s.Before[1]) >= d.design.times*usual && d.surprise(float64(n), 2*usual, 2)
}

// usual is the most that he sends.
func (s *sending) usual() float64 { return math.Max(s.Most, 1) }

// jumpsOn says whether a sender's jump goes on.
func (d *Detector) jumpsOn(name string, s *sending, now int64) bool {
	d.goOn(s.Jump, name, s.User, s.Before[0], float64(s.Before[0]) < s.usual()*math.Sqrt(d.design.times), now)
	if s.Jump.Calm < calmSteps {
		return true
	}
	d.tellJump(s.Jump, name, s.User, Ended, now)
	s.Jump = nil
	return false
}

// senderJump tells of a sender's.
func (d *Detector) senderJump(name string, s *sending, now int64) {
	start := (s.Step - 2) * step
	s.Jump = &jump{
		ID: identity(Volume, name, "", start), Start: start,
		Messages: s.Before[0] + s.Before[1], Usual: s.Mean, Examples: slices.Clone(s.examples),
	}
	d.startJump(s.Jump, name, s.User, now)
}
