package engine

import (
	"math/rand/v2"
	"runtime/metrics"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSideBySide is the throughput of two feeders, each with a host of its own, by that of one in the same run: x. What the machine has to give is
// beside it: the same of two engines that share nothing, x-apart; a machine whose two cores are not both free gives neither. One and two take turns, so that what
// else the machine does meets all alike. The other figures: what a line takes of the CPU alone and with another feeder, and what is waited for locks.
func BenchmarkSideBySide(b *testing.B) {
	const messages = 2000
	var alone, together, apart, cpuAlone, cpuTogether, waited time.Duration
	lines := 0
	for b.Loop() {
		feeds := [...]feed{chainOf(0, messages), chainOf(10, messages), chainOf(20, messages)}
		lines += len(feeds[0].lines)
		ways := []func(){
			func() {
				e, cpu := roomyEngine(b), cpuTime(b)
				alone += feeds[0].timed(e)
				cpuAlone += cpuTime(b) - cpu
			},
			func() {
				e, cpu, lock := roomyEngine(b), cpuTime(b), lockTime()
				together += sideBySide(func() { feeds[1].timed(e) }, func() { feeds[2].timed(e) })
				cpuTogether, waited = cpuTogether+cpuTime(b)-cpu, waited+lockTime()-lock
			},
			func() {
				one, other := roomyEngine(b), roomyEngine(b)
				apart += sideBySide(func() { feeds[1].timed(one) }, func() { feeds[2].timed(other) })
			},
		}
		rand.Shuffle(len(ways), func(i, k int) { ways[i], ways[k] = ways[k], ways[i] })
		for _, way := range ways {
			way()
		}
	}
	b.ReportMetric(float64(cpuAlone)/float64(lines), "cpu-ns/line-alone")
	b.ReportMetric(float64(cpuTogether)/float64(2*lines), "cpu-ns/line-together")
	b.ReportMetric(float64(waited)/float64(2*lines), "lock-ns/line-together")
	b.ReportMetric(2*float64(alone)/float64(together), "x")
	b.ReportMetric(2*float64(alone)/float64(apart), "x-apart")
}

// sideBySide is how long two take that run at the same time.
func sideBySide(one, other func()) time.Duration {
	began := time.Now()
	var both sync.WaitGroup
	both.Go(one)
	both.Go(other)
	both.Wait()
	return time.Since(began)
}

// cpuTime is what the process has taken so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// lockTime is what the process has waited for locks so far.
func lockTime() time.Duration {
	sample := []metrics.Sample{{Name: "/sync/mutex/wait/total:seconds"}}
	metrics.Read(sample)
	return time.Duration(sample[0].Value.Float64() * float64(time.Second))
}

// timed takes the lines of a host through the engine and nothing else.
func (f *feed) timed(e *Engine) time.Duration {
	began := time.Now()
	l := Line{Carrier: named{bare{anchor}, f.host}, Source: Source{Host: f.host, Name: f.host}, Anchor: anchor.UnixNano(), Now: anchor.UnixNano()}
	for _, l.Text = range f.lines {
		e.Observe(&l)
		for i := range l.Output.Made {
			l.Output.Made[i].Release()
		}
	}
	return time.Since(began)
}
