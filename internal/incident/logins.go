package incident

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// logins watches failed logins: a Poisson chart of the addresses that they come from, as one that tries for long is everybody's every day; and the
// accounts that they are at, where the log tells.
type logins struct {
	First    int64
	Step     int64
	Seen     []uint64 // addresses of the step
	Before   [3]int   // addresses of the steps before, the newest first
	Mean     float64  // of a step; its weight halves in a day
	Most     float64  // the most of a step; it fades within a week
	Spread   float64
	Learned  int // steps
	Calm     int
	Start    int64 // of the incident; 0: none
	Told     int64
	ID       string
	Fails    int
	Run      run
	Accounts map[string]*account
}

const (
	maxAddresses = 4096 // of a step
	// loginRate is the weight of a step in the mean: it halves in a day.
	loginRate = 0.0024
)

func newLogins() *logins { return &logins{Spread: 2, Accounts: map[string]*account{}} }

// login looks at one.
func (d *Detector) login(o *Observation) {
	l := d.Logins
	if l.First == 0 {
		l.First, l.Step = o.Time, o.Time/step
	}
	if o.OK || o.Client == "" || late(o.Time, l.Step) {
		return
	}
	if l.Start != 0 {
		l.Fails++
		l.Run.add(o)
	}
	if o.Sender != "" && d.account(o) { // it is told of the account
		return
	}
	if id := xxhash.Sum64String(o.Client); len(l.Seen) < maxAddresses {
		if i, known := slices.BinarySearch(l.Seen, id); !known {
			l.Seen = slices.Insert(l.Seen, i, id)
		}
	}
}

// turnLogins looks at the five minutes that are over.
func (d *Detector) turnLogins(now int64) {
	l := d.Logins
	if l.First == 0 {
		return
	}
	for to := now / step; l.Step < to; l.Step++ {
		l.Before = [3]int{len(l.Seen), l.Before[0], l.Before[1]}
		l.Seen = l.Seen[:0]
		d.judgeLogins((l.Step + 1) * step)
		if l.Before == [3]int{} && l.Start == 0 && l.Step+288 < to { // after a long silence
			l.Step = to - 1
		}
	}
	d.turnAccounts(now)
}

// judgeLogins takes a step that is over.
func (d *Detector) judgeLogins(now int64) {
	l := d.Logins
	usual := math.Max(1, math.Max(l.Mean, l.Most/2))
	n := l.Before[0] + l.Before[1] + l.Before[2] - l.toldOf(now)
	if l.Start != 0 {
		if l.Calm++; float64(l.Before[0]) > usual*math.Sqrt(d.design.times) {
			l.Calm = 0
		}
		switch {
		case l.Calm >= calmSteps || now-l.Start > accepted:
			d.tellLogins(Ended, now)
			l.Start, l.Run, l.Fails, l.Calm = 0, run{}, 0, 0
		case d.cfg.Repeat > 0 && now-l.Told >= int64(d.cfg.Repeat):
			l.Told = now
			d.tellLogins(Ongoing, now)
		}
		return
	}
	times := d.design.times
	departs := n >= d.cfg.MinMessages && float64(n) > 3*times*usual && float64(max(l.Before[0], l.Before[1])) > times*usual &&
		(float64(n)*math.Log(times)-3*usual*(times-1))/l.Spread > d.design.limit
	if departs && now-l.First > hour && d.wants(Auth) {
		l.Start, l.Told = now-3*step, now
		l.ID = identity(Auth, "", "", l.Start)
		d.tellLogins(Started, now)
		return
	}
	// Learned with a lag of three steps, so that the beginning of a departure is not.
	x := float64(l.Before[2])
	l.Learned++
	l.Mean += math.Max(1/float64(l.Learned), loginRate) * (x - l.Mean)
	l.Most = math.Max(x, l.Most*0.9995)
	if l.Mean >= 0.5 {
		chi := (x - l.Mean) * (x - l.Mean) / l.Mean
		l.Spread = math.Max(1, math.Min(20, l.Spread+0.01*(math.Min(chi, 100)-l.Spread)))
	}
}
