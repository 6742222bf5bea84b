package diagnose

// node is a state of phrases. Most have one letter that goes on, to the state behind them; few have several, and a row. So what a text runs
// through lies together: a table with a row for each state is six times as large, and a processor waits for it.
type node struct {
	letter uint8  // the symbol that goes on; 0 where none does, or several
	ends   bool   // parts end here
	row    uint16 // of rows, where several go on; 0 for none
	suffix uint16 // the state that goes on when this one does not
}

// step is the state behind state for a symbol that a rule has.
func (t *phrases) step(state uint16, symbol uint8) uint16 {
	for {
		n := &t.nodes[state]
		if n.letter == symbol {
			return state + 1
		}
		if n.row != 0 {
			return t.rows[int(n.row)*t.width+int(symbol)]
		}
		state = n.suffix
	}
}

// several marks a state that more than one letter goes on from.
const several = 0xff

// pack makes nodes of the states, in the order of their depth, but those of one letter behind one another. suffix and only are by state: where it
// goes on when its own words do not, and its one symbol, 0 or several.
func (t *phrases) pack(next, order, suffix []uint16, only []uint8) {
	now, placed := make([]uint16, len(order)), make([]bool, len(order))
	list := make([]uint16, 0, len(order)) // the states by their new numbers
	for _, state := range order {
		for !placed[state] {
			now[state], placed[state] = uint16(len(list)), true
			list = append(list, state)
			if only[state] == 0 || only[state] == several {
				break
			}
			state = next[int(state)*t.width+int(only[state])]
		}
	}
	t.nodes = make([]node, len(list))
	t.rows = make([]uint16, t.width)
	hits := make([]uint32, len(list))
	for i, state := range list {
		n := &t.nodes[i]
		hits[i] = t.hits[state]
		n.ends, n.suffix = hits[i] != 0, now[suffix[state]]
		if only[state] != several && i > 0 {
			n.letter = only[state]
			continue
		}
		n.row = uint16(len(t.rows) / t.width)
		for _, to := range next[int(state)*t.width:][:t.width] {
			t.rows = append(t.rows, now[to])
		}
	}
	t.hits = hits
}
