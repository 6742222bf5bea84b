package diagnose

import (
	_ "embed" // the weights
	"math"
	"slices"
	"strings"
	"sync"
)

// likeness tells what a reply most likely means that no rule knows. Each of its traits weighs for or against each reason by as much as it did
// in the labelled replies that rules were written for (multinomial logistic regression; learn_test.go makes the table). So words that nobody has put like that before
// are told by what they share with others.
type likeness struct {
	reasons []Reason
	weights map[string]string // by trait: a letter for each reason
}

// A weight is a letter: so many steps above or below the one for no weight.
const (
	noWeight   = 'O'
	weightStep = 0.125
)

// How likely a reason must be to be said. Who is told that there is no such mailbox takes the address off a list, so that must be more likely than not.
const (
	likely          = 0.3
	likelyRecipient = 0.5
)

//go:embed data/likeness.tsv
var likenessData string

// likenessOfReplies is made ready when a reply comes that no rule knows.
var likenessOfReplies = sync.OnceValue(func() *likeness { return readLikeness(likenessData) })

// readLikeness reads a table: a row with the names of the reasons, then one of each trait with its letters.
func readLikeness(data string) *likeness {
	l := &likeness{weights: make(map[string]string, strings.Count(data, "\n"))}
	lines(data, func(_ int, line string) {
		trait, weights, _ := strings.Cut(line, "\t")
		if l.reasons != nil {
			l.weights[trait] = weights
			return
		}
		for name := range strings.SplitSeq(weights, " ") {
			l.reasons = append(l.reasons, known(name))
		}
	})
	return l
}

const (
	maxReasons  = 64 // that there is room for
	fewestWords = 2  // of a reply: "later", "no", "error" may be about anything
)

// of gives the likeliest reason of a reply, with its probability; that is 0 where it has too few words, or none that is known.
func (l *likeness) of(a *asked) (Reason, float64) {
	var sums [maxReasons]int
	words, told := 0, 0
	traits(a, func(trait []byte, k kind) {
		if k == ofWord {
			words++
		}
		weights, known := l.weights[string(trait)]
		if known && k != ofCodes {
			told++
		}
		for i := range len(weights) {
			sums[i] += int(weights[i]) - noWeight
		}
	})
	if words < fewestWords || told == 0 {
		return unspecified, 0
	}
	best, all := 0, 0.0
	for i := range l.reasons {
		if sums[i] > sums[best] {
			best = i
		}
	}
	for i := range l.reasons {
		all += math.Exp(weightStep * float64(sums[i]-sums[best]))
	}
	return l.reasons[best], 1 / all
}

// likeliest is the reason of a reply by what others said that was like it; ok is false where that tells too little. Nothing is said of a
// recipient before one was named.
func (l *likeness) likeliest(a *asked) (r Reason, ok bool) {
	if a.text == "" || a.code == 0 {
		return r, false
	}
	r, p := l.of(a)
	switch {
	case r == unspecified:
		return r, false
	case r.Category == "recipient" || r.Category == "domain":
		return r, p >= likelyRecipient && !a.early
	}
	return r, p >= likely
}

// telling are the words that weigh most for a reason, the weightiest first; a star stands for the rest of a word.
func (l *likeness) telling(a *asked, r Reason) []string {
	at := slices.Index(l.reasons, r)
	by := map[string]int{}
	traits(a, func(trait []byte, k kind) {
		if weights := l.weights[string(trait)]; k != ofCodes && weights != "" && int(weights[at]) > noWeight {
			by[string(trait)] = int(weights[at])
		}
	})
	words := make([]string, 0, len(by))
	for w := range by {
		words = append(words, w)
	}
	slices.SortFunc(words, func(v, w string) int {
		if d := by[w] - by[v]; d != 0 {
			return d
		}
		return strings.Compare(v, w)
	})
	return words[:min(len(words), mostShown)]
}
