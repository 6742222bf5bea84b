package smtpprocessor

import (
	"maps"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/record"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
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
	var h header.Header
	var memory dialect.Memory
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		ev.Reset()
		header.Parse(lines[i], header.Clock{Zone: time.UTC, Anchor: observed.UnixNano()}, &h)
		ev.Line = h.Text
		detector.Parse(&memory, &h, &ev)
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

// benchLogs are real logs, by what wrote them.
var benchLogs = map[string]string{
	"postfix": mainLog, "exim": "exim-main.mainlog", "sendmail": "sendmail-main.rfc3164.log", "opensmtpd": "opensmtpd-main.rfc3164.log", "haraka": "haraka-main.log",
	"qmail": "qmail-day.iso.log",
}

// eachLog runs fn for each of them.
func eachLog(b *testing.B, fn func(*testing.B, []string)) {
	for _, name := range slices.Sorted(maps.Keys(benchLogs)) {
		b.Run(name, func(b *testing.B) { fn(b, corpus(b, benchLogs[name])) })
	}
}

func BenchmarkEnrich(b *testing.B) {
	eachLog(b, func(b *testing.B, lines []string) {
		p, _ := start(b, consumertest.NewNop(), nil)
		eachLine(b, lines, func(ld plog.Logs) { _ = p.ConsumeLogs(b.Context(), ld) })
	})
}

// BenchmarkBatch does nothing with the batches. On a machine that others use, too, CPU time is what can be compared (`perf stat`, getrusage(2)); making the
// batches is in it, and this is how much of it.
func BenchmarkBatch(b *testing.B) {
	eachLog(b, func(b *testing.B, lines []string) { eachLine(b, lines, func(plog.Logs) {}) })
}

// BenchmarkFloor puts the same attributes, of the same types, on the same records, made ones too: what nobody can go below.
func BenchmarkFloor(b *testing.B) { eachLog(b, floor) }

func floor(b *testing.B, lines []string) {
	sink := new(consumertest.LogsSink)
	p, _ := start(b, sink, nil)
	if err := p.ConsumeLogs(b.Context(), batch(lines...)); err != nil {
		b.Fatal(err)
	}
	want := flat(sink.AllLogs()...)
	perLine := float64(len(want)) / float64(len(lines))
	at := 0
	eachLine(b, lines, func(ld plog.Logs) {
		recs := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
		for made := int(float64(recs.Len()) * (perLine - 1)); made > 0; made-- {
			recs.AppendEmpty()
		}
		for _, rec := range recs.All() {
			from := want[at].Attributes()
			m := rec.Attributes()
			m.EnsureCapacity(from.Len())
			for k, v := range from.All() {
				switch v.Type() {
				case pcommon.ValueTypeStr:
					m.PutStr(k, v.Str())
				case pcommon.ValueTypeInt:
					m.PutInt(k, v.Int())
				case pcommon.ValueTypeDouble:
					m.PutDouble(k, v.Double())
				case pcommon.ValueTypeBool:
					m.PutBool(k, v.Bool())
				default:
					v.CopyTo(m.PutEmpty(k))
				}
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
		v.Enter(rl.Resource(), nil)
		for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
			v.ReadRecord(rec, 0)
			v.Header(v.Text, header.Clock{Zone: time.UTC}, &h)
		}
	})
}

// BenchmarkNet is what the net under the parsers costs of the whole, in per cent: the same lines and attributes are looked through once more, beside the way
// through the processor, so that the two are timed alike. The net is to cost three at most.
func BenchmarkNet(b *testing.B) {
	p, _ := start(b, consumertest.NewNop(), nil)
	var net, whole time.Duration
	spans := make([]event.Span, 0, 8)
	at := int64(0)
	eachLine(b, corpus(b, mainLog), func(ld plog.Logs) {
		placed(ld, "8:77", at)
		at += 1 << 20
		before := time.Now()
		for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			spans = secrets.Find(rec.Body().Str(), secrets.Server, spans[:0])
			if len(spans) == 0 {
				enrich.Proves(rec)
			}
		}
		net += time.Since(before)
		before = time.Now()
		_ = p.ConsumeLogs(b.Context(), ld)
		whole += time.Since(before)
	})
	b.ReportMetric(100*float64(net)/float64(whole), "%")
}

// BenchmarkContent is what it costs to know a batch again.
func BenchmarkContent(b *testing.B) {
	eachLine(b, corpus(b, mainLog), func(ld plog.Logs) { batchid.ContentOf(ld) })
}
