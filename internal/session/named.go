package session

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Some servers name the recipients where a message comes in, before aliases are followed. What becomes of each is told by lines of its own; but where the
// message as a whole comes to an end, those names are all that tells whom it was for.

// maxNamed is how many names of one message are kept.
const maxNamed = 64

// name keeps the recipients that the line about the message's reception names.
func (m *Message) name(ev *event.Event) {
	if ev.RcptTo != "" {
		m.Named = []string{strings.Clone(ev.RcptTo)}
		return
	}
	for _, to := range ev.RcptList[:min(len(ev.RcptList), maxNamed)] {
		m.Named = append(m.Named, strings.Clone(to))
	}
}

// expectNamed makes recipients of those names that no line has said anything about, neither of themselves nor of what they lead to.
func (t *Tracker) expectNamed(m *Message) {
	for _, to := range m.Named {
		if !m.isNoted(to) {
			t.recipient(m, &event.Event{RcptTo: to})
		}
	}
	m.Named = nil
}

func (m *Message) isNoted(to string) bool {
	for i := range m.Recipients {
		if r := &m.Recipients[i]; strings.EqualFold(r.To, to) || strings.EqualFold(r.Orig, to) {
			return true
		}
	}
	return false
}
