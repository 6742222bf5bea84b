package diagnose

import "math/bits"

// spot is a state, with what is asked of it next: so a processor waits for one line of memory, not for three.
type spot struct {
	state uint32
	heard uint32 // what ends here
	any   uint32 // the symbols that go on, by their lowest five bits
	retry uint32 // the state of the longest suffix that goes on
}

// ways are the states behind states, for a tree where many may stand behind one. Those behind the beginning are not among them: words know where they
// lead to.
type ways struct {
	spots []spot // by state
	slots []way  // by the upper bits of a hash, or the next that was free
	shift uint8
}

type way struct {
	from, symbol uint32
	to           spot
	_            [8]byte // two to a line of memory, none on two
}

func (t *tree) ways() ways {
	size := 4
	for size < 2*(len(t.nodes)-int(t.nodes[0].many)) {
		size *= 2
	}
	w := ways{spots: make([]spot, len(t.nodes)), slots: make([]way, size), shift: uint8(32 - bits.TrailingZeros(uint(size)))}
	for state := range t.nodes[1:] {
		p, n := &w.spots[state+1], &t.nodes[state+1]
		p.state, p.heard, p.retry = uint32(state+1), n.heard, n.retry
		for to := n.first; to < n.first+n.many; to++ {
			p.any |= 1 << (t.symbols[to] % 32)
		}
	}
	for from := range w.spots[1:] {
		n := &t.nodes[from+1]
		for to := n.first; to < n.first+n.many; to++ {
			w.add(way{from: uint32(from + 1), symbol: t.symbols[to], to: w.spots[to]})
		}
	}
	return w
}

func (w *ways) add(one way) {
	slot := w.hash(one.from, one.symbol)
	for w.slots[slot&uint32(len(w.slots)-1)].from != 0 {
		slot++
	}
	w.slots[slot&uint32(len(w.slots)-1)] = one
}

func (w *ways) hash(from, symbol uint32) uint32 {
	return (from*0x9e3779b1 ^ symbol*0x85ebca6b) * 0xc2b2ae35 >> w.shift
}

// next is the spot behind a spot for a symbol, which begins is where nothing has begun.
func (w *ways) next(from spot, symbol uint32, begins spot) spot {
	for from.state != 0 {
		if from.any>>(symbol%32)&1 != 0 {
			if to := w.find(from.state, symbol); to != nil {
				return *to
			}
		}
		if from.retry == 0 {
			break
		}
		from = w.spots[from.retry]
	}
	return begins
}

// find is the spot behind a state; nil for none.
func (w *ways) find(from, symbol uint32) *spot {
	for slot := w.hash(from, symbol); ; slot++ {
		switch s := &w.slots[slot&uint32(len(w.slots)-1)]; {
		case s.from == from && s.symbol == symbol:
			return &s.to
		case s.from == 0:
			return nil
		}
	}
}
