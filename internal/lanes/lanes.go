// Package lanes is for what every line of a log looks at and hardly anybody changes: a lock, or what was found last. A word that each core writes goes from core to core with each
// line; here those who read side by side share no memory that any of them writes.
package lanes

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// lanes is how many there are: as many as streams that are read side by side, on most machines.
const lanes = 16

// memoryLine is what goes from core to core at once, and the next one with it.
const memoryLine = 128

// RWMutex is a sync.RWMutex for many readers: each takes a lane, a writer takes all.
type RWMutex struct {
	lanes [lanes]struct {
		sync.RWMutex
		_ [memoryLine - 24]byte
	}
}

// Any is a lane for somebody who comes again and again. It is never 0.
func (m *RWMutex) Any() uint32 { return 1 + given.Add(1)%lanes }

var given atomic.Uint32

// RLock locks a lane for reading, whatever its number, and gives what unlocks it.
func (m *RWMutex) RLock(lane uint32) interface{ RUnlock() } {
	l := &m.lanes[lane%lanes].RWMutex
	l.RLock()
	return l
}

// Lock locks it for writing.
func (m *RWMutex) Lock() {
	for i := range m.lanes {
		m.lanes[i].Lock()
	}
}

// Unlock undoes Lock.
func (m *RWMutex) Unlock() {
	for i := range m.lanes {
		m.lanes[i].Unlock()
	}
}

// Newest remembers what was found last by some names, so that most are found without a lock.
type Newest[T any] struct{ found [4 * lanes]atomic.Pointer[T] }

// At is the place for what a name finds. Others may be found there, too: who looks compares the name.
func (n *Newest[T]) At(name string) *atomic.Pointer[T] {
	return &n.found[Of(name)%uint64(len(n.found))]
}

// Forget takes what is gone out of its place.
func (n *Newest[T]) Forget(name string, gone *T) { n.At(name).CompareAndSwap(gone, nil) }

// Clear forgets all.
func (n *Newest[T]) Clear() {
	for i := range n.found {
		n.found[i].Store(nil)
	}
}

// Of is a number for a name, in this process alone.
func Of(name string) uint64 { return maphash.String(seed, name) }

var seed = maphash.MakeSeed()
