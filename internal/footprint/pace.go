package footprint

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// growth is how much is allocated between two collections. Go's default, as much as lives, is little where little does (a quiet engine holds
	// 8 MiB: a collection for every 4,000 lines), and much where a hundred thousand messages wait.
	growth = 24 << 20
	// least and most bound what that is of the living heap, in percent: marking a large heap for every few lines costs more than it frees.
	least, most = 35, 300
	// large is what the limits by default let live. Who raises them has the memory: of what lives beyond as much again is allocated, as Go does by default.
	large = 128 << 20
	// soon is when the start is over, as a rule.
	soon = time.Second
	// often is how long what was needed once stays: what is needed always comes back for some hundred page faults.
	often = time.Minute
)

// Keep begins, and returns at once. Where the environment sets GOGC or GOMEMLIMIT, whoever set it knows better.
func Keep() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		p := &pacer{set: debug.SetGCPercent, live: live}
		runtime.SetFinalizer(p, (*pacer).collected)
	}
	time.AfterFunc(soon, release)
}

// release gives pages back again and again.
func release() {
	releasePages()
	time.AfterFunc(often, release)
}

// pacer is what nothing refers to: each collection finds it.
type pacer struct {
	percent int // of now; 0: Go's own
	set     func(percent int) int
	live    func() uint64 // bytes that the newest collection found alive
}

// collected comes after each collection.
func (p *pacer) collected() {
	p.adjust()
	runtime.SetFinalizer(p, (*pacer).collected)
}

// adjust sets the pace for what lives now. To set it stops the world for a moment: small differences are not worth that.
func (p *pacer) adjust() {
	want := percent(p.live())
	if diff := want - p.percent; diff*diff*100 > p.percent*p.percent {
		p.set(want)
		p.percent = want
	}
}

// percent is how much a heap may grow, in percent of what lives of it.
func percent(live uint64) int {
	if live == 0 {
		return most
	}
	allocated := max(growth, min(live, large)/100*least+max(live, large)-large)
	return int(min(allocated/max(live/100, 1), most))
}

func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
