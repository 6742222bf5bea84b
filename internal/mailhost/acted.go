package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// What happens behind the handover on the same host is told by programs beside the server: Sieve files, redirects, discards; a
// filter that has taken a message keeps or drops it. The server's verdict stays what it was told. The action stands on the
// program's record, on the verdict that comes behind it, and in the summary.

// Acted is what a program did with one recipient's copy.
type Acted struct {
	To     string // the recipient, or the user whose mailbox it is
	Action event.MailboxAction
}

// actedOn is the key of what was done with a message, among what filters say under ids of their own, which hold no such sign.
func actedOn(m *Message) string { return "@" + m.UID.String() }

// acts keeps what a line says that was done with a message.
func (h *Host) acts(m *Message, ev *event.Event, now int64) {
	if ev.Action == event.ActionNone || ev.VerdictRetold || ev.FilterID != "" {
		return
	}
	one := h.filters.of(actedOn(m), now)
	before := one.weigh()
	for _, to := range actedFor(ev) {
		if ev.Action == event.ActionDiscard && one.isKept(to) { // "if not explicitly delivered", says Sieve, and it was
			ev.Action = event.ActionNone
			break
		}
		if len(one.Acted) < maxOnward {
			one.Acted = append(one.Acted, Acted{strings.Clone(to), ev.Action})
		}
		for i := range m.Recipients {
			if r := &m.Recipients[i]; isFor(to, r.To, r.Orig) {
				r.Action = ev.Action
			}
		}
	}
	h.filters.share.Add(one.weigh() - before)
}

// actedFor are the recipients of a line about what was done; the empty one is anybody.
func actedFor(ev *event.Event) []string {
	switch {
	case ev.Mailbox != "":
		return []string{ev.Mailbox}
	case len(ev.RcptList) > 0:
		return ev.RcptList
	}
	return []string{ev.RcptTo}
}

// isKept says whether a recipient's copy went somewhere.
func (f *filtered) isKept(to string) bool {
	for i := range f.Acted {
		if a := f.Acted[i].Action; strings.EqualFold(f.Acted[i].To, to) && (a == event.ActionFileInto || a == event.ActionRedirect) {
			return true
		}
	}
	return false
}

// isFor says whether a program's name of a recipient is one of these addresses, or the mailbox of it.
func isFor(name, to, orig string) bool {
	return name == "" || strings.EqualFold(name, to) ||
		orig != "" && strings.EqualFold(name, orig) || isMailboxOf(name, to) || isMailboxOf(to, name)
}

// recallAction gives a verdict what was done with the recipient's copy behind it.
func (h *Host) recallAction(m *Message, ev *event.Event) {
	switch {
	case ev.Action != event.ActionNone || len(h.filters.mail) == 0:
		return
	case ev.Status != event.StatusDelivered && ev.Status != event.StatusDiscarded && ev.Status != event.StatusHeld:
		return
	}
	one := h.filters.mail[actedOn(m)]
	if one == nil {
		return
	}
	for i := range one.Acted { // of several the last
		if isFor(one.Acted[i].To, ev.RcptTo, ev.OrigRcptTo) || m.Count == 1 {
			ev.Action = one.Acted[i].Action
		}
	}
}

// forgetActs forgets what was done with a message that was kept: it is let go of, and its recipients get it.
func (h *Host) forgetActs(m *Message) {
	for i := range m.Recipients {
		m.Recipients[i].Action = event.ActionNone
	}
	if one := h.filters.mail[actedOn(m)]; one != nil {
		before := one.weigh()
		one.Acted = nil
		h.filters.share.Add(one.weigh() - before)
	}
}
