package session

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// BenchmarkOpenMessages is the tracker's part of one line, and the memory of one message with n messages open: at most 1 KiB. The cost of a
// whole record with so many open is BenchmarkOpen of the processor.
func BenchmarkOpenMessages(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			cfg := testConfig()
			cfg.MaxMessages, cfg.MessageTTL = 2*n, 1000*time.Hour
			before := heap()
			t := New(cfg)
			var out Output
			ids := make([]string, n)
			for i := range n {
				ids[i] = fmt.Sprintf("%X", 0xA000000+i)
				feed(t, &out, ids[i], i)
			}
			perMessage := float64(heap()-before) / float64(n)
			b.ReportAllocs()
			i := 0
			var ev event.Event
			for b.Loop() {
				k := int(uint32(i)*2654435761) % n
				ev = line(ids[k], 1000+i/1000)
				ev.Kind, ev.RcptTo, ev.Status, ev.Tried, ev.Line = event.KindDelivery, "user@example.com", event.StatusDeferred, event.Yes, "x"
				out.Reset()
				t.Observe(&ev, "file", 0, &out)
				i++
			}
			b.ReportMetric(perMessage, "B/message")
			runtime.KeepAlive(t)
		})
	}
}

func line(qid string, second int) event.Event {
	return event.Event{
		Host: "mx", Instance: "postfix", Daemon: "qmgr", QueueID: qid, Time: t0 + int64(second)*1e9, Resolution: event.ResolutionSecond,
	}
}

// feed is a message's first three lines.
func feed(t *Tracker, out *Output, qid string, i int) {
	open := line(qid, i/1000)
	open.Kind, open.ClientAddress, open.PeerIP = event.KindMessageOpened, "app101.example.com", "192.0.2.101"
	header := line(qid, i/1000)
	header.Kind, header.MessageID = event.KindMessageHeader, "d808c1cb.1161@app.example.com"
	got := line(qid, i/1000)
	got.Kind, got.MailFrom, got.Size, got.HasSize, got.RecipientCount = event.KindMessageReceived, "noreply@app.example.com", 1768, true, 1
	sent := line(qid, i/1000)
	sent.Kind, sent.RcptTo, sent.Status, sent.Tried, sent.DSN = event.KindDelivery, "user@example.com", event.StatusDeferred, event.Yes, "4.4.1"
	sent.Line = "first"
	for _, ev := range []event.Event{open, header, got, sent} {
		out.Reset()
		t.Observe(&ev, "file", 0, out)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
