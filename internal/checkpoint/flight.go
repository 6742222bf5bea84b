package checkpoint

import (
	"context"
	"sync"
)

// Flight is a receiver's batch on its way to all whom a fan-out gives it. A participant that stands on several of these ways saves nothing meanwhile: its
// state has observed what some of them do not have yet, and would take it for a duplicate there after a crash. It is safe for concurrent use.
type Flight struct {
	mu   sync.Mutex
	left map[any]func()
}

// Board lets a participant take part until the flight has landed: enter is called at its first time, leave when it has.
func (f *Flight) Board(who any, enter, leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left[who] != nil {
		return
	}
	enter()
	if f.left == nil {
		f.left = make(map[any]func(), 1)
	}
	f.left[who] = leave
}

func (f *Flight) land() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, leave := range f.left {
		leave()
	}
	f.left = nil
}

type flightKey struct{}

// Depart lets a batch carry a flight. land is to be called when all have it, or have refused it.
func Depart(ctx context.Context) (flying context.Context, land func()) {
	f := new(Flight)
	return context.WithValue(ctx, flightKey{}, f), f.land
}

// FlightFromContext is the flight that the batch is on; nil when its receiver knows of none, or behind an asynchronous hop.
func FlightFromContext(ctx context.Context) *Flight {
	f, _ := ctx.Value(flightKey{}).(*Flight)
	return f
}
