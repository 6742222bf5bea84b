package session

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkSave is a checkpoint with n messages open: the engine waits for it.
func BenchmarkSave(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cfg := testConfig()
			cfg.MaxMessages, cfg.MessageTTL = 2*n, 1000*time.Hour
			t := New(cfg)
			var out Output
			for i := range n {
				feed(t, &out, fmt.Sprintf("%X", 0xA000000+i), i)
			}
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
