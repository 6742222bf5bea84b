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

// planting is what a tree is made of.
type planting struct{ lists [][]uint32 }

// add gives the number of a list of symbols, from 0.
func (p *planting) add(list []uint32) int {
	p.lists = append(p.lists, list)
	return len(p.lists) - 1
}

// bed is where the lists that lead to a state lie in their order: those that begin alike lie together, what ends in front of what goes on.
type bed struct{ from, to, depth int }

// grow makes the tree. hear numbers what ends in a state: lists, in the order in which they were added, and what was numbered for its longest suffix.
func (p *planting) grow(hear func(ended []int, suffix uint32) uint32) tree {
	order, n := p.order()
	t := tree{nodes: make([]node, 1, n), symbols: make([]uint32, 1, n)}
	beds, suffix := make([]bed, 1, n), make([]uint32, 1, n) // by state
	beds[0].to = len(order)
	for state := uint32(0); int(state) < len(beds); state++ {
		b := beds[state]
		from := b.from
		for from < b.to && len(p.lists[order[from]]) == b.depth {
			from++
		}
		t.nodes[state].heard = hear(order[b.from:from], t.nodes[suffix[state]].heard)
		t.nodes[state].first = uint32(len(t.nodes))
		for from < b.to {
			symbol, to := p.lists[order[from]][b.depth], from+1
			for to < b.to && p.lists[order[to]][b.depth] == symbol {
				to++
			}
			suffix = append(suffix, t.suffixOf(suffix, state, symbol))
			t.nodes, t.symbols, beds = append(t.nodes, node{}), append(t.symbols, symbol), append(beds, bed{from, to, b.depth + 1})
			from = to
		}
		t.nodes[state].many = uint32(len(t.nodes)) - t.nodes[state].first
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

// order sorts the lists, and counts the states that they lead through: what a list begins with like the one in front is there already.
func (p *planting) order() (order []int, states int) {
	order = make([]int, len(p.lists))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return slices.Compare(p.lists[x], p.lists[y]) })
	var last []uint32
	states = 1
	for _, i := range order {
		same := 0
		for same < min(len(last), len(p.lists[i])) && last[same] == p.lists[i][same] {
			same++
		}
		states += len(p.lists[i]) - same
		last = p.lists[i]
	}
	return order, states
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
