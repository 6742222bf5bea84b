package mailhost

import "slices"

// A session waits at its end for what came in over it. What is forgotten before that, since it is over for long or there is no room, must not be held by the session.

// opens lists a message that came in over the session.
func (s *Session) opens(m *Message) {
	s.NewestGone = false
	if len(s.open) >= maxOpenOfOne {
		i := slices.IndexFunc(s.open, func(m *Message) bool { return m.ended })
		if i < 0 {
			s.NewestGone = true
			return
		}
		s.letGo(s.open[i])
		s.NewestGone = false
	}
	s.holds(m)
}

func (s *Session) holds(m *Message) {
	s.open = append(s.open, m)
	if s.host.openers == nil {
		s.host.openers = make(map[*Message]*Session)
	}
	s.host.openers[m] = s
}

// letGo keeps of a message what the summary says of it.
func (s *Session) letGo(m *Message) {
	if s == nil {
		return
	}
	delete(s.host.openers, m)
	i := slices.Index(s.open, m)
	if i < 0 {
		return
	}
	s.NewestGone = s.NewestGone || i == len(s.open)-1
	s.Bytes += m.bytesTaken()
	s.open = slices.Delete(s.open, i, i+1)
	s.reweigh()
}

// letAllGo is for the end of the session.
func (s *Session) letAllGo() {
	for _, m := range s.open {
		delete(s.host.openers, m)
	}
	s.open = nil
}

// bytesTaken is how much came in with the message, as far as the log tells.
func (m *Message) bytesTaken() int64 {
	if m.received && m.HasSize {
		return m.Size
	}
	return 0
}
