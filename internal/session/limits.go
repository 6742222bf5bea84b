package session

// What all hosts together may keep stands here. Beyond a limit the oldest of the host that wrote the line goes first, since a host that floods shall not cost others
// theirs; a host that has but one gives way to itself, and the host that was silent longest loses what it has.

// kind is what is counted over all hosts.
type kind uint8

const (
	openSessions kind = iota
	openMessages
	remembered // ended sessions and messages, and inferred conversations: what late lines may ask for
	kindCount
)

// sums are the counts of a host, or of all.
type sums [kindCount]int

// totals are what all hosts keep together.
type totals struct {
	sums
	bytes   int                   // as weighed
	holders [kindCount]list[host] // hosts that have some, the one that was silent longest first
	small   smallSums
}

func newTotals() *totals {
	t := new(totals)
	for k := range t.holders {
		t.holders[k].of = func(h *host) *links[host] { return &h.holds[k] }
	}
	return t
}

// add changes the counts of a host and of all.
func (h *host) add(k kind, n int) {
	h.sums[k] += n
	h.all.sums[k] += n
	if h.sums[k] > 0 && h.holds[k].in == nil {
		h.all.holders[k].push(h)
	}
}

// touch makes the host the one that was heard last.
func (h *host) touch() {
	for k := range h.sums {
		if l := &h.all.holders[k]; h.sums[k] > 0 && l.tail != h {
			l.push(h)
		}
	}
}

// holder finds whose turn it is to give up one of a kind: the host's own, or of the host that was silent longest.
func (h *host) holder(k kind) *host {
	if h.sums[k] > 1 {
		return h
	}
	l := &h.all.holders[k]
	for l.head != nil && l.head.sums[k] == 0 { // each was put here when it had some
		l.remove(l.head)
	}
	if l.head != nil && l.head != h {
		return l.head
	}
	return h
}

// limit makes room where a limit is passed.
func (t *Tracker) limit(h *host, out *Output) {
	for t.all.sums[openSessions] > t.cfg.MaxSessions {
		t.evictSession(h.holder(openSessions), CauseSessionLimit, out)
	}
	for t.all.sums[openMessages] > t.cfg.MaxMessages {
		t.evictMessage(h.holder(openMessages), CauseMessageLimit, out)
	}
	most := max(t.cfg.MaxSessions, t.cfg.MaxMessages)
	for t.all.sums[remembered] > most || t.all.sums[remembered] > 0 && t.all.bytes > t.room() {
		h.holder(remembered).forgetOldest()
	}
	for h.peerOrder.n > maxPeers {
		h.forgetPeer(h.peerOrder.head)
	}
	for t.all.bytes > t.room() && t.all.sums[openSessions]+t.all.sums[openMessages] > 1 {
		if t.all.sums[openMessages]*weightOfMessage > t.all.sums[openSessions]*weightOfSession {
			t.evictMessage(h.holder(openMessages), CauseMemoryLimit, out)
		} else {
			t.evictSession(h.holder(openSessions), CauseMemoryLimit, out)
		}
		for t.all.sums[remembered] > 0 && t.all.bytes > t.room() {
			h.holder(remembered).forgetOldest()
		}
	}
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
