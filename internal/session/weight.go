package session

import (
	"slices"
	"unsafe"
)

// What an item takes in memory, strings and slices included, is weighed whenever a line has touched it. Long lists are weighed anew only when they
// have grown by a quarter.

// The memory beside the items themselves: entries of maps, and what the allocator rounds up.
const (
	mapEntry    = 96
	indexEntry  = 160 // the key is a string of its own
	messageBase = int(unsafe.Sizeof(Message{})) + mapEntry
	sessionBase = int(unsafe.Sizeof(Session{})) + int(unsafe.Sizeof(sessionKey{})) + mapEntry
	peerBase    = int(unsafe.Sizeof(peer{})) + int(unsafe.Sizeof(peerKey{})) + mapEntry
	talkBase    = int(unsafe.Sizeof(Conversation{}))
	stringBase  = 16 // rounding
)

// weighed is the weight of a list when it was that long.
type weighed struct{ n, bytes int }

// of gives the weight of a list of n items, each weighed by one.
func (w *weighed) of(n int, one func(int) int) int {
	const few = 32
	if n <= few || n > w.n+w.n/4 || n < w.n/2 {
		*w = weighed{n: n}
		for i := range n {
			w.bytes += one(i)
		}
		return w.bytes
	}
	return w.bytes / w.n * n
}

func weightOf(strings ...string) (bytes int) {
	for _, s := range strings {
		if s != "" {
			bytes += len(s) + stringBase
		}
	}
	return bytes
}

func (m *Message) weigh() int {
	bytes := messageBase + weightOf(m.QueueID, m.MessageID, m.MailFrom, m.ClientAddress, m.PeerIP, m.Helo, m.Protocol, m.User, m.Mechanism, m.Fate.To)
	entry := int(unsafe.Sizeof(Recipient{}))
	if m.index != nil {
		entry += indexEntry
	}
	bytes += m.weighed.of(len(m.Recipients), func(i int) int {
		r := &m.Recipients[i]
		return entry + weightOf(r.To, r.Orig, r.ID, r.Enhanced, r.DSN, r.Reply, r.Next)
	})
	bytes += (cap(m.Recipients) - len(m.Recipients)) * int(unsafe.Sizeof(Recipient{}))
	for i := range m.Hops {
		bytes += int(unsafe.Sizeof(Hop{})) + weightOf(m.Hops[i].Server, m.Hops[i].Address, m.Hops[i].Enhanced)
	}
	for i := range m.Aliases {
		bytes += int(unsafe.Sizeof(Alias{})) + weightOf(m.Aliases[i].From, m.Aliases[i].To)
	}
	return bytes + weightOf(m.Named...) + 16*cap(m.Named)
}

func (s *Session) weigh() int {
	bytes := sessionBase + weightOf(s.key.name, s.ClientAddress, s.ServerAddress, s.PeerIP, s.Helo, s.Protocol, s.TLSVersion, s.TLSCipher, s.TLSTrust, s.User, s.Mechanism, s.Fate.To)
	for i := range s.Commands {
		bytes += int(unsafe.Sizeof(CommandRecord{})) + weightOf(s.Commands[i].Argument, s.Commands[i].Enhanced)
	}
	if s.talk != nil {
		bytes += s.talk.weigh()
	}
	return bytes + 8*cap(s.open) + s.Answers.weigh()
}

func (c *Conversation) weigh() int {
	bytes := talkBase + weightOf(c.peer, c.sender, c.from, c.partial.words, c.partial.queued)
	bytes += cap(c.pending)*int(unsafe.Sizeof(pendingCommand{})) + (cap(c.answered)+cap(c.left))*int(unsafe.Sizeof(CommandRecord{}))
	for i := range c.pending {
		bytes += weightOf(c.pending[i].argument, c.pending[i].path)
	}
	return bytes + 16*cap(c.rcpts) + c.weighed.of(len(c.rcpts), func(i int) int { return weightOf(c.rcpts[i]) })
}

// slim leaves of a conversation that is over what its late lines need.
func (c *Conversation) slim() {
	c.pending, c.rcpts, c.answered, c.left = slices.Clip(c.pending), nil, nil, nil
	c.rcptsMore, c.told = 0, 0
}

func (p *peer) weigh() int {
	return peerBase + weightOf(p.QueueID, p.Name, p.key.IP, p.key.Conn, p.By) + p.Answers.weigh()
}

func (a *answers) weigh() int { return 8 * (cap(a.Told) + cap(a.Tried)) }

// reweigh keeps the sum of all hosts true.
func (m *Message) reweigh() {
	bytes := 0
	if m.links.in != nil {
		bytes = m.weigh()
	}
	m.host.all.bytes += bytes - m.weight
	m.weight = bytes
}

func (s *Session) reweigh() {
	bytes := 0
	if s.links.in != nil {
		bytes = s.weigh()
	}
	s.host.all.bytes += bytes - s.weight
	s.weight = bytes
}

func (h *host) reweighPeer(p *peer) {
	bytes := 0
	if p.links.in != nil {
		bytes = p.weigh()
	}
	h.all.bytes += bytes - p.weight
	p.weight = bytes
}

// touched weighs what a line was about, and makes the host the one that was heard last.
func (h *host) touched(s *Session, m *Message) {
	if s != nil {
		s.reweigh()
	}
	if m != nil {
		m.reweigh()
	}
	h.touch()
}
