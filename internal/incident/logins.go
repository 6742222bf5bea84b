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

// account is one that logins fail at.
type account struct {
	Start, Newest int64
	Run           run
	ID            string // of the incident; empty: none
	Told          int64
}

const (
	maxAddresses = 4096 // of a step
	maxAccounts  = 500
	// loginRate is the weight of a step in the mean: it halves in a day.
	loginRate = 0.0024
	// guessing is how many addresses try one account before that is more than somebody's old password.
	guessing = 5
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
	if id := xxhash.Sum64String(o.Client); len(l.Seen) < maxAddresses {
		if i, known := slices.BinarySearch(l.Seen, id); !known {
			l.Seen = slices.Insert(l.Seen, i, id)
		}
	}
	if o.Sender != "" {
		d.account(o)
	}
}

// account looks at failures at one account: from many addresses within an hour somebody guesses its password.
func (d *Detector) account(o *Observation) {
	m := d.Logins.Accounts
	a := m[o.Sender]
	if a == nil {
		if len(m) >= maxAccounts {
			evict(m, func(a *account) int64 { return a.Newest })
		}
		a = &account{Start: o.Time}
		m[clone(cut(o.Sender, maxName))] = a
	}
	if a.ID == "" && o.Time-a.Start > hour {
		a.Start, a.Run = o.Time, run{}
	}
	if a.Run.Start == 0 {
		a.Run.Start = o.Time
	}
	a.Newest = max(a.Newest, o.Time)
	a.Run.add(o)
	if a.ID == "" && a.Run.Fails >= d.cfg.MinMessages && len(a.Run.Others) >= guessing && d.wants(Auth) {
		a.ID = identity(Auth, o.Sender, "", a.Run.Start)
		a.Told = o.Time
		d.tellAccount(o.Sender, a, Started, o.Time)
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
	for _, name := range sortedKeys(l.Accounts) {
		a := l.Accounts[name]
		switch {
		case now-a.Newest <= hour:
		case a.ID != "":
			d.tellAccount(name, a, Ended, now)
			delete(l.Accounts, name)
		default:
			delete(l.Accounts, name)
		}
	}
}

// judgeLogins takes a step that is over.
func (d *Detector) judgeLogins(now int64) {
	l := d.Logins
	usual := math.Max(1, math.Max(l.Mean, l.Most/2))
	n := l.Before[0] + l.Before[1] + l.Before[2]
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
