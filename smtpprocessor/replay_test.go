package smtpprocessor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// stream is the log file of one host.
type stream struct {
	path  string
	lines []string
}

// streams are logs of several hosts and shapes.
func streams(t testing.TB) (list []stream) {
	for i, host := range []string{"mx1", "mx2", "mx3"} {
		var lines []string
		generate.NewLog(host, uint64(i+1)).Write(1500, func(l string) { lines = append(lines, l) })
		list = append(list, stream{"/var/log/" + host + ".log", lines})
	}
	for _, name := range []string{mainLog, "mission/conversations.log"} {
		lines := slices.DeleteFunc(corpus(t, name), func(l string) bool { return l == "" })
		list = append(list, stream{"/var/log/" + name, lines})
	}
	return list
}

// from makes a batch of one file's lines.
func (s *stream) from(at, n int) plog.Logs {
	ld := batch(s.lines[at:min(at+n, len(s.lines))]...)
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, s.path)
	return ld
}

// said lists what the records say, sorted: which of two hosts is read first changes their order, and nothing else.
func said(t testing.TB, sink *consumertest.LogsSink) []string {
	var list []string
	for _, rec := range flat(sink.AllLogs()...) {
		one := plog.NewLogs()
		rec.CopyTo(one.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		list = append(list, text(t, one))
	}
	slices.Sort(list)
	return list
}

// However files of several hosts are cut into batches, and whichever takes its turn, the records say the same.
func TestRandomSplitsAndInterleavingsChangeNothing(t *testing.T) {
	files := streams(t)
	run := func(next func(open []int) (file, lines int)) []string {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, nil)
		at := make([]int, len(files))
		for {
			var open []int
			for i := range files {
				if at[i] < len(files[i].lines) {
					open = append(open, i)
				}
			}
			if len(open) == 0 {
				break
			}
			i, n := next(open)
			require.NoError(t, p.ConsumeLogs(t.Context(), files[i].from(at[i], n)))
			at[i] += n
		}
		require.NoError(t, p.Shutdown(t.Context()))
		return said(t, sink)
	}
	want := run(func(open []int) (int, int) { return open[0], 100_000 })
	require.Greater(t, len(want), 5000)
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 99))
		largest := []int{1, 7, 300, 2000}[seed%4]
		got := run(func(open []int) (int, int) { return open[rnd.IntN(len(open))], 1 + rnd.IntN(largest) })
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("seed %d, batches of at most %d lines:\n got %s\nwant %s", seed, largest, strings.Join(got[min(i, len(got)-1):min(i+1, len(got))], ""), want[i])
			}
		}
		require.Len(t, got, len(want))
	}
}
