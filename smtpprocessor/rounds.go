package smtpprocessor

import (
	"sync"

	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// rounds knows of each receiver that saves with us what it brought, and when the state was last saved for it: several receivers in front of
// one engine take turns, and none of them keeps another from saving its offsets.
type rounds struct {
	mu   sync.Mutex
	list map[*checkpoint.Round]*turn
}

// turn is what is known of one receiver.
type turn struct {
	brought uint64 // the newest change of the state that came from it
	saved   int64  // when the state was saved because it asked, in nanoseconds
}

// of gives a receiver's turn; one for all that do not ask.
func (r *rounds) of(round *checkpoint.Round) *turn {
	t := r.list[round]
	if t == nil {
		t = new(turn)
		if r.list == nil {
			r.list = make(map[*checkpoint.Round]*turn)
		}
		r.list[round] = t
	}
	return t
}

// brought says that a change of the state came from a receiver.
func (r *rounds) brought(round *checkpoint.Round, change uint64) {
	if round == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(round)
	t.brought = max(t.brought, change)
}

// due says whether the state is to be saved for a receiver that asks, and whether it has to: a state on disk that covers all that came from
// it is as good as a new one.
func (r *rounds) due(round *checkpoint.Round, covered uint64, since int64) (due, covers bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(round)
	return t.saved <= since, t.brought <= covered
}

// saved says that the state was saved because a receiver asked.
func (r *rounds) saved(round *checkpoint.Round, now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.of(round).saved = now
}
