package lanes

import (
	"strconv"
	"sync"
	"testing"
)

// Readers of all lanes see what a writer has written as a whole, and write nothing meanwhile. (Run with -race.)
func TestAWriterIsAlone(t *testing.T) {
	var m RWMutex
	var a, b int
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			lane := m.Any()
			for range 2000 {
				held := m.RLock(lane)
				if a != b {
					t.Errorf("%d and %d", a, b)
				}
				held.RUnlock()
				lane++
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range 500 {
				m.Lock()
				a++
				b++
				m.Unlock()
			}
		})
	}
	all.Wait()
	if a != 1000 || b != 1000 {
		t.Errorf("%d and %d", a, b)
	}
}

func TestWhoComesAgainHasALaneOfItsOwn(t *testing.T) {
	var m RWMutex
	seen := map[uint32]bool{}
	for range lanes {
		lane := m.Any()
		if lane == 0 || seen[lane%lanes] {
			t.Errorf("lane %d a second time", lane)
		}
		seen[lane%lanes] = true
	}
}

func TestNewestIsFoundByItsName(t *testing.T) {
	var n Newest[string]
	for i := range 1000 {
		name := strconv.Itoa(i)
		n.At(name).Store(&name)
		if got := n.At(strconv.Itoa(i)).Load(); got == nil || *got != name {
			t.Fatalf("%s: %v", name, got)
		}
		other := name
		if n.Forget(name, &other); n.At(name).Load() != &name {
			t.Fatalf("%s was forgotten for another", name)
		}
		if n.Forget(name, &name); n.At(name).Load() != nil {
			t.Fatalf("%s is still there", name)
		}
		n.At(name).Store(&name)
	}
	n.Clear()
	for i := range 1000 {
		if got := n.At(strconv.Itoa(i)).Load(); got != nil {
			t.Fatalf("%d: %q", i, *got)
		}
	}
}
