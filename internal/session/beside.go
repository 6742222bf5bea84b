package session

import (
	"cmp"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Programs beside the mail server (filters, policy services, whoever takes the mail from it) log the queue id that it told them, and nothing of its
// instance. What they say is an opinion about a message, no part of its life: it gets the message's keys, and leaves the message as it is. Many hosts
// run such a program for a server that logs elsewhere, or that writes its own first line behind theirs: then nothing is known, and nothing begins.

// observeBeside gives a line of such a program the keys of the message that it is about, and joins that with the one that a filter made of it.
func (t *Tracker) observeBeside(h *host, ev *event.Event) {
	id := cmp.Or(ev.QueueID, ev.RemoteQueueID)
	if id == "" {
		return
	}
	m := h.newest(id)
	if m == nil {
		return
	}
	if ev.QueueID != "" && ev.Route == event.RouteFilter {
		t.link(h, m, ev.RemoteQueueID, ev, false)
	}
	m.complete(ev)
}

// newest finds the message of any instance with that queue id: of several the one that is not over, or else that began last.
func (h *host) newest(id string) (newest *Message) {
	for m := h.messages[id]; m != nil; m = m.sameID {
		if newest == nil || newest.ended && !m.ended || newest.ended == m.ended && m.First > newest.First {
			newest = m
		}
	}
	return newest
}
