package smtpprocessor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
)

const mainLog = "postfix-main.rfc3164.log"

var cronLine = "Nov 23 15:33:01 mailout CRON[4711]: (root) CMD (run-parts /etc/cron.hourly)"

// Every record that comes in goes out, once, in its order; the unrecognised untouched, the recognised with their body.
func TestEveryLineComesOutOnceInOrder(t *testing.T) {
	lines := corpus(t, mainLog)
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
		if got[i] != lines[i] && !strings.Contains(got[i], "[redacted]") {
			t.Fatalf("line %d is %q, want %q", i, got[i], lines[i])
		}
	}
}

func TestUnrecognisedRecordStaysUntouchedUnderItsScope(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	lines := corpus(t, mainLog)
	in := batch(lines[8], cronLine, lines[9])
	want := plog.NewLogRecord()
	in.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(1).CopyTo(want)
	require.NoError(t, p.ConsumeLogs(t.Context(), in))

	scopes := sink.AllLogs()[0].ResourceLogs().At(0).ScopeLogs()
	require.Equal(t, 3, scopes.Len())
	for i, name := range []string{attrs.Scope, "receiver", attrs.Scope} {
		assert.Equal(t, name, scopes.At(i).Scope().Name())
	}
	got := scopes.At(1).LogRecords().At(0)
	assert.Equal(t, want.Body().AsString(), got.Body().AsString())
	assert.Zero(t, got.Attributes().Len())
	assert.Equal(t, want.Timestamp(), got.Timestamp())
}

// How lines are cut into batches changes nothing that a record says.
func TestBatchSizesChangeNothing(t *testing.T) {
	lines := corpus(t, mainLog)
	run := func(sizes func() int) string {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, nil)
		for at := 0; at < len(lines); {
			n := min(sizes(), len(lines)-at)
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[at:at+n]...)))
			at += n
		}
		return texts(t, sink.AllLogs()...)
	}
	whole := run(func() int { return len(lines) })
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		if got := run(func() int { return 1 + rnd.IntN(60) }); got != whole {
			t.Fatal("other batch sizes gave other records")
		}
	}
	if run(func() int { return 1 }) != whole {
		t.Fatal("batches of one line gave other records")
	}
}

// A refused batch that comes again gives the same output, is observed once, and has one identity. In place: the same batch comes
// back changed. Cloned: a fan-out in front had cloned it, so it comes back raw.
func TestRefusedBatchComesAgainTheSame(t *testing.T) {
	lines := corpus(t, mainLog)
	for _, cloned := range []bool{false, true} {
		t.Run(fmt.Sprintf("cloned=%t", cloned), func(t *testing.T) {
			calm := new(consumertest.LogsSink)
			reference, _ := start(t, calm, nil)
			busy := &picky{refuse: func(call int) error {
				if call%3 != 0 {
					return errBusy
				}
				return nil
			}}
			p, _ := start(t, busy, nil)
			for at := 0; at < len(lines); at += 200 {
				part := lines[at:min(at+200, len(lines))]
				require.NoError(t, reference.ConsumeLogs(t.Context(), batch(part...)))
				again := batch(part...)
				for {
					in := again
					if cloned {
						in = batch(part...)
					}
					if p.ConsumeLogs(t.Context(), in) == nil {
						break
					}
				}
			}
			assert.Equal(t, texts(t, calm.AllLogs()...), texts(t, busy.AllLogs()...))
			ids := map[batchid.ID]int{}
			for _, ctx := range busy.ctxs {
				id, ok := batchid.FromContext(ctx)
				require.True(t, ok)
				ids[id]++
			}
			assert.Len(t, ids, len(busy.AllLogs()))
			assert.Empty(t, p.refusals.outstanding())
		})
	}
}

func TestBatchRefusedForGoodIsNotRemembered(t *testing.T) {
	busy := &picky{refuse: func(int) error { return consumererror.NewPermanent(errBusy) }}
	p, _ := start(t, busy, nil)
	require.Error(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[:20]...)))
	assert.Empty(t, p.refusals.order)
}

func TestEnrichedRecordsPassThroughUnchanged(t *testing.T) {
	first, second := new(consumertest.LogsSink), new(consumertest.LogsSink)
	p, _ := start(t, first, nil)
	q, _ := start(t, second, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[7:80]...)))
	want := texts(t, first.AllLogs()...)
	require.NoError(t, q.ConsumeLogs(t.Context(), first.AllLogs()[0]))
	assert.Equal(t, want, texts(t, second.AllLogs()...))
	sessions, messages := q.engine.Open()
	assert.Zero(t, sessions+messages)
}

func TestConcurrentBatchesLoseNothing(t *testing.T) {
	lines := corpus(t, mainLog)
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for at := g * 50; at < len(lines); at += 200 {
				ld := batch(lines[at:min(at+50, len(lines))]...)
				ld.ResourceLogs().At(0).Resource().Attributes().PutStr("k", fmt.Sprint(g))
				assert.NoError(t, p.ConsumeLogs(context.Background(), ld))
			}
		}()
	}
	wg.Wait()
	n := 0
	for _, rec := range flat(sink.AllLogs()...) {
		if !isMade(rec) {
			n++
		}
	}
	assert.Equal(t, len(lines), n)
}

// The same log read again gives byte-identical records.
func TestReplayIsIdentical(t *testing.T) {
	run := func() string {
		sink := new(consumertest.LogsSink)
		p, c := start(t, sink, nil)
		c.add(time.Duration(rand.IntN(1000)) * time.Hour) // nothing depends on the clock
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)...)))
		return texts(t, sink.AllLogs()...)
	}
	first := run()
	assert.Equal(t, first, run())
}

func TestLinesReadAgainGoOutMarkedAndAreNotObserved(t *testing.T) {
	lines := corpus(t, mainLog)[7:200]
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines...), "f1", 0)))
	sessions, messages := p.engine.Open()
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines...), "f1", 0)))
	s2, m2 := p.engine.Open()
	assert.Equal(t, []int{sessions, messages}, []int{s2, m2})
	for _, rec := range flat(sink.AllLogs()[1]) {
		assert.False(t, isMade(rec))
		if str(rec, attrs.Event) != "" {
			assert.Equal(t, "true", str(rec, attrs.Duplicate), rec.Body().Str())
		}
	}
	// another file may hold the same lines
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines[:1]...), "f2", 0)))
	assert.Empty(t, str(flat(sink.AllLogs()[2])[0], attrs.Duplicate))
}

func TestShutdownWithoutStorageEmitsWhatIsOpen(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[7:12]...)))
	require.NoError(t, p.Shutdown(t.Context()))
	last := sink.AllLogs()[len(sink.AllLogs())-1]
	require.NotEmpty(t, flat(last))
	for _, rec := range flat(last) {
		assert.True(t, isMade(rec))
		if e := str(rec, attrs.SessionEnd); e != "" {
			assert.Equal(t, "shutdown", e)
			assert.Equal(t, "true", str(rec, attrs.SessionPartial))
		}
	}
}

func TestSilentSourceExpiresByTheWallAndRefusedRecordsWait(t *testing.T) {
	busy := &picky{}
	p, c := start(t, busy, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[7:8]...)))
	busy.refuse = func(int) error { return errBusy }
	c.add(11 * time.Minute)
	p.lookAfter(t.Context())
	busy.refuse = nil
	before := len(busy.AllLogs())
	p.lookAfter(t.Context())
	require.Len(t, busy.AllLogs(), before+1)
	recs := flat(busy.AllLogs()[before])
	require.Len(t, recs, 2)
	assert.Equal(t, "expired", str(recs[0], attrs.SessionEnd))
	p.lookAfter(t.Context())
	assert.Len(t, busy.AllLogs(), before+1)
}

func TestShutdownBeforeStartAndTwice(t *testing.T) {
	p, _ := start(t, consumertest.NewNop(), nil)
	require.NoError(t, p.Shutdown(t.Context()))
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestBodiesThatHoldNoTextPassThrough(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	in := batch("")
	recs := in.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	recs.AppendEmpty().Body().SetInt(7)
	recs.AppendEmpty().Body().SetEmptyBytes().FromRaw([]byte{0, 1, 2})
	recs.AppendEmpty().Body().SetEmptyMap().PutInt("n", 1)
	recs.AppendEmpty()
	want := text(t, in)
	require.NoError(t, p.ConsumeLogs(t.Context(), in))
	assert.Equal(t, want, text(t, sink.AllLogs()[0]))
}

func TestHugeAndHostileLinesPassThrough(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	hostile := []string{
		strings.Repeat("x", 1<<20), strings.Repeat("\x00", 4096), "\xff\xfe\xfd", strings.Repeat("[", 100000),
		"Nov 23 15:32:33 mailout postfix/smtp[1]: " + strings.Repeat("A", 1<<20),
		"Nov 23 15:32:33 mailout postfix/smtpd[1]: connect from " + strings.Repeat("[", 1<<16),
		strings.Repeat("250-", 1<<16), strings.Repeat("\n", 5000),
	}
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(hostile...)))
}

// One line with a stamp of another century ends nothing that is open on its host, and what comes behind it goes on as if it were not there.
func TestLineStamped2099EndsNothing(t *testing.T) {
	const wrong = "2099-01-01T00:00:00+00:00 mx postfix/qmgr[1]: 4FFFFFFFFF: removed"
	lines := []string{
		"2026-11-24T09:50:00+00:00 mx postfix/smtpd[7]: connect from app.example[192.0.2.1]",
		"2026-11-24T09:50:01+00:00 mx postfix/smtpd[7]: 4AA091855DA0: client=app.example[192.0.2.1]",
		"2026-11-24T09:50:01+00:00 mx postfix/qmgr[1]: 4AA091855DA0: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
		"2026-11-24T09:50:02+00:00 mx postfix/smtpd[7]: disconnect from app.example[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
		"2026-11-24T09:50:03+00:00 mx postfix/smtp[8]: 4AA091855DA0: to=<c@d.example>, relay=mx.d.example[192.0.2.2]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 ok)",
		"2026-11-24T09:50:03+00:00 mx postfix/qmgr[1]: 4AA091855DA0: removed",
	}
	told := func(lines []string) string {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, nil)
		for _, l := range lines {
			require.NoError(t, p.ConsumeLogs(t.Context(), batch(l)))
		}
		var all []string
		for _, rec := range flat(sink.AllLogs()...) {
			if rec.Body().AsString() != wrong {
				all = append(all, rec.Body().AsString()+fmt.Sprint(rec.Attributes().AsRaw()))
			}
		}
		return strings.Join(all, "\n")
	}
	want := told(lines)
	for at := range lines {
		assert.Equal(t, want, told(slices.Concat(lines[:at], []string{wrong, wrong}, lines[at:])), "in front of line %d", at)
	}
}
