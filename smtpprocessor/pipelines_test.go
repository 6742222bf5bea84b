package smtpprocessor

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// pipelines makes one smtp that stands in as many pipelines as there are consumers, as the Collector does: one configuration, one id.
func pipelines(t *testing.T, host component.Host, nexts ...consumer.Logs) (list []*smtpProcessor, c *clock) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Location, cfg.Attributes, cfg.Summaries = "UTC", site.AttributesFull, []string{site.SummarySession, site.SummaryMessage}
	if host != nil {
		cfg.Storage = &storageID
	} else {
		host = componenttest.NewNopHost()
	}
	c = &clock{now: observed}
	set := processortest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	shared := &cores{}
	t.Cleanup(func() { assert.Zero(t, shared.Len(), "what is shut down is forgotten") })
	for _, next := range nexts {
		core, err := shared.of(cfg, set, c.Now)
		require.NoError(t, err)
		list = append(list, newPipeline(core, next))
	}
	for _, p := range list {
		require.NoError(t, p.Start(t.Context(), host))
		t.Cleanup(func() { _ = p.Shutdown(context.Background()) })
	}
	require.Equal(t, 1, shared.Len())
	return list, c
}

func shutdown(t *testing.T, list []*smtpProcessor) {
	t.Helper()
	for _, p := range list {
		require.NoError(t, p.Shutdown(t.Context()))
	}
}

// events counts the records by what they say; summaries by their end.
func events(sink *consumertest.LogsSink) map[string]int {
	n := map[string]int{}
	for _, rec := range flat(sink.AllLogs()...) {
		n[str(rec, attrs.Event)]++
	}
	return n
}

// A log that comes in over two pipelines, half of it each, over restarts in the middle: one storage, one state, and together the records that one
// pipeline would have given.
func TestTwoPipelinesWithOneStorageOverRestarts(t *testing.T) {
	lines := corpus(t, mainLog)
	whole := new(consumertest.LogsSink)
	p, _ := start(t, whole, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))

	host := newStorage(t)
	one, two := new(consumertest.LogsSink), new(consumertest.LogsSink)
	all := new(consumertest.LogsSink)
	turn := 0
	for at := 0; at < len(lines); {
		list, _ := pipelines(t, host, one, two)
		for range 5 { // batches in turn
			n := min(60, len(lines)-at)
			require.NoError(t, list[turn%2].ConsumeLogs(t.Context(), batch(lines[at:at+n]...)))
			at += n
			turn++
		}
		shutdown(t, list)
	}
	for i := range max(len(one.AllLogs()), len(two.AllLogs())) {
		for _, s := range []*consumertest.LogsSink{one, two} {
			if i < len(s.AllLogs()) {
				require.NoError(t, all.ConsumeLogs(t.Context(), s.AllLogs()[i]))
			}
		}
	}
	assert.NotEmpty(t, events(one)["delivery"])
	assert.NotEmpty(t, events(two)["delivery"])
	assert.Equal(t, texts(t, whole.AllLogs()...), texts(t, all.AllLogs()...))
}

// One receiver in front of two pipelines: both give every record, no line is observed twice or marked as read before, and the identity of a batch
// is one, so that a connector behind both counts it once.
func TestFanOutToTwoPipelinesObservesOnce(t *testing.T) {
	lines := corpus(t, mainLog)
	calm := new(consumertest.LogsSink)
	reference, _ := start(t, calm, nil)
	for _, refusing := range []bool{false, true} {
		t.Run(fmt.Sprintf("refusing=%t", refusing), func(t *testing.T) {
			calm.Reset()
			reference, _ = start(t, calm, nil)
			one, two := &picky{}, &picky{}
			if refusing {
				two.refuse = func(call int) error {
					if call%3 != 0 {
						return errBusy
					}
					return nil
				}
			}
			list, _ := pipelines(t, nil, one, two)
			var offset int64
			for at := 0; at < len(lines); at += 200 {
				part := lines[at:min(at+200, len(lines))]
				require.NoError(t, reference.ConsumeLogs(t.Context(), placed(batch(part...), "f1", offset)))
				for refused := true; refused; { // what a fan-out does: every branch is asked, and all again when one says no
					first := list[0].ConsumeLogs(t.Context(), placed(batch(part...), "f1", offset))
					second := list[1].ConsumeLogs(t.Context(), placed(batch(part...), "f1", offset))
					require.NoError(t, first)
					refused = second != nil
				}
				for _, l := range part {
					offset += int64(len(l)) + 1
				}
			}
			want := texts(t, calm.AllLogs()...)
			assert.Equal(t, want, texts(t, two.AllLogs()...))
			if !refusing {
				assert.Equal(t, want, texts(t, one.AllLogs()...))
			}
			ids := map[batchid.ID]bool{}
			for _, ctx := range append(one.ctxs, two.ctxs...) {
				id, ok := batchid.FromContext(ctx)
				require.True(t, ok)
				ids[id] = true
			}
			assert.Len(t, ids, len(calm.AllLogs()))
			assert.Empty(t, list[0].refusals.order, "what all pipelines have is forgotten")
		})
	}
}

// Records that no line is behind go out once, through the pipeline that observed their host last.
func TestMadeRecordsGoToThePipelineThatObservedTheirHostLast(t *testing.T) {
	one, two := new(consumertest.LogsSink), new(consumertest.LogsSink)
	list, c := pipelines(t, nil, one, two)
	connect := func(host string) string {
		return "Nov 23 15:32:33 " + host + " postfix/smtpd[7]: connect from a.example[192.0.2.7]"
	}
	require.NoError(t, list[0].ConsumeLogs(t.Context(), batch(connect("mx1"))))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), batch(connect("mx2"))))
	require.NoError(t, list[0].ConsumeLogs(t.Context(), batch(connect("mx3"))))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), batch("Nov 23 15:32:34 mx3 postfix/smtpd[8]: connect from b.example[192.0.2.8]")))
	one.Reset()
	two.Reset()
	c.add(11 * time.Minute)
	list[0].lookAfter(t.Context())
	assert.Equal(t, map[string]int{"disconnect": 1, "session": 1}, events(one))
	assert.Equal(t, map[string]int{"disconnect": 3, "session": 3}, events(two))
	for _, rec := range flat(one.AllLogs()...) {
		assert.NotEmpty(t, str(rec, attrs.Synthetic)+str(rec, attrs.SessionEnd))
	}
}

// Without storage what is open goes out at the shutdown, each through its own pipeline, whichever ends first.
func TestShutdownOfTwoPipelinesEmitsWhatIsOpenOfEach(t *testing.T) {
	one, two := new(consumertest.LogsSink), new(consumertest.LogsSink)
	list, _ := pipelines(t, nil, one, two)
	require.NoError(t, list[0].ConsumeLogs(t.Context(), batch("Nov 23 15:32:33 mx1 postfix/smtpd[7]: connect from a.example[192.0.2.7]")))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), batch("Nov 23 15:32:33 mx2 postfix/smtpd[7]: connect from a.example[192.0.2.7]")))
	one.Reset()
	two.Reset()
	require.NoError(t, list[0].Shutdown(t.Context()))
	assert.Equal(t, map[string]int{"disconnect": 1, "session": 1}, events(one))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), batch("Nov 23 15:32:35 mx2 postfix/smtpd[7]: disconnect from a.example[192.0.2.7] ehlo=1 quit=1 commands=2")))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), batch("Nov 23 15:32:36 mx2 postfix/smtpd[8]: connect from b.example[192.0.2.8]")))
	two.Reset()
	require.NoError(t, list[1].Shutdown(t.Context()))
	assert.Equal(t, map[string]int{"disconnect": 1, "session": 1}, events(two))
	require.NoError(t, list[0].Shutdown(t.Context()), "twice")
}

// Records that were made, and that nobody would take before the restart, go out behind it: the state has them no longer.
func TestMadeRecordsThatWereRefusedSurviveARestart(t *testing.T) {
	host := newStorage(t)
	busy := &picky{}
	list, c := pipelines(t, host, busy)
	require.NoError(t, list[0].ConsumeLogs(t.Context(), batch("Nov 23 15:32:33 mx1 postfix/smtpd[7]: connect from a.example[192.0.2.7]")))
	busy.Reset()
	busy.refuse = func(int) error { return errBusy }
	c.add(11 * time.Minute)
	list[0].lookAfter(t.Context())
	shutdown(t, list)
	assert.Empty(t, busy.AllLogs())

	sink := new(consumertest.LogsSink)
	list, _ = pipelines(t, host, sink)
	list[0].lookAfter(t.Context())
	assert.Equal(t, map[string]int{"disconnect": 1, "session": 1}, events(sink))
	shutdown(t, list)
	list, _ = pipelines(t, host, sink)
	list[0].lookAfter(t.Context())
	assert.Equal(t, map[string]int{"disconnect": 1, "session": 1}, events(sink), "once is enough")
}

// While one pipeline waits for a refused batch, nothing is saved: its lines are in the state of both.
func TestNoCheckpointWhileABatchWaitsInAnyPipeline(t *testing.T) {
	busy := &picky{refuse: func(int) error { return errBusy }}
	list, _ := pipelines(t, newStorage(t), busy, consumertest.NewNop())
	lines := corpus(t, mainLog)
	waiting := placed(batch(lines[7:20]...), "f1", 0)
	require.Error(t, list[0].ConsumeLogs(t.Context(), waiting))
	require.NoError(t, list[1].ConsumeLogs(t.Context(), placed(batch(lines[20:40]...), "f2", 0)))
	round := checkpoint.NewRound()
	for _, p := range list {
		require.NoError(t, p.ConsumeLogs(checkpoint.NewContext(t.Context(), round), batch()))
	}
	saved, err := round.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.False(t, saved)
	busy.refuse = nil
	require.NoError(t, list[0].ConsumeLogs(t.Context(), waiting))
	saved, err = round.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, saved)
}

// While a fan-out brings a batch to one pipeline after the other, nothing is saved: after a crash the second one would get for a duplicate what it never had.
func TestNoCheckpointWhileABatchIsOnItsWayToTheNextPipeline(t *testing.T) {
	one, two := new(consumertest.LogsSink), new(consumertest.LogsSink)
	list, c := pipelines(t, newStorage(t), one, two)
	lines := corpus(t, mainLog)
	round := checkpoint.NewRound()
	ctx, land := checkpoint.Depart(checkpoint.NewContext(t.Context(), round))
	require.NoError(t, list[0].ConsumeLogs(ctx, placed(batch(lines[:20]...), "f1", 0)))
	c.add(time.Hour)
	saved, err := list[0].Checkpoint(t.Context())
	require.NoError(t, err)
	assert.False(t, saved)
	require.NoError(t, list[1].ConsumeLogs(ctx, placed(batch(lines[:20]...), "f1", 0)), "the gate is open to what is on its way")
	land()
	c.add(time.Hour)
	saved, err = list[0].Checkpoint(t.Context())
	require.NoError(t, err)
	assert.True(t, saved)
	assert.Equal(t, texts(t, one.AllLogs()...), texts(t, two.AllLogs()...))
}

// Many batches on their way through several pipelines while others tick, save and shut down.
func TestConcurrentPipelinesLoseNothing(t *testing.T) {
	lines := corpus(t, mainLog)
	sinks := []*consumertest.LogsSink{new(consumertest.LogsSink), new(consumertest.LogsSink), new(consumertest.LogsSink)}
	list, _ := pipelines(t, newStorage(t), sinks[0], sinks[1], sinks[2])
	var wg sync.WaitGroup
	for g, p := range list {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for at := g * 50; at < len(lines); at += 150 {
				assert.NoError(t, p.ConsumeLogs(context.Background(), batch(lines[at:min(at+50, len(lines))]...)))
			}
			assert.NoError(t, p.Shutdown(context.Background()))
		}()
	}
	wg.Wait()
	n := 0
	for _, s := range sinks {
		for _, rec := range flat(s.AllLogs()...) {
			if !isMade(rec) {
				n++
			}
		}
	}
	assert.Equal(t, len(lines), n)
}

// Two receivers in front of one smtp, both busy: each of them gets its state saved in time, or its offsets would lie behind for ever.
func TestBusyReceiversDoNotKeepEachOtherFromSaving(t *testing.T) {
	list, c := pipelines(t, newStorage(t), consumertest.NewNop())
	p, lines := list[0], corpus(t, mainLog)
	rounds := []*checkpoint.Round{checkpoint.NewRound(), checkpoint.NewRound()}
	saved := []int{0, 0}
	at := 0
	for range 590 { // nearly a minute: they bring and ask in turn, always in the same order
		for i, round := range rounds {
			at = (at + 1) % (len(lines) - 2)
			require.NoError(t, p.ConsumeLogs(checkpoint.NewContext(t.Context(), round), batch(lines[at:at+2]...)))
			ok, err := round.Checkpoint(t.Context())
			require.NoError(t, err)
			if ok {
				saved[i]++
			}
		}
		c.add(100 * time.Millisecond)
	}
	assert.Equal(t, []int{6, 6}, saved, "once in checkpoint_interval each")
	ok, err := rounds[0].Checkpoint(t.Context())
	require.NoError(t, err)
	assert.False(t, ok, "it brought more since")
	ok, err = rounds[1].Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, ok)
	ok, err = rounds[0].Checkpoint(t.Context())
	require.NoError(t, err)
	assert.True(t, ok, "what was saved for the other covers it")
}

// A connector leads from one pipeline into another that names the same smtp: what comes is handed on as it is, and a checkpoint meanwhile waits for both.
func TestPipelineBehindAPipelineOfTheSameProcessor(t *testing.T) {
	sink := new(consumertest.LogsSink)
	var second consumer.Logs
	entered, goOn := make(chan struct{}), make(chan struct{})
	between := consumerFuncCtx(func(ctx context.Context, ld plog.Logs) error {
		close(entered)
		<-goOn
		return second.ConsumeLogs(ctx, ld)
	})
	list, _ := pipelines(t, newStorage(t), between, sink)
	second = list[1]
	calm := new(consumertest.LogsSink)
	reference, _ := start(t, calm, nil)
	lines := append([]string{cronLine}, corpus(t, mainLog)[:300]...)
	require.NoError(t, reference.ConsumeLogs(t.Context(), batch(lines...)))

	done, saved := make(chan error), make(chan error)
	go func() { done <- list[0].ConsumeLogs(context.Background(), batch(lines...)) }()
	<-entered
	go func() {
		_, err := list[0].Checkpoint(checkpoint.Final(context.Background()))
		saved <- err
	}()
	time.Sleep(50 * time.Millisecond) // until it waits
	close(goOn)
	require.NoError(t, <-done)
	require.NoError(t, <-saved)
	assert.Equal(t, texts(t, calm.AllLogs()...), texts(t, sink.AllLogs()...))
}

// A consumer that holds on to a batch of one pipeline keeps a checkpoint from being written, and no other pipeline waiting.
func TestConsumerThatHoldsOnKeepsNoOtherPipelineWaiting(t *testing.T) {
	goOn := make(chan struct{})
	held := make(chan struct{})
	holds := consumerFunc(func(plog.Logs) error {
		close(held)
		<-goOn
		return nil
	})
	list, _ := pipelines(t, newStorage(t), holds, consumertest.NewNop())
	lines := corpus(t, mainLog)
	done := make(chan error)
	go func() { done <- list[0].ConsumeLogs(context.Background(), placed(batch(lines[:20]...), "f1", 0)) }()
	<-held
	round := checkpoint.NewRound()
	began := time.Now()
	for at := 20; at < 220; at += 20 {
		require.NoError(t, list[1].ConsumeLogs(checkpoint.NewContext(t.Context(), round), placed(batch(lines[at:at+20]...), "f2", int64(at))))
		saved, err := round.Checkpoint(t.Context())
		require.NoError(t, err)
		assert.False(t, saved)
	}
	assert.Less(t, time.Since(began), 4*time.Second, "one try waits for two seconds, the others not at all")
	close(goOn)
	require.NoError(t, <-done)
	saved, err := round.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, saved)
}
