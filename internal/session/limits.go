package session

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/mailhost"
)

// What all hosts together may keep stands here. Beyond a limit the oldest of the host that wrote the line goes first, since a host that floods shall not cost others
// theirs; a host that has but one gives way to itself, and the host that was silent longest loses what it has.

// limit makes room where a limit is passed. No lock is held but, for a moment, that of who gives way.
func (t *Tracker) limit(h *host, out *Output) {
	if !t.isOver() {
		return
	}
	t.limiting.Lock()
	defer t.limiting.Unlock()
	h.mu.Lock()
	h.AddUp()
	h.mu.Unlock()
	for t.all.Count(mailhost.OpenSessions) > t.cfg.MaxSessions && t.evict(h, mailhost.OpenSessions, mailhost.CauseSessionLimit, out) {
	}
	for t.all.Count(mailhost.OpenMessages) > t.cfg.MaxMessages && t.evict(h, mailhost.OpenMessages, mailhost.CauseMessageLimit, out) {
	}
	for t.all.Count(mailhost.Remembered) > t.mostRemembered() && t.forget(h) {
	}
	for t.isFull() && t.forget(h) {
	}
	for t.isFull() && t.all.Count(mailhost.OpenSessions)+t.all.Count(mailhost.OpenMessages) > 1 {
		kind := mailhost.OpenSessions
		if t.all.Count(mailhost.OpenMessages)*weightOfMessage > t.all.Count(mailhost.OpenSessions)*weightOfSession {
			kind = mailhost.OpenMessages
		}
		if !t.evict(h, kind, mailhost.CauseMemoryLimit, out) {
			return
		}
		for t.isFull() && t.forget(h) {
		}
	}
}

// isOver says whether a limit is passed.
func (t *Tracker) isOver() bool {
	return t.all.Count(mailhost.OpenSessions) > t.cfg.MaxSessions || t.all.Count(mailhost.OpenMessages) > t.cfg.MaxMessages ||
		t.all.Count(mailhost.Remembered) > t.mostRemembered() || t.isFull()
}

func (t *Tracker) mostRemembered() int { return max(t.cfg.MaxSessions, t.cfg.MaxMessages) }

// mostOf is how many of each kind all hosts may have.
func (t *Tracker) mostOf() [mailhost.Kinds]int {
	return [...]int{
		mailhost.OpenSessions: t.cfg.MaxSessions, mailhost.OpenMessages: t.cfg.MaxMessages, mailhost.Remembered: t.mostRemembered(),
	}
}

// evict ends what was silent longest of a kind, if anybody has some.
func (t *Tracker) evict(h *host, kind mailhost.Kind, cause mailhost.Cause, out *Output) bool {
	gives := t.giver(h, kind)
	if gives == nil {
		return false
	}
	gives.Use()
	if kind == mailhost.OpenSessions {
		gives.EvictSession(cause, out)
	} else {
		gives.EvictMessage(cause, out)
	}
	gives.AddUp()
	has := gives.Has()
	gives.mu.Unlock()
	t.hosts.ranks.hold(gives, has)
	return true
}

// forget forgets the oldest of what is remembered for late lines, if anybody has some.
func (t *Tracker) forget(h *host) bool {
	gives := t.giver(h, mailhost.Remembered)
	if gives == nil {
		return false
	}
	gives.ForgetOldest()
	gives.AddUp()
	gives.mu.Unlock()
	return true
}

// giver finds whose turn it is to give up one of a kind, and takes its lock: the host's own, unless it has but one, or of the host that was silent
// longest. nil: nobody has any.
func (t *Tracker) giver(h *host, k mailhost.Kind) *host {
	if h.mu.Lock(); h.Count(k) > 1 {
		return h
	}
	h.mu.Unlock()
	for {
		other := t.hosts.ranks.holder(k)
		if other == nil {
			return nil
		}
		if other.mu.Lock(); other.Count(k) > 0 {
			return other
		}
		t.hosts.ranks.letGo(other, k)
		other.mu.Unlock()
	}
}

// What an ordinary message and session take: the limits of their numbers make that of their memory, so that no address, reply or command that somebody makes as long as he
// can takes more than those would.
const (
	weightOfMessage = 860
	weightOfSession = 900
)

func (t *Tracker) room() int {
	return t.cfg.MaxMessages*weightOfMessage + t.cfg.MaxSessions*weightOfSession
}

func (t *Tracker) isFull() bool { return t.all.Bytes() > t.room() }
