package checkpoint

import "sync/atomic"

// Refusal is what a participant answers for a batch that it has observed and that a consumer behind it refused. The batch is to
// come again; but when the process ends first, the participant may keep what became of it with its state, and hand that on after
// the restart itself.
type Refusal struct {
	err  error
	kept atomic.Bool
}

// NewRefusal wraps the consumer's error.
func NewRefusal(err error) *Refusal { return &Refusal{err: err} }

func (r *Refusal) Error() string { return r.err.Error() }

// Unwrap gives the consumer's error.
func (r *Refusal) Unwrap() error { return r.err }

// Keep says that the state on disk holds the batch.
func (r *Refusal) Keep() { r.kept.Store(true) }

// IsKept says whether a batch that was refused with err needs not to be read again: all who refused it were participants that keep it.
func IsKept(err error) bool {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here: every leaf counts
	case *Refusal:
		return e.kept.Load()
	case interface{ Unwrap() error }:
		return IsKept(e.Unwrap())
	case interface{ Unwrap() []error }:
		list := e.Unwrap()
		for _, one := range list {
			if !IsKept(one) {
				return false
			}
		}
		return len(list) > 0
	}
	return false
}
