package diagnose

import (
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const likenessFile = "data/likeness.tsv"

// What is learned from: a reason takes as many replies, and a trait must be in as many. Those that say nothing count for more, so that what says little is left to be unspecified.
const (
	fewestReplies    = 5
	fewestWithTrait  = 3
	timesUnspecified = 3
	fewestAsked      = 3   // times that a rule must have decided, ...
	trusted          = 0.7 // and how often right, not to be doubted
)

// How weights are learned.
const (
	passes    = 30
	stride    = 0.1   // of each step, ...
	shrinking = 0.002 // and how much of a weight is taken back in each
)

// lesson is a reply that is learned from: the numbers of its traits, and of its reason.
type lesson struct {
	traits []int
	reason int
}

// school is what lessons are made of.
type school struct {
	reasons []Reason
	traits  []string
	numbers map[string]int
	classes map[string][]string // by phrase
	lessons []lesson
}

// names calls fn with the traits of a reply as the table has them.
func (s *school) names(a *asked, fn func(name string)) {
	traitsOf(a, func(t trait) {
		if t.kind != phraseTrait {
			fn(t.name())
			return
		}
		for _, class := range s.classes[string(t.a)] {
			t := trait{kind: classTrait, a: []byte(class)}
			fn(t.name())
		}
	})
}

// labelledAsked is a reply with its reason.
type labelledAsked struct {
	asked
	reason string
}

// learned are the replies that rules were written for, and those that were written for this.
func learned(t testing.TB) (list []labelledAsked) {
	for _, l := range labelledReplies(t) {
		if !l.held {
			list = append(list, labelledAsked{askedOf(read(t, l.asPostfix())), l.reason})
		}
	}
	for _, s := range samples(t) {
		list = append(list, labelledAsked{askedOf(answered(t, s.host, s.command, s.words)), s.reason})
	}
	return append(list, written(t)...)
}

// written are the rows of testdata/written.tsv.
func written(t testing.TB) (list []labelledAsked) {
	data, err := os.ReadFile("testdata/written.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines(string(data), func(number int, line string) {
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			t.Fatalf("line %d: %d fields", number, len(f))
		}
		l := labelled{host: "mx.example.com", command: f[0], enhanced: strings.TrimPrefix(f[2], "-"), text: f[3]}
		if l.code, err = strconv.Atoi(f[1]); err != nil {
			t.Fatalf("line %d: %v", number, err)
		}
		list = append(list, labelledAsked{askedOf(read(t, l.asPostfix())), f[4]})
	})
	return list
}

func newSchool(replies []labelledAsked) *school {
	s := &school{numbers: map[string]int{}, classes: phraseClasses()}
	of, with := map[string]int{}, map[string]int{}
	for i := range replies {
		of[replies[i].reason]++
		seen := map[string]bool{}
		s.names(&replies[i].asked, func(name string) {
			if !seen[name] {
				seen[name] = true
				with[name]++
			}
		})
	}
	for _, r := range Reasons {
		if of[r.Name] >= fewestReplies {
			s.reasons = append(s.reasons, r)
		}
	}
	for trait, n := range with {
		if n >= fewestWithTrait {
			s.traits = append(s.traits, trait)
		}
	}
	slices.Sort(s.traits)
	for i, trait := range s.traits {
		s.numbers[trait] = i
	}
	for i := range replies {
		s.add(&replies[i])
	}
	return s
}

func (s *school) add(reply *labelledAsked) {
	l := lesson{reason: slices.Index(s.reasons, known(reply.reason))}
	if l.reason < 0 {
		return
	}
	s.names(&reply.asked, func(name string) {
		if n, ok := s.numbers[name]; ok {
			l.traits = append(l.traits, n)
		}
	})
	times := 1
	if reply.reason == unspecified.Name {
		times = timesUnspecified
	}
	for range times {
		s.lessons = append(s.lessons, l)
	}
}

// learn is multinomial logistic regression by stochastic gradient descent, with a step of its own for each weight (AdaGrad: Duchi, Hazan, Singer,
// 2011). The lessons come in an order that is mixed, and always the same.
func (s *school) learn() [][]float64 {
	weights, squares := s.room(), s.room()
	chance := make([]float64, len(s.reasons))
	for range passes {
		for i := range s.lessons {
			l := &s.lessons[i*7919%len(s.lessons)]
			s.guess(l, weights, chance)
			chance[l.reason]--
			for _, t := range l.traits {
				for k := range weights[t] {
					g := chance[k] + shrinking*weights[t][k]
					squares[t][k] += g * g
					weights[t][k] -= stride * g / math.Sqrt(squares[t][k]+1e-3)
				}
			}
		}
	}
	return weights
}

// room is a number for each reason of each trait.
func (s *school) room() [][]float64 {
	list := make([][]float64, len(s.traits))
	for i := range list {
		list[i] = make([]float64, len(s.reasons))
	}
	return list
}

// guess says how likely each reason of a lesson is by the weights so far.
func (s *school) guess(l *lesson, weights [][]float64, chance []float64) {
	clear(chance)
	for _, t := range l.traits {
		for k, w := range weights[t] {
			chance[k] += w
		}
	}
	most, all := slices.Max(chance), 0.0
	for k := range chance {
		chance[k] = math.Exp(chance[k] - most)
		all += chance[k]
	}
	for k := range chance {
		chance[k] /= all
	}
}

// table writes the weights as data/likeness.tsv has them.
func (s *school) table(weights [][]float64, doubts []int, sum string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# How much each trait of a reply weighs for each reason: a letter each, %q for nothing, steps of %v above and below.\n", noWeight, weightStep)
	fmt.Fprintf(&b, "# Learned from %d replies, sum %s: UPDATE_GOLDEN=1 go test ./internal/diagnose -run Learned\n%s\t%s\nreasons\t",
		len(s.lessons), sum, doubtedRow, strings.Trim(fmt.Sprint(doubts), "[]"))
	for i, r := range s.reasons {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(r.Name)
	}
	b.WriteByte('\n')
	for i, trait := range s.traits {
		letters := make([]byte, len(s.reasons))
		for k, w := range weights[i] {
			letters[k] = byte(noWeight + max(min(math.Round(w/weightStep), '~'-noWeight), '!'-noWeight))
		}
		if strings.Trim(string(letters), string(rune(noWeight))) != "" {
			fmt.Fprintf(&b, "%s\t%s\n", trait, letters)
		}
	}
	return b.String()
}

// doubts are the numbers of the rules that are wrong about too many of the replies that were written, of those that ask for words or for the command: how
// often a provider's own code, or an enhanced one, is wrong was not what these were written for.
func doubts(t testing.TB) (numbers []int) {
	asked, right := make([]int, len(standard())+1), make([]int, len(standard())+1)
	for _, w := range written(t) {
		n := ours().find(&w.asked)
		if n == 0 {
			continue
		}
		asked[n]++
		if standard()[n-1].why.Name == w.reason {
			right[n]++
		}
	}
	for n := range asked {
		if asked[n] < fewestAsked || float64(right[n]) >= trusted*float64(asked[n]) {
			continue
		}
		switch standard()[n-1].basis {
		case basisText, basisCommand, basisCode:
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// sumOf tells replies and rules from others.
func sumOf(replies []labelledAsked) string {
	h, s := fnv.New64a(), school{classes: phraseClasses()}
	_, _ = io.WriteString(h, rulesData)
	for i := range replies {
		s.names(&replies[i].asked, func(name string) { fmt.Fprintln(h, name) })
		fmt.Fprintln(h, replies[i].reason)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

func TestLikenessIsLearnedFromTheReplies(t *testing.T) {
	replies := learned(t)
	sum := sumOf(replies)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		s := newSchool(replies)
		if err := os.WriteFile(likenessFile, []byte(s.table(s.learn(), doubts(t), sum)), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !strings.Contains(likenessData, "sum "+sum) {
		t.Errorf("%s was learned from other replies than there are now; UPDATE_GOLDEN=1 go test ./internal/diagnose -run Learned writes it anew", likenessFile)
	}
}
