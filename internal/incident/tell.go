package incident

// tell reports an incident of a share.
func (d *Detector) tell(s *share, state string, now int64) {
	in, r := s.Open, &s.Run
	until := in.Until // what came after the newest failure is no part of it
	out := Report{
		ID: in.ID, Kind: s.Kind, State: state, Time: now, Start: r.Start, Last: in.Last,
		Code: r.Reply.Code, Enhanced: r.Reply.Enhanced, Text: r.Reply.Text, Fingerprint: r.Reply.Fingerprint, Category: r.Reply.Category,
		Examples: append([]string(nil), r.Examples...), Share: r.share(until), Baseline: in.Base, Past: in.Past, Messages: r.Messages,
		Trials: int(until - r.From), Waiting: -1, Clients: len(r.Others),
	}
	for _, from := range r.Froms.List {
		out.Sources = append(out.Sources, from.Name)
	}
	if host, part := r.Hosts.top(); part >= 0.9 && len(d.Hosts) > 1 {
		out.Host = host
	}
	d.about(s, &out)
	out.Sentence = out.sentence()
	d.out = append(d.out, out)
}

// about fills in whom an incident is about.
func (d *Detector) about(s *share, out *Report) {
	name := s.group.Name
	switch s.Kind {
	case Refusals, Connections, Text:
		if s.Kind == Refusals {
			out.Reason = s.Key
		}
		d.aboutProvider(s.group, out)
		out.Severe = s.Kind != Text || out.Share > 0.5
	case TLS:
		out.What = s.Key
		if s.group != d.Clients {
			d.aboutProvider(s.group, out)
		}
		out.Severe = s.Key == "tls_failure"
	case Slow:
		out.What = s.Key
		d.aboutProvider(s.group, out)
		for i, stage := range stageNames {
			if stage == s.Key {
				out.Seconds, out.Usual = s.Took, d.Providers[name].Times[i]
			}
		}
	case Own:
		out.Severe = true
		if out.What, _ = s.Run.What.top(); out.What == "" {
			out.What = name
		}
		out.Local = s.Key == handover
		if host, part := s.Run.Hosts.top(); part >= 0.9 {
			out.Host = host
		}
	case Bounces:
		out.Sender, out.Severe = name, true
	}
}

func (d *Detector) aboutProvider(g *group, out *Report) {
	if g.Domain {
		out.Provider, out.Domain = other, g.Name
		if m := d.Domains[g.Name]; m != nil && m.Volume != nil {
			out.Volume = m.Volume.times(out.Time)
		}
		return
	}
	name := g.Name
	p := d.Providers[name]
	out.Provider = name
	if out.Kind == Refusals || out.Kind == Text {
		out.Help = helpPages[name]
	}
	if p == nil {
		return
	}
	out.Volume = p.Stream.Season.times(out.Time)
	out.Waiting, out.Oldest = d.waits(name, out.Time)
}

// tellJump reports a jump of volume: of one sender, or of all where that is empty.
func (d *Detector) tellJump(j *jump, sender string, user bool, state string, now int64) {
	out := Report{
		ID: j.ID, Kind: Volume, State: state, Time: now, Last: now, Start: j.Start, Sender: sender, User: user, Messages: j.Messages, Waiting: -1,
		Usual: j.Usual, Examples: append([]string(nil), j.Examples...),
	}
	out.Volume = float64(j.Messages) / (float64(max(1, j.Steps)) * max(j.Usual, 1))
	out.Sentence = out.sentence()
	d.out = append(d.out, out)
}

// tellLogins reports failed logins from many addresses.
func (d *Detector) tellLogins(state string, now int64) {
	l := d.Logins
	addresses := l.Before[0] + l.Before[1] + l.Before[2]
	out := Report{
		ID: l.ID, Kind: Auth, State: state, Time: now, Last: now, Start: l.Start,
		Messages: l.Fails, Clients: max(addresses, len(l.Run.Others)), Waiting: -1,
		Usual: 3 * l.Mean, Baseline: 3 * l.Mean,
	}
	out.Sentence = out.sentence()
	d.out = append(d.out, out)
}

// tellAccount reports failed logins at one account.
func (d *Detector) tellAccount(name string, a *account, state string, now int64) {
	out := Report{
		ID: a.ID, Kind: Auth, State: state, Time: now, Last: a.Newest, Start: a.Run.Start,
		Sender: name, User: true, Messages: a.Run.Fails, Clients: len(a.Run.Others), Waiting: -1,
	}
	out.Sentence = out.sentence()
	d.out = append(d.out, out)
}

// tellSilence reports one.
func (d *Detector) tellSilence(s *stream, about Report, state string, now int64) {
	out := about
	out.ID, out.Kind, out.State, out.Time, out.Start, out.Waiting = s.Silent.ID, Silence, state, now, s.Silent.Start, -1
	out.Seconds, out.Last = float64(now-s.Silent.Start)/1e9, now
	mean, _, _ := s.Season.usual(s.Silent.Start)
	out.Usual = mean
	out.Severe = about.Host != ""
	out.Host, out.Provider = clone(out.Host), clone(out.Provider)
	out.Sentence = out.sentence()
	d.out = append(d.out, out)
}

// Open is one incident that has not ended.
type Open struct {
	Kind                     Kind
	Provider, Reason, Sender string
}

// Open lists the incidents that have not ended.
func (d *Detector) Open() (list []Open) {
	for _, g := range d.troubled() {
		for _, s := range g.Shares {
			if s.Open == nil {
				continue
			}
			out := Report{Kind: s.Kind}
			d.about(s, &out)
			list = append(list, Open{s.Kind, out.Provider, out.Reason, out.Sender})
		}
	}
	if d.Mail.Jump != nil {
		list = append(list, Open{Kind: Volume})
	}
	for _, name := range sortedKeys(d.Sending) {
		if d.Sending[name].Jump != nil {
			list = append(list, Open{Kind: Volume, Sender: name})
		}
	}
	if d.Logins.Start != 0 {
		list = append(list, Open{Kind: Auth})
	}
	for _, name := range sortedKeys(d.Logins.Accounts) {
		if d.Logins.Accounts[name].ID != "" {
			list = append(list, Open{Kind: Auth, Sender: name})
		}
	}
	for _, name := range sortedKeys(d.Hosts) {
		if d.Hosts[name].Silent != nil {
			list = append(list, Open{Kind: Silence})
		}
	}
	for _, name := range sortedKeys(d.Providers) {
		if d.Providers[name].Stream.Silent != nil {
			list = append(list, Open{Kind: Silence, Provider: name})
		}
	}
	return list
}
