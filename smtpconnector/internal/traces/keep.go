package traces

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// keeper holds back the spans of messages that have neither failed nor been slow so far. Most are over within seconds, and are dropped with their end; of one
// that fails, or is under way for too long, what was held back goes out, and all that follows.
type keeper struct {
	options Options
	held    map[event.ID]*output
	order   []event.ID // of what is held, oldest first; some of it may be gone
	spans   int        // held
	batch   int        // the how-manieth is at hand
	kept    map[event.ID]struct{}
	keeping []event.ID // of what is kept, oldest first
}

// The bounds of what is remembered. What is forgotten of held messages has not failed; a kept one is found again by its next failure, or its end.
const (
	maxHeld      = 8192
	maxHeldSpans = 65536
	maxKept      = 16384
)

// output is where a message's spans go.
func (k *keeper) output(uid event.ID, out *output) *output {
	if _, kept := k.kept[uid]; kept {
		return out
	}
	for len(k.order) >= 2*maxHeld || k.spans >= maxHeldSpans && len(k.order) > 0 {
		k.dropOldest()
	}
	held := k.held[uid]
	if held == nil {
		held = k.hold(uid)
	}
	if held.batch != k.batch { // its numbers of resources are others
		held.batch, held.newest.index, held.others = k.batch, -1, nil
	}
	held.held++
	k.spans++
	return held
}

// hold begins to hold a message's spans.
func (k *keeper) hold(uid event.ID) *output {
	for len(k.held) >= maxHeld {
		k.dropOldest()
	}
	if k.held == nil {
		k.held = make(map[event.ID]*output)
	}
	held := newOutput()
	k.held[uid] = held
	k.order = append(k.order, uid)
	return held
}

func (k *keeper) dropOldest() {
	k.drop(k.order[0])
	k.order = k.order[1:]
}

// drop forgets what is held of a message, and gives it.
func (k *keeper) drop(uid event.ID) *output {
	held := k.held[uid]
	if held != nil {
		k.spans -= held.held
		delete(k.held, uid)
	}
	return held
}

// see notes what a try tells: whether it failed, and how many seconds after the message's reception a recipient has ended.
func (k *keeper) see(uid event.ID, failed bool, seconds float64, out *output) {
	if k.options.Failed && failed || k.isSlow(seconds) {
		k.release(uid, out)
	}
}

func (k *keeper) isSlow(seconds float64) bool {
	return k.options.Slow && seconds > 0 && time.Duration(seconds*float64(time.Second)) > k.options.SlowAfter
}

// decide says whether a message that is over is one to keep; of others all that was held is dropped.
func (k *keeper) decide(uid event.ID, failed bool, seconds float64, out *output) bool {
	k.see(uid, failed, seconds, out)
	if _, kept := k.kept[uid]; kept {
		return true
	}
	k.drop(uid)
	return false
}

// release hands on what was held of a message, and lets the rest follow.
func (k *keeper) release(uid event.ID, out *output) {
	if held := k.drop(uid); held != nil {
		held.traces.ResourceSpans().MoveAndAppendTo(out.traces.ResourceSpans())
	}
	if _, known := k.kept[uid]; known {
		return
	}
	if k.kept == nil {
		k.kept = make(map[event.ID]struct{})
	}
	k.kept[uid] = struct{}{}
	k.keeping = append(k.keeping, uid)
	for len(k.keeping) > maxKept {
		delete(k.kept, k.keeping[0])
		k.keeping = k.keeping[1:]
	}
}
