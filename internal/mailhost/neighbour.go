package mailhost

import "hash/maphash"

// A smarthost has thousands of inferred conversations at a time, and a line goes on with one of them: that of its process, its message, or the use of its
// connection. Few are walked; from then on each is found by what may name it.

// endpoint is where inferred conversations go to, and those that do, newest first. One that another process, message or use has come to is the newest again.
type endpoint struct {
	newest  *peer
	n       int
	indexed map[uint64]*peer // by mark the newest of each chain; nil while there are few
	chains  uint8            // that are indexed: those that lines have asked for
}

// chain is a kind of neighbourhood among the conversations of an endpoint.
type chain uint8

const (
	chainAll     chain = iota
	chainQueue         // at one message; of those that are at none, of one process
	chainProcess       // of one process
	chainTurn          // of one process, in one use of its connection
	chainUse           // in one use of the connection, whichever process has it
	chains
)

// indexPeersFrom is how many conversations of an endpoint are found without an index: 4,096 of one smarthost cost a line what these do.
const indexPeersFrom = 32

// markOf is what the conversations of a chain have in common. Two marks may be the same by chance: who looks for one asks each.
func markOf(c chain, pid int64, use int, queue string) uint64 {
	const odd = 0x9e3779b97f4a7c15
	m := uint64(c) * odd
	switch {
	case c == chainQueue && queue != "":
		return m ^ maphash.String(hashes, queue)
	case c == chainQueue, c == chainProcess:
		return (m ^ uint64(pid)) * odd
	case c == chainTurn:
		return ((m^uint64(pid))*odd ^ uint64(use)) * odd
	}
	return (m ^ uint64(use)) * odd
}

func (p *peer) mark(c chain) uint64 { return markOf(c, p.PID, p.Use, p.QueueID) }

// chain puts p in front of the others of its endpoint.
func (h *Host) chain(p *peer) {
	e := h.peers[p.key]
	if e == nil {
		e = new(endpoint)
		h.peers[p.key] = e
	}
	if p.key.isUnnamed() {
		h.unnamed++
	}
	p.at = e
	h.insert(p)
}

// unchain takes p out of its endpoint, before its key changes or it is forgotten.
func (h *Host) unchain(p *peer) {
	e := p.at
	if e == nil {
		return
	}
	if p.key.isUnnamed() {
		h.unnamed--
	}
	p.at = nil
	if e.remove(p); e.newest == nil {
		delete(h.peers, p.key)
	}
}

// insert makes p the newest of its endpoint.
func (h *Host) insert(p *peer) {
	h.born++
	p.Born = h.born
	e := p.at
	p.put(chainAll, &e.newest)
	e.n++
	for c := chainQueue; c < chains; c++ {
		if e.has(c) {
			e.index(p, c)
		}
	}
}

// remove takes p out of all chains, before what names it there changes.
func (e *endpoint) remove(p *peer) {
	p.take(chainAll, &e.newest)
	e.n--
	for c := chainQueue; c < chains; c++ {
		if !e.has(c) {
			continue
		}
		at := p.mark(c)
		if n := &p.near[c]; n.prev != nil { // the chain begins as before
			p.take(c, nil)
			continue
		}
		first := p
		if p.take(c, &first); first == nil {
			delete(e.indexed, at)
		} else {
			e.indexed[at] = first
		}
	}
}

// isSmall says whether the conversations are few enough to look at each.
func (e *endpoint) isSmall() bool { return e.indexed == nil && e.n <= indexPeersFrom }

// has says whether a chain is indexed.
func (e *endpoint) has(c chain) bool { return e.chains&(1<<c) != 0 }

func (e *endpoint) index(p *peer, c chain) {
	at := p.mark(c)
	first := e.indexed[at]
	p.put(c, &first)
	e.indexed[at] = first
}

// first gives the newest conversation of a chain. The chain is indexed from the first time on that a line asks for it, beginning with the oldest.
func (e *endpoint) first(c chain, pid int64, use int, queue string) *peer {
	if e.indexed == nil {
		e.indexed = make(map[uint64]*peer)
	}
	if !e.has(c) {
		e.chains |= 1 << c
		oldest := e.newest
		for oldest.near[chainAll].next != nil {
			oldest = oldest.near[chainAll].next
		}
		for p := oldest; p != nil; p = p.near[chainAll].prev {
			e.index(p, c)
		}
	}
	return e.indexed[markOf(c, pid, use, queue)]
}

// put makes p the first of a chain.
func (p *peer) put(c chain, first **peer) {
	p.near[c] = neighbours{next: *first}
	if *first != nil {
		(*first).near[c].prev = p
	}
	*first = p
}

// take takes p out of a chain.
func (p *peer) take(c chain, first **peer) {
	n := p.near[c]
	if n.next != nil {
		n.next.near[c].prev = n.prev
	}
	if n.prev != nil {
		n.prev.near[c].next = n.next
	} else {
		*first = n.next
	}
	p.near[c] = neighbours{}
}

// neighbours are the ones in front of and behind a conversation in a chain.
type neighbours struct{ next, prev *peer }

// newestOf finds the newest conversation of a chain that is wanted.
func newestOf(first *peer, c chain, wanted func(*peer) bool) *peer {
	for p := first; p != nil; p = p.near[c].next {
		if wanted(p) {
			return p
		}
	}
	return nil
}

// newer is whichever is the newer of two; nil is none.
func newer(a, b *peer) *peer {
	if a == nil || b != nil && b.Born > a.Born {
		return b
	}
	return a
}
