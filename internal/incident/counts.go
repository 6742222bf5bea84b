package incident

import (
	"cmp"
	"math"
	"slices"
)

// volume is a stream of messages, and whether it jumped.
type volume struct {
	Season *season
	Jump   *jump `json:",omitempty"`
}

func newVolume() *volume { return &volume{Season: newSeason()} }

func (v *volume) count(at int64) { v.Season.count(at) }

// jump is a count that is far above what is usual.
type jump struct {
	ID       string
	Start    int64
	Told     int64
	Messages int
	Steps    int
	Calm     int     // steps in a row that were as usual
	Usual    float64 // messages in five minutes
	Examples []string
}

// leastJump is how many messages a jump has, in units of Config.MinMessages.
const leastJump = 10

// volumes looks at the five minutes that are over. A jump of all is often that of one sender: so it is one of all only where the
// others' mail has jumped, too, and then it is none of a sender's.
func (d *Detector) volumes(now int64) {
	var jumping []string
	var theirs [3]int // what senders send that jump, in the newest steps
	for _, name := range sortedKeys(d.Sending) {
		s := d.Sending[name]
		s.turn(now)
		if s.Jump != nil && d.jumpsOn(name, s, now) || s.Jump == nil && d.jumps(s, now) {
			jumping = append(jumping, name)
			theirs[0] += s.Before[0]
			theirs[1] += s.Before[1]
		}
	}
	d.Mail.Season.to(now)
	d.mailJump(d.Mail, now/step*step, theirs)
	if d.Mail.Jump != nil {
		return
	}
	for _, name := range jumping {
		if s := d.Sending[name]; s.Jump == nil {
			d.senderJump(name, s, now)
		}
	}
}

// mailJump compares three steps, without what comes of theirs, with the most of that time of the week: a Poisson CUSUM of three
// terms, in units of the dispersion. One step alone is a mailing.
func (d *Detector) mailJump(v *volume, now int64, theirs [3]int) {
	s := v.Season
	mean, most, known := s.usual(now - step)
	most = math.Max(1, math.Max(mean, most/3)) // one step of mailings is not what is usual, nor is a mean what is possible
	total, high := 0, 0
	for i, n := range s.Before {
		n -= theirs[i]
		total += n
		if float64(n) > d.design.times*most {
			high++
		}
	}
	if j := v.Jump; j != nil {
		s.mute()
		d.goOn(j, "", false, s.Before[0], float64(s.Before[0]) < most*math.Sqrt(d.design.times), now)
		if j.Calm >= calmSteps {
			d.tellJump(j, "", false, Ended, now)
			v.Jump = nil
		}
		return
	}
	departs := high >= 2 && float64(total) > 3*d.design.times*most && d.surprise(float64(total), 3*most, s.Spread)
	if !known || !departs || total < leastJump*d.cfg.MinMessages || !d.wants(Volume) {
		return
	}
	s.mute()
	start := now - 3*step
	v.Jump = &jump{ID: identity(Volume, "", "", start), Start: start, Messages: s.Before[0] + s.Before[1] + s.Before[2], Usual: mean}
	d.startJump(v.Jump, "", false, now)
}

// startJump tells of one.
func (d *Detector) startJump(j *jump, sender string, user bool, now int64) {
	j.Told = now
	j.Steps = int((now - j.Start) / step)
	d.tellJump(j, sender, user, Started, now)
}

// calmSteps is how long a count must be as usual.
const calmSteps = 3

// surprise says whether a count is a departure: the likelihood ratio of a Poisson count of so many times the usual over the usual,
// in units of the dispersion.
func (d *Detector) surprise(n, usual, spread float64) bool {
	return (n*math.Log(d.design.times)-usual*(d.design.times-1))/spread > d.design.limit
}

// goOn adds a step to a jump.
func (d *Detector) goOn(j *jump, sender string, user bool, n int, calm bool, now int64) {
	j.Messages += n
	j.Steps++
	j.Calm++
	if !calm {
		j.Calm = 0
	}
	if d.cfg.Repeat > 0 && now-j.Told >= int64(d.cfg.Repeat) && j.Calm < calmSteps {
		j.Told = now
		d.tellJump(j, sender, user, Ongoing, now)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// evict64 drops the tenth of a map that came least, of those the ones that came last.
func evict64[V any](m map[uint64]V, of func(V) (int, int64)) {
	type aged struct {
		id uint64
		n  int
		at int64
	}
	list := make([]aged, 0, len(m))
	for id, v := range m {
		n, at := of(v)
		list = append(list, aged{id, n, at})
	}
	slices.SortFunc(list, func(a, b aged) int {
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
	})
	for _, a := range list[:len(list)/10+1] {
		delete(m, a.id)
	}
}
