package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// A mail that passes this host is received as often as it is handed back here. Which of these receptions is the first is decided where the message is received, from what is
// known then; what comes later changes a message's parent, and no number.

// hopOf says whether the message that is received now came from outside or was submitted here, or was made from another one of this host.
func (h *Host) hopOf(m *Message) event.MessageHop {
	switch {
	case m.notice || !m.brought && m.Kind == event.MessageDSN: // made here
		return event.HopFirst
	case m.Came == event.HopFirst: // of one that was never received
		return event.HopFirst
	}
	h.confirm(m)
	if m.Parent != 0 || m.reentered {
		return event.HopInternal
	}
	parent := h.sameMail(m)
	if parent == nil {
		return event.HopFirst
	}
	m.Parent = parent.UID
	m.inherit(parent)
	return event.HopInternal
}

// sameMail finds the open message that m can have been made from: with its Message-ID, received before, in another conversation. m was brought by a program of this host or of its
// network. Of several it is the oldest: the line that names m's queue id tells better.
func (h *Host) sameMail(m *Message) *Message {
	if m.MessageID == "" {
		return nil
	}
	from := m.submitter().PeerIP
	near := !m.brought || isLoopback(from) || h.filters.isAt(from)
	if !near && !isPrivate(from) {
		return nil
	}
	var found *Message
	h.eachWith(m.MessageID, func(other *Message) {
		switch {
		case other == m || !other.received || other.First > m.First+clocksDiffer:
		case other.Origin != 0 && other.Origin == m.Origin && other.submitter().PeerIP == from: // sent twice
		case !near && other.submitter().PeerIP == from:
		case found == nil || other.First < found.First:
			found = other
		}
	})
	if found == nil && (!m.brought || isLoopback(from)) {
		found = h.cameOutOf(m)
	}
	return found
}

// isAt says whether a program that hands mail back was asked at that address.
func (f *filters) isAt(ip string) bool {
	if ip == "" {
		return false
	}
	for at := range f.places {
		if at.IP == ip {
			return true
		}
	}
	return false
}

// reenter notes on a message's first line whether somebody brought it, and that it comes back: the line names the id that it had before, which may be in no line that was read, or the server listens for it where
// only filters call.
func (h *Host) reenter(m *Message, ev *event.Event) {
	m.brought = ev.PeerIP != "" || ev.ClientAddress != "" || m.Origin != 0
	if !isLoopback(ev.PeerIP) {
		return
	}
	port := ev.ServerPort
	if port == 0 {
		port = portOf(ev.Service)
	}
	m.reentered = m.reentered || ev.ParentQueueID != "" || port >= filterPort && !h.filters.fronts
}

// portOf reads the port in the name of a service that is called after its address: "10025", "127.0.0.1:10025".
func portOf(service string) int {
	if i := strings.LastIndexByte(service, ':'); i >= 0 {
		service = service[i+1:]
	}
	n, ok := scan.Int(service)
	if !ok || n > 65535 {
		return 0
	}
	return int(n)
}

// fronted is for a proxy in front of the queue: its session received the message that the server behind it queued on this host.
func (h *Host) fronted(s *Session, ev *event.Event) {
	if s == nil || ev.QueueID != "" || ev.RemoteQueueID == "" || ev.Class != '2' || ev.Kind != event.KindFilter {
		return
	}
	m := h.messages[ev.RemoteQueueID]
	if m == nil || m.Origin == s.ID {
		return
	}
	h.messageLedger.change(m)
	s.Transaction++
	m.Origin, m.Transaction = s.ID, int32(s.Transaction)
	m.ratherBy(submitter{ClientAddress: s.ClientAddress, PeerIP: s.PeerIP, Helo: s.Helo, Protocol: s.Protocol})
	m.broughtBy(submitter{User: s.User})
	m.ClientPort = int32(s.ClientPort)
	m.complete(ev)
}
