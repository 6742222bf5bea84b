package engine

import (
	"runtime/metrics"
	"sync"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSideBySide is the throughput of two feeders, each with a host of its own, by that of one in the same run: x. On two free cores it is to be 1.7
// at least. One and two take turns, so that what else the machine does meets both alike. Where cores are not free, the other figures tell as much: what a line
// takes of the CPU with two feeders must be what it takes with one, and next to nothing be waited for locks.
func BenchmarkSideBySide(b *testing.B) {
	const messages = 2000
	var alone, together, cpuAlone, cpuTogether, waited time.Duration
	lines := 0
	for b.Loop() {
		feeds := [...]feed{chainOf(0, messages), chainOf(10, messages), chainOf(20, messages)}
		e := roomyEngine(b)
		cpu := cpuTime(b)
		alone += feeds[0].timed(e)
		cpuAlone += cpuTime(b) - cpu
		cpu, waited = cpuTime(b), waited-lockTime()
		began := time.Now()
		var both sync.WaitGroup
		both.Go(func() { feeds[1].timed(e) })
		both.Go(func() { feeds[2].timed(e) })
		both.Wait()
		together += time.Since(began)
		cpuTogether, waited = cpuTogether+cpuTime(b)-cpu, waited+lockTime()
		lines += len(feeds[0].lines)
	}
	b.ReportMetric(float64(cpuAlone)/float64(lines), "cpu-ns/line-alone")
	b.ReportMetric(float64(cpuTogether)/float64(2*lines), "cpu-ns/line-together")
	b.ReportMetric(float64(waited)/float64(2*lines), "lock-ns/line-together")
	b.ReportMetric(2*float64(alone)/float64(together), "x")
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
