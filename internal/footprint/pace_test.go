package footprint

import (
	"runtime"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 300},
		{1 << 20, 300},
		{12 << 20, 200},
		{24 << 20, 100},
		{48 << 20, 50},
		{128 << 20, 35},
		{256 << 20, 67},
		{1 << 30, 91},
		{1 << 62, 99},
	} {
		if got := percent(c.live); got != c.want {
			t.Errorf("%d bytes live: %d percent, want %d", c.live, got, c.want)
		}
	}
}

// A heap that swings a little keeps its pace: each change stops the world.
func TestSmallDifferencesChangeNothing(t *testing.T) {
	var set []int
	now := uint64(24 << 20)
	p := &pacer{set: func(percent int) int { set = append(set, percent); return 0 }, live: func() uint64 { return now }}
	p.adjust()
	now = 25 << 20
	p.adjust()
	now = 48 << 20
	p.adjust()
	now = 47 << 20
	p.adjust()
	if len(set) != 2 || set[0] != 100 || set[1] != 50 {
		t.Errorf("set to %v, want [100 50]", set)
	}
}

// Every collection is seen, not the first alone.
func TestEveryCollectionIsSeen(*testing.T) {
	seen := make(chan struct{}, 16)
	p := &pacer{set: func(int) int { return 0 }, live: func() uint64 { seen <- struct{}{}; return live() }}
	runtime.SetFinalizer(p, (*pacer).collected)
	p = nil //nolint:ineffassign,wastedassign // nothing may refer to it
	for range 3 {
		for got := false; !got; {
			runtime.GC()
			select {
			case <-seen:
				got = true
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
}
