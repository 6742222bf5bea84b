package trace

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Stories are the messages that match, and what was made of them, sessions that match and brought no message, and what matches and belongs to neither, in the order
// of their beginnings.
func (s *Search) Stories() []Story {
	s.close()
	bySession := map[event.ID][]int{}
	byMessage := map[event.ID][]int{}
	for i := range s.steps {
		step := &s.steps[i]
		if step.uid != 0 {
			byMessage[step.uid] = append(byMessage[step.uid], i)
		} else if step.session != 0 {
			bySession[step.session] = append(bySession[step.session], i)
		}
	}
	alone := map[string][]int{} // by host: rows of accounting, which tell of no message
	for i := range s.steps {
		if s.steps[i].alone {
			alone[s.steps[i].Host] = append(alone[s.steps[i].Host], i)
		}
	}
	var list []Story
	told := map[event.ID]bool{}
	for uid := range s.matched {
		story := s.story(uid, byMessage[uid], bySession, told)
		if len(story.Steps) > 0 {
			list = append(list, story)
		}
	}
	for id := range s.callers {
		if !told[id] && len(bySession[id]) > 0 {
			list = append(list, s.storyOf(bySession[id]))
		}
	}
	for _, at := range alone {
		rows := s.storyOf(at)
		rows.Kind = Rows
		list = append(list, rows)
	}
	slices.SortFunc(list, func(a, b Story) int {
		return cmp.Or(a.Steps[0].Time.Compare(b.Steps[0].Time), cmp.Compare(a.Steps[0].order, b.Steps[0].order), cmp.Compare(a.uid, b.uid))
	})
	return list
}

// Rows is the kind of a story of what matches and belongs to no message that is known.
const Rows = "rows"

// storyOf puts together steps that belong to no message, in their order.
func (s *Search) storyOf(at []int) Story {
	var one Story
	counts := map[string]int{}
	for _, i := range at {
		step := &s.steps[i]
		one.Steps = append(one.Steps, *step)
		one.Host = step.Host
		if step.Status != "" {
			counts[step.Status] += 1 + strings.Count(step.Recipient, ", ")
		}
	}
	one.Outcome = cmp.Or(inWords(counts), "no message")
	return one
}

// inWords is how many of each.
func inWords(counts map[string]int) string {
	var words []string
	for word, n := range counts {
		words = append(words, strconv.Itoa(n)+" "+word)
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// close adds the messages that were made of those that match, and those that they were made of.
func (s *Search) close() {
	for changed := true; changed; {
		changed = false
		for i := range s.steps {
			step := &s.steps[i]
			if step.uid == 0 || step.parent == 0 || s.matched[step.uid] == s.matched[step.parent] {
				continue
			}
			s.matched[step.uid], s.matched[step.parent] = true, true
			changed = true
		}
	}
}

// story puts together what is known of a message: its own steps, and those of the sessions that it came and went over.
func (s *Search) story(uid event.ID, own []int, bySession map[event.ID][]int, told map[event.ID]bool) Story {
	story := Story{uid: uid, Outcome: "not known"}
	if sum := s.sums[uid]; sum != nil {
		story = *sum
	}
	sessions := map[event.ID]bool{}
	for _, i := range own {
		step := &s.steps[i]
		story.Host = cmp.Or(story.Host, step.Host)
		story.QueueID = cmp.Or(story.QueueID, step.QueueID)
		if step.parent != 0 {
			if sum := s.sums[step.parent]; sum != nil {
				story.Of = sum.QueueID
			}
		}
		sessions[step.session], sessions[step.origin] = true, true
	}
	at := slices.Clone(own)
	for id := range sessions {
		if id == 0 {
			continue
		}
		told[id] = true
		at = append(at, bySession[id]...)
	}
	slices.Sort(at)
	for _, i := range at {
		story.Steps = append(story.Steps, s.steps[i])
	}
	slices.SortStableFunc(story.Steps, func(a, b Step) int { return a.Time.Compare(b.Time) })
	return story
}

// Full says whether there was more than is kept.
func (s *Search) Full() bool { return s.full }

// Looked is how many lines were looked at closely.
func (s *Search) Looked() int64 { return s.lines }
