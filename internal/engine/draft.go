package engine

import (
	"iter"

	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Draft is a state that is being written in segments, most of them while lines go on.
type Draft struct {
	e *Engine
	d *session.Draft
}

// Draft begins a state that goes on with the segments of the one before; or a whole one, which needs none before it: the first one has to be. There is
// one at a time.
func (e *Engine) Draft(whole bool) *Draft {
	e.world.Lock()
	defer e.world.Unlock()
	return &Draft{e, e.tracker.Draft(whole)}
}

// Next gives a segment of what has changed; nil when what is left is for Freeze.
func (d *Draft) Next() ([]byte, error) {
	defer d.e.world.RLock(0).RUnlock()
	return d.d.Next()
}

// Freeze makes the draft the state of this moment: lines wait meanwhile.
func (d *Draft) Freeze() error {
	d.e.world.Lock()
	defer d.e.world.Unlock()
	return d.d.Freeze()
}

// Close gives the last segment of the frozen draft.
func (d *Draft) Close() ([]byte, error) { return d.d.Close() }

// RestoreSegments takes over a state that was kept in segments, oldest first.
func (e *Engine) RestoreSegments(segments iter.Seq2[[]byte, error]) error {
	e.world.Lock()
	defer e.world.Unlock()
	return e.tracker.RestoreSegments(segments)
}
