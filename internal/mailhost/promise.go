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
	Ahead     int32 // milliseconds that the mail was here before a filter gave it back
	Forwarded bool
	Filter    bool
	Notice    bool

	Guess     bool     // a program of ours gave the queue id, which may be no message of this host
	MessageID hash.Sum // then the parent's; 0: not known
	At        place    // and the program
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
		Filter: ev.Route == event.RouteFilter, Ahead: m.aheadOf(ev), Notice: ev.Kind == event.KindNotification,
	})
}

// keepPromise makes a message that begins the child of the one that named it.
func (h *Host) keepPromise(m *Message) {
	key := h.here(m.QueueID)
	kept := h.promises.Get(key)
	if kept == nil || kept.Guess || distance(kept.When, m.First) > promiseHolds {
		return
	}
	p := *kept
	h.promises.forget(key)
	m.Parent, m.forwarded, m.notice, m.Ahead = p.Parent, p.Forwarded, p.Notice, p.Ahead
	if p.Notice {
		m.Kind = event.MessageDSN
	}
	if p.Filter {
		h.inheritFrom(m, p)
	}
}

// inheritFrom lets a message know what its parent knew, where that is known still.
func (h *Host) inheritFrom(m *Message, p Promise) {
	for parent := h.messages[p.Queue]; parent != nil; parent = parent.sameID {
		if parent.UID == p.Parent {
			m.inherit(parent)
		}
	}
}

// maxGuesses keeps the guesses of a host from displacing what is promised: most mail that a server of ours takes comes back never.
const maxGuesses = 1024

// guess keeps that a program of ours has queued the message under an id that no line of this host has named. It may be another instance of the server, whose log is read
// later than this one's.
func (h *Host) guess(m *Message, ev *event.Event) {
	if ev.RemoteQueueID == "" || ev.Program != "" || ev.Route == event.RouteLMTP || !h.isOurs(ev) {
		return
	}
	key := h.here(ev.RemoteQueueID)
	if known := h.promises.Get(key); known != nil && !known.Guess {
		return
	}
	if h.promises.Len() >= maxGuesses {
		oldest, first := h.promises.Oldest()
		if !first.Guess {
			return
		}
		h.promises.forget(oldest)
	}
	at := placeOf(ev)
	at.Server, at.IP = common(at.Server), common(at.IP)
	one := Promise{Key: key, Parent: m.UID, Queue: m.QueueID, When: ev.Time, Filter: true, Guess: true, At: at}
	if m.MessageID != "" {
		one.MessageID = hash.Of(m.MessageID)
	}
	h.promises.add(one)
}

// confirm finds out, when a message is received, whether it is one that was guessed. What was handed over before is counted as delivered; from now on the program is known to
// hand back.
func (h *Host) confirm(m *Message) {
	key := h.here(m.QueueID)
	kept := h.promises.Get(key)
	if kept == nil || !kept.Guess || kept.Parent == m.UID || m.First > kept.When+clocksDiffer {
		return
	}
	far := kept.When - m.First
	if kept.MessageID != 0 && m.MessageID != "" {
		if hash.Of(m.MessageID) != kept.MessageID || far > promiseHolds {
			return
		}
	} else if far > reentersFor {
		return
	}
	p := *kept
	h.promises.forget(key)
	h.filters.learn(p.At)
	m.Parent = p.Parent
	h.inheritFrom(m, p)
}

func distance(a, b int64) int64 {
	if a < b {
		return b - a
	}
	return a - b
}
