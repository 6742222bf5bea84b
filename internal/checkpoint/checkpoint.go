// Package checkpoint lets a receiver that reads files and the components behind it save their states together: what the receiver has on disk
// never lies ahead of what they have.
package checkpoint

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Participant is a component downstream that keeps state derived from the lines it was given.
type Participant interface {
	// Checkpoint makes durable a state that covers at least every batch that was accepted so far. saved is false when it is not due yet or
	// not possible now: the offsets are kept back then, and it is asked again. In a Final round it saves even when not due. The context carries
	// the round that asks.
	Checkpoint(ctx context.Context) (saved bool, err error)
}

// Round collects the participants that a receiver's batches met on their synchronous way. It is safe for concurrent use.
type Round struct {
	mu     sync.Mutex
	list   []Participant
	behind []Participant
}

// NewRound is a round without participants.
func NewRound() *Round { return &Round{} }

// Join adds a participant; once is enough.
func (r *Round) Join(p Participant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.list, p) {
		r.list = append(r.list, p)
	}
}

// JoinBehind adds one that is asked only when all others have saved: its state never lies ahead of theirs, so what is read again after a crash and not
// marked as such is nothing that it has seen.
func (r *Round) JoinBehind(p Participant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.behind, p) {
		r.behind = append(r.behind, p)
	}
}

// Checkpoint asks every participant. It is true when all of them saved, and when there is none.
func (r *Round) Checkpoint(ctx context.Context) (saved bool, err error) {
	r.mu.Lock()
	list, behind := slices.Clone(r.list), slices.Clone(r.behind)
	r.mu.Unlock()
	ctx = NewContext(ctx, r)
	if saved, err = ask(ctx, list); saved {
		saved, err = ask(ctx, behind)
	}
	return saved, err
}

func ask(ctx context.Context, list []Participant) (saved bool, err error) {
	saved = true
	for _, p := range list {
		ok, e := p.Checkpoint(ctx)
		saved = saved && ok && e == nil
		err = errors.Join(err, e)
	}
	return saved, err
}

type (
	roundKey struct{}
	finalKey struct{}
)

// NewContext lets a batch carry the round.
func NewContext(ctx context.Context, r *Round) context.Context {
	return context.WithValue(ctx, roundKey{}, r)
}

// FromContext is the round of the receiver that the batch comes from, or that asks; false when it has none, or behind an asynchronous hop.
func FromContext(ctx context.Context) (*Round, bool) {
	r, ok := ctx.Value(roundKey{}).(*Round)
	return r, ok
}

// Final marks the last round of a process: a participant saves even when it is not due.
func Final(ctx context.Context) context.Context {
	return context.WithValue(ctx, finalKey{}, true)
}

// IsFinal says whether ctx is that of a last round.
func IsFinal(ctx context.Context) bool {
	final, _ := ctx.Value(finalKey{}).(bool)
	return final
}
