package mailhost

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What a filter finds in a message stands in its own line, and the server that refuses the message for it may say nothing of it: "Command
// rejected", or an answer that accepts what is thrown away. A filter has its say first, so its finding is kept for what comes of it.

// findingFor is how long behind a filter's line the server's own comes: it has waited for the answer.
const findingFor = int64(60e9)

// foundIn is the key of what was found in a message, among what filters say under ids of their own, which hold no such sign. The queue id is
// all that is known where the server's first line comes behind its filters'.
func foundIn(queueID string) string { return "?" + queueID }

// finds keeps what a filter's line says that it found. Of several the last has decided: nobody is asked behind the one that refuses.
func (h *Host) finds(m *Message, ev *event.Event, now int64) {
	id := ev.QueueID
	if m != nil {
		id = m.QueueID
	}
	if ev.Finding == "" || id == "" {
		return
	}
	one := h.filters.of(foundIn(id), now)
	one.Finding, one.FoundAt = ev.Finding, now // a constant, no part of the line
}

// blame gives what a filter refused or threw away the reason of its finding.
func (h *Host) blame(m *Message, ev *event.Event, now int64) {
	if len(h.filters.mail) == 0 || !isFiltersDoing(ev) {
		return
	}
	id := ev.QueueID
	if m != nil {
		id = m.QueueID
	}
	one := h.filters.mail[foundIn(id)]
	switch {
	case one == nil || id == "" || now-one.FoundAt > findingFor:
	case m != nil && one.FoundAt < m.First-clocksDiffer: // it was in another message that had this id
	default:
		diagnose.Found(ev, one.Finding)
	}
}

// blameAll gives the finding that a message was thrown away for to its recipients that no line names.
func (h *Host) blameAll(m *Message, ev *event.Event) {
	if ev.Reason == "" {
		return
	}
	h.expectNamed(m)
	for i := range m.Recipients {
		if r := &m.Recipients[i]; !r.Final && r.why == nil {
			r.why = whyOf(why{Reason: ev.Reason, Category: ev.Category, Basis: ev.Basis})
		}
	}
}

// isFiltersDoing says whether the server says that a filter of its own has refused the message as a whole, or thrown it away.
func isFiltersDoing(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindReject:
		return isMilter(ev.FilterName) && refusesMessage(ev)
	case event.KindMessageDiscarded:
		return isMilter(ev.FilterName)
	case event.KindDelivery:
		return ev.Route == event.RouteFilter && ev.Status != event.StatusDelivered
	}
	return false
}

// isMilter says whether the server's name for whoever has decided is that of its filters, or of the rules for what they have added.
func isMilter(name string) bool { return name == "milter" || name == "milter_header_checks" }
