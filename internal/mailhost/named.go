package mailhost

import (
	"slices"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Some servers name the recipients where a message comes in, before aliases are followed. What becomes of each is told by lines of
// its own; but where the message as a whole comes to an end, those names are all that tells whom it was for.

// maxNamed is how many names of one message are kept.
const maxNamed = 64

// name keeps the recipients that the line about the message's reception names.
func (m *Message) name(ev *event.Event) {
	if ev.RcptTo != "" {
		m.unusual().Named = []string{strings.Clone(ev.RcptTo)}
		return
	}
	for _, to := range ev.RcptList[:min(len(ev.RcptList), maxNamed)] {
		rare := m.unusual()
		rare.Named = append(rare.Named, strings.Clone(to))
	}
}

// accepted keeps a recipient that the server's answer accepts, in the words of the conversation.
func (m *Message) accepted(ev *event.Event) {
	if ev.Kind != event.KindReply || ev.Role != event.RoleServer ||
		ev.FromPeer != event.No || ev.Command != "RCPT" || ev.Class != '2' || ev.RcptTo == "" {
		return
	}
	if !m.received && !m.ended && len(m.seldom().Named) < maxNamed {
		rare := m.unusual()
		rare.Named = append(rare.Named, strings.Clone(ev.RcptTo))
	}
}

// unexpect takes back the recipients that only a hold had brought up: what they lead to will have verdicts of its own.
func (m *Message) unexpect() {
	m.Recipients = slices.DeleteFunc(m.Recipients, func(r recipient) bool {
		only := r.Status == event.StatusHeld && r.Order == 0 && r.Orig == "" && len(m.seldom().Named) < maxNamed
		if only {
			rare := m.unusual()
			rare.Named = append(rare.Named, r.To)
		}
		return only
	})
	m.reindex()
}

// reindex finds recipients again after some were taken out.
func (m *Message) reindex() {
	m.index = nil
	if len(m.Recipients) > indexFrom {
		m.index = make(map[string]int, 2*len(m.Recipients))
		for i := range m.Recipients {
			m.indexOne(i)
		}
	}
}

// expectNamed makes recipients of those names that no line has said anything about, neither of themselves nor of what they lead to.
func (h *Host) expectNamed(m *Message) {
	for _, to := range m.seldom().Named {
		if !m.isNoted(to) {
			h.recipient(m, &event.Event{RcptTo: to})
		}
	}
	if m.rare != nil {
		m.rare.Named = nil
	}
}

func (m *Message) isNoted(to string) bool {
	for i := range m.Recipients {
		if r := &m.Recipients[i]; strings.EqualFold(r.To, to) || strings.EqualFold(r.Orig, to) {
			return true
		}
	}
	return false
}
