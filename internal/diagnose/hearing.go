package diagnose

// hit says what ends in a state: a part of a text that goes on, or a text.
type hit struct {
	rule   uint16 // from 1, of a text that is complete; 0 where it goes on
	part   uint16 // the number of a part that others come behind; 0 for none
	after  uint16 // the part that stands in front of it; 0 for none
	gap    uint8  // how far
	length uint8
	asks   bool // the rule asks for more than its text
	end    bool // of the list
}

// reading is one pass over a text.
type reading struct {
	rules []rule
	asked *asked
	best  int      // the number of the first rule so far that fits
	ends  []uint16 // by part: where it was heard last
}

// heard takes note of what ends at a place of the text.
func (r *reading) heard(list []hit, at int) {
	for i := range list {
		h := &list[i]
		if h.after == 0 || r.follows(h, at-int(h.length)) {
			if h.part != 0 {
				r.ends[h.part] = uint16(at)
			} else if n := int(h.rule); n < r.best && (!h.asks || r.rules[n-1].fits(r.asked)) {
				r.best = n
			}
		}
		if h.end {
			return
		}
	}
}

// follows says whether a part that begins at begin stands behind the one in front of it; the blank between both is one.
func (r *reading) follows(h *hit, begin int) bool {
	before := int(r.ends[h.after])
	return before != 0 && begin >= before-1 && begin <= before+int(h.gap)
}
