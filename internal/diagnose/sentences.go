package diagnose

import "slices"

// sentences finds texts word by word, those whose parts begin with whole words. What is no word of theirs, as most names and ids in a reply,
// is passed over.
type sentences struct {
	automaton
	vocabulary vocabulary
	ways       ways
}

// beginsWithWords says whether no part of a text has a star in front.
func beginsWithWords(text []element) bool {
	return !slices.ContainsFunc(text, func(e element) bool {
		return slices.ContainsFunc(e.words, func(w string) bool { return w[0] != ' ' })
	})
}

// sentences makes the automaton of texts that were spelled by a lexicon.
func (w *wording) sentences(words *lexicon) *sentences {
	s := &sentences{automaton: w.automaton()}
	s.ways = s.tree.ways()
	s.vocabulary = words.vocabulary(func(symbol uint32) spot { return s.ways.spots[s.begins(symbol)] })
	return s
}

// read hears all that a text says.
func (s *sentences) read(r *reading, a *asked) {
	r.start(s.parts)
	var at spot
	list := r.spoken
	for i := 1; i < len(list); i++ {
		letters, length := r.folded[list[i].from:], int(list[i].length)
		w := s.vocabulary.look(list[i].head, letters, length)
		if w == nil {
			if s.vocabulary.starts.may(letters[0], letters[1]) {
				s.readUnknown(r, a, at, letters[:length], i)
			}
			at = spot{}
			continue
		}
		if w.list>>8 != 0 {
			s.readStems(r, a, at, s.vocabulary.lists[w.list>>8:], i)
		}
		if at = s.ways.next(at, w.symbol, w.begins()); at.heard != 0 {
			s.say(r, a, at.heard, int(list[i].end)+1, list[:i])
			if r.decided() {
				return
			}
		}
	}
}

// readUnknown hears what the beginnings of word i say, which no text has as a whole.
func (s *sentences) readUnknown(r *reading, a *asked, at spot, letters []byte, i int) {
	s.vocabulary.walk(letters, func(number uint32) { s.readStem(r, a, at, number, i) })
}

// readStems hears what beginnings of word i say, up to a 0 in their list.
func (s *sentences) readStems(r *reading, a *asked, at spot, list []uint32, i int) {
	for _, number := range list {
		if number == 0 {
			return
		}
		s.readStem(r, a, at, number, i)
	}
}

// readStem hears what a beginning of word i says.
func (s *sentences) readStem(r *reading, a *asked, at spot, number uint32, i int) {
	stem := &s.vocabulary.stems[number]
	if to := s.ways.next(at, stem.symbol, stem.begins); to.heard != 0 {
		s.say(r, a, to.heard, int(r.spoken[i-1].end)+1+stem.length, r.spoken[:i])
	}
}
