package diagnose

import (
	_ "embed" // the weights
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// likeness tells what a reply most likely means by what it has in common with others. Each of its traits weighs for or against each reason by as much as
// it did in replies that were labelled by hand or written for that (multinomial logistic regression; learn_test.go makes the table). So words that nobody
// has put like that before are told by what they share with others.
type likeness struct {
	reasons []Reason
	keys    []uint32  // the upper halves of the keys of traits, by their lower bits or the next that was free
	places  []uint16  // likewise, of their weights in rows, from 1; 0 for none
	rows    []weights // side by side: it is small enough to be near at hand
	chances [farthest]float64
}

// weights are those of a trait for each reason, eight to a number, so many steps of weightStep above noWeight: what all have in common changes nothing.
type weights [maxReasons / 8]uint64

// sums are of weights: of every other one, and of those between them.
type sums struct{ even, odd weights }

const (
	maxReasons  = 40
	noWeight    = 'O'
	weightStep  = 0.125
	fewestWords = 2   // of a reply: "later", "no", "error" may be about anything
	mostTraits  = 250 // of a reply that are weighed: then a sum has its 16 bits
	farthest    = 160 // steps behind the likeliest reason, where nothing is likely any more
)

// How likely a reason must be to be said where no rule knows the words. Who is told that there is no such mailbox takes the address off a list, so that must be more
// likely than not. Where a rule that is doubted knows them, another reason must be more likely still.
const (
	likely          = 0.3
	likelyRecipient = 0.5
	certain         = 0.75
)

//go:embed data/likeness.tsv
var likenessData string

// likenessOfReplies is made ready when a reply comes that it is asked for.
var likenessOfReplies = sync.OnceValue(func() *likeness { return readLikeness(likenessData) })

// doubtedRow begins the row with the numbers of the rules that are doubted.
const doubtedRow = "doubted"

// doubted are the numbers of the rules that were wrong about too many replies written for learning.
func doubted(data string) (numbers []int) {
	_, row, _ := strings.Cut(data, "\n"+doubtedRow+"\t")
	row, _, _ = strings.Cut(row, "\n")
	for n := range strings.FieldsSeq(row) {
		if number, err := strconv.Atoi(n); err == nil {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// readLikeness reads a table: a row with the rules that are doubted, one with the names of the reasons, then one of each trait with a letter for each of them.
func readLikeness(data string) *likeness {
	l := &likeness{}
	for i := range l.chances {
		l.chances[i] = math.Exp(-weightStep * float64(i))
	}
	classes := map[string]*weights{}
	phrases := phraseClasses()
	l.grow(strings.Count(data, "\n") + len(phrases))
	lines(data, func(_ int, line string) {
		name, letters, _ := strings.Cut(line, "\t")
		switch {
		case name == doubtedRow:
			return
		case l.reasons == nil:
			for reason := range strings.SplitSeq(letters, " ") {
				l.reasons = append(l.reasons, known(reason))
			}
			return
		}
		t, w := traitNamed(name), new(weights)
		for i := range len(letters) {
			w.put(i, int(letters[i]))
		}
		if t.kind == classTrait {
			classes[string(t.a)] = w
			return
		}
		l.add(&t, l.put(w))
	})
	l.addPhrases(phrases, classes)
	return l
}

// addPhrases adds the words that are in classes with the weights of these.
func (l *likeness) addPhrases(phrases map[string][]string, classes map[string]*weights) {
	places := map[string]uint16{}
	for phrase, of := range phrases {
		together := strings.Join(of, " ")
		if places[together] == 0 {
			places[together] = l.put(l.sumOf(of, classes))
		}
		l.add(&trait{kind: phraseTrait, a: []byte(phrase)}, places[together])
	}
}

// sumOf is what classes weigh together.
func (l *likeness) sumOf(names []string, classes map[string]*weights) *weights {
	var sum weights
	for i := range l.reasons {
		n := 0
		for _, name := range names {
			if w := classes[name]; w != nil {
				n += w.at(i) - noWeight
			}
		}
		sum.put(i, min(max(n+noWeight, 0), math.MaxUint8))
	}
	return &sum
}

// at is the weight for a reason.
func (w *weights) at(reason int) int { return int(uint8(w[reason/8] >> (8 * (reason % 8)))) }

func (w *weights) put(reason, weight int) { w[reason/8] |= uint64(weight) << (8 * (reason % 8)) }

// add adds the weights of a trait.
func (s *sums) add(w *weights) {
	const every = 0x00ff00ff00ff00ff
	for i, eight := range w {
		s.even[i] += eight & every
		s.odd[i] += eight >> 8 & every
	}
}

// at is the sum for a reason.
func (s *sums) at(reason int) int {
	of := &s.even
	if reason%2 == 1 {
		of = &s.odd
	}
	return int(uint16(of[reason/8] >> (16 * (reason % 8 / 2))))
}

// grow makes room for so many traits, and for as many again, so that what is none is soon known to be none.
func (l *likeness) grow(traits int) {
	size := 1
	for size < 2*traits {
		size *= 2
	}
	l.keys, l.places, l.rows = make([]uint32, size), make([]uint16, size), make([]weights, 0, traits)
}

// add gives a trait the weights of a place.
func (l *likeness) add(t *trait, place uint16) {
	key := t.key()
	at := l.slot(key)
	l.keys[at], l.places[at] = uint32(key>>32), place
}

// put keeps weights, and says where.
func (l *likeness) put(w *weights) (place uint16) {
	l.rows = append(l.rows, *w)
	return uint16(len(l.rows))
}

// slot is where a key is, or would be.
func (l *likeness) slot(key uint64) int {
	at := int(key) & (len(l.keys) - 1)
	for l.places[at] != 0 && l.keys[at] != uint32(key>>32) {
		at = (at + 1) & (len(l.keys) - 1)
	}
	return at
}

// find gives the weights of a trait; nil where it has none.
func (l *likeness) find(t *trait) *weights {
	if place := l.places[l.slot(t.key())]; place != 0 {
		return &l.rows[place-1]
	}
	return nil
}

// of gives the likeliest reason of a reply, with its probability; that is 0 where it has too few words, or none that is known.
func (l *likeness) of(a *asked) (Reason, float64) {
	var all sums
	words, told, n := 0, 0, 0
	traitsOf(a, func(t trait) {
		if t.kind == stemTrait {
			words++
		}
		w := l.find(&t)
		if w == nil || n == mostTraits {
			return
		}
		n++
		if t.kind > codeTrait {
			told++
		}
		all.add(w)
	})
	if words < fewestWords || told == 0 {
		return unspecified, 0
	}
	return l.likeliestOf(&all)
}

func (l *likeness) likeliestOf(sums *sums) (Reason, float64) {
	best := 0
	for i := range l.reasons {
		if sums.at(i) > sums.at(best) {
			best = i
		}
	}
	all := 0.0
	for i := range l.reasons {
		if behind := sums.at(best) - sums.at(i); behind < farthest {
			all += l.chances[behind]
		}
	}
	return l.reasons[best], 1 / all
}

// likeliest is the reason of a reply that no rule knows; ok is false where what others said tells too little.
func (l *likeness) likeliest(a *asked) (r Reason, ok bool) {
	r, p := l.reasonOf(a)
	if r.isOfAddress() {
		return r, p >= likelyRecipient
	}
	return r, p >= likely
}

// isOfAddress says whether a reason is about the address that mail was for: a sender who is told so takes it off a list.
func (r Reason) isOfAddress() bool { return r.Category == "recipient" || r.Category == "domain" }

// overrules gives another reason than the one of a rule that is doubted, where that is more or less certain.
func (l *likeness) overrules(a *asked, rule Reason) (r Reason, ok bool) {
	r, p := l.reasonOf(a)
	return r, p >= certain && r != rule
}

// reasonOf gives the likeliest reason, with its probability: none where nothing is to be said, as of a recipient who was not named yet.
func (l *likeness) reasonOf(a *asked) (r Reason, p float64) {
	if a.text == "" || a.code == 0 {
		return r, 0
	}
	r, p = l.of(a)
	if r == unspecified || a.early && r.isOfAddress() {
		return r, 0
	}
	return r, p
}

// telling are the traits that weigh most for a reason, the weightiest first; a star stands for the rest of a word.
func (l *likeness) telling(a *asked, r Reason) []string {
	at := slices.Index(l.reasons, r)
	by := map[string]int{}
	traitsOf(a, func(t trait) {
		if w := l.find(&t); w != nil && t.kind > codeTrait && w.at(at) > noWeight {
			by[t.name()] = w.at(at)
		}
	})
	return slices.SortedFunc(maps.Keys(by), func(v, w string) int {
		if d := by[w] - by[v]; d != 0 {
			return d
		}
		return strings.Compare(v, w)
	})[:min(len(by), mostShown)]
}
