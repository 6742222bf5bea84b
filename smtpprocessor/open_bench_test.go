package smtpprocessor

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"
)

// BenchmarkOpen is the cost of one record, from its text to its attributes, with n messages open: at 1,000,000 at most twice what it is at 1,000.
// Each line is another try of another message, picked at random.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p, _ := start(b, consumertest.NewNop(), func(c *Config) { c.Messages.Max, c.Messages.TTL = 2*n, 10_000*time.Hour })
			lines := make([]string, 0, 4000)
			flush := func() {
				_ = p.ConsumeLogs(b.Context(), batch(lines...))
				lines = lines[:0]
			}
			at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			stamp := func() string { return at.Format("Jan _2 15:04:05") }
			for i := range n {
				id := fmt.Sprintf("%X", 0xA000000+i)
				if i%100 == 0 {
					at = at.Add(time.Second)
				}
				lines = append(lines, stamp()+" mx postfix/smtpd[9]: "+id+": client=app.example.com[192.0.2.101]",
					stamp()+" mx postfix/cleanup[9]: "+id+": message-id=<"+id+".1161@app.example.com>",
					stamp()+" mx postfix/qmgr[9]: "+id+": from=<noreply@app.example.com>, size=1768, nrcpt=1 (queue active)",
					try(stamp(), id, i))
				if len(lines) >= 4000 {
					flush()
				}
			}
			flush()
			runtime.GC()
			done := 0
			for b.Loop() {
				b.StopTimer()
				for k := range 1000 {
					i := int(uint32(done+k)*2654435761) % n
					lines = append(lines, try(stamp(), fmt.Sprintf("%X", 0xA000000+i), i))
				}
				at = at.Add(time.Second)
				ld := batch(lines...)
				done += len(lines)
				lines = lines[:0]
				b.StartTimer()
				_ = p.ConsumeLogs(b.Context(), ld)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done), "ns/record")
		})
	}
}

func try(stamp, id string, i int) string {
	return fmt.Sprintf("%s mx postfix/smtp[9]: %s: to=<u%d@example.net>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.net[192.0.2.7]:25: Connection timed out)", stamp, id, i)
}
