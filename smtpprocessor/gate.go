package smtpprocessor

import (
	"sync"
	"time"
)

// gate lets batches through side by side, and a checkpoint when none is on its way: what is saved covers accepted batches only. Unlike a lock for readers
// and a writer it gives up in time: a consumer that holds on to a batch of one pipeline keeps nobody else waiting for longer.
type gate struct {
	mu     sync.Mutex
	change *sync.Cond
	inside int
	closed bool
}

func newGate() *gate {
	g := new(gate)
	g.change = sync.NewCond(&g.mu)
	return g
}

// enter waits while the gate is closed.
func (g *gate) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.closed {
		g.change.Wait()
	}
	g.inside++
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.change.Broadcast()
}

// close closes the gate, and says whether everybody has left it in time: then it stays closed until it is opened.
func (g *gate) close(patience time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	late := false
	timer := time.AfterFunc(patience, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		late = true
		g.change.Broadcast()
	})
	defer timer.Stop()
	for g.closed && !late {
		g.change.Wait()
	}
	if g.closed {
		return false
	}
	g.closed = true
	for g.inside > 0 && !late {
		g.change.Wait()
	}
	if g.inside == 0 {
		return true
	}
	g.closed = false
	g.change.Broadcast()
	return false
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = false
	g.change.Broadcast()
}
