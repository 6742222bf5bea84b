package incident

import (
	"cmp"
	"slices"
)

// Detector watches. It is not safe for concurrent use.
type Detector struct {
	cfg    Config
	design design
	kinds  map[Kind]bool // nil: all
	state
	out []Report
}

// state is all that a detector knows: what is saved.
type state struct {
	Now       int64 // newest time of the log
	Providers map[string]*provider
	Domains   map[string]*domain // at no known provider
	Senders   map[string]*group  // recipients that ended, by user or domain
	Routes    map[string]*group  // local tries, by route
	Reception *group             // messages and refusals of ours
	Users     *group             // messages and refusals of users of ours
	Clients   *group             // sessions that brought mail
	Logins    *logins
	Mail      *volume
	Sending   map[string]*sending
	Hosts     map[string]*stream
	Waiting   map[string]waiting
}

// The limits of what is kept.
const (
	maxProviders = 256
	maxSenders   = 2000
	maxHosts     = 1000
)

// ahead is how far a host's clock may be ahead of ours.
const ahead = int64(60e9)

// New is a detector without a past.
func New(cfg Config) *Detector {
	d := &Detector{cfg: cfg, design: designs[cfg.Sensitivity]}
	if len(cfg.Kinds) > 0 {
		d.kinds = map[Kind]bool{}
		for _, k := range cfg.Kinds {
			d.kinds[k] = true
		}
	}
	d.reset()
	return d
}

func (d *Detector) reset() {
	d.state = state{
		Providers: map[string]*provider{}, Domains: map[string]*domain{}, Senders: map[string]*group{}, Routes: map[string]*group{},
		Sending: map[string]*sending{}, Hosts: map[string]*stream{}, Waiting: map[string]waiting{},
		Reception: &group{Name: "reception"}, Users: &group{Name: "users"},
		Clients: &group{Name: "clients"}, Logins: newLogins(), Mail: newVolume(),
	}
}

// wants says whether a kind is looked for.
func (d *Detector) wants(k Kind) bool { return d.kinds == nil || d.kinds[k] }

// Observe takes what happened and gives what there is to tell. The reports are valid until the next call.
func (d *Detector) Observe(o *Observation) []Report {
	d.out = d.out[:0]
	if o.Time == 0 { // a stamp without a date says nothing about when
		o.Time = max(d.Now, 1)
	}
	if o.Wall > 0 { // a host whose clock is ahead does not take the others along
		o.Time = min(o.Time, o.Wall+ahead)
	}
	d.alive(o)
	if o.Time/step > d.Now/step {
		d.turn(o.Time)
	}
	d.Now = max(d.Now, o.Time)
	switch o.Event {
	case Try:
		d.try(o)
	case ConnectFailure:
		d.connectFailure(o)
	case LocalTry:
		d.localTry(o)
	case Received:
		d.received(o)
	case Submitted:
		d.submitted(o)
	case Rejected:
		d.rejected(o)
	case Trouble:
		d.trouble(o)
	case Login:
		d.login(o)
	case Session:
		d.session(o)
	case Handshake:
		d.handshake(o)
	case Queue:
		d.queue(o)
	}
	return d.out
}

// turn is what is due every five minutes of the log.
func (d *Detector) turn(now int64) {
	d.volumes(now)
	d.turnLogins(now)
	d.idle(now)
}

// groupOf finds or makes a group of a bounded map. When it is full, the one that was silent for longest makes room.
func groupOf(m map[string]*group, name string, limit int) *group {
	if g := m[name]; g != nil {
		return g
	}
	if len(m) >= limit {
		evict(m, func(g *group) int64 { return g.Newest })
	}
	g := &group{Name: clone(cut(name, maxName))}
	m[g.Name] = g
	return g
}

// evict drops the tenth of a map that was silent for longest.
func evict[V any](m map[string]V, newest func(V) int64) {
	type aged struct {
		name string
		at   int64
	}
	list := make([]aged, 0, len(m))
	for name, v := range m {
		list = append(list, aged{name, newest(v)})
	}
	slices.SortFunc(list, func(a, b aged) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.name, b.name)) })
	for _, a := range list[:len(list)/10+1] {
		delete(m, a.name)
	}
}

// settle tells the open incidents of a group of a trial: those of the shares that failed, and to the others it was a success.
func (d *Detector) settle(g *group, o *Observation, failed ...*share) {
	if g.opened == 0 {
		return
	}
	for _, s := range slices.Clone(g.Shares) { // one that ends may leave the list
		if s.Open == nil || o.Time < s.Run.Start { // a host whose log lags behind tells of before
			continue
		}
		switch {
		case s.trial(o, slices.Contains(failed, s)):
			d.ended(s, o.Time)
		case d.cfg.Repeat > 0 && o.Time-s.Open.Told >= int64(d.cfg.Repeat) && s.Open.Last > s.Open.Told: // it does go on
			s.Open.Told = o.Time
			d.tell(s, Ongoing, o.Time)
		}
	}
}

func (d *Detector) ended(s *share, now int64) {
	d.tell(s, Ended, now)
	s.end(&d.design, now)
	if s.Kind == Text {
		s.group.drop(s)
	}
}

// failed counts a failure, and opens an incident when that is one; allowed says at the time whether it is one of its own.
func (d *Detector) failed(s *share, o *Observation, allowed func(*share) bool) {
	if !s.fail(o, d.cfg.MinMessages) || !d.wants(s.Kind) || allowed != nil && !allowed(s) {
		return
	}
	s.start(o)
	d.tell(s, Started, o.Time)
}

// idle ends the incidents that nothing is heard of.
func (d *Detector) idle(now int64) {
	for _, g := range d.troubled() {
		for _, s := range slices.Clone(g.Shares) {
			if s.Open != nil && s.forgotten(now) {
				d.ended(s, now)
			}
		}
	}
}

// troubled lists the groups with an incident, in an order that does not depend on chance.
func (d *Detector) troubled() (list []*group) {
	add := func(g *group) {
		if g.opened > 0 {
			list = append(list, g)
		}
	}
	for _, p := range d.Providers {
		add(p.Tries)
		add(p.Taken)
	}
	for _, m := range d.Domains {
		add(m.Tries)
	}
	for _, g := range d.Senders {
		add(g)
	}
	for _, g := range d.Routes {
		add(g)
	}
	add(d.Reception)
	add(d.Users)
	add(d.Clients)
	slices.SortStableFunc(list, func(a, b *group) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
