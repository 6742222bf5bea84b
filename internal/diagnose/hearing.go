package diagnose

import (
	"encoding/binary"
	"math"
	"strings"
)

// hit says what words are: a part of a text that goes on, or the end of a text.
type hit struct {
	rule   uint16 // from 1, of a text that ends; of one that goes on the first of all that do
	part   uint16 // the number of a part that others come behind; 0 at the end
	after  uint16 // the part that stands in front of it; 0 for none
	gap    uint8  // how far
	length uint8  // of what is said, in words or letters; 0 where that does not matter
	asks   bool   // the rule asks for more than its text
	last   bool   // of a saying
}

// append writes a hit down behind others.
func (h *hit) append(to []byte) []byte {
	asks := byte(0)
	if h.asks {
		asks = 1
	}
	for _, n := range [...]uint16{h.rule, h.part, h.after} {
		to = binary.LittleEndian.AppendUint16(to, n)
	}
	return append(to, h.gap, h.length, asks)
}

// joints number the parts that others come behind: texts that begin alike share them. There are numbers for all that there
// can be.
type joints struct {
	numbers map[joint]uint16
	n       int
}

type joint struct {
	after uint16
	gap   uint8
	words string // all of its words
}

// of gives each of the words of a rule's text with what it is a hit of.
func (j *joints) of(number int, text []element, asks bool, each func(words string, h hit)) {
	after := uint16(0)
	for i := range text {
		e := &text[i]
		h := hit{rule: uint16(number), after: after, gap: uint8(e.gap), asks: asks} // rules come in their order
		if i < len(text)-1 {
			key := joint{after, h.gap, strings.Join(e.words, ",")}
			if after = j.numbers[key]; after != 0 { // another text begins like this one
				continue
			}
			j.n++
			if j.numbers == nil {
				j.numbers = map[joint]uint16{}
			}
			after = uint16(j.n)
			j.numbers[key], h.part = after, after
		}
		for _, w := range e.words {
			each(w, h)
		}
	}
}

// reading is one pass of an automaton over a text.
type reading struct {
	rules []rule
	needs []need
	best  int // the number of the first rule so far that fits
	spare int // that of the first one that speaks of what was not there yet
	floor int // no rule in front of this one can fit
	speech
	text  []byte   // for automata that read it letter by letter
	begun uint64   // the parts that were heard, by their lowest six bits
	ends  []uint32 // by part: where it was heard last, and in which round
	round uint32   // of the passes
}

const placeBits = 16 // of a place in a text

// decided says whether nothing that is still to be heard can change the answer.
func (r *reading) decided() bool { return r.best <= r.floor }

// start forgets what was heard, for an automaton with so many parts.
func (r *reading) start(parts int) {
	r.begun = 0
	if r.round++; r.round > math.MaxUint32>>placeBits || len(r.ends) <= parts {
		r.round, r.ends = 1, make([]uint32, max(parts+1, len(r.ends)))
	}
}

// hear takes note of what ends at a place of the text.
func (r *reading) hear(a *asked, h *hit, at int) {
	if h.part != 0 {
		r.ends[h.part] = r.round<<placeBits | uint32(at)
		return
	}
	n := int(h.rule)
	if n >= r.best || (h.asks || a.early) && (r.needs[n-1]&a.need != a.need || !r.rules[n-1].fits(a)) {
		return
	}
	if h.asks && r.rules[n-1].of > a.at {
		r.spare = min(r.spare, n)
		return
	}
	r.best = n
}

// follows says whether a part that begins and ends at places stands behind the one in front of it; the blank between both is one.
func (r *reading) follows(h *hit, begin int) bool {
	e := r.ends[h.after]
	before := int(e & (1<<placeBits - 1))
	return e>>placeBits == r.round && begin >= before-1 && begin <= before+int(h.gap)
}
