package smtpprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/batchid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
)

// down is a backend that refuses until it is up.
func down() *picky { return &picky{refuse: func(int) error { return errBusy }} }

// outage feeds a processor, whose backend refuses the second batch of two, until it ends in order. It gives whether the batch is kept.
func outage(t *testing.T, host *storageHost, before *picky, lines []string) bool {
	t.Helper()
	p := stored(t, host, before)
	round := checkpoint.NewRound()
	ctx := checkpoint.NewContext(t.Context(), round)
	before.refuse = nil
	require.NoError(t, p.ConsumeLogs(ctx, placed(batch(lines[:100]...), "f1", 0)))
	before.refuse = func(int) error { return errBusy }
	var refusal error
	for range 3 { // it is tried again and again
		refusal = p.ConsumeLogs(ctx, placed(batch(lines[100:200]...), "f1", 1<<20))
		require.ErrorIs(t, refusal, errBusy)
	}
	saved, err := round.Checkpoint(ctx)
	require.NoError(t, err)
	require.False(t, saved, "in the middle of an outage")
	saved, err = round.Checkpoint(checkpoint.Final(ctx))
	require.NoError(t, err)
	require.True(t, saved)
	require.NoError(t, p.Shutdown(context.Background()))
	return checkpoint.IsKept(refusal)
}

// A batch that is refused until the end goes out behind the restart as it would have gone out before it, in front of all else, and once.
func TestBatchThatIsRefusedUntilTheEndGoesOutAfterTheRestart(t *testing.T) {
	lines := corpus(t, mainLog)[7:407]
	whole := new(consumertest.LogsSink)
	c := stored(t, newStorage(t), whole)
	for i := 0; i < 300; i += 100 {
		require.NoError(t, c.ConsumeLogs(t.Context(), placed(batch(lines[i:i+100]...), "f1", int64(i/100)<<20)))
	}
	require.NoError(t, c.Shutdown(t.Context()))

	host := newStorage(t)
	before := down()
	require.True(t, outage(t, host, before, lines))
	still := down()
	q := stored(t, host, still)
	ctx := checkpoint.NewContext(t.Context(), checkpoint.NewRound())
	next := placed(batch(lines[200:300]...), "f1", 2<<20)
	err := q.ConsumeLogs(ctx, next)
	require.ErrorIs(t, err, errBusy)
	assert.False(t, checkpoint.IsKept(err), "nobody has looked at it")
	require.NoError(t, q.Shutdown(t.Context())) // the outage outlasts this process, too

	after := new(consumertest.LogsSink)
	r := stored(t, host, after)
	require.NoError(t, r.ConsumeLogs(ctx, next))
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Equal(t, texts(t, whole.AllLogs()...), texts(t, append(before.AllLogs(), after.AllLogs()...)...))

	last := new(consumertest.LogsSink)
	s := stored(t, host, last)
	require.NoError(t, s.expire(t.Context()))
	require.NoError(t, s.Shutdown(t.Context()))
	assert.Empty(t, last.AllLogs())
}

// Without a line that is new it goes out with the ticker.
func TestKeptBatchGoesOutWithoutANewLine(t *testing.T) {
	host := newStorage(t)
	require.True(t, outage(t, host, down(), corpus(t, mainLog)[7:207]))
	sink := new(consumertest.LogsSink)
	p := stored(t, host, sink)
	require.NoError(t, p.expire(t.Context()))
	require.Len(t, sink.AllLogs(), 1)
	require.NoError(t, p.Shutdown(t.Context()))
}

// Who has counted the batch before the restart is told so behind it.
func TestKeptBatchSaysWhoHasCountedIt(t *testing.T) {
	host := newStorage(t)
	before := down()
	before.refuse = nil
	p := stored(t, host, before)
	ctx := checkpoint.NewContext(t.Context(), checkpoint.NewRound())
	before.refuse = func(int) error {
		batchid.CountsFromContext(before.ctxs[len(before.ctxs)-1]).Add("smtp metrics 1")
		return errBusy
	}
	require.Error(t, p.ConsumeLogs(ctx, placed(batch(corpus(t, mainLog)[7:107]...), "f1", 0)))
	require.NoError(t, p.Shutdown(t.Context()))
	after := new(picky)
	q := stored(t, host, after)
	require.NoError(t, q.expire(t.Context()))
	counts := batchid.CountsFromContext(after.ctxs[0])
	assert.False(t, counts.Add("smtp metrics 1"))
	assert.True(t, counts.Add("smtp/2 metrics 1"))
	require.NoError(t, q.Shutdown(t.Context()))
}

// Nothing is kept for a caller that brings the batch again itself, nor where a restart cannot tell which of several pipelines refused it.
func TestBatchThatComesAgainAnywayIsNotKept(t *testing.T) {
	lines := corpus(t, mainLog)[7:107]
	for name, ctx := range map[string]context.Context{
		"brought over the network": t.Context(),
		"by several pipelines":     checkpoint.NewContext(t.Context(), checkpoint.NewRound()),
	} {
		host := newStorage(t)
		p := stored(t, host, down())
		if name == "by several pipelines" {
			newPipeline(p.core, consumertest.NewNop())
		}
		err := p.ConsumeLogs(ctx, placed(batch(lines...), "f1", 0))
		require.ErrorIs(t, err, errBusy)
		saved, e := p.Checkpoint(checkpoint.Final(t.Context()))
		require.NoError(t, e)
		assert.False(t, saved, name)
		assert.False(t, checkpoint.IsKept(err), name)
		close(p.stop)
		p.done.Wait()
		require.NoError(t, p.store.close(t.Context()))
	}
}

func TestKeptBatchThatIsDamagedIsReported(t *testing.T) {
	host := newStorage(t)
	require.True(t, outage(t, host, down(), corpus(t, mainLog)[7:207]))
	p := stored(t, host, new(consumertest.LogsSink))
	require.NoError(t, p.store.client.Set(t.Context(), keptKey, []byte(`[{"logs":"AAAA"}]`)))
	close(p.stop)
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))
	sink := new(consumertest.LogsSink)
	q := stored(t, host, sink)
	require.NoError(t, q.expire(t.Context()))
	assert.Empty(t, sink.AllLogs())
	require.NoError(t, q.Shutdown(t.Context()))
}
