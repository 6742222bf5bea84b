package diagnose

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// halfOf is which half of the sources a group belongs to.
func halfOf(group string) int { return int(fnv1a("half "+group) % 2) }

// isUnruled says whether one rule alone knows a reply, by its words: without it they are words that nobody has used yet.
func isUnruled(a *asked) bool {
	fit := ours().all(a)
	return len(fit) == 1 && ours().answers[fit[0]-1].basis == basisText
}

// TestLikenessWithoutTheRule is the last part of `make diagnosis`: what likeness tells of replies whose one rule is left out, learned from the sources of one
// half for those of the other.
func TestLikenessWithoutTheRule(t *testing.T) {
	s, unsaid := newScore(), 0
	var events [2][]*event.Event
	var replies [2][]labelled
	var learnedFrom [2][]labelledAsked
	for _, l := range labelledReplies(t) {
		if !l.held {
			ev, half := read(t, l.asPostfix()), halfOf(l.group)
			events[half], replies[half] = append(events[half], ev), append(replies[half], l)
			learnedFrom[half] = append(learnedFrom[half], labelledAsked{askedOf(ev), l.reason})
		}
	}
	for half := range replies {
		school := newSchool(learnedFrom[1-half])
		likeness := readLikeness(school.table(school.learn(), nil, ""))
		for i, l := range replies[half] {
			ev := events[half][i]
			a := askedOf(ev)
			if !isUnruled(&a) {
				continue
			}
			r, ok := likeness.likeliest(&a)
			if !ok {
				r = unspecified
				unsaid++
			}
			ev.Reason, ev.Category, ev.Basis = r.Name, r.Category, basisLikeness
			s.add(&l, ev)
		}
	}
	t.Logf("== replies that one rule knows, without it, by their likeness to those of other sources\n%s\n  unspecified    %d\nreasons\n%s", s.summary(), unsaid, s.table())
	s.check(t, "without their rule", floor{65, 85, 60})
}
