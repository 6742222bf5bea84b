package incident

import (
	"encoding/json"
	"errors"
	"fmt"
)

// saved is a state as it is written down.
type saved struct {
	Version int
	State   *state
	Told    []Report `json:",omitempty"`
}

// version changes with what the state means; another one is not read.
const version = 1

// Save gives the state, for Restore, and with it reports that nobody has taken yet.
func (d *Detector) Save(told []Report) ([]byte, error) {
	return json.Marshal(saved{version, &d.state, told})
}

// Restore takes the state that Save gave, and gives back the reports in it; wall is the time now, as the time in between was no
// silence. After an error the detector is one without a past.
func (d *Detector) Restore(data []byte, wall int64) (told []Report, err error) {
	d.reset()
	in := saved{State: &d.state}
	err = json.Unmarshal(data, &in)
	switch {
	case err != nil:
		err = fmt.Errorf("the past of incidents: %w", err)
	case in.Version != version:
		err = fmt.Errorf("the past of incidents has version %d, not %d", in.Version, version)
	case !d.whole():
		err = errors.New("the past of incidents lacks parts")
	}
	if err != nil {
		d.reset()
		return nil, err
	}
	d.relink(wall)
	return in.Told, nil
}

// whole says whether nothing is missing that the rest relies on.
func (d *Detector) whole() bool {
	if d.Providers == nil || d.Domains == nil || d.Senders == nil ||
		d.Routes == nil || d.Sending == nil || d.Hosts == nil || d.Waiting == nil {
		return false
	}
	for _, p := range d.Providers {
		if p == nil || p.Tries == nil || p.Taken == nil || !p.Stream.whole() {
			return false
		}
		for _, t := range p.Texts {
			if t == nil {
				return false
			}
		}
	}
	for _, m := range d.Domains {
		if m == nil || m.Tries == nil || m.Volume != nil && !m.Volume.whole() {
			return false
		}
	}
	for _, m := range [...]map[string]*group{d.Senders, d.Routes} {
		for _, g := range m {
			if g == nil {
				return false
			}
		}
	}
	for _, s := range d.Hosts {
		if !s.whole() {
			return false
		}
	}
	for _, s := range d.Sending {
		if s == nil {
			return false
		}
	}
	ok := d.Reception != nil && d.Users != nil && d.Clients != nil && d.Logins != nil &&
		d.Logins.Accounts != nil && d.Mail != nil && d.Mail.Season.whole()
	if ok {
		for _, a := range d.Logins.Accounts {
			ok = ok && a != nil
		}
	}
	return ok
}

func (s *stream) whole() bool { return s != nil && s.Season.whole() }

func (s *season) whole() bool {
	return s != nil && len(s.Mean) == week && len(s.Peak) == week && s.Hour >= 0 &&
		(s.Over == nil || s.Over.Hour >= 0) && s.Step >= 0 && s.Spread >= 1
}

// relink puts back what is not written down.
func (d *Detector) relink(wall int64) {
	for _, p := range d.Providers {
		d.adopt(p.Tries)
		d.adopt(p.Taken)
		if p.Texts == nil {
			p.Texts = map[uint64]*text{}
		}
		for _, t := range p.Texts {
			if t.Share == nil {
				continue
			}
			t.Share.group = p.Tries
			for _, s := range p.Tries.Shares { // the one that has an incident stands among the shares, too
				if s.Kind == Text && s.Key == t.Share.Key {
					t.Share = s
				}
			}
			t.Share.tune(&d.design)
		}
		p.Stream.Arrived = wall
	}
	for _, m := range d.Domains {
		d.adopt(m.Tries)
	}
	for _, m := range [...]map[string]*group{d.Senders, d.Routes} {
		for _, g := range m {
			d.adopt(g)
		}
	}
	d.adopt(d.Reception)
	d.adopt(d.Users)
	d.adopt(d.Clients)
	for _, s := range d.Hosts {
		s.Arrived = wall
	}
}

func (d *Detector) adopt(g *group) {
	kept := g.Shares[:0]
	g.opened = 0
	for _, s := range g.Shares {
		if s == nil {
			continue
		}
		kept = append(kept, s)
		if s.Spread < 1 {
			s.Spread = 1
		}
		s.group = g
		s.tune(&d.design)
		if s.Open != nil {
			g.opened++
		}
	}
	g.Shares = kept
}
