package incident

import "math"

// account is one that logins fail at.
type account struct {
	Start, Newest int64 // of the hour at hand, or of the incident
	Run           run
	Mean          float64 // failures in an hour; its weight halves in a day
	Learned       int     // hours
	ID            string  // of the incident; empty: none
	Began         int     // addresses by the time that it was told first
	Told          int64
}

const (
	maxAccounts = 500
	// guessing is how many addresses try one account before that is more than somebody's old password.
	guessing = 5
	// accountRate is the weight of an hour in the mean: it halves in a day.
	accountRate = 0.03
)

// account looks at failures at one account, in an hour against its own hours before and against what other accounts have: from many addresses somebody guesses its
// password. It says whether there is an incident.
func (d *Detector) account(o *Observation) bool {
	m := d.Logins.Accounts
	a := m[o.Sender]
	if a == nil {
		if len(m) >= maxAccounts {
			evict(m, func(a *account) int64 { return a.Newest })
		}
		a = &account{Start: o.Time}
		m[clone(cut(o.Sender, maxName))] = a
	}
	if hours := (o.Time - a.Start) / hour; a.ID == "" && hours > 0 {
		a.learn(float64(a.Run.Fails), hours)
		a.Start, a.Run = o.Time, run{}
	}
	if a.Run.Start == 0 {
		a.Run.Start = o.Time
	}
	a.Newest = max(a.Newest, o.Time)
	a.Run.add(o)
	if a.ID != "" {
		return true
	}
	if a.Run.Fails < d.cfg.MinMessages || len(a.Run.Others) < guessing || !d.wants(Auth) {
		return false
	}
	usual := math.Max(math.Max(1, a.Mean), d.Logins.elsewhere(a, o.Time))
	if float64(a.Run.Fails) < d.design.times*usual || !d.surprise(float64(a.Run.Fails), usual, 1) {
		return false
	}
	a.ID, a.Told, a.Began = identity(Auth, o.Sender, "", a.Run.Start), o.Time, len(a.Run.Others)
	d.tellAccount(o.Sender, a, Started, o.Time)
	return true
}

// learn takes an hour into the mean, and those behind it in which nothing came.
func (a *account) learn(fails float64, hours int64) {
	a.Learned++
	a.Mean += math.Max(1/float64(a.Learned), accountRate) * (fails - a.Mean)
	a.Mean *= math.Pow(1-accountRate, float64(hours-1))
}

// elsewhere is how many failures the other accounts of this hour have in as much time, in the mean: who tries many means none of them.
func (l *logins) elsewhere(but *account, now int64) float64 {
	fails, time := 0.0, 1.0
	for _, a := range l.Accounts {
		if a != but && a.ID == "" && now-a.Start < hour {
			fails += float64(a.Run.Fails - 1) // its time began with one
			time += float64(now - a.Start)
		}
	}
	return fails / time * float64(now-but.Start)
}

// toldOf is how many addresses of the newest three steps came for an account before it was told of.
func (l *logins) toldOf(now int64) (addresses int) {
	for _, a := range l.Accounts {
		if a.ID != "" && now-a.Run.Start <= 4*step {
			addresses += a.Began
		}
	}
	return addresses
}

// turnAccounts tells of the incidents that go on and ends those that are over; what was silent for a day is forgotten.
func (d *Detector) turnAccounts(now int64) {
	for _, name := range sortedKeys(d.Logins.Accounts) {
		a := d.Logins.Accounts[name]
		switch {
		case a.ID == "":
			if now-a.Newest > 24*hour {
				delete(d.Logins.Accounts, name)
			}
		case now-a.Newest > hour || now-a.Run.Start > accepted:
			d.tellAccount(name, a, Ended, now)
			if hours := float64(now-a.Run.Start) / float64(hour); now-a.Newest <= hour { // it is what is usual
				a.Mean = float64(a.Run.Fails) / hours
			}
			a.ID, a.Start, a.Run = "", now, run{}
		case d.cfg.Repeat > 0 && now-a.Told >= int64(d.cfg.Repeat) && a.Newest > a.Told:
			a.Told = now
			d.tellAccount(name, a, Ongoing, now)
		}
	}
}
