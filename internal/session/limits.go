package session

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// What all hosts together may keep stands here. Beyond a limit the oldest of the host that wrote the line goes first, since a host that floods shall not cost others
// theirs; a host that has but one gives way to itself, and the host that was silent longest loses what it has.

// touch makes the host the one that was heard last.
func (t *Tracker) touch(h *host) {
	for k := range t.holders {
		if l := t.holders[k]; h.Count(mailhost.Kind(k)) > 0 && l.Tail != h {
			l.Push(h)
		}
	}
}

// hold lists the host among those that have some of a kind.
func (t *Tracker) hold(h *host) {
	for k := range t.holders {
		if h.Count(mailhost.Kind(k)) > 0 && h.holds[k].In == nil {
			t.holders[k].Push(h)
		}
	}
}

// holder finds whose turn it is to give up one of a kind: the host's own, or of the host that was silent longest.
func (t *Tracker) holder(h *host, k mailhost.Kind) *host {
	if h.Count(k) > 1 {
		return h
	}
	l := t.holders[k]
	for l.Head != nil && l.Head.Count(k) == 0 { // each was put here when it had some
		l.Remove(l.Head)
	}
	if l.Head != nil && l.Head != h {
		return l.Head
	}
	return h
}

// limit makes room where a limit is passed.
func (t *Tracker) limit(h *host, out *Output) {
	for t.all.Count(mailhost.OpenSessions) > t.cfg.MaxSessions {
		t.evict(h, mailhost.OpenSessions, mailhost.CauseSessionLimit, out)
	}
	for t.all.Count(mailhost.OpenMessages) > t.cfg.MaxMessages {
		t.evict(h, mailhost.OpenMessages, mailhost.CauseMessageLimit, out)
	}
	most := max(t.cfg.MaxSessions, t.cfg.MaxMessages)
	for t.all.Count(mailhost.Remembered) > most || t.all.Count(mailhost.Remembered) > 0 && t.isFull() {
		t.holder(h, mailhost.Remembered).ForgetOldest()
	}
	for t.isFull() && t.all.Count(mailhost.OpenSessions)+t.all.Count(mailhost.OpenMessages) > 1 {
		kind := mailhost.OpenSessions
		if t.all.Count(mailhost.OpenMessages)*weightOfMessage > t.all.Count(mailhost.OpenSessions)*weightOfSession {
			kind = mailhost.OpenMessages
		}
		t.evict(h, kind, mailhost.CauseMemoryLimit, out)
		for t.all.Count(mailhost.Remembered) > 0 && t.isFull() {
			t.holder(h, mailhost.Remembered).ForgetOldest()
		}
	}
}

// evict ends what was silent longest of a kind.
func (t *Tracker) evict(h *host, kind mailhost.Kind, cause mailhost.Cause, out *Output) {
	gives := t.holder(h, kind)
	if kind == mailhost.OpenSessions {
		gives.EvictSession(cause, out)
	} else {
		gives.EvictMessage(cause, out)
	}
	t.hold(gives)
}

// What an ordinary message and session take: the limits of their numbers make that of their memory, so that no address, reply or command that somebody makes as long as he
// can takes more than those would.
const (
	weightOfMessage = 1000
	weightOfSession = 1200
)

func (t *Tracker) room() int {
	return t.cfg.MaxMessages*weightOfMessage + t.cfg.MaxSessions*weightOfSession
}

func (t *Tracker) isFull() bool { return t.all.Bytes() > t.room() }

// dropSilentest ends what is open on the host that was silent longest, and forgets it.
func (t *Tracker) dropSilentest(out *Output) {
	h := t.order.Head
	out.Evicted[mailhost.CauseHostLimit] += h.Count(mailhost.OpenSessions) + h.Count(mailhost.OpenMessages)
	h.Close(event.EndExpired, out)
	t.drop(h)
}

// drop forgets a host on which nothing is open.
func (t *Tracker) drop(h *host) {
	h.Forget()
	for k := range t.holders {
		t.holders[k].Remove(h)
	}
	t.order.Remove(h)
	delete(t.hosts, h.Name())
	if t.newest == h {
		t.newest = nil
	}
}
