package smtpprocessor

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// everyLog lists the logs of the repository's testdata: what holds for one server's lines must hold for every server's.
func everyLog(t testing.TB) (names []string) {
	t.Helper()
	for _, pattern := range []string{"*.log", "*.mainlog", "*.rejectlog", "*.csv", "*.txt", "mission/*.log"} {
		files, err := filepath.Glob("../testdata/" + pattern)
		require.NoError(t, err)
		for _, f := range files {
			names = append(names, strings.TrimPrefix(f, "../testdata/"))
		}
	}
	require.Greater(t, len(names), 15)
	return names
}

// outcome is what a log comes to, cut into batches of so many lines; stops says before which line the processor is stopped and a new one goes on
// from its saved state; saves, before which line it saves that.
func outcome(t *testing.T, lines []string, size func() int, stops, saves func(at int) bool) []string {
	t.Helper()
	sink := new(consumertest.LogsSink)
	host := newStorage(t)
	p := stored(t, host, sink)
	for at := 0; at < len(lines); {
		if stops(at) {
			require.NoError(t, p.Shutdown(t.Context()))
			p = stored(t, host, sink)
		}
		if saves(at) {
			saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
			require.NoError(t, err)
			require.True(t, saved)
		}
		n := min(size(), len(lines)-at)
		ld := batch(lines[at : at+n]...)
		ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
		at += n
	}
	require.NoError(t, p.Shutdown(t.Context()))
	return strings.Split(texts(t, sink.AllLogs()...), `{"timeUnixNano"`)
}

// Of every server's log: each line goes out once, in its order; nothing depends on the batches; and restarts change nothing.
func TestEveryLogComesOutTheSameHoweverItIsReadAndRestarted(t *testing.T) {
	for i, name := range everyLog(t) {
		if testing.Short() && i%3 > 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := corpus(t, name)
			never := func(int) bool { return false }
			whole := outcome(t, lines, func() int { return len(lines) }, never, never)
			rnd := rand.New(rand.NewPCG(3, uint64(len(lines))))
			same := func(what string, got []string) {
				t.Helper()
				for i := range whole {
					if i >= len(got) || got[i] != whole[i] {
						t.Fatalf("%s: record %d\n got %s\nwant %s", what, i, got[min(i, len(got)-1)], whole[i])
					}
				}
				require.Len(t, got, len(whole), what)
			}
			same("again", outcome(t, lines, func() int { return len(lines) }, never, never))
			same("small batches", outcome(t, lines, func() int { return 1 + rnd.IntN(40) }, never, never))
			restarts := 0
			same("restarts", outcome(t, lines, func() int { return 1 + rnd.IntN(100) }, func(int) bool {
				again := rnd.IntN(3) == 0 && restarts < 40
				if again {
					restarts++
				}
				return again
			}, func(int) bool { return rnd.IntN(3) > 0 }))
		})
	}
}

// Of every server's log: each line goes out, with its body, in its order; what is not recognised as it came.
func TestEveryLineOfEveryLogComesOutOnceInOrder(t *testing.T) {
	for _, name := range everyLog(t) {
		if strings.HasSuffix(name, "-flattened.log") {
			continue // each of its lines holds a conversation and becomes several records; the mission's tests compare them
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := corpus(t, name)
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			for at := 0; at < len(lines); at += 100 {
				require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[at:min(at+100, len(lines))]...)))
			}
			var got []string
			for _, rec := range flat(sink.AllLogs()...) {
				if !isMade(rec) {
					got = append(got, rec.Body().Str())
				}
			}
			require.Len(t, got, len(lines))
			for i := range lines {
				if got[i] != lines[i] && !strings.Contains(got[i], "[redacted]") && !strings.Contains(got[i], "[content: ") {
					t.Fatalf("line %d is %q, want %q", i, got[i], lines[i])
				}
			}
		})
	}
}
