package diagnose

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

const likenessFile = "data/likeness.tsv"

// What is learned from: a reason takes as many replies, and a trait must be in as many. Those that say nothing count for more, so that what says little is left to be unspecified.
const (
	fewestReplies    = 5
	fewestWithTrait  = 2
	timesUnspecified = 3
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
	lessons []lesson
}

// labelledAsked is a reply with its reason.
type labelledAsked struct {
	asked
	reason string
}

// learned are the replies that rules were written for.
func learned(t testing.TB) (list []labelledAsked) {
	for _, l := range labelledReplies(t) {
		if !l.held {
			list = append(list, labelledAsked{askedOf(read(t, l.asPostfix())), l.reason})
		}
	}
	for _, s := range samples(t) {
		list = append(list, labelledAsked{askedOf(answered(t, s.host, s.command, s.words)), s.reason})
	}
	return list
}

func newSchool(replies []labelledAsked) *school {
	s := &school{numbers: map[string]int{}}
	of, with := map[string]int{}, map[string]int{}
	for i := range replies {
		of[replies[i].reason]++
		seen := map[string]bool{}
		traits(&replies[i].asked, func(trait []byte, _ kind) {
			if !seen[string(trait)] {
				seen[string(trait)] = true
				with[string(trait)]++
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
	traits(&reply.asked, func(trait []byte, _ kind) {
		if n, ok := s.numbers[string(trait)]; ok {
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
func (s *school) table(weights [][]float64, sum string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# How much each trait of a reply weighs for each reason: a letter each, %q for nothing, steps of %v above and below.\n", noWeight, weightStep)
	fmt.Fprintf(&b, "# Learned from %d replies, sum %s: UPDATE_GOLDEN=1 go test ./internal/diagnose -run Learned\nreasons\t", len(s.lessons), sum)
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

// sumOf tells replies from others.
func sumOf(replies []labelledAsked) string {
	h := fnv.New64a()
	for i := range replies {
		traits(&replies[i].asked, func(trait []byte, _ kind) { fmt.Fprintf(h, "%s\n", trait) })
		fmt.Fprintln(h, replies[i].reason)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

func TestLikenessIsLearnedFromTheReplies(t *testing.T) {
	replies := learned(t)
	sum := sumOf(replies)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		s := newSchool(replies)
		if err := os.WriteFile(likenessFile, []byte(s.table(s.learn(), sum)), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !strings.Contains(likenessData, "sum "+sum) {
		t.Errorf("%s was learned from other replies than there are now; UPDATE_GOLDEN=1 go test ./internal/diagnose -run Learned writes it anew", likenessFile)
	}
}
