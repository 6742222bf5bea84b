package diagnose

// letters finds texts letter by letter: those that may begin within a word, those in scripts without blanks, and the words of regular expressions.
type letters struct {
	automaton
	first [256]uint32 // byte -> state, where nothing has begun
	pairs pairs       // of bytes that texts begin with
	raw   [256]bool   // bytes that texts begin with in any case
}

// spelled are the bytes of words as symbols.
func spelled(words string) []uint32 {
	list := make([]uint32, len(words))
	for i := range len(words) {
		list[i] = uint32(words[i])
	}
	return list
}

// letters makes the automaton; nil where there is no text.
func (w *wording) letters() *letters {
	if len(w.hits) == 0 {
		return nil
	}
	l := &letters{automaton: w.automaton()}
	for c := range l.first {
		state := l.begins(uint32(c))
		if l.first[c] = state; state == 0 {
			continue
		}
		n := &l.nodes[state]
		for next := range 256 {
			if n.heard != 0 || l.child(n, uint32(next)) != 0 {
				l.pairs.add(byte(c), byte(next))
			}
		}
	}
	for c := range l.raw {
		l.raw[c] = l.first[folded[c]] != 0
	}
	return l
}

// pairs are pairs of bytes, by a hash: what begins with none of them needs no closer look.
type pairs [64]uint64

func (p *pairs) add(first, second byte) {
	n := pairHash(first, second)
	p[n/64] |= 1 << (n % 64)
}

func (p *pairs) may(first, second byte) bool {
	n := pairHash(first, second)
	return p[n/64]>>(n%64)&1 != 0
}

func pairHash(first, second byte) uint { return (uint(first)*61 + uint(second)) % (64 * 64) }

// read hears all that a text says.
func (l *letters) read(r *reading, a *asked) {
	r.start(l.parts)
	state := uint32(0)
	r.text = r.words(r.text[:0])
	for i, c := range r.text {
		if state = l.step(state, c); state != 0 && l.nodes[state].heard != 0 {
			l.say(r, a, l.nodes[state].heard, i+1, nil)
		}
	}
}

// step is the state behind a state for a byte.
func (l *letters) step(state uint32, c byte) uint32 {
	for state != 0 {
		n := &l.nodes[state]
		if to := l.child(n, uint32(c)); to != 0 {
			return to
		}
		state = n.retry
	}
	return l.first[c]
}

// readRaw is read in the text as it is, for the words of regular expressions, which are in ASCII letters and digits, and begin with one: any
// case, and signs as one blank.
func (l *letters) readRaw(r *reading, a *asked) {
	r.start(l.parts)
	text := a.text[:min(len(a.text), regexpMax)]
	state, between := uint32(0), false
	for i := 0; i < len(text); i++ {
		if state == 0 {
			for i+1 < len(text) && (!l.raw[text[i]] || !l.pairs.may(folded[text[i]], folded[text[i+1]])) {
				i++
			}
		}
		c := folded[text[i]]
		if c == ' ' && between {
			continue
		}
		between = c == ' '
		if state = l.step(state, c); state != 0 && l.nodes[state].heard != 0 {
			l.say(r, a, l.nodes[state].heard, i+1, nil)
		}
	}
}
