package mailhost

// submitter is who brought a message, as far as the log tells. Nobody changes one: the messages of a client share it.
type submitter struct {
	ClientAddress, PeerIP string
	Helo, Protocol        string
	User, Mechanism       string
}

var (
	submitters shared[submitter]
	nobody     submitter
)

// submitterOf gives a copy of it that pins no line.
func submitterOf(one submitter) *submitter {
	if one == nobody {
		return nil
	}
	return submitters.of(one, func(own *submitter) {
		for _, s := range [...]*string{&own.ClientAddress, &own.PeerIP, &own.Helo, &own.Protocol, &own.User, &own.Mechanism} {
			*s = common(*s)
		}
	})
}

// submitter is who brought the message, to be read only.
func (m *Message) submitter() *submitter {
	if m.by == nil {
		return &nobody
	}
	return m.by
}

// broughtBy keeps who brought the message, where that was not known.
func (m *Message) broughtBy(who submitter) {
	now := *m.submitter()
	changed := false
	unless := func(known *string, said string) {
		if *known == "" && said != "" {
			*known, changed = said, true
		}
	}
	unless(&now.ClientAddress, who.ClientAddress)
	unless(&now.PeerIP, who.PeerIP)
	unless(&now.Helo, who.Helo)
	unless(&now.Protocol, who.Protocol)
	unless(&now.User, who.User)
	unless(&now.Mechanism, who.Mechanism)
	if changed {
		m.by = submitterOf(now)
	}
}

// ratherBy keeps who brought the message, as somebody says who knows better.
func (m *Message) ratherBy(who submitter) {
	before := *m.submitter()
	m.by = nil
	m.broughtBy(who)
	m.broughtBy(before)
}
