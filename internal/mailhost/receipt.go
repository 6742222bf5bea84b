package mailhost

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/weight"
)

// receipt is what lines say of a message under the id that it was taken under, before or after it has its queue id: who handed it in,
// or which message it was made from.
type receipt struct {
	ID       string
	At       int64
	Message  event.ID // that it became
	QueueID  string
	Instance string

	Parent    event.ID
	Forwarded bool

	Said                        bool // by the server process that took it
	Origin                      event.ID
	Transaction                 int
	ClientAddress, PeerIP, Helo string
	ClientPort                  int
	User, Mechanism             string
	Trust                       trust
	weight                      int
}

// receipts are a host's, oldest first.
type receipts struct {
	byID  map[string]*receipt
	order []*receipt
	share Share
}

const (
	maxReceipts = 4096
	receiptFor  = int64(600e9) // ids are process ids, so they come again
)

// observeReceipt joins a message with the lines that knew it under its receipt.
func (h *Host) observeReceipt(s *Session, m *Message, ev *event.Event) {
	if ev.ChildReceipt != "" && m != nil {
		r := h.receipts.get(ev.ChildReceipt, &h.clock)
		r.Parent, r.Forwarded = m.UID, ev.Route == event.RouteForward
		h.join(r)
	}
	switch {
	case ev.Receipt == "":
	case m != nil && ev.Kind == event.KindMessageReceived:
		r := h.receipts.get(ev.Receipt, &h.clock)
		if r.Message != 0 && r.Message != m.UID {
			r = h.receipts.renew(r, &h.clock)
		}
		r.Message, r.QueueID, r.Instance = m.UID, m.QueueID, m.of.instance
		h.join(r)
		m.complete(ev)
	case m == nil:
		r := h.receipts.get(ev.Receipt, &h.clock)
		if r.Said && (s == nil || r.Origin != s.ID) {
			r = h.receipts.renew(r, &h.clock)
		}
		if !r.Said { // some servers tell it for each recipient
			r.take(h, s, ev)
			h.receipts.share.Add(r.reweigh())
		}
		h.join(r)
	}
}

func (s *receipts) restore(saved []*receipt) {
	if len(saved) == 0 {
		return
	}
	s.byID = make(map[string]*receipt, len(saved))
	s.order = saved
	for _, r := range saved {
		s.byID[r.ID] = r
		s.share.Add(r.reweigh())
	}
}

// get finds or makes the receipt of an id; an old one is another's.
func (s *receipts) get(id string, c *clock) *receipt {
	if s.byID == nil {
		s.byID = make(map[string]*receipt)
	}
	for len(s.order) > 0 && (len(s.order) >= maxReceipts || c.Now-s.order[0].At > receiptFor || !s.share.Fits()) {
		first := s.order[0]
		if s.byID[first.ID] == first {
			delete(s.byID, first.ID)
		}
		s.order = s.order[1:]
		s.share.Add(-first.weight)
	}
	if r := s.byID[id]; r != nil && c.Line-r.At <= receiptFor {
		return r
	}
	r := &receipt{ID: strings.Clone(id), At: c.Now}
	s.byID[r.ID] = r
	s.order = append(s.order, r)
	s.share.Add(r.reweigh())
	return r
}

// renew puts a new receipt in the place of one whose id has come again.
func (s *receipts) renew(old *receipt, c *clock) *receipt {
	delete(s.byID, old.ID)
	return s.get(old.ID, c)
}

// take keeps who handed the message in.
func (r *receipt) take(h *Host, s *Session, ev *event.Event) {
	r.Said, r.Trust, r.ClientPort = true, h.trustOf(ev), ev.ClientPort
	keep(&r.ClientAddress, ev.ClientAddress)
	keep(&r.PeerIP, ev.PeerIP)
	keep(&r.Helo, ev.Helo)
	keep(&r.User, ev.User)
	keep(&r.Mechanism, ev.AuthMechanism)
	if s == nil {
		return
	}
	if s.talk == nil {
		s.Transaction++
		s.Received++
		ev.Transaction = s.Transaction
	}
	r.Origin, r.Transaction = s.ID, max(s.Transaction, ev.Transaction)
	keep(&r.ClientAddress, s.ClientAddress)
	keep(&r.PeerIP, s.PeerIP)
	keep(&r.Helo, s.Helo)
	keep(&r.User, s.User)
	keep(&r.Mechanism, s.Mechanism)
	if r.User != "" {
		r.Trust = trustUser
	}
}

// join puts what a receipt knows on its message, once both are known.
func (h *Host) join(r *receipt) {
	m := h.messages[r.QueueID]
	for m != nil && m.UID != r.Message {
		m = m.sameID
	}
	if r.Message == 0 || m == nil {
		return
	}
	h.messageLedger.change(m)
	if r.Parent != 0 && r.Parent != m.UID {
		m.Parent, m.forwarded = r.Parent, m.forwarded || r.Forwarded
	}
	if !r.Said || m.Origin != 0 {
		return
	}
	m.Origin, m.Transaction, m.trust = r.Origin, int32(r.Transaction), r.Trust
	m.ClientPort = int32(r.ClientPort)
	m.by = submitterOf(submitter{
		ClientAddress: r.ClientAddress, PeerIP: r.PeerIP, Helo: r.Helo, Protocol: m.submitter().Protocol, User: r.User, Mechanism: r.Mechanism,
	})
}

// reweigh gives how much heavier it has become.
func (r *receipt) reweigh() int {
	const base = 400 // with its entry in the map
	before := r.weight
	r.weight = base + weight.Of(r.ID, r.QueueID, r.ClientAddress, r.PeerIP, r.Helo, r.User, r.Mechanism)
	return r.weight - before
}
