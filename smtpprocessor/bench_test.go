package smtpprocessor

import (
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
)

// The stages of one line on a real log; ns/op and allocs/op are per line. Enrich is to cost at most twice Floor, which
// puts the same attributes on the same records; Parse allocates nothing.
//
//	make bench

func BenchmarkParse(b *testing.B) {
	lines := corpus(b, mainLog)
	detector, err := dialect.NewDetector(nil)
	if err != nil {
		b.Fatal(err)
	}
	var ev event.Event
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var h header.Header
		ev.Reset()
		header.Parse(lines[i], header.Clock{Zone: time.UTC, Anchor: observed.UnixNano()}, &h)
		ev.Line = h.Text
		detector.Parse("file", &h, &ev)
		if i++; i == len(lines) {
			i = 0
		}
	}
}

// eachLine runs fn for records in batches of 1000 lines, b.N lines in all; making the batches is not timed.
func eachLine(b *testing.B, lines []string, fn func(plog.Logs)) {
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		n := min(1000, b.N-done)
		part := make([]string, 0, n)
		for k := range n {
			part = append(part, lines[(done+k)%len(lines)])
		}
		ld := batch(part...)
		b.StartTimer()
		fn(ld)
		done += n
	}
}

func BenchmarkEnrich(b *testing.B) {
	p, _ := start(b, consumertest.NewNop(), nil)
	eachLine(b, corpus(b, mainLog), func(ld plog.Logs) { _ = p.ConsumeLogs(b.Context(), ld) })
}

func BenchmarkFloor(b *testing.B) {
	lines := corpus(b, mainLog)
	sink := new(consumertest.LogsSink)
	p, _ := start(b, sink, nil)
	if err := p.ConsumeLogs(b.Context(), batch(lines...)); err != nil {
		b.Fatal(err)
	}
	type pair struct {
		key string
		str string
		num int64
		typ int
	}
	var want [][]pair
	for _, rec := range flat(sink.AllLogs()...) {
		if isMade(rec) {
			continue
		}
		var pairs []pair
		for k, v := range rec.Attributes().All() {
			pairs = append(pairs, pair{key: k, str: v.AsString()})
		}
		want = append(want, pairs)
	}
	at := 0
	eachLine(b, lines, func(ld plog.Logs) {
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			m := rec.Attributes()
			m.EnsureCapacity(len(want[at]))
			for i := range want[at] {
				m.PutStr(want[at][i].key, want[at][i].str)
			}
			if at++; at == len(want) {
				at = 0
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var v record.View
	var h header.Header
	eachLine(b, corpus(b, mainLog), func(ld plog.Logs) {
		rl := ld.ResourceLogs().At(0)
		for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
			v.Read(rl.Resource(), rec, 0)
			v.Header(v.Text, header.Clock{Zone: time.UTC}, &h)
		}
	})
}

