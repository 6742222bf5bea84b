package mailhost

import (
	"cmp"
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// Programs beside the mail server (filters, policy services, whoever takes the mail from it) log the queue id that it told them, and nothing of its
// instance. What they say is an opinion about a message, no part of its life: it gets the message's keys, and leaves the message as it is. Many hosts
// run such a program for a server that logs elsewhere, or that writes its own first line behind theirs: then nothing is known, and nothing begins.

// observeBeside gives a line of such a program the keys of the message that it is about, and joins that with the one that a filter made of it.
func (h *Host) observeBeside(ev *event.Event, now int64) {
	if ev.FilterID != "" {
		h.filters.note(ev, now)
	}
	var m *Message
	if id := cmp.Or(ev.QueueID, ev.RemoteQueueID); id != "" {
		m = h.newest(id)
	} else if ev.MessageID != "" {
		m = h.openWith(ev.MessageID)
	}
	h.finds(m, ev, now)
	if m == nil {
		return
	}
	h.messageLedger.change(m)
	if ev.QueueID != "" && ev.Route == event.RouteFilter {
		h.link(m, ev.RemoteQueueID, ev, false)
	}
	m.complete(ev)
	h.acts(m, ev, now)
	m.tellSpan(ev)
}

// newest finds the message of any instance with that queue id: of several the one that is not over, or else that began last.
func (h *Host) newest(id string) (newest *Message) {
	for m := h.messages[id]; m != nil; m = m.sameID {
		if newest == nil || newest.ended && !m.ended || newest.ended == m.ended && m.First > newest.First {
			newest = m
		}
	}
	return newest
}

// byMessageID finds the open messages of a host by their Message-IDs. It is made with the first line that needs it, of the messages that are open then: most hosts
// have none, and it is the same after a restart.
type byMessageID struct {
	one  map[hash.Sum]*Message
	more map[hash.Sum][]*Message // that have the same, too
}

// maxWithOneID is how many open messages with one Message-ID are told apart: it is the sender's to choose.
const maxWithOneID = 64

// openWith finds the open message with that Message-ID, for programs that are told nothing else. Where two are open with it, which the sender may see to, it
// is neither, unless a filter made one of the other: then it is that.
func (h *Host) openWith(messageID string) *Message {
	h.indexIDs()
	key := hash.Of(messageID)
	m := h.ids.one[key]
	if m == nil || m.MessageID != messageID {
		return nil
	}
	for _, other := range h.ids.more[key] {
		switch {
		case other.Parent == m.UID:
			m = other
		case m.Parent != other.UID:
			return nil
		}
	}
	return m
}

// eachWith visits the open messages with that Message-ID.
func (h *Host) eachWith(messageID string, visit func(*Message)) {
	h.indexIDs()
	key := hash.Of(messageID)
	if m := h.ids.one[key]; m != nil && m.MessageID == messageID {
		visit(m)
	}
	for _, m := range h.ids.more[key] {
		if m.MessageID == messageID {
			visit(m)
		}
	}
}

// indexIDs makes the index, the first time that somebody asks.
func (h *Host) indexIDs() {
	if h.ids != nil {
		return
	}
	h.ids = &byMessageID{one: make(map[hash.Sum]*Message), more: make(map[hash.Sum][]*Message)}
	h.eachStream(func() {
		for m := h.openMessages.Head; m != nil; m = m.links.Next {
			h.ids.add(m)
		}
	})
}

// add notes an open message whose Message-ID is known.
func (b *byMessageID) add(m *Message) {
	if b == nil || m.MessageID == "" || m.ended {
		return
	}
	key := hash.Of(m.MessageID)
	first := b.one[key]
	switch {
	case first == nil:
		b.one[key] = m
	case first != m && len(b.more[key]) < maxWithOneID && !slices.Contains(b.more[key], m):
		b.more[key] = append(b.more[key], m)
	}
}

// remove forgets a message that is over.
func (b *byMessageID) remove(m *Message) {
	if b == nil || m.MessageID == "" {
		return
	}
	key := hash.Of(m.MessageID)
	others := b.more[key]
	if b.one[key] == m {
		delete(b.one, key)
		if len(others) > 0 {
			b.one[key], others = others[0], others[1:]
		}
	} else if i := slices.Index(others, m); i >= 0 {
		others = slices.Delete(others, i, i+1)
	}
	if len(others) == 0 {
		delete(b.more, key)
	} else {
		b.more[key] = others
	}
}
