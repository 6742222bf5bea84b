package diagnose

import (
	"cmp"
	"math"
	"slices"
)

// wording is the texts of rules that an automaton is made of. spell gives the symbols of words.
type wording struct {
	spell func(words string) []uint32
	planting
	joints
	hits  [][]hit        // by planted list: what its words are
	known map[string]int // the lists of words: those of a class come again with each rule that has it
}

// add takes the text of a rule.
func (w *wording) add(number int, text []element, asks bool) {
	w.of(number, text, asks, func(words string, h hit) {
		list, known := w.known[words]
		if !known {
			if w.known == nil {
				w.known = map[string]int{}
			}
			list = w.planting.add(w.spell(words))
			w.known[words], w.hits = list, append(w.hits, nil)
		}
		h.length = uint8(len(w.lists[list]))
		w.hits[list] = append(w.hits[list], h)
	})
}

// automaton finds which rules' words a text has: all of them in one pass, so that a thousand rules cost no more than one, and a hostile text no more
// than its length.
type automaton struct {
	tree
	sayings []saying // by what is heard in a state
	hits    []hit
	parts   int     // how many
	all     [][]hit // by saying, while it is made
	key     []byte  // likewise, of a saying
}

// saying is what it means that a state is reached: 32 bytes, half a line of memory.
type saying struct {
	behind    uint64         // the parts that some of it stands behind, by their lowest six bits
	begun     uint64         // the parts that begin, in the same way
	parts     [atOnce]uint16 // those that may stand anywhere; 0 for none
	least     uint16         // the first rule that any of it can lead to
	from      uint32         // its hits: those that stand behind a part,
	followers uint16         // so many; then those that may stand anywhere and are not in parts
	first     uint16         // the first rule of these; noRule where there are none
}

const noRule = math.MaxUint16

// atOnce is how many parts are noted without a look at their number.
const atOnce = 3

// automaton is the one over the texts that were added.
func (w *wording) automaton() automaton {
	a := automaton{sayings: make([]saying, 1), parts: w.n, all: make([][]hit, 1)}
	same := map[string]uint32{}
	defer func() { a.all, a.key = nil, nil }()
	a.tree = w.grow(func(ended []int, suffix uint32) uint32 {
		if len(ended) == 0 {
			return suffix
		}
		var hits []hit
		for _, list := range ended {
			hits = append(hits, w.hits[list]...)
		}
		return a.intern(same, append(hits, a.all[suffix]...))
	})
	return a
}

// intern gives the number of a saying. The words of one class say the same.
func (t *automaton) intern(same map[string]uint32, hits []hit) uint32 {
	slices.SortStableFunc(hits, func(x, y hit) int { // a part is heard by those behind it before it is heard again: it has the higher number
		return cmp.Or(cmp.Compare(y.after, x.after), cmp.Compare(x.rule, y.rule))
	})
	for i := range hits {
		if hits[i].after == 0 {
			hits[i].length = 0 // it may stand anywhere
		}
	}
	t.key = t.key[:0]
	for i := range hits {
		t.key = hits[i].append(t.key)
	}
	number := same[string(t.key)]
	if number == 0 {
		number = uint32(len(t.sayings))
		same[string(t.key)] = number
		t.all = append(t.all, hits)
		t.add(hits)
	}
	return number
}

// add writes a saying down.
func (t *automaton) add(hits []hit) {
	s := saying{from: uint32(len(t.hits)), first: noRule, least: noRule}
	atOnce := s.parts[:0]
	for _, h := range hits {
		s.least = min(s.least, h.rule)
		if h.part != 0 {
			s.begun |= 1 << (h.part % 64)
		}
		switch {
		case h.after != 0:
			s.followers++
			s.behind |= 1 << (h.after % 64)
		case h.part != 0 && len(atOnce) < cap(atOnce):
			atOnce = append(atOnce, h.part)
			continue
		default:
			s.first = min(s.first, h.rule)
		}
		t.hits = append(t.hits, h)
	}
	if n := len(t.hits); n > 0 {
		t.hits[n-1].last = true
	}
	t.sayings = append(t.sayings, s)
}

// say lets a reading hear what is said in a state, at a place of the text; what leads to no rule in front of the best one is passed over. words are those in front of the one that it ends in, nil where
// what is said has its length in letters.
func (t *automaton) say(r *reading, a *asked, heard uint32, at int, words []spoken) {
	s := &t.sayings[heard]
	if int(s.least) >= r.best {
		return
	}
	if s.behind&r.begun != 0 {
		hits := t.hits[s.from:][:s.followers]
		for i := range hits {
			h := &hits[i]
			begin := at - int(h.length)
			if words != nil {
				begin = int(words[len(words)-int(h.length)].end)
			}
			if r.follows(h, begin) {
				r.hear(a, h, at)
			}
		}
	}
	for _, part := range s.parts {
		r.ends[part] = r.round<<placeBits | uint32(at)
	}
	if s.first != noRule && int(s.first) < r.best {
		hits := t.hits[int(s.from)+int(s.followers):]
		for i := range hits {
			if r.hear(a, &hits[i], at); hits[i].last {
				break
			}
		}
	}
	r.begun |= s.begun
}
