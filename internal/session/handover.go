package session

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// A message goes on under another queue id: here, behind a filter, an alias or a notice; or at the next host, whose log may come through
// the same tracker. The line that names the other id may come before the other's own lines, or behind them.

// promise is what is known of a message that has not been seen yet: which one it was made from.
type promise struct {
	Key       hash
	Parent    event.ID
	Queue     string // the parent's queue id, on the same host
	Host      string // the host that named it
	MessageID hash   // 0: not known
	When      int64
	Forwarded bool
	Filter    bool
	Notice    bool
}

// promises are bounded: the oldest is given up first.
type promises struct {
	byKey map[hash]promise
	order []hash
}

const (
	maxPromises  = 16384
	promiseHolds = int64(24 * time.Hour) // of log time between what the two hosts wrote
	promiseNear  = int64(time.Minute)    // where only the queue id tells: clocks of two hosts, and the time of one reception
)

func (p *promises) add(one promise) {
	if p.byKey == nil {
		p.byKey = make(map[hash]promise)
	}
	if _, known := p.byKey[one.Key]; !known {
		p.order = append(p.order, one.Key)
	}
	p.byKey[one.Key] = one
	for len(p.byKey) > maxPromises || len(p.order) > 2*maxPromises {
		delete(p.byKey, p.order[0])
		p.order = p.order[1:]
	}
}

// list gives the promises that hold, oldest first.
func (p *promises) list() (list []promise) {
	for _, key := range p.order {
		if one, ok := p.byKey[key]; ok {
			list = append(list, one)
		}
	}
	return list
}

// here is the key of a queue id on one host, elsewhere that of one at some other host.
func here(host, queueID string) hash { return newHash().str(host).str(queueID) }
func elsewhere(queueID string) hash  { return newHash().str("").str(queueID) }

// promise keeps that the message with queue id child on this host, which has no line yet, is made from m.
func (t *Tracker) promise(h *host, m *Message, child string, ev *event.Event, forwarded bool) {
	t.promises.add(promise{
		Key: here(h.name, child), Parent: m.UID, Queue: m.QueueID, Host: h.name, When: ev.Time, Forwarded: forwarded,
		Filter: ev.Route == event.RouteFilter, Notice: ev.Kind == event.KindNotification,
	})
}

// keepPromise makes a message that begins the child of the one that named it.
func (t *Tracker) keepPromise(h *host, m *Message) {
	key := here(h.name, m.QueueID)
	p, ok := t.promises.byKey[key]
	if !ok || distance(p.When, m.First) > promiseHolds {
		return
	}
	delete(t.promises.byKey, key)
	m.Parent, m.forwarded, m.notice = p.Parent, p.Forwarded, p.Notice
	if p.Notice {
		m.Kind = event.MessageDSN
	}
	if !p.Filter {
		return
	}
	for parent := h.messages[p.Queue]; parent != nil; parent = parent.sameID {
		if parent.UID == p.Parent {
			m.inherit(parent)
		}
	}
}

// meet finds the two ends of a hop from host to host: our delivery that the next host queued as an id, and the message there. A record
// is made where both are known, whichever came first; no other record depends on it, so the order of two hosts' logs changes none.
func (t *Tracker) meet(m *Message, ev *event.Event, now int64, out *Output) {
	switch {
	case m == nil:
	case handsOver(ev):
		for _, h := range t.hosts {
			for next := h.messages[ev.RemoteQueueID]; h != m.host && next != nil; next = next.sameID {
				if !next.met && next.isSame(hashOf(m.MessageID), now) {
					t.hop(next, m.UID, m.host.name, now, out)
					return
				}
			}
		}
		t.promises.add(promise{
			Key: elsewhere(ev.RemoteQueueID), Parent: m.UID, Host: m.host.name, MessageID: hashOf(m.MessageID), When: now,
		})
	case !m.met && (ev.Kind == event.KindMessageHeader || ev.Kind == event.KindMessageReceived):
		p, ok := t.promises.byKey[elsewhere(m.QueueID)]
		if ok && p.Host != m.host.name && m.isSame(p.MessageID, p.When) {
			delete(t.promises.byKey, p.Key)
			t.hop(m, p.Parent, p.Host, p.When, out)
		}
	}
}

// handsOver says whether the line is a delivery to another host that says what queue id it gave.
func handsOver(ev *event.Event) bool {
	if ev.Kind != event.KindDelivery || ev.Status != event.StatusDelivered || ev.RemoteQueueID == "" || ev.Duplicate {
		return false
	}
	return ev.Route == event.RouteMX || ev.Route == event.RouteRelayhost || ev.Route == event.RouteLMTP || ev.Route == event.RouteUnknown
}

// isSame says whether the message that another host handed over at when is m: by Message-ID where both know it, else by time.
func (m *Message) isSame(messageID hash, when int64) bool {
	if messageID != 0 && m.MessageID != "" {
		return hashOf(m.MessageID) == messageID && distance(when, m.First) <= promiseHolds
	}
	return m.received && distance(when, m.First) <= promiseNear
}

// hop makes the record that joins a message with the one at the host before.
func (t *Tracker) hop(m *Message, parent event.ID, from string, when int64, out *Output) {
	m.met = true
	ev := events.Get().(*event.Event)
	ev.Kind, ev.Dialect, ev.Host, ev.Instance, ev.Synthetic = event.KindHop, m.Dialect, m.host.name, m.instance, true
	ev.QueueID, ev.MessageUID, ev.ParentUID, ev.MessageID = m.QueueID, m.UID, parent, m.MessageID
	ev.Trace, ev.Span = m.Trace, newHash().num(int64(m.UID)).num(int64(parent)).id()
	ev.ClientAddress, ev.ServerAddress = from, m.host.name
	ev.Time, ev.Resolution = when, event.ResolutionSecond
	out.Made = append(out.Made, Made{Event: ev, Host: m.host.name})
}

func hashOf(s string) hash {
	if s == "" {
		return 0
	}
	return newHash().str(s)
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}

// fronted is for a proxy in front of the queue: its session received the message that the server behind it queued on this host.
func (h *host) fronted(s *Session, ev *event.Event) {
	if s == nil || ev.QueueID != "" || ev.RemoteQueueID == "" || ev.Class != '2' || ev.Kind != event.KindFilter {
		return
	}
	m := h.messages[ev.RemoteQueueID]
	if m == nil || m.Origin == s.ID {
		return
	}
	s.Transaction++
	m.Origin, m.Transaction = s.ID, s.Transaction
	replace(&m.ClientAddress, s.ClientAddress)
	replace(&m.PeerIP, s.PeerIP)
	replace(&m.Helo, s.Helo)
	replace(&m.Protocol, s.Protocol)
	m.ClientPort = s.ClientPort
	keep(&m.User, s.User)
	m.complete(ev)
}
