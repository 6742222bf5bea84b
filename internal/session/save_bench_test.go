package session

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// openedMany has so many messages open.
func openedMany(n int) *Tracker {
	cfg := testConfig()
	cfg.MaxMessages, cfg.MessageTTL = 2*n, 1000*time.Hour
	t := New(cfg)
	var out Output
	for i := range n {
		feed(t, &out, fmt.Sprintf("%X", 0xA000000+i), i)
	}
	return t
}

// BenchmarkSave is a state as a whole with n messages open, for which all that use the tracker would have to wait.
func BenchmarkSave(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			t := openedMany(n)
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				data, err := t.Save()
				if err != nil {
					b.Fatal(err)
				}
				size = len(data)
			}
			b.ReportMetric(float64(size)/float64(n), "B/message")
		})
	}
}

// BenchmarkCheckpoint is a state in segments with 100,000 messages open, of which so many have changed since the one before; 1,000 more change while it is written. stop-ms
// is how long all had to wait, in the middle and at most, KiB what was written.
//
//	make bench BENCH=Checkpoint
func BenchmarkCheckpoint(b *testing.B) {
	const n, meanwhile = 100_000, 1000
	for _, changed := range []int{0, 1_000, 10_000, n} {
		b.Run(fmt.Sprint(changed), func(b *testing.B) {
			t := openedMany(n)
			var out Output
			second := 1000
			change := func(from, count int) {
				second++
				for i := range count {
					ev := line(fmt.Sprintf("%X", 0xA000000+(from+i)%n), second)
					ev.Kind, ev.RcptTo, ev.Status, ev.Tried, ev.Line = event.KindDelivery, "user@example.com", event.StatusDeferred, event.Yes, "x"
					out.Reset()
					t.Observe(&ev, "file", 0, &out)
				}
			}
			checkpoint := func(whole bool) (stop time.Duration, bytes int) {
				begin := time.Now()
				d := t.Draft(whole)
				stop = time.Since(begin)
				for {
					data, err := d.Next()
					if err != nil {
						b.Fatal(err)
					}
					if data == nil {
						break
					}
					bytes += len(data)
				}
				change(n/2, meanwhile)
				begin = time.Now()
				if err := d.Freeze(); err != nil {
					b.Fatal(err)
				}
				stop = max(stop, time.Since(begin))
				data, err := d.Close()
				if err != nil {
					b.Fatal(err)
				}
				return stop, bytes + len(data)
			}
			checkpoint(true)
			var stops []time.Duration
			bytes, at := 0, 0
			for b.Loop() {
				b.StopTimer()
				change(at, changed)
				at += changed
				b.StartTimer()
				stop, size := checkpoint(false)
				stops, bytes = append(stops, stop), size
			}
			slices.Sort(stops)
			b.ReportMetric(float64(stops[len(stops)/2].Microseconds())/1000, "stop-ms")
			b.ReportMetric(float64(stops[len(stops)-1].Microseconds())/1000, "longest-stop-ms")
			b.ReportMetric(float64(bytes)/1024, "KiB")
		})
	}
}
