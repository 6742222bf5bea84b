package diagnose

import (
	"slices"
	"sync"
	"unicode/utf8"
)

// Rules are rules in an order, made ready to be asked: the first that fits a failure decides.
type Rules struct {
	rules    []rule
	needs    []need                          // by rule
	answers  []*answer                       // likewise: few, each shared by the rules that say the same, so they are near at hand
	texts    *sentences                      // of the rules in ASCII letters, as most words are
	open     *letters                        // of those that begin within words; nil for none
	foreign  *letters                        // of the rules with other letters
	literals *letters                        // of regular expressions
	patterns []int                           // numbers of the rules with an expression that has none
	enhanced [enhancedSlots][]int            // numbers of the rules without words: by a hash of "7.1", ...
	codes    [lastCode - firstCode + 1][]int // by reply code, ...
	errors   map[string][]int                // by error type,
	others   []int                           // and those that ask for none of these
	floors   *floors
	readings sync.Pool
}

// index makes rules ready.
func index(rules []rule) *Rules {
	s := &Rules{rules: rules, errors: map[string][]int{}}
	known := map[answer]*answer{}
	for i := range rules {
		s.needs = append(s.needs, rules[i].takes())
		says := rules[i].answer
		if known[says] == nil {
			known[says] = &says
		}
		s.answers = append(s.answers, known[says])
	}
	s.readings.New = func() any { return &reading{rules: rules, needs: s.needs} }
	words := newLexicon()
	texts, open, foreign, literals := wording{spell: words.symbols}, wording{spell: spelled}, wording{spell: spelled}, wording{spell: spelled}
	for i := range rules {
		r, number := &rules[i], i+1
		switch {
		case r.parts != nil:
			ascii := onlyASCII(r.parts)
			if ascii != nil && beginsWithWords(ascii) {
				texts.add(number, ascii, r.asksMore())
			} else if ascii != nil {
				open.add(number, ascii, r.asksMore())
			}
			if slices.ContainsFunc(r.parts, isForeign) {
				foreign.add(number, r.parts, r.asksMore())
			}
		case r.pattern != nil:
			if word := literal(r.pattern.String()); word != "" {
				literals.add(number, []element{{words: []string{word}}}, true)
			} else {
				s.patterns = append(s.patterns, number)
			}
		case r.errors != nil:
			for _, e := range r.errors {
				s.errors[e] = append(s.errors[e], number)
			}
		case r.enhanced != nil || r.verdicts != nil:
			for _, e := range r.enhanced {
				s.addEnhanced(e, number)
			}
			for _, e := range r.verdicts {
				s.addEnhanced(e[2:], number)
			}
		case r.codes != nil && r.class == 0:
			for _, c := range r.codes {
				s.codes[c-firstCode] = append(s.codes[c-firstCode], number)
			}
		default:
			s.others = append(s.others, number)
		}
	}
	s.texts, s.open, s.foreign, s.literals = texts.sentences(words), open.letters(), foreign.letters(), literals.letters()
	s.floors = newFloors(rules)
	return s
}

// The reply codes that rules ask for.
const firstCode, lastCode = 400, 599

// enhancedSlots is how many lists there are; codes that share one are told apart by fits.
const enhancedSlots = 256

func (s *Rules) addEnhanced(code string, number int) {
	at := enhancedKey(code) % enhancedSlots
	s.enhanced[at] = append(s.enhanced[at], number)
}

// enhancedKey is subject and detail of an enhanced code ("7.1") as a number. Two that look alike to it are told apart by fits.
func enhancedKey(code string) (key uint32) {
	for i := range len(code) {
		key = key*11 + uint32(code[i]-'.')
	}
	return key
}

// onlyASCII are the parts of a text with their words in ASCII letters; nil where a part has none.
func onlyASCII(parts []element) []element {
	list := make([]element, len(parts))
	for i, p := range parts {
		list[i].gap = p.gap
		for _, w := range p.words {
			if isASCII(w) {
				list[i].words = append(list[i].words, w)
			}
		}
		if list[i].words == nil {
			return nil
		}
	}
	return list
}

func isForeign(p element) bool {
	return slices.ContainsFunc(p.words, func(w string) bool { return !isASCII(w) })
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// find gives the number of the first rule that fits, from 1; 0 where none does.
func (s *Rules) find(a *asked) int {
	best := len(s.rules) + 1
	a.need = a.has()
	if a.err != "" {
		best = s.first(s.errors[a.err], a, best)
	}
	if len(a.enhanced) >= 5 {
		best = s.first(s.enhanced[enhancedKey(a.enhanced[2:])%enhancedSlots], a, best)
	}
	if a.code >= firstCode && a.code <= lastCode {
		best = s.first(s.codes[a.code-firstCode], a, best)
	}
	best = s.first(s.others, a, best)
	if a.text != "" {
		best = s.firstText(a, best)
	}
	if best > len(s.rules) {
		return 0
	}
	return best
}

// firstText is the first of the rules with words that fits, in front of best.
func (s *Rules) firstText(a *asked, best int) int {
	r := s.readings.Get().(*reading)
	r.best, r.spare = best, best
	r.write(a.text)
	r.floor = s.floors.of(&r.speech, a.provider)
	s.texts.read(r, a)
	if decided := r.decided() && !s.floors.elsewhere; !decided {
		s.readLetters(r, a)
	}
	best, spare := s.first(s.patterns, a, r.best), r.spare
	s.readings.Put(r)
	if best > len(s.rules) {
		return spare
	}
	return best
}

// readLetters hears what begins within words, is in other letters, or is in the words of expressions.
func (s *Rules) readLetters(r *reading, a *asked) {
	if s.open != nil {
		s.open.read(r, a)
	}
	if s.foreign != nil && r.foreign {
		s.foreign.read(r, a)
	}
	if s.literals != nil {
		s.literals.readRaw(r, a)
	}
}

// first is the first of the numbers whose rule fits, in front of best.
func (s *Rules) first(numbers []int, a *asked, best int) int {
	for _, n := range numbers {
		if n >= best {
			break
		}
		if s.needs[n-1]&a.need == a.need && s.rules[n-1].fits(a) {
			return n
		}
	}
	return best
}
