package diagnose

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// shapes are the delivery lines that the labelled replies are asked as.
var shapes = []struct {
	name  string
	line  func(*labelled) string
	least float64 // percent of right reasons
}{
	{"Postfix", (*labelled).asPostfix, 95},
	{"Exim", (*labelled).asExim, 95},
	{"Sendmail", (*labelled).asSendmail, 94}, // of several lines it writes the first
}

// floor is the least that may come of a part, in percent: of the reasons, of the hard bounces that are said, of those that are wanted.
type floor struct{ right, precision, recall float64 }

// parts are what the labelled replies are reported by.
var parts = []struct {
	name string
	of   func(*labelled) bool
	floor
}{
	{"replies that rules were written for", func(l *labelled) bool { return !l.held }, floor{95, 97, 90}},
	{"the third that was labelled first and kept back", func(l *labelled) bool { return l.held && !l.unseen }, floor{95, 97, 90}},
	{"those of the last rounds that nobody has mended for", func(l *labelled) bool { return l.unseen }, floor{89, 94, 88}},
}

// TestLabelledReplies is `make diagnosis`: what comes of replies that were labelled by hand, part by part, and what is the least that may come of it.
func TestLabelledReplies(t *testing.T) {
	for _, part := range parts {
		for i, shape := range shapes {
			s := newScore()
			for _, l := range labelledReplies(t) {
				if part.of(&l) {
					s.add(&l, read(t, shape.line(&l)))
				}
			}
			least := part.floor
			least.right = min(least.right, shape.least)
			s.check(t, part.name+", as "+shape.name, least)
			t.Logf("== %s, as %s lines\n%s", part.name, shape.name, s.summary())
			if i == 0 {
				t.Logf("reasons\n%s", s.table())
				t.Logf("what decided, and what is right without it\n%s", ablation(t, part.of))
				t.Logf("taken for another\n%s", strings.Join(s.confusions, "\n"))
			}
		}
	}
}

// score counts answers.
type score struct {
	all, right, category, provider int
	asked, said, hit               map[string]int // by reason: how often it was right to say, was said, and both
	hard                           struct{ wanted, said, both int }
	basis                          map[string][2]int // right, of all
	confusions                     []string
}

func newScore() *score {
	return &score{asked: map[string]int{}, said: map[string]int{}, hit: map[string]int{}, basis: map[string][2]int{}}
}

func (s *score) add(l *labelled, ev *event.Event) {
	s.all++
	right := l.reason == ev.Reason || slices.Contains(l.also, ev.Reason)
	wanted := l.reason
	if right { // a label that honest people allow, too
		wanted = ev.Reason
	}
	s.asked[wanted]++
	s.said[ev.Reason]++
	b := s.basis[ev.Basis]
	b[1]++
	if right {
		s.right++
		s.hit[wanted]++
		b[0]++
	} else {
		s.confusions = append(s.confusions, fmt.Sprintf("  %s for %s (%s): %d %s %s", ev.Reason, l.reason, ev.Basis, l.code, l.enhanced, l.text))
	}
	s.basis[ev.Basis] = b
	if known(wanted).Category == ev.Category {
		s.category++
	}
	if l.provider == ev.Provider {
		s.provider++
	}
	if l.code >= 500 { // those that a sender takes an address off the list for
		isHard, saidHard := hard(known(wanted).Category), hard(ev.Category)
		count(&s.hard.wanted, isHard)
		count(&s.hard.said, saidHard)
		count(&s.hard.both, isHard && saidHard)
	}
}

func hard(category string) bool { return category == "recipient" || category == "domain" }

func count(n *int, is bool) {
	if is {
		*n++
	}
}

func percent(n, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(n) / float64(of)
}

// check is what a change of the rules must not fall below.
func (s *score) check(t *testing.T, name string, least floor) {
	if p := percent(s.right, s.all); p < least.right {
		t.Errorf("%s: %.1f %% of the reasons are right", name, p)
	}
	if p := percent(s.hard.both, s.hard.said); p < least.precision {
		t.Errorf("%s: %.1f %% of the hard bounces are ones", name, p)
	}
	if p := percent(s.hard.both, s.hard.wanted); p < least.recall {
		t.Errorf("%s: %.1f %% of the hard bounces are found", name, p)
	}
	if s.provider != s.all {
		t.Errorf("%s: %d of %d providers are right", name, s.provider, s.all)
	}
}

func (s *score) summary() string {
	return fmt.Sprintf("  reason right   %d of %d (%.1f %%)\n  category right %d (%.1f %%)\n  provider right %d (%.1f %%)\n  hard bounces   precision %.1f %%, recall %.1f %%",
		s.right, s.all, percent(s.right, s.all), s.category, percent(s.category, s.all), s.provider, percent(s.provider, s.all),
		percent(s.hard.both, s.hard.said), percent(s.hard.both, s.hard.wanted))
}

func (s *score) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %-24s %9s %7s %8s", "", "precision", "recall", "replies")
	for _, r := range Reasons {
		if n := s.asked[r.Name]; n+s.said[r.Name] > 0 {
			fmt.Fprintf(&b, "\n  %-24s %7.1f %% %5.1f %% %8d", r.Name, percent(s.hit[r.Name], s.said[r.Name]), percent(s.hit[r.Name], n), n)
		}
	}
	return b.String()
}

// ablation shows of each basis how often it decided and was right, and what is right of all when rules of that basis are left out.
func ablation(t *testing.T, of func(*labelled) bool) string {
	s := newScore()
	without := map[string]int{}
	for _, l := range labelledReplies(t) {
		if !of(&l) {
			continue
		}
		ev := read(t, l.asPostfix())
		s.add(&l, ev)
		a := askedOf(ev)
		fit := ours().all(&a)
		for _, basis := range []string{basisProvider, basisText, basisEnhanced, basisCommand, basisCode} {
			reason := unspecified
			if i := slices.IndexFunc(fit, func(n int) bool { return standard()[n-1].basis != basis }); i >= 0 {
				reason = standard()[fit[i]-1].why
			}
			if reason.Name == l.reason || slices.Contains(l.also, reason.Name) {
				without[basis]++
			}
		}
	}
	var rows []string
	for basis, n := range s.basis {
		row := fmt.Sprintf("  %-14s decided %4d, right %4d", basis, n[1], n[0])
		if w, ok := without[basis]; ok {
			row += fmt.Sprintf("; without it %5.1f %%", percent(w, s.all))
		}
		rows = append(rows, row)
	}
	sort.Strings(rows)
	return strings.Join(rows, "\n")
}
