// Package incidents makes up what happens at mail hosts, days of it, as the detector of incidents sees it: with the shape of day
// and week, mailings that come at once, retries, scanners, and what goes wrong every day. Scenarios lay trouble over that, and near
// misses, which are no trouble.
package incidents

import (
	"cmp"
	"container/heap"
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

type provider struct {
	name    string
	domain  string // of a host that is no known provider's
	weight  float64
	reasons map[string]float64
	clear   float64
}

// providers as a sender of ordinary mail sees them: the shares are of first tries.
var providers = []provider{
	{"google", "", 0.30, map[string]float64{
		"rate_limited": 0.004, "unknown_recipient": 0.02, "spam_content": 0.004, "sender_authentication": 0.002, "mailbox_full": 0.004,
	}, 0.001},
	{"microsoft365", "", 0.22, map[string]float64{
		"unknown_recipient": 0.03, "policy": 0.004, "server_busy": 0.003, "spam_content": 0.003, "greylisted": 0.01,
	}, 0.002},
	{"outlook", "", 0.10, map[string]float64{
		"unknown_recipient": 0.02, "rate_limited": 0.006, "reputation": 0.004, "unspecified": 0.003,
	}, 0.001},
	{"yahoo", "", 0.08, map[string]float64{"rate_limited": 0.02, "mailbox_inactive": 0.01, "unknown_recipient": 0.02}, 0.001},
	{"gmx", "", 0.08, map[string]float64{"mailbox_full": 0.01, "policy": 0.003, "unknown_recipient": 0.02}, 0.0},
	{
		"other", "partner.example.org", 0.08,
		map[string]float64{"unknown_recipient": 0.03, "greylisted": 0.01, "policy": 0.004, "mailbox_full": 0.005},
		0.01,
	},
	{"other", "", 0.14, map[string]float64{
		"greylisted": 0.10, "unknown_recipient": 0.03, "connection_timeout": 0.01,
		"connection_refused": 0.004, "dns_failure": 0.003, "blocklisted": 0.003,
		"client_identity": 0.002, "unspecified": 0.004, "tls_failure": 0.002, "policy": 0.004,
	}, 0.15},
}

// categories of the reasons that are used here.
var categories = map[string]string{
	"rate_limited": "block", "greylisted": "block", "blocklisted": "block",
	"spam_content": "block", "policy": "block", "reputation": "block", "client_identity": "block",
	"sender_authentication": "block", "unknown_recipient": "recipient",
	"mailbox_full": "recipient", "mailbox_inactive": "recipient", "dns_failure": "domain",
	"connection_timeout": "infrastructure", "connection_refused": "infrastructure",
	"tls_failure": "infrastructure", "server_busy": "infrastructure", "unspecified": "unspecified",
}

// permanent reasons end a recipient.
var permanent = map[string]bool{
	"unknown_recipient": true, "mailbox_inactive": true, "blocklisted": true,
	"spam_content": true, "policy": true, "client_identity": true, "sender_authentication": true,
}

// order lists the reasons of a provider, so that the same seed gives the same world.
var order = []string{
	"rate_limited", "greylisted", "blocklisted", "spam_content", "policy", "reputation",
	"client_identity", "sender_authentication", "unknown_recipient", "mailbox_full",
	"mailbox_inactive", "dns_failure", "connection_timeout", "connection_refused", "tls_failure", "server_busy", "unspecified",
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

// foreign is what others bring: sessions, mail for local mailboxes.
func (w *World) foreign(rate float64) {
	for range w.poisson(rate) {
		client := fmt.Sprintf("192.0.2.%d", w.rnd.IntN(250))
		if w.Trouble.Shaken > 0 && w.rnd.Float64() < w.Trouble.Shaken {
			w.say(incident.Observation{Event: incident.Handshake, UID: w.id(), Client: client})
			continue
		}
		w.say(incident.Observation{Event: incident.Session, UID: w.id(), Client: client, Secure: w.rnd.Float64() >= max(0.08, w.Trouble.Clients)})
		if w.rnd.Float64() < max(0.0005, w.Trouble.Broken) {
			w.say(incident.Observation{
				Event: incident.Trouble, UID: w.id(), What: "milter", Reason: "server_busy",
				Category: "infrastructure", Code: 451, Text: "Service unavailable",
			})
			continue
		}
		uid := w.id()
		w.say(incident.Observation{Event: incident.Received, UID: uid})
		o := incident.Observation{Event: incident.LocalTry, UID: uid, Route: "lmtp", Status: "delivered", Recipients: 1, What: "lmtp"}
		switch x := w.rnd.Float64(); {
		case x < max(0.001, w.Trouble.LMTP):
			o.Status, o.Reason, o.Category = "deferred", "local_error", "own"
		case x < 0.03:
			o.Status, o.Reason, o.Category = "bounced", "unknown_recipient", "recipient"
		}
		w.say(o)
	}
}

// attacks are the everyday ones, and those of the scenario.
func (w *World) attacks() {
	for range w.poisson(0.4) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("198.51.100.%d", w.rnd.IntN(12)), Sender: w.account()})
	}
	for range w.poisson(0.1) {
		w.say(incident.Observation{Event: incident.Handshake, Client: fmt.Sprintf("198.51.100.%d", w.rnd.IntN(30))})
	}
	for range w.poisson(w.Trouble.Logins) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("203.0.113.%d", w.rnd.IntN(250)), Sender: w.account()})
	}
	for range w.poisson(w.Trouble.Guess) {
		w.say(incident.Observation{Event: incident.Login, Client: "203.0.113.9", Sender: w.account()})
	}
	for range w.poisson(w.Trouble.Account) {
		w.say(incident.Observation{Event: incident.Login, Client: fmt.Sprintf("203.0.113.%d", w.rnd.IntN(w.Trouble.From)), Sender: "anna"})
	}
	for range w.poisson(w.Trouble.Shaker) {
		w.say(incident.Observation{Event: incident.Handshake, Client: "203.0.113.10"})
	}
	for range w.poisson(w.Trouble.Looping) {
		w.say(incident.Observation{
			Event: incident.Rejected, UID: w.id(), Sender: "anna",
			Client: "192.0.2.44", Code: 553, Reason: "invalid_sender", Category: "own",
		})
	}
	for range w.poisson(w.Trouble.Dead) {
		w.fail("other", "dead.example.org", "connection_timeout", w.sender(), "")
	}
	for range w.poisson(w.Trouble.Evil) {
		w.fail("other", "evil.example", "unspecified", w.sender(), fmt.Sprintf("no mail for you %d", w.rnd.IntN(3)))
	}
}

func (w *World) fail(provider, domain, reason, sender, words string) {
	uid := w.id()
	w.say(incident.Observation{Event: incident.Received, UID: uid, Sender: sender})
	w.say(incident.Observation{
		Event: incident.Try, UID: uid, Sender: sender, Provider: provider, Domain: domain,
		Reason: reason, Category: categories[reason], Status: "deferred",
		Code: 451, Text: words, Fingerprint: words, Recipients: 1,
	})
}

// account is a name that somebody guesses.
func (w *World) account() string { return fmt.Sprintf("info%d", w.rnd.IntN(300)) }

// sender is one of ours: users and domains, some of which send most.
func (w *World) sender() string {
	n := int(math.Floor(math.Pow(w.rnd.Float64(), 2.5) * 40))
	if n%2 == 0 {
		return fmt.Sprintf("user%d", n)
	}
	return fmt.Sprintf("shop%d.example.com", n)
}

// message is one of ours, to one recipient or some; bounced is the share that no provider knows.
func (w *World) message(sender, to string, bounced float64) {
	uid := w.id()
	user := sender[0] == 'u'
	if user {
		if w.rnd.Float64() < max(0.004, w.Trouble.Refused) {
			client := fmt.Sprintf("192.0.2.%d", w.rnd.IntN(60))
			w.say(incident.Observation{
				Event: incident.Rejected, UID: uid, Sender: sender, Client: client, Code: 554, Reason: "relay_denied", Category: "own",
			})
			return
		}
		w.say(incident.Observation{Event: incident.Submitted, UID: uid, Sender: sender})
	}
	w.say(incident.Observation{Event: incident.Received, UID: uid, Sender: sender, User: user})
	n := 1
	if w.rnd.IntN(5) == 0 {
		n += w.rnd.IntN(4)
	}
	host := w.host()
	at := w.now.Add(w.within())
	for range n {
		p := w.provider(to)
		if p.name == w.Trouble.Left {
			continue
		}
		o := incident.Observation{
			Event: incident.Try, Host: host, UID: uid, Sender: sender, User: user,
			Provider: p.name, Domain: p.name + ".example", From: "192.0.2.10", Recipients: 1,
		}
		if p.name == "other" {
			if o.Domain = p.domain; o.Domain == "" {
				o.Domain = fmt.Sprintf("d%d.example.net", w.rnd.IntN(80))
			}
		}
		w.first(at, p, o, bounced)
	}
}

// first is the first try of a recipient.
func (w *World) first(at time.Time, p *provider, o incident.Observation, bounced float64) {
	reason := ""
	if w.rnd.Float64() < bounced {
		reason = "unknown_recipient"
	} else {
		reason = w.reason(p)
	}
	if reason == "" {
		w.delivered(at, p, o)
		return
	}
	o.Reason, o.Category, o.Status, o.Code = reason, categories[reason], "deferred", 451
	if permanent[reason] {
		o.Status, o.Code, o.Final = "bounced", 550, true
	}
	o.Fingerprint = fmt.Sprintf("%s says %s %d", p.name, reason, w.rnd.IntN(3))
	if w.rnd.IntN(50) == 0 {
		o.Fingerprint = fmt.Sprintf("%s says %s in other words %d", p.name, reason, w.rnd.IntN(1000))
	}
	if words := w.Trouble.Words[p.name+" "+reason]; words != "" {
		o.Fingerprint = words
	}
	o.Text = o.Fingerprint
	w.at(at, o)
	if !o.Final {
		w.retry(at, p, o, 1)
	}
}

// retry is what becomes of a recipient that was put off.
func (w *World) retry(at time.Time, p *provider, o incident.Observation, n int) {
	at = at.Add(time.Duration(300<<min(n, 4))*time.Second + w.within())
	o.Retry = true
	again := 0.2
	if w.Trouble.Reasons[p.key()][o.Reason] > 0.3 {
		again = 0.9
	}
	if n < 8 && w.rnd.Float64() < again {
		w.at(at, o)
		w.retry(at, p, o, n+1)
		return
	}
	w.delivered(at, p, o)
}

func (w *World) delivered(at time.Time, p *provider, o incident.Observation) {
	o.Status, o.Reason, o.Category, o.Code, o.Text, o.Fingerprint, o.Final = "delivered", "", "", 250, "", "", true
	o.Secure = w.rnd.Float64() >= max(p.clear, w.Trouble.Clear[p.name])
	o.Staged = [3]bool{true, true, true}
	o.Stages = [3]float64{w.seconds(0.05, 1), w.seconds(0.3, 0.7), w.seconds(0.8, 0.7)}
	if f := w.Trouble.Slow[p.name]; f > 0 {
		o.Stages[w.Trouble.Stage] *= f
	}
	w.at(at, o)
}

// reason says why a first try fails; empty: it does not.
func (w *World) reason(p *provider) string {
	x := w.rnd.Float64()
	t, moods := w.Trouble.Reasons[p.key()], w.moods[p]
	for i, name := range order {
		share := moods[i]
		if t[name] > 0 {
			share = t[name]
		}
		if x < share {
			return name
		}
		x -= share
	}
	return ""
}

func (w *World) provider(name string) *provider {
	x := w.rnd.Float64()
	for i := range providers {
		p := &providers[i]
		if p.name == name || name == "" && x < p.weight {
			return p
		}
		x -= p.weight
	}
	return &providers[0]
}

// key is what a trouble calls it.
func (p *provider) key() string { return cmp.Or(p.domain, p.name) }

// mood makes shares of an hour higher and lower than those of another.
func (w *World) mood() {
	w.moods = map[*provider][]float64{}
	for i := range providers {
		p := &providers[i]
		shares := make([]float64, len(order))
		for k, name := range order {
			if share := p.reasons[name]; share > 0 {
				shares[k] = share * math.Exp(0.4*w.rnd.NormFloat64())
			}
		}
		w.moods[p] = shares
	}
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

func (w *World) at(at time.Time, o incident.Observation) {
	if o.Host == "" {
		o.Host = w.host()
	}
	o.Time = at.UnixNano()
	o.Wall = o.Time + int64(time.Second)
	if o.Recipients == 0 {
		o.Recipients = 1
	}
	heap.Push(&w.due, &o)
}

// drain hands over what is due.
func (w *World) drain(to time.Time) {
	for len(w.due) > 0 && w.due[0].Time < to.UnixNano() {
		o := heap.Pop(&w.due).(*incident.Observation)
		if o.Host != w.Trouble.Mute {
			w.take(o)
		}
	}
}

func times(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

type schedule []*incident.Observation

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].Time < s[j].Time }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)        { *s = append(*s, x.(*incident.Observation)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}
