package incident

import "math"

// provider is what is known of one that takes our mail.
type provider struct {
	Tries  *group           // first tries of messages, and the reasons of those that failed
	Taken  *group           // messages that it took: which were slow, and which went in the clear
	Times  [stages]float64  // the time that nine of ten deliveries need, in seconds, by stage
	Timed  [stages]int      // how many deliveries it was learned from
	Texts  map[uint64]*text // refusals by their fingerprint
	Failed int64            // when a connection failed last
	Stream *stream          // of tries
}

// other is the provider of hosts and domains that are none of the known ones: many that have nothing in common.
const other = "other"

// severalDomains is how many domains a departure at other must have hit; one of them may not have most of it. So nobody makes an incident with a server of his own.
const (
	severalDomains = 3
	mostOfThem     = 0.6
)

func (d *Detector) provider(name string, at int64) *provider {
	if name == "" {
		name = other
	}
	if p := d.Providers[name]; p != nil {
		return p
	}
	if len(d.Providers) >= maxProviders {
		evict(d.Providers, func(p *provider) int64 { return p.Tries.Newest })
	}
	name = clone(cut(name, maxName))
	p := &provider{Tries: &group{Name: name}, Taken: &group{Name: name}, Texts: map[uint64]*text{}, Stream: newStream(at)}
	d.Providers[name] = p
	return p
}

// try looks at a verdict of another host.
func (d *Detector) try(o *Observation) {
	delivered := o.Status == "delivered"
	if !delivered && o.Retry { // the message failed before; only what is new says how it is now
		d.sent(o, nil)
		return
	}
	p := d.provider(o.Provider, o.Time)
	g := p.Tries
	outcome := o.Reason
	if delivered {
		outcome = o.Status
	}
	failed := d.ofDomain(o, outcome)
	if !g.counted(o.UID, outcome) {
		g.begin(&d.design, o.Time)
		if !o.Retry {
			d.heard(p.Stream, o, Report{Provider: g.Name})
			d.sends(o)
		}
		g.Sender.add(o.Sender)
		g.Sender.halve(1000)
		if delivered {
			d.settle(g, o)
			d.taken(p, o)
		} else {
			failed = d.refused(p, o, failed)
		}
	}
	d.sent(o, failed)
}

// refused looks at a try that failed; ofDomain is the share of the recipient's domain that it failed in.
func (d *Detector) refused(p *provider, o *Observation, ofDomain *share) *share {
	g := p.Tries
	if ofDomain != nil && ofDomain.Open != nil { // the domain's, not everybody's
		g.undo()
		return ofDomain
	}
	if mail := d.Senders[o.Sender]; mail != nil && mail.opened > 0 && bounced(o) { // the sender's, not the provider's
		g.undo()
		return nil
	}
	kind, name, usual := chartOf(o)
	if kind == Connections && o.Time-p.Failed < int64(300e9) && o.Provider != other { // the connection that failed was counted
		g.undo()
		return nil
	}
	s := g.watch(&d.design, kind, name, usual)
	var seen *share
	if kind == Refusals {
		seen = d.words(p, s, o)
	}
	switch {
	case seen != nil && seen.Open != nil: // it is told by its words
		s.Sum, s.Run, s.Seen = 0, run{}, g.N
	case s.Open == nil:
		d.failed(s, o, func(s *share) bool {
			byWords := seen != nil && s.vague() && 2*seen.Run.Messages >= s.Run.Messages // will be told by its words in a moment
			return !byWords && d.common(s, o)
		})
	}
	d.settle(g, o, s, seen)
	return s
}

// connectFailure looks at a host that cannot be reached, also when a later host heals that. Of hosts that have nothing in common it says nothing.
func (d *Detector) connectFailure(o *Observation) {
	if o.Provider == "" || o.Provider == other {
		return
	}
	p := d.provider(o.Provider, o.Time)
	p.Failed = o.Time
	p.Tries.begin(&d.design, o.Time)
	s := p.Tries.watch(&d.design, Connections, connection, usualConnection)
	if s.Open == nil {
		d.failed(s, o, nil)
	}
	d.settle(p.Tries, o, s)
}

const (
	connection      = "connection"
	usualConnection = 0.03
)

// chartOf is the chart that a failure belongs to: what kind it is, its name there, and what is usual where nothing is known yet.
func chartOf(o *Observation) (kind Kind, name string, usual float64) {
	switch o.Reason {
	case "connection_refused", "connection_timeout", "connection_lost", "no_route":
		return Connections, connection, usualConnection
	case "tls_failure":
		return TLS, o.Reason, 0.01
	case "greylisted":
		return Refusals, o.Reason, 0.25
	case "unknown_recipient":
		return Refusals, o.Reason, 0.08
	case "":
		return Refusals, "unspecified", 0.04
	}
	return Refusals, o.Reason, 0.04
}

// common says whether a departure is the provider's, and not that of one sender or of one recipient's domain.
func (d *Detector) common(s *share, o *Observation) bool {
	if o.Provider == other || o.Provider == "" {
		if domain, part := s.Run.Domains.top(); domain != "" && (part > mostOfThem || len(s.Run.Domains.List) < severalDomains) {
			return false
		}
	}
	return d.notOfOneSender(s, o)
}

// notOfOneSender says whether a departure is not that of one sender's mail.
func (d *Detector) notOfOneSender(s *share, o *Observation) bool {
	sender, part := s.Run.Senders.top()
	if sender == "" || part < 0.7 {
		return true
	}
	if mail := d.Senders[sender]; mail != nil && mail.opened > 0 {
		return false
	}
	ordinary, usual := s.group.Sender.top()
	ofSender := o.Category == "recipient" || o.Category == "content" || o.Category == "own"
	return !ofSender || ordinary == sender && usual > 0.5
}

// taken looks at how a message was delivered.
func (d *Detector) taken(p *provider, o *Observation) {
	if o.Retry {
		return
	}
	g := p.Taken
	g.begin(&d.design, o.Time)
	var failed [stages + 1]*share
	for i := range stages {
		if o.Staged[i] {
			failed[i] = d.stage(p, i, o)
		}
	}
	inClear := g.watch(&d.design, TLS, plaintext, unlearned)
	if !o.Secure {
		if failed[stages] = inClear; inClear.Open == nil {
			d.failed(inClear, o, func(s *share) bool { return g.Past > 2*prior && d.common(s, o) })
		}
	}
	d.settle(g, o, failed[:]...)
}

// plaintext is the share of messages that went in the clear. It is not known before it was learned: a log may not tell of encryption at all.
const (
	plaintext = "plaintext"
	unlearned = 0.9
)

// The least that is slow, by stage, in seconds.
var leastSlow = [stages]float64{60, 10, 20}

// slowTimes is how many times the usual slow is.
const slowTimes = 3

// stage looks at the time of one stage: slow is what takes several times what nine of ten took.
func (d *Detector) stage(p *provider, i int, o *Observation) *share {
	s := p.Taken.watch(&d.design, Slow, stageNames[i], unlearned)
	x := o.Stages[i]
	slow := x > math.Max(leastSlow[i], slowTimes*p.Times[i])
	p.learnTime(i, x, slow, s.Open != nil)
	if !slow {
		return nil
	}
	if s.Run.Start == 0 {
		s.Took = x
	}
	s.Took += 0.1 * (x - s.Took)
	if s.Open == nil {
		d.failed(s, o, func(s *share) bool {
			return p.Taken.Past > 2*prior && p.Tries.opened == 0 && p.Taken.opened == 0 && d.common(s, o)
		})
	}
	return s
}

// learnTime follows the ninth decile (Robbins and Monro, A stochastic approximation method, 1951), in steps of a share of it. What is slow teaches less: it may be
// a departure; and a departure that does not end becomes what is usual within days.
func (p *provider) learnTime(i int, x float64, slow, open bool) {
	t, n := &p.Times[i], &p.Timed[i]
	if *n++; *n == 1 {
		*t = math.Max(x, 0.01)
		return
	}
	rate := math.Max(0.02, 1/float64(*n))
	switch {
	case open:
		rate = 0.0005
	case slow:
		rate /= 10
	}
	if x > *t {
		*t *= 1 + 0.9*rate
	} else {
		*t = math.Max(0.01, *t*(1-0.1*rate))
	}
}
