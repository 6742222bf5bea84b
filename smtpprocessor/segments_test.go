package smtpprocessor

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// save makes a checkpoint.
func save(t *testing.T, p *smtpProcessor) {
	t.Helper()
	saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	require.True(t, saved)
}

// die ends a processor as a crash does: nothing is saved or sent.
func die(t *testing.T, p *smtpProcessor) {
	t.Helper()
	close(p.stop)
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))
}

// stored300 is a storage with a state in several segments.
func stored300(t *testing.T) *storageHost {
	host := newStorage(t)
	p := stored(t, host, consumertest.NewNop())
	lines := corpus(t, mainLog)
	for at := 0; at < 300; at += 50 {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[at:at+50]...)))
		save(t, p)
	}
	require.Greater(t, len(p.store.list), 2)
	die(t, p)
	return host
}

// A checkpoint after few lines is small, whatever is open; and when many have been made, they take no more than three times what the state does.
func TestCheckpointsWriteWhatChanged(t *testing.T) {
	host := newStorage(t)
	p := stored(t, host, consumertest.NewNop())
	defer func() { _ = p.Shutdown(context.Background()) }()
	ids := openMessages(t, p, 20_000)
	save(t, p)
	whole := p.store.bytes
	require.Greater(t, whole, 3<<20)
	require.Greater(t, len(p.store.list), 3)
	for i := range 3 {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(try("2026-11-23T15:09:00+00:00", ids[i], i))))
		save(t, p)
		assert.Less(t, p.store.list[len(p.store.list)-1].Bytes, whole/10, "what is small is written each time")
	}
	most := 0
	for i := range 40 {
		var lines []string
		for k := range 2000 {
			n := (i*2000 + k) % len(ids)
			lines = append(lines, try("2026-11-23T15:10:00+00:00", ids[n], n))
		}
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))
		save(t, p)
		total := 0
		for _, one := range p.store.list {
			total += one.Bytes
		}
		most = max(most, total)
	}
	assert.Less(t, most, 3*p.store.bytes)
	assert.Greater(t, most, 3*p.store.bytes/2, "what is not worth it is not written anew")
}

// openMessages opens so many, and gives their queue ids.
func openMessages(t testing.TB, p *smtpProcessor, n int) (ids []string) {
	const stamp = "2026-11-23T15:08:14+00:00 mx "
	var lines []string
	for i := range n {
		id := strings.ToUpper("4"+strings.Repeat("0", 4)) + hex(i)
		ids = append(ids, id)
		lines = append(lines, stamp+"postfix/cleanup[9]: "+id+": message-id=<"+id+".1161@app.example.com>",
			stamp+"postfix/qmgr[9]: "+id+": from=<noreply@app.example.com>, size=1768, nrcpt=1 (queue active)")
		if len(lines) >= 2000 || i == n-1 {
			require.NoError(t, p.ConsumeLogs(context.Background(), batch(lines...)))
			lines = nil
		}
	}
	return ids
}

func hex(n int) string {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 7)
	for i := range out {
		out[len(out)-1-i] = digits[n>>(4*i)&15]
	}
	return string(out)
}

// A segment that is lost, cut or another's makes the state one that cannot be read.
func TestSegmentThatCannotBeReadIsSetAside(t *testing.T) {
	for name, harm := range map[string]func(*testing.T, *store){
		"lost": func(t *testing.T, s *store) {
			require.NoError(t, s.client.Delete(t.Context(), keyOfSegment(s.list[1].Number)))
		},
		"damaged": func(t *testing.T, s *store) {
			key := keyOfSegment(s.list[0].Number)
			data, err := s.client.Get(t.Context(), key)
			require.NoError(t, err)
			data = append([]byte(nil), data...)
			data[len(data)/2] ^= 1
			require.NoError(t, s.client.Set(t.Context(), key, data))
		},
		"another's": func(t *testing.T, s *store) {
			data, err := s.client.Get(t.Context(), keyOfSegment(s.list[0].Number))
			require.NoError(t, err)
			require.NoError(t, s.client.Set(t.Context(), keyOfSegment(s.list[1].Number), data))
		},
	} {
		t.Run(name, func(t *testing.T) {
			host := stored300(t)
			p := stored(t, host, consumertest.NewNop())
			harm(t, p.store)
			die(t, p)
			core, logged := observer.New(zap.ErrorLevel)
			q := storedWith(t, host, consumertest.NewNop(), zap.New(core))
			require.Equal(t, 1, logged.FilterMessageSnippet("it is set aside").Len())
			aside, err := q.store.client.Get(t.Context(), asideKey)
			require.NoError(t, err)
			assert.NotEmpty(t, aside)
			_, messages := q.engine.Open()
			assert.Zero(t, messages)
			require.NoError(t, q.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[:300]...)))
			save(t, q)
			_, open := q.engine.Open()
			die(t, q)
			r := storedWith(t, host, consumertest.NewNop(), zap.New(core))
			_, messages = r.engine.Open()
			assert.Equal(t, open, messages)
			require.NoError(t, r.Shutdown(t.Context()))
			assert.Equal(t, 1, logged.Len())
		})
	}
}

// Segments that no index names, since the checkpoint did not come to its end, are taken away at the next start.
func TestUnfinishedCheckpointLeavesNothing(t *testing.T) {
	host := stored300(t)
	p := stored(t, host, consumertest.NewNop())
	n := p.store.free()
	for i := range 5 {
		require.NoError(t, p.store.client.Set(t.Context(), keyOfSegment(n+i), []byte("half")))
	}
	_, open := p.engine.Open()
	die(t, p)
	q := stored(t, host, consumertest.NewNop())
	_, messages := q.engine.Open()
	assert.Equal(t, open, messages)
	for i := range 5 {
		data, err := q.store.client.Get(t.Context(), keyOfSegment(n+i))
		require.NoError(t, err)
		assert.Empty(t, data)
	}
	require.NoError(t, q.Shutdown(t.Context()))
}

// onDisk lists the segments that the storage has.
func onDisk(t *testing.T, s *store) (numbers []int) {
	t.Helper()
	for n := 1; n <= likelyLast+mostMisses; n++ {
		data, err := s.client.Get(t.Context(), keyOfSegment(n))
		require.NoError(t, err)
		if len(data) > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// gapped is a storage with a state whose oldest segment has the number 300, since the 299 in front of it are in one by now; and with segments behind that, of a checkpoint
// that failed.
func gapped(t *testing.T) (host *storageHost, oldest []byte) {
	host = newStorage(t)
	p := stored(t, host, consumertest.NewNop())
	lines := corpus(t, mainLog)
	for at := range 299 {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[at])))
		p.store.bytes = 1 << 20 // nothing is worth being written anew
		save(t, p)
	}
	p.store.broken = true
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[299])))
	save(t, p)
	require.Equal(t, []int{300}, onDisk(t, p.store))
	oldest, err := p.store.client.Get(t.Context(), keyOfSegment(300))
	require.NoError(t, err)
	for n := 301; n < 310; n++ {
		require.NoError(t, p.store.client.Set(t.Context(), keyOfSegment(n), []byte("half")))
		p.store.last = n
	}
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[300])))
	save(t, p)
	die(t, p)
	return host, oldest
}

// However far apart the numbers of segments are, what is left over goes, and what is named stays.
func TestSegmentsBehindAGapAreKnown(t *testing.T) {
	host, _ := gapped(t)
	p := stored(t, host, consumertest.NewNop())
	_, open := p.engine.Open()
	assert.NotZero(t, open)
	assert.Equal(t, []int{1, 300}, onDisk(t, p.store))
	require.NoError(t, p.Shutdown(t.Context()))
}

// A state that cannot be read is set aside with all of its segments, and none of them stays where it was.
func TestSegmentsBehindAGapAreSetAside(t *testing.T) {
	for name, harm := range map[string]func(*store) error{
		"of a damaged state": func(s *store) error {
			return s.client.Set(t.Context(), keyOfSegment(1), []byte("damaged"))
		},
		"of a damaged index": func(s *store) error { return s.client.Set(t.Context(), stateKey, []byte("damaged")) },
	} {
		host, oldest := gapped(t)
		p := stored(t, host, consumertest.NewNop())
		require.NoError(t, harm(p.store))
		die(t, p)
		q := stored(t, host, consumertest.NewNop())
		aside, err := q.store.client.Get(t.Context(), asideKey)
		require.NoError(t, err)
		assert.True(t, bytes.Contains(aside, oldest), name)
		assert.Empty(t, onDisk(t, q.store), name)
		require.NoError(t, q.Shutdown(t.Context()))
	}
}

// A program of before knows no segments: what it saves is read on, and the segments that it left alone go.
func TestStateOfAProgramWithoutSegmentsIsReadOn(t *testing.T) {
	host, _ := gapped(t)
	p := stored(t, host, consumertest.NewNop())
	whole, err := p.engine.Save()
	require.NoError(t, err)
	require.NoError(t, p.store.client.Set(t.Context(), stateKey, whole))
	_, open := p.engine.Open()
	die(t, p)
	q := stored(t, host, consumertest.NewNop())
	_, messages := q.engine.Open()
	assert.Equal(t, open, messages)
	assert.Empty(t, onDisk(t, q.store))
	require.NoError(t, q.Shutdown(t.Context()))
}

// Each checkpoint writes the index of all segments: there are not many of them, however little changes.
func TestSegmentsAreFew(t *testing.T) {
	p := stored(t, newStorage(t), consumertest.NewNop())
	defer func() { _ = p.Shutdown(context.Background()) }()
	most := 0
	for _, line := range corpus(t, mainLog)[:mostParts+60] {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(line)))
		save(t, p)
		most = max(most, len(p.store.list))
		p.store.bytes = 1 << 30 // the state is large: nothing is worth being written anew
	}
	assert.Equal(t, mostParts+2, most)
	assert.Less(t, len(p.store.list), 60)
}

// onePart writes the parts of a batch one after the other, and dies behind so many.
type onePart struct {
	storage.Client
	left int
}

func (c *onePart) Batch(ctx context.Context, ops ...*storage.Operation) error {
	for _, op := range ops {
		if c.left--; c.left < 0 {
			return errors.New("died")
		}
		if err := c.Client.Batch(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

// A storage without transactions may leave a checkpoint anywhere: the state is the one of before, or the new one.
func TestStateOutlivesABatchThatIsCut(t *testing.T) {
	lines := corpus(t, mainLog)
	for left := range 12 {
		host := stored300(t)
		p := stored(t, host, consumertest.NewNop())
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[300:310]...)))
		client := &onePart{p.store.client, left}
		p.store.client = client
		_, err := p.Checkpoint(checkpoint.Final(t.Context()))
		require.Equal(t, client.left < 0, err != nil)
		die(t, p)
		core, logged := observer.New(zap.WarnLevel)
		q := storedWith(t, host, consumertest.NewNop(), zap.New(core))
		_, open := q.engine.Open()
		assert.NotZero(t, open, left)
		assert.Zero(t, logged.Len(), left)
		require.NoError(t, q.Shutdown(t.Context()))
	}
}

// failing refuses to take some of what is to be written.
type failing struct {
	*storageHost
	rnd  *rand.Rand
	some bool
}

func (f *failing) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{storageID: f}
}
func (f *failing) Start(context.Context, component.Host) error { return nil }
func (f *failing) Shutdown(context.Context) error              { return nil }

func (f *failing) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	c, err := f.ext[storageID].(storage.Extension).GetClient(ctx, kind, id, name)
	return &failingClient{c, f}, err
}

type failingClient struct {
	storage.Client
	f *failing
}

func (c *failingClient) err() error {
	if c.f.some && c.f.rnd.IntN(3) == 0 {
		return errors.New("not now")
	}
	return nil
}

func (c *failingClient) Set(ctx context.Context, key string, value []byte) error {
	return errors.Join(c.err(), c.Client.Set(ctx, key, value))
}

func (c *failingClient) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if err := c.err(); err != nil {
		return err
	}
	return c.Client.Batch(ctx, ops...)
}

// Whenever a process dies, and whatever the storage did not take before, the next one goes on from the newest checkpoint that came to its end: the lines behind
// that, read again, give what they would have given.
func TestCrashesAndFailuresChangeNothing(t *testing.T) {
	lines := corpus(t, mainLog)
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		host := &failing{newStorage(t), rnd, true}
		p, out, at := sealedOf(t, host), []plog.Logs(nil), 0
		from := 0 // behind the newest checkpoint
		var since []plog.Logs
		for at < len(lines) {
			n := min(1+rnd.IntN(120), len(lines)-at)
			sink := p.next.(*consumertest.LogsSink)
			sink.Reset()
			ld := batch(lines[at : at+n]...)
			ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
			require.NoError(t, p.ConsumeLogs(t.Context(), ld))
			since = append(since, sink.AllLogs()...)
			at += n
			switch rnd.IntN(4) {
			case 0:
				die(t, p)
				p, at, since = sealedOf(t, host), from, nil
			case 1, 2:
				if saved, err := p.Checkpoint(checkpoint.Final(t.Context())); err == nil && saved {
					out, since, from = append(out, since...), nil, at
				}
			}
		}
		die(t, p)
		sink := new(consumertest.LogsSink)
		q := sealedWith(t, host.storageHost, sink, false)
		ld := batch(lines...)
		ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
		require.NoError(t, q.ConsumeLogs(t.Context(), ld))
		want := strings.Split(texts(t, sink.AllLogs()...), `{"timeUnixNano"`)
		said := strings.Split(texts(t, append(out, since...)...), `{"timeUnixNano"`)
		for i := range want {
			if i >= len(said) || said[i] != want[i] {
				t.Fatalf("seed %d: record %d\n got %s\nwant %s", seed, i, said[min(i, len(said)-1)], want[i])
			}
		}
		require.Len(t, said, len(want))
		require.NoError(t, q.Shutdown(t.Context()))
	}
}

// sealedOf is a processor whose state is sealed, in front of a sink.
func sealedOf(t *testing.T, host component.Host) *smtpProcessor {
	t.Helper()
	return sealedWith(t, host, new(consumertest.LogsSink), true)
}

func sealedWith(t *testing.T, host component.Host, next consumer.Logs, storage bool) *smtpProcessor {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Location, cfg.Privacy.Addresses, cfg.Privacy.HashKey = "UTC", "hash", "the secret of this site"
	if storage {
		cfg.Storage = &storageID
	}
	set := processortest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	p, err := newProcessor(cfg, set, next, (&clock{now: observed}).Now)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), host))
	return p
}
