package batchid

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Counts is who has counted a batch, or which part of it. It goes with a batch that was refused and comes again, also behind a
// restart, when those who counted have lost their memory. The nil Counts is nobody's. It is safe for concurrent use.
type Counts struct {
	mu sync.Mutex
	by map[string]struct{}
}

// NewCounts is a batch that these have counted.
func NewCounts(by ...string) *Counts {
	c := &Counts{by: make(map[string]struct{}, len(by))}
	for _, who := range by {
		c.by[who] = struct{}{}
	}
	return c
}

// Add says that somebody counts the batch, and whether it is for the first time.
func (c *Counts) Add(who string) (first bool) {
	if c == nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.by[who]; known {
		return false
	}
	c.by[who] = struct{}{}
	return true
}

// Remove takes back that somebody counts the batch: what came of it was refused.
func (c *Counts) Remove(who string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.by, who)
}

// List gives them in their order.
func (c *Counts) List() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.by))
}

type countsKey struct{}

// WithCounts gives ctx the memory of who has counted the batch that is handed on with it.
func WithCounts(ctx context.Context, c *Counts) context.Context {
	return context.WithValue(ctx, countsKey{}, c)
}

// CountsFromContext is the memory that the batch comes with, nil when it has none.
func CountsFromContext(ctx context.Context) *Counts {
	c, _ := ctx.Value(countsKey{}).(*Counts)
	return c
}
