package filestorageextension

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// guarded is a client that outlives its database: what a look at the file could not find makes bbolt panic later. It keeps its locks then, so it is never asked
// again; what comes is kept in memory. (Against a panic in a goroutine of bbolt's own nothing helps, but the look at the next start.)
type guarded struct {
	client storage.Client
	broken func(reason error) // told once

	mu     sync.Mutex // bbolt has one writer at a time anyway; so nobody waits in it for locks that are never given back
	memory *memory    // once it is broken
}

func (g *guarded) Batch(ctx context.Context, ops ...*storage.Operation) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.memory != nil {
		return g.memory.Batch(ctx, ops...)
	}
	err := guard(func() error { return g.client.Batch(ctx, ops...) })
	var p *panicked
	if !errors.As(err, &p) {
		return err
	}
	g.memory = newMemory()
	g.broken(err)
	return g.memory.Batch(ctx, ops...)
}

func (g *guarded) Close(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.memory != nil {
		return nil
	}
	return guard(func() error { return g.client.Close(ctx) })
}

// guard calls into bbolt; a panic there, and an access to memory behind the end of the file, is an error.
func guard(call func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{r}
		}
	}()
	return call()
}

// panicked is a panic of bbolt: something in the file was not what it expected.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprint(p.value) }
