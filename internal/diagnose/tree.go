package diagnose

import "slices"

// tree is an automaton over symbols (Aho and Corasick, 1975): it finds all of many lists of symbols in one pass. Its states are numbered
// breadth first, those behind one state side by side, so that what a text runs through lies together.
type tree struct {
	nodes   []node
	symbols []uint32 // by state: what leads to it from the state in front
}

// node is a state. State 0 is the beginning.
type node struct {
	first uint32 // the first of the states behind it, in the order of their symbols
	many  uint32 // and how many
	retry uint32 // the state of the longest suffix that goes on, where this one does not
	heard uint32 // the number of what ends here, also in its suffixes; 0 for nothing
}

// scanned is how many states are looked at one by one; of more the right one is searched by halves.
const scanned = 8

// child is the state behind a state for a symbol, 0 for none.
func (t *tree) child(n *node, symbol uint32) uint32 {
	from, to := n.first, n.first+n.many
	for to-from > scanned {
		if middle := (from + to) / 2; t.symbols[middle] > symbol {
			to = middle
		} else {
			from = middle
		}
	}
	for ; from < to; from++ {
		if t.symbols[from] == symbol {
			return from
		}
	}
	return 0
}

// begins is the state that a symbol leads to from the beginning.
func (t *tree) begins(symbol uint32) uint32 { return t.child(&t.nodes[0], symbol) }

// planting is a tree that lists are added to.
type planting struct {
	known   map[branch]uint32 // the states, numbered as they come
	symbols [][]uint32        // by state: what goes on from it
}

// branch is a way from a state.
type branch struct{ from, symbol uint32 }

// add gives the state that a list of symbols ends in.
func (p *planting) add(list []uint32) (state uint32) {
	if p.known == nil {
		p.known, p.symbols = map[branch]uint32{}, make([][]uint32, 1)
	}
	for _, symbol := range list {
		to := p.known[branch{state, symbol}]
		if to == 0 {
			to = uint32(len(p.symbols))
			p.known[branch{state, symbol}] = to
			p.symbols = append(p.symbols, nil)
			p.symbols[state] = append(p.symbols[state], symbol)
		}
		state = to
	}
	return state
}

// grow makes the tree. hear numbers what ends in a planted state and, by the number for that, in its longest suffix; a suffix comes first.
func (p *planting) grow(hear func(planted, suffix uint32) uint32) tree {
	n := max(len(p.symbols), 1)
	t := tree{nodes: make([]node, 1, n), symbols: make([]uint32, 1, n)}
	planted, suffix := make([]uint32, 1, n), make([]uint32, 1, n) // by state of the tree
	for state := uint32(0); int(state) < len(t.nodes) && len(p.symbols) > 0; state++ {
		from := planted[state]
		behind := p.symbols[from]
		slices.Sort(behind)
		t.nodes[state].first, t.nodes[state].many = uint32(len(t.nodes)), uint32(len(behind))
		for _, symbol := range behind {
			to, shorter := p.known[branch{from, symbol}], t.suffixOf(suffix, state, symbol)
			t.nodes = append(t.nodes, node{heard: hear(to, t.nodes[shorter].heard)})
			t.symbols = append(t.symbols, symbol)
			planted, suffix = append(planted, to), append(suffix, shorter)
		}
	}
	for state := 1; state < len(t.nodes); state++ {
		retry := suffix[state]
		if s := &t.nodes[retry]; s.many == 0 {
			retry = s.retry
		}
		t.nodes[state].retry = retry
	}
	return t
}

// suffixOf is the state of the longest suffix of what a symbol leads to from a state.
func (t *tree) suffixOf(suffix []uint32, state, symbol uint32) uint32 {
	for state != 0 {
		state = suffix[state]
		if to := t.child(&t.nodes[state], symbol); to != 0 {
			return to
		}
	}
	return 0
}
