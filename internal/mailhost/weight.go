package mailhost

import (
	"unsafe"

	"github.com/otelcol-smtp/otelcol-smtp/internal/conversation"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// What an item takes in memory, strings and slices included, is weighed whenever a line has touched it. Long lists are weighed anew
// only when they have grown by a quarter.

// The memory beside the items themselves: entries of maps, and what the allocator rounds up.
const (
	mapEntry    = 96
	indexEntry  = 160 // the key is a string of its own
	openEntry   = 40  // two pointers
	messageBase = int(unsafe.Sizeof(Message{})) + mapEntry
	sessionBase = int(unsafe.Sizeof(Session{})) + int(unsafe.Sizeof(sessionKey{})) + mapEntry
	peerBase    = int(unsafe.Sizeof(peer{})) + int(unsafe.Sizeof(peerKey{})) + mapEntry
)

func (m *Message) weigh() int {
	bytes := messageBase + weight.Of(m.QueueID, m.MessageID, m.MailFrom)
	entry := int(unsafe.Sizeof(recipient{}))
	if m.index != nil {
		entry += indexEntry
	}
	bytes += m.weighed.Of(len(m.Recipients), func(i int) int {
		r := &m.Recipients[i]
		ids := r.names()
		return entry + weight.Of(r.To, r.Orig, ids.ID, ids.ID, ids.Next, r.Reply)
	})
	bytes += (cap(m.Recipients) - len(m.Recipients)) * int(unsafe.Sizeof(recipient{}))
	for _, hop := range m.hops {
		bytes += int(unsafe.Sizeof(hop)) + int(unsafe.Sizeof(*hop)) + weight.Of(hop.Server, hop.Address, hop.Enhanced)
	}
	if m.by != nil {
		bytes += int(unsafe.Sizeof(*m.by)) + weight.Of(m.by.ClientAddress, m.by.PeerIP, m.by.Helo, m.by.Protocol, m.by.User, m.by.Mechanism)
	}
	if m.rare != nil {
		bytes += m.rare.weigh()
	}
	return bytes
}

func (r *rareOfMessage) weigh() int {
	bytes := int(unsafe.Sizeof(*r)) + weight.Of(r.Fate.To)
	if r.Answer != nil {
		bytes += int(unsafe.Sizeof(*r.Answer))
	}
	for i := range r.Aliases {
		bytes += int(unsafe.Sizeof(Alias{})) + weight.Of(r.Aliases[i].From, r.Aliases[i].To)
	}
	return bytes + weight.Of(r.Named...) + 16*cap(r.Named)
}

func (s *Session) weigh() int {
	bytes := sessionBase + weight.Of(s.key.name, s.ClientAddress, s.ServerAddress, s.PeerIP,
		s.Helo, s.Protocol, s.TLSVersion, s.TLSCipher, s.TLSTrust, s.User, s.Mechanism, s.Fate.To)
	for i := range s.Commands {
		bytes += int(unsafe.Sizeof(conversation.CommandRecord{})) + weight.Of(s.Commands[i].Argument, s.Commands[i].Enhanced)
	}
	if s.Announced != nil {
		bytes += int(unsafe.Sizeof(*s.Announced)) + weight.Of(s.Announced.Command, s.Announced.Words)
	}
	if s.talk != nil {
		bytes += s.talk.Weight()
	}
	if s.Counts != nil {
		bytes += int(unsafe.Sizeof(*s.Counts))
	}
	if s.Rejects != nil {
		bytes += int(unsafe.Sizeof(*s.Rejects))
	}
	if s.Slowest != nil {
		bytes += int(unsafe.Sizeof(*s.Slowest))
	}
	if s.Answers != nil {
		bytes += int(unsafe.Sizeof(*s.Answers)) + s.Answers.weigh()
	}
	return bytes + 8*cap(s.open) + openEntry*len(s.open)
}

func (p *peer) weigh() int {
	return peerBase + weight.Of(p.QueueID, p.Name, p.key.IP, p.key.Conn, p.By) + p.Answers.weigh()
}

func (a *answers) weigh() int { return 8 * (cap(a.Told) + cap(a.Tried)) }

// reweigh keeps the sum of all hosts true.
func (m *Message) reweigh() {
	bytes := 0
	if m.links.In != nil {
		m.host.messageLedger.change(m)
		bytes = m.weigh()
	}
	m.host.bytes.add(bytes - int(m.weight))
	m.weight = int32(bytes)
	m.host.waiting.place(m)
}

func (s *Session) reweigh() {
	bytes := 0
	if s.links.In != nil {
		s.host.sessionLedger.change(s)
		bytes = s.weigh()
	}
	s.host.bytes.add(bytes - s.weight)
	s.weight = bytes
}

func (h *Host) reweighPeer(p *peer) {
	bytes := 0
	if p.links.In != nil {
		h.peerLedger.change(p)
		bytes = p.weigh()
	}
	h.bytes.add(bytes - p.weight)
	p.weight = bytes
}

// touched weighs what a line was about.
func (h *Host) touched(s *Session, m *Message) {
	if s != nil {
		s.reweigh()
	}
	if m != nil {
		m.reweigh()
	}
}
