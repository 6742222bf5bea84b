package mailhost

// outdate ends, or forgets, what the line at hand would go on with, if its stamp is not believed yet and that has been silent too long by it: so it comes to the same
// as with a stamp that is.
func (h *Host) outdate(s *Session, out *Output) *Session {
	if s == nil || !s.host.clock.isAhead() {
		return s
	}
	silent := s.host.clock.Line - s.Seen
	if !s.ended && silent > int64(h.site.SessionIdle) {
		h.expireSession(s, out)
	}
	if s.ended && silent > endedFor {
		s.host.forgetSession(s)
		return nil
	}
	return s
}

// outdateMessages is outdate for all messages with a queue id.
func (h *Host) outdateMessages(id string, out *Output) {
	if !h.clock.isAhead() {
		return
	}
	for m, next := h.messages[id], (*Message)(nil); m != nil; m = next {
		next = m.sameID
		silent := h.clock.Line - m.Seen
		if !m.ended && silent > int64(h.site.MessageTTL) {
			h.expireMessage(m, out)
		}
		if m.ended && (silent > lateFor || silent > endedFor && !m.Partial) {
			h.forgetMessage(m)
		}
	}
}

// outdatePeers is outdate for the inferred conversations of a key.
func (h *Host) outdatePeers(key peerKey) {
	if !h.clock.isAhead() {
		return
	}
	e := h.peers[key]
	if e == nil {
		return
	}
	for p, next := e.newest, (*peer)(nil); p != nil; p = next {
		if next = p.near[chainAll].next; h.clock.Line-p.Seen > int64(h.site.SessionIdle) {
			h.forgetPeer(p)
		}
	}
}
