package mailhost

import (
	"math"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/hash"
)

// A message goes on under another queue id of its host: behind a filter, an alias or a notice. The line that names the other id may come before
// the other's own lines, or behind them.

// Promise is what is known of a message that has not been seen yet: which one it was made from.
type Promise struct {
	Key       hash.Sum // of its queue id
	Parent    event.ID
	Queue     string // the parent's queue id
	When      int64
	Forwarded bool
	Filter    bool
	Notice    bool
}

// promises are bounded: the oldest is given up first.
type promises struct {
	recents[Promise]
}

// promiseHolds is how long a message may take to show itself, in log time.
const promiseHolds = int64(24 * time.Hour)

func (p *promises) add(one Promise) {
	if known := p.Get(one.Key); known != nil {
		*known = one
		return
	}
	if p.makeRoom(math.MaxInt) {
		p.keep(one.Key, one)
	}
}

// list gives the promises that hold, oldest first.
func (p *promises) list() (list []Promise) {
	for _, one := range p.All() {
		list = append(list, *one)
	}
	return list
}

// here is the key of a queue id on the host.
func (h *Host) here(queueID string) hash.Sum { return hash.New().Str(h.name).Str(queueID) }

// Promise takes a promise that was saved.
func (h *Host) Promise(one Promise) { h.promises.add(one) }

// promise keeps that the message with queue id child, which has no line yet, is made from m.
func (h *Host) promise(m *Message, child string, ev *event.Event, forwarded bool) {
	h.promises.add(Promise{
		Key: h.here(child), Parent: m.UID, Queue: m.QueueID, When: ev.Time, Forwarded: forwarded,
		Filter: ev.Route == event.RouteFilter, Notice: ev.Kind == event.KindNotification,
	})
}

// keepPromise makes a message that begins the child of the one that named it.
func (h *Host) keepPromise(m *Message) {
	key := h.here(m.QueueID)
	kept := h.promises.Get(key)
	if kept == nil || distance(kept.When, m.First) > promiseHolds {
		return
	}
	p := *kept
	h.promises.forget(key)
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

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}
