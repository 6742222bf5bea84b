package session

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Where there is much, a line costs what it costs where there is little: the small case stands beside each.

// cpuTime is what the process has taken so far, which others on the machine change less than the time that goes by.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkSmarthost is a delivery to a smarthost with n conversations: the lines are of 16 of them, the others wait.
func BenchmarkSmarthost(b *testing.B) {
	const few = 16
	for _, n := range []int{few, 4096} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cfg := testConfig()
			cfg.MaxMessages, cfg.MaxSessions, cfg.MessageTTL, cfg.SessionIdle = 20_000, 20_000, 1000*time.Hour, 1000*time.Hour
			t := New(cfg)
			var out Output
			ids := make([]string, n)
			var recipients [50]string // one after the other: a second verdict on one would be another conversation
			for i := range recipients {
				recipients[i] = fmt.Sprintf("u%d@example.com", i)
			}
			for i := range n {
				ids[i] = fmt.Sprintf("%X", 0xA000000+i)
				feed(t, &out, ids[i], i)
			}
			deliver := func(i, k int) {
				ev := line(ids[k], 2000+i/1000)
				ev.Kind, ev.RcptTo, ev.Status, ev.Tried, ev.Line = event.KindDelivery, recipients[i/few%len(recipients)], event.StatusDeferred, event.Yes, "x"
				ev.Scope, ev.PeerIP, ev.PeerPort, ev.Role, ev.PID = event.ScopePeer, "192.0.2.25", 25, event.RoleClient, int64(1000+k)
				out.Reset()
				t.Observe(&ev, "file", 0, &out)
			}
			for i := range 2 * n {
				deliver(i, i%n)
			}
			b.ReportAllocs()
			cpu := cpuTime(b)
			i := 0
			for b.Loop() {
				deliver(i, i%few)
				i++
			}
			b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkHosts is a delivery from one of n hosts to another host that is not among them.
func BenchmarkHosts(b *testing.B) {
	for _, n := range []int{2, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cfg := testConfig()
			cfg.MaxMessages, cfg.MessageTTL = 200_000, 1000*time.Hour
			t := New(cfg)
			var out Output
			const messages = 20_000
			ids, hosts := make([]string, messages), make([]string, messages)
			for i := range messages {
				ids[i], hosts[i] = fmt.Sprintf("%X", 0xA000000+i), fmt.Sprintf("mx%d", i%n)
				got := line(ids[i], i/1000)
				got.Host, got.Kind, got.MailFrom, got.RecipientCount = hosts[i], event.KindMessageReceived, "a@b.example", 1
				out.Reset()
				t.Observe(&got, hosts[i], 0, &out)
			}
			b.ReportAllocs()
			cpu := cpuTime(b)
			i := 0
			for b.Loop() {
				ev := line(ids[i%messages], 2000+i/1000)
				ev.Host, ev.Kind, ev.RcptTo, ev.Status, ev.Tried, ev.Line = hosts[i%messages], event.KindDelivery, "user@example.com", event.StatusDelivered, event.Yes, "x"
				ev.Route, ev.RemoteQueueID = event.RouteMX, fmt.Sprintf("%X", 0xB000000+i)
				out.Reset()
				t.Observe(&ev, ev.Host, 0, &out)
				i++
			}
			b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op")
		})
	}
}
