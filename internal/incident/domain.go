package incident

import "math"

// domain is one at no known provider, to know when one that takes mail of ours steadily refuses it: what is a handful of all mail to such hosts may be all of somebody's.
type domain struct {
	Tries  *group
	Volume *season `json:",omitempty"` // of one that takes mail every day
}

const (
	// maxDomains is how many are looked at; the busiest stay.
	maxDomains = 1000
	// taken is the share of tries that were accepted: it is learned as the others are, and never told.
	taken = "taken"
)

// known says whether so much of our mail was taken that a refusal is a departure: nobody makes an incident with a host that never took any.
func (m *domain) known(d *design) bool { return m.past(d) > 2*prior }

// past is how much of our mail was taken in the last days, up to now.
func (m *domain) past(d *design) float64 {
	s := m.Tries.watch(d, "", taken, 0)
	return s.Past + s.Fresh[0] + s.Fresh[1]
}

// ofDomain looks at a try at a host of no known provider, for the recipient's domain alone; it gives the share that it failed in.
func (d *Detector) ofDomain(o *Observation, outcome string) *share {
	if o.Provider != other && o.Provider != "" || o.Domain == "" {
		return nil
	}
	m := d.domain(o)
	g := m.Tries
	if g.counted(o.UID, outcome) {
		return nil
	}
	g.begin(&d.design, o.Time)
	g.Sender.add(o.Sender)
	g.Sender.halve(1000)
	if m.Volume == nil && m.past(&d.design) > prior/4 {
		m.Volume = newSeason()
	}
	if m.Volume != nil && !o.Retry {
		m.Volume.count(o.Time)
	}
	if o.Status == "delivered" {
		g.watch(&d.design, "", taken, 0).Fresh[0]++
		d.settle(g, o)
		return nil
	}
	kind, name, usual := chartOf(o)
	s := g.watch(&d.design, kind, name, usual)
	if s.Open == nil {
		d.failed(s, o, func(s *share) bool { return m.known(&d.design) && !d.everywhere(s) && d.notOfOneSender(s, o) })
	}
	d.settle(g, o, s)
	return s
}

// everywhere says whether a departure is that of other domains, too, be it too little there to tell of: against what they have at the time it must be one as well.
func (d *Detector) everywhere(s *share) bool {
	p := d.Providers[other]
	if p == nil {
		return false
	}
	all := p.Tries.find(s.Kind, s.Key)
	if all == nil || all.Open != nil {
		return all != nil
	}
	elsewhere := math.Min(0.95, all.Run.share(p.Tries.N))
	if most, part := all.Run.Domains.top(); most == s.group.Name {
		elsewhere *= 1 - part
	}
	if elsewhere <= s.p0 {
		return false
	}
	q := s.departure(&d.design, elsewhere)
	fails, trials := float64(s.Run.Fails), float64(s.group.N-s.Run.From)
	return fails*math.Log(q/elsewhere)+(trials-fails)*math.Log((1-q)/(1-elsewhere)) < s.limit
}

// domain finds or makes one. Where there is no room, those with the least mail of the last days go.
func (d *Detector) domain(o *Observation) *domain {
	name := cut(o.Domain, maxName)
	if m := d.Domains[name]; m != nil {
		return m
	}
	if len(d.Domains) >= maxDomains {
		evict(d.Domains, func(m *domain) int64 { return int64(16 * m.Tries.weight(o.Time)) })
	}
	name = clone(name)
	m := &domain{Tries: &group{Name: name, Domain: true}}
	d.Domains[name] = m
	return m
}

// weight is how many trials of the last days a group has.
func (g *group) weight(now int64) float64 {
	return (g.Past + g.Fresh[0] + g.Fresh[1]) * math.Exp2(-float64(max(0, now-g.Newest))/float64(halfLife*hour))
}
