package diagnose

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// phrases finds which rules' words a reply holds. All are looked for in one pass over the text (Aho and Corasick, 1975), so that a thousand rules
// cost no more than one, and a hostile text no more than its length. The text is read as fold writes it, between blanks; addresses are passed
// over: they are words of whoever sent the message.
type phrases struct {
	symbol [256]uint8  // byte -> column; 0 is a byte that no rule has
	width  int         // columns
	first  [256]uint16 // byte -> state, where nothing has begun
	nodes  []node      // by state
	rows   []uint16    // row of a state that several letters go on from, column of a symbol -> state
	hits   []uint32    // by state: where the parts that end in it are listed
	list   []hit
	words  []part
	joints map[joint]uint16
	known  map[string]struct{} // what has a state: the words and their beginnings
	parts  int
}

// part is one way to say a part of a rule's text.
type part struct {
	words string
	hit
}

// joint is a part that others come behind: texts that begin alike share it.
type joint struct {
	after uint16
	gap   uint8
	words string // all of its words
}

// The bounds of one automaton; what does not fit goes into another.
const (
	maxStates  = 1<<15 - 1
	fewParts   = 1 << 8
	maxParts   = 1 << 11
	maxText    = 16 << 10 // bytes of a reply that are looked at
	maxPart    = 1<<8 - 1 // bytes of a part
	maxMailbox = 320      // bytes of an address (RFC 5321 section 4.5.3.1)
)

// add takes the text of a rule, false where there is no room for it; build makes the automaton.
func (t *phrases) add(number int, text []element, asks bool) bool {
	if t.known == nil {
		t.known = map[string]struct{}{}
	}
	states := 0
	for i := range text {
		for _, w := range text[i].words {
			states += len(w) - t.shared(w)
		}
	}
	if len(t.known)+states >= maxStates || t.parts+len(text) >= maxParts {
		return false
	}
	after := uint16(0)
	for i := range text {
		e := &text[i]
		h := hit{after: after, gap: uint8(e.gap), asks: asks}
		if i == len(text)-1 {
			h.rule = uint16(number)
		} else {
			key := joint{after, h.gap, strings.Join(e.words, ",")}
			if h.part = t.joints[key]; h.part != 0 { // another text begins like this one
				after = h.part
				continue
			}
			t.parts++
			h.part = uint16(t.parts)
			if t.joints == nil {
				t.joints = map[joint]uint16{}
			}
			t.joints[key] = h.part
			after = h.part
		}
		for _, w := range e.words {
			for n := t.shared(w) + 1; n <= len(w); n++ {
				t.known[w[:n]] = struct{}{}
			}
			h.length = uint8(len(w))
			t.words = append(t.words, part{w, h})
		}
	}
	return true
}

// shared is how much of a word's beginning has its states.
func (t *phrases) shared(word string) int {
	return sort.Search(len(word), func(n int) bool {
		_, has := t.known[word[:n+1]]
		return !has
	})
}

func (t *phrases) build() {
	t.width = 1
	for _, p := range t.words {
		for i := 0; i < len(p.words); i++ {
			t.column(p.words[i])
		}
	}
	next := make([]uint16, t.width, (len(t.known)+2)*t.width)
	ends := make([][]hit, 1, len(t.known)+2)
	for _, p := range t.words {
		var state int
		next, state = t.insert(next, p.words, &ends)
		ends[state] = append(ends[state], p.hit)
	}
	t.link(next, ends)
	for c, column := range t.symbol {
		if column != 0 {
			t.first[c] = t.step(0, column)
		}
	}
	t.words, t.joints, t.known = nil, nil, nil
}

// column gives a byte its column.
func (t *phrases) column(c byte) {
	if t.symbol[c] == 0 {
		t.symbol[c] = uint8(t.width)
		t.width++
	}
}

// insert adds the states of words to a table (row of a state, column of a symbol -> state) and gives the last.
func (t *phrases) insert(next []uint16, words string, ends *[][]hit) ([]uint16, int) {
	state := 0
	for i := 0; i < len(words); i++ {
		at := state*t.width + int(t.symbol[words[i]])
		if next[at] == 0 {
			next[at] = uint16(len(*ends))
			next = append(next, make([]uint16, t.width)...)
			*ends = append(*ends, nil)
		}
		state = int(next[at])
	}
	return next, state
}

// link fills in where each state goes on when its own words do not, breadth first: a state inherits from its longest suffix.
func (t *phrases) link(next []uint16, ends [][]hit) {
	t.hits = make([]uint32, len(ends))
	t.list = make([]hit, 1, len(ends))
	suffix, only := make([]uint16, len(ends)), make([]uint8, len(ends))
	queue := make([]uint16, 1, len(ends))
	for column := 1; column < t.width; column++ {
		if to := next[column]; to != 0 {
			queue = append(queue, to)
		}
	}
	for i := 1; i < len(queue); i++ {
		state := queue[i]
		from := suffix[state]
		t.merge(state, ends[state], t.hits[from])
		for column := 1; column < t.width; column++ {
			to := &next[int(state)*t.width+column]
			fallback := next[int(from)*t.width+column]
			if *to == 0 {
				*to = fallback
				continue
			}
			if only[state] == 0 {
				only[state] = uint8(column)
			} else {
				only[state] = several
			}
			suffix[*to] = fallback
			queue = append(queue, *to)
		}
	}
	t.pack(next, queue, suffix, only)
}

// merge lists what ends in a state and in its suffix.
func (t *phrases) merge(state uint16, own []hit, inherited uint32) {
	if len(own) == 0 {
		t.hits[state] = inherited
		return
	}
	at := len(t.list)
	t.hits[state] = uint32(at)
	t.list = append(t.list, own...)
	for i := inherited; i != 0; i++ {
		h := t.list[i]
		t.list = append(t.list, h)
		if h.end {
			break
		}
	}
	all := t.list[at:]
	for i := range all {
		all[i].end = false
	}
	// A part that ends here is behind no part that ends here: those that ask for one come first.
	slices.SortStableFunc(all, func(a, b hit) int { return int(b.after) - int(a.after) })
	all[len(all)-1].end = true
}

// find looks for a rule in front of number best that fits the words, and gives its number, else best.
func (t *phrases) find(rules []rule, a *asked, words []byte, best int) int {
	if t.parts >= fewParts {
		return t.findMany(rules, a, words, best)
	}
	var few [fewParts]uint16
	r := reading{rules: rules, asked: a, best: best, ends: few[:]}
	t.read(&r, words)
	return r.best
}

// findMany is find with room for all parts that an automaton may have, which takes longer to clear.
func (t *phrases) findMany(rules []rule, a *asked, words []byte, best int) int {
	var many [maxParts]uint16
	r := reading{rules: rules, asked: a, best: best, ends: many[:]}
	t.read(&r, words)
	return r.best
}

func (t *phrases) read(r *reading, words []byte) {
	state := uint16(0)
	for i := 0; i < len(words); i++ {
		if symbol := t.symbol[words[i]]; symbol == 0 {
			state = 0
			continue
		} else if state != 0 {
			state = t.step(state, symbol)
		} else {
			for i < len(words) && t.first[words[i]] == 0 { // the rest of a word that no rule has
				i++
			}
			if i == len(words) {
				break
			}
			state = t.first[words[i]]
		}
		if t.nodes[state].ends {
			r.heard(t.list[t.hits[state]:], i+1)
		}
	}
}

// findRaw is find in the text as it is, for the words of regular expressions, which are in ASCII letters: any case, and signs as one blank.
func (t *phrases) findRaw(rules []rule, a *asked, best int) int {
	r := reading{rules: rules, asked: a, best: best} // a literal is all of its text: no part to note
	state, between := uint16(0), true
	for i, c := range []byte(a.text[:min(len(a.text), regexpMax)]) {
		if c < utf8.RuneSelf {
			c = lower[c]
		}
		if c == ' ' && between {
			continue
		}
		between = c == ' '
		symbol := t.symbol[c]
		if symbol == 0 {
			state = 0
			continue
		}
		if state = t.step(state, symbol); t.nodes[state].ends {
			r.heard(t.list[t.hits[state]:], i+1)
		}
	}
	return r.best
}
