// Package incidents makes up what happens at mail hosts, days of it, as the detector of incidents sees it: with the shape of day
// and week, mailings that come at once, retries, scanners, and what goes wrong every day. Scenarios lay trouble over that, and near
// misses, which are no trouble.
package incidents

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
)

// World is one site.
type World struct {
	rnd     *rand.Rand
	perDay  float64
	hosts   []string
	now     time.Time
	due     schedule
	seq     int
	moods   map[*provider][]float64 // share of first tries in this hour, by provider and reason
	take    func(*incident.Observation)
	tick    func(wall int64)
	Trouble Trouble
}

// Trouble is what a scenario changes.
type Trouble struct {
	Volume   float64                       // times the usual
	Campaign map[string]float64            // times the usual, by provider
	Reasons  map[string]map[string]float64 // share of first tries, by provider (or domain of one that is none) and reason
	Words    map[string]string             // of a reason, instead of the usual ones
	Slow     map[string]float64            // times the usual, by provider
	Stage    int
	Clear    map[string]float64 // share in the clear, by provider
	Logins   float64            // failed logins a minute, each from another address
	Guess    float64            // failed logins a minute from one address, at many accounts
	Account  float64            // failed logins a minute at one account, from
	From     int                // so many addresses
	LMTP     float64            // share that fails
	Broken   float64            // share of sessions that trouble of our own ends
	Refused  float64            // share of users' messages that we refuse
	Looping  float64            // refusals a minute of one user
	Clients  float64            // share of sessions in the clear
	Shaken   float64            // share of sessions whose encryption fails
	Shaker   float64            // handshakes a minute of one client that fail
	Mailing  *Mailing
	Dead     float64 // messages a minute to a domain whose host is dead
	Evil     float64 // messages a minute to a domain whose host makes up texts
	Mute     string  // a host that says nothing
	Left     string  // a provider that nobody writes to
}

// Mailing is one sender's.
type Mailing struct {
	Sender    string
	PerMinute float64
	Bounced   float64
}

// hours is the shape of a working day, week that of a week from Sunday on.
var (
	hours = [24]float64{.25, .2, .15, .15, .2, .35, .6, 1, 1.6, 2, 2.1, 2, 1.7, 1.8, 1.9, 1.8, 1.6, 1.3, 1, .8, .7, .6, .5, .35}
	week  = [7]float64{.2, 1.15, 1.1, 1.05, 1, .95, .3}
)

// NewWorld is a site that sends so many messages a day; the same seed gives the same.
func NewWorld(seed uint64, perDay float64, hosts int, start time.Time, take func(*incident.Observation), tick func(int64)) *World {
	w := &World{rnd: rand.New(rand.NewPCG(seed, 77)), perDay: perDay, now: start, take: take, tick: tick}
	for i := range hosts {
		w.hosts = append(w.hosts, fmt.Sprintf("mx%d", i+1))
	}
	return w
}

// Run goes on to a time.
func (w *World) Run(to time.Time) {
	for w.now.Before(to) {
		w.minute()
		w.now = w.now.Add(time.Minute)
		w.drain(w.now)
		if w.tick != nil {
			w.tick(w.now.UnixNano())
		}
	}
}

// Now is the time of the world.
func (w *World) Now() time.Time { return w.now }

// minute makes up what happens in one.
func (w *World) minute() {
	if w.now.Minute() == 0 || w.moods == nil {
		w.mood()
	}
	rate := w.perDay / 1440 * hours[w.now.Hour()] * week[w.now.Weekday()] * times(w.Trouble.Volume)
	for range w.poisson(rate) {
		w.message(w.sender(), "", 0)
	}
	for i := range providers { // a campaign to one provider
		p := &providers[i]
		if more := times(w.Trouble.Campaign[p.name]) - 1; more > 0 {
			for range w.poisson(rate * p.weight * more) {
				w.message("news.example.com", p.name, 0)
			}
		}
	}
	if w.now.Minute() == 7 && w.rnd.IntN(20) == 0 { // a mailing, all at once
		n := 1 + w.poisson(w.perDay*0.01)
		for range n {
			w.message("news.example.com", "", 0)
		}
	}
	if w.now.Minute() == 21 && w.rnd.IntN(30) == 0 { // a broken mailing of ten recipients
		for range 10 {
			w.message(fmt.Sprintf("list%d.example.com", w.rnd.IntN(3)), "", 1)
		}
	}
	if m := w.Trouble.Mailing; m != nil {
		for range w.poisson(m.PerMinute) {
			w.message(m.Sender, "", m.Bounced)
		}
	}
	w.foreign(rate)
	w.attacks()
}

func (w *World) seconds(median, sigma float64) float64 {
	return median * math.Exp(sigma*w.rnd.NormFloat64())
}

func (w *World) poisson(mean float64) int {
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*w.rnd.NormFloat64())))
	}
	n, p, limit := 0, 1.0, math.Exp(-mean)
	for {
		if p *= w.rnd.Float64(); p < limit {
			return n
		}
		n++
	}
}

func (w *World) host() string { return w.hosts[w.rnd.IntN(len(w.hosts))] }

func (w *World) id() string {
	w.seq++
	return fmt.Sprintf("%016x", uint64(w.seq)*0x9E3779B97F4A7C15)
}

func (w *World) within() time.Duration { return time.Duration(w.rnd.Int64N(int64(time.Minute))) }

// say is at within this minute.
func (w *World) say(o incident.Observation) { w.at(w.now.Add(w.within()), o) }

func times(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}
