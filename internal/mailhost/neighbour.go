package mailhost

// A smarthost has thousands of inferred conversations at a time, and a line goes on with one of them: that of its process, its message, or the use of its
// connection. Few are walked; from then on each is found by what may name it.

// endpoint is where inferred conversations go to, and those that do, newest first. One that another process, message or use has come to is the newest again.
type endpoint struct {
	newest  *peer
	n       int
	indexed map[mark]*peer // the newest of each chain; nil while there are few
}

// chain is a kind of neighbourhood among the conversations of an endpoint.
type chain uint8

const (
	chainAll     chain = iota
	chainProcess       // of one process
	chainQueue         // at one message; of those that are at none, of one process
	chainTurn          // of one process, in one use of its connection
	chainUse           // in one use of the connection, whichever process has it
	chains
)

// mark is what the conversations of one chain have in common.
type mark struct {
	of    chain
	pid   int64
	use   int
	queue string
}

// indexPeersFrom is how many conversations of an endpoint are found without an index: 8,192 of one smarthost cost a line what 16 do.
const indexPeersFrom = 16

func (p *peer) mark(of chain) mark {
	switch of {
	case chainProcess:
		return mark{of: of, pid: p.PID}
	case chainQueue:
		if p.QueueID == "" {
			return mark{of: of, pid: p.PID}
		}
		return mark{of: of, queue: p.QueueID}
	case chainTurn:
		return mark{of: of, pid: p.PID, use: p.Use}
	}
	return mark{of: of, use: p.Use}
}

// chain puts p in front of the others of its endpoint.
func (h *Host) chain(p *peer) {
	h.born++
	p.Born = h.born
	e := h.peers[p.key]
	if e == nil {
		e = new(endpoint)
		h.peers[p.key] = e
	}
	p.put(chainAll, &e.newest)
	e.n++
	switch {
	case e.indexed != nil:
		e.index(p)
	case e.n > indexPeersFrom:
		e.indexAll()
	}
}

// unchain takes p out, before what names it changes.
func (h *Host) unchain(p *peer) {
	e := h.peers[p.key]
	if e == nil {
		return
	}
	p.take(chainAll, &e.newest)
	if e.n--; e.n == 0 {
		delete(h.peers, p.key)
		return
	}
	if e.indexed == nil {
		return
	}
	for c := chainProcess; c < chains; c++ {
		at := p.mark(c)
		first := e.indexed[at]
		if p.take(c, &first); first == nil {
			delete(e.indexed, at)
		} else {
			e.indexed[at] = first
		}
	}
}

func (e *endpoint) index(p *peer) {
	for c := chainProcess; c < chains; c++ {
		at := p.mark(c)
		first := e.indexed[at]
		p.put(c, &first)
		e.indexed[at] = first
	}
}

// indexAll begins the index, with the oldest.
func (e *endpoint) indexAll() {
	e.indexed = make(map[mark]*peer)
	oldest := e.newest
	for oldest.near[chainAll].next != nil {
		oldest = oldest.near[chainAll].next
	}
	for p := oldest; p != nil; p = p.near[chainAll].prev {
		e.index(p)
	}
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
