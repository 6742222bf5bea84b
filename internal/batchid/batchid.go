// Package batchid carries a batch's identity over the synchronous hops of one collector: a batch that was refused and comes again
// has the identity that it had.
package batchid

import "context"

// ID is the identity of one batch: who made it, and the how-manieth it was. The zero ID is none.
type ID struct {
	Owner uint64 // unique in the process
	Seq   uint64 // from 1
}

type key struct{}

// NewContext gives ctx the identity of the batch that is handed on with it.
func NewContext(ctx context.Context, id ID) context.Context {
	return context.WithValue(ctx, key{}, id)
}

// FromContext is the identity of the batch that comes with ctx; false when it has none, as behind an asynchronous hop.
func FromContext(ctx context.Context) (ID, bool) {
	id, ok := ctx.Value(key{}).(ID)
	return id, ok
}
