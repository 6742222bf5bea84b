package diagnose

// floors say when nothing that is still to be heard can change an answer: of each provider the number of the first rule with words that may fit. A user's own
// rules stand in front of all; most replies have not one word that these begin with.
type floors struct {
	by        map[string]int // by provider; of all that no rule asks for the one of ""
	own       bool           // there are a user's own rules with words,
	begin     [64]uint64     // in whole ASCII words that begin so, as bits by a hash of their heads,
	parts     bool           // in the beginnings of words,
	elsewhere bool           // or within words, in other letters, in expressions
}

func newFloors(rules []rule) *floors {
	f := &floors{by: map[string]int{"": len(rules) + 1}}
	for i := len(rules) - 1; i >= 0; i-- {
		switch r := &rules[i]; {
		case r.parts == nil && r.pattern == nil:
		case r.basis == basisOwn:
			f.addOwn(r)
		case r.provider == nil:
			for p := range f.by {
				f.by[p] = i + 1
			}
		default:
			for _, p := range r.provider {
				f.by[p] = i + 1
			}
		}
	}
	return f
}

func (f *floors) addOwn(r *rule) {
	f.own = true
	if r.parts == nil || onlyASCII(r.parts) == nil || !beginsWithWords(r.parts) {
		f.elsewhere = true
		return
	}
	for _, words := range r.parts[0].words {
		var first speech
		first.write(words)
		if len(first.spoken) == 2 && words[len(words)-1] != ' ' {
			f.parts = true
			continue
		}
		at := f.bit(first.spoken[1].head)
		f.begin[at/64] |= 1 << (at % 64)
	}
}

func (*floors) bit(head uint64) uint64 { return hashOf(head, 0, 0) >> 52 }

// of is the floor of what was written, with a provider; 0 where one of the user's rules may fit.
func (f *floors) of(s *speech, provider string) int {
	if f.own && (f.parts || f.mayBegin(s)) {
		return 0
	}
	if floor, asked := f.by[provider]; asked {
		return floor
	}
	return f.by[""]
}

func (f *floors) mayBegin(s *speech) bool {
	for i := 1; i < len(s.spoken); i++ {
		if at := f.bit(s.spoken[i].head); f.begin[at/64]>>(at%64)&1 != 0 {
			return true
		}
	}
	return false
}
