package smtpprocessor

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor/internal/metadata"
)

// storageHost has a file_storage extension.
type storageHost struct {
	component.Host
	ext map[component.ID]component.Component
}

func (h *storageHost) GetExtensions() map[component.ID]component.Component { return h.ext }

var storageID = component.MustNewID("file_storage")

func newStorage(t testing.TB) *storageHost {
	f := filestorage.NewFactory()
	cfg := f.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = t.TempDir()
	ext, err := f.Create(context.Background(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = ext.Shutdown(context.Background()) })
	return &storageHost{componenttest.NewNopHost(), map[component.ID]component.Component{storageID: ext}}
}

// stored starts a processor with storage.
func stored(t testing.TB, host component.Host, next consumer.Logs) *smtpProcessor {
	t.Helper()
	return storedWith(t, host, next, zap.NewNop())
}

func storedWith(t testing.TB, host component.Host, next consumer.Logs, logger *zap.Logger) *smtpProcessor {
	t.Helper()
	return storedAt(t, host, next, logger, &clock{now: observed})
}

func storedAt(t testing.TB, host component.Host, next consumer.Logs, logger *zap.Logger, c *clock) *smtpProcessor {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Attributes, cfg.Summaries = site.AttributesFull, []string{site.SummarySession, site.SummaryMessage}
	cfg.Location, cfg.Storage = "UTC", &storageID
	set := processortest.NewNopSettings(metadata.Type)
	set.ID, set.Logger = component.NewID(metadata.Type), logger
	p, err := newProcessor(cfg, set, next, c.Now)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), host))
	return p
}

// A restart in the middle of sessions and messages changes no record.
func TestRestartWithStorageGoesOnTheSame(t *testing.T) {
	lines := corpus(t, mainLog)
	whole := new(consumertest.LogsSink)
	p, _ := start(t, whole, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))

	host := newStorage(t)
	parts := new(consumertest.LogsSink)
	for at := 0; at < len(lines); at += 400 {
		q := stored(t, host, parts)
		require.NoError(t, q.ConsumeLogs(t.Context(), batch(lines[at:min(at+400, len(lines))]...)))
		require.NoError(t, q.Shutdown(t.Context()))
	}
	assert.Equal(t, texts(t, whole.AllLogs()...), texts(t, parts.AllLogs()...))
}

// After a crash the lines behind the last checkpoint come again and say the same as before; those in front of it are marked.
func TestCrashGoesOnFromTheLastCheckpoint(t *testing.T) {
	lines := corpus(t, mainLog)[7:600]
	host := newStorage(t)
	sink := new(consumertest.LogsSink)
	p := stored(t, host, sink)
	first := placed(batch(lines[:200]...), "f1", 0)
	var end int64
	for _, l := range lines[:200] {
		end += int64(len(l)) + 1
	}
	require.NoError(t, p.ConsumeLogs(t.Context(), first))
	saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	require.True(t, saved)
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines[200:400]...), "f1", end)))
	lost := texts(t, sink.AllLogs()[1])
	close(p.stop) // it dies: nothing is saved or sent
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))

	again := new(consumertest.LogsSink)
	q := stored(t, host, again)
	defer func() { _ = q.Shutdown(context.Background()) }()
	require.NoError(t, q.ConsumeLogs(t.Context(), placed(batch(lines[:200]...), "f1", 0)))
	for _, rec := range flat(again.AllLogs()...) {
		if str(rec, attrs.Event) != "" {
			assert.Equal(t, "true", str(rec, attrs.Duplicate))
		}
	}
	require.NoError(t, q.ConsumeLogs(t.Context(), placed(batch(lines[200:400]...), "f1", end)))
	assert.Equal(t, lost, texts(t, again.AllLogs()[1]))
}

func TestDamagedStateIsSetAsideAndDoesNotKeepFromStarting(t *testing.T) {
	host := newStorage(t)
	p := stored(t, host, consumertest.NewNop())
	require.NoError(t, p.store.client.Set(t.Context(), stateKey, []byte("smtp but no state")))
	close(p.stop)
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))

	q := stored(t, host, consumertest.NewNop())
	defer func() { _ = q.Shutdown(context.Background()) }()
	aside, err := q.store.client.Get(t.Context(), asideKey)
	require.NoError(t, err)
	assert.Equal(t, "smtp but no state", string(aside))
}

// While a batch that was read from files is to come again, nothing is saved: the state has its lines already.
func TestNoCheckpointWhileABatchWaits(t *testing.T) {
	busy := &picky{refuse: func(int) error { return errBusy }}
	p := stored(t, newStorage(t), busy)
	lines := corpus(t, mainLog)[7:20]
	ld := placed(batch(lines...), "f1", 0)
	require.Error(t, p.ConsumeLogs(t.Context(), ld))
	saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.False(t, saved)
	busy.refuse = nil
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	saved, err = p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, saved)
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestStorageThatIsNotThereStopsTheStart(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.Storage = &storageID
	p, err := newProcessor(cfg, processortest.NewNopSettings(metadata.Type), consumertest.NewNop(), time.Now)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(t.Context(), componenttest.NewNopHost()), `storage: there is no extension "file_storage"`)
	require.NoError(t, p.Shutdown(t.Context()))
}

// The batch's checkpoint round reaches the processor through the context.
func TestRoundFindsTheProcessor(t *testing.T) {
	p := stored(t, newStorage(t), consumertest.NewNop())
	defer func() { _ = p.Shutdown(context.Background()) }()
	round := checkpoint.NewRound()
	require.NoError(t, p.ConsumeLogs(checkpoint.NewContext(t.Context(), round), plog.NewLogs()))
	saved, err := round.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, saved)
	assert.NotZero(t, p.store.saved)
}

// full is a storage that cannot take anything until it has room again.
type full struct {
	*storageHost
	component.Component
	full      bool
	tries     int
	meanwhile func() // while the state is written
}

func (f *full) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{storageID: f}
}

func (f *full) Start(context.Context, component.Host) error { return nil }
func (f *full) Shutdown(context.Context) error              { return nil }

func (f *full) GetClient(ctx context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	c, err := f.ext[storageID].(storage.Extension).GetClient(ctx, kind, id, name)
	return &fullClient{c, f}, err
}

type fullClient struct {
	storage.Client
	f *full
}

func (c *fullClient) Set(ctx context.Context, key string, value []byte) error {
	if c.f.full {
		return errors.New("no space left on device")
	}
	return c.Client.Set(ctx, key, value)
}

func (c *fullClient) Batch(ctx context.Context, ops ...*storage.Operation) error {
	if c.f.full {
		c.f.tries++
		return errors.New("no space left on device")
	}
	if c.f.meanwhile != nil {
		c.f.meanwhile()
	}
	return c.Client.Batch(ctx, ops...)
}

// While the disk takes the state, batches go on. It holds none of theirs: after a crash they come again and say the same.
func TestBatchesGoOnWhileTheStateIsWritten(t *testing.T) {
	lines := corpus(t, mainLog)[7:600]
	host := &full{storageHost: newStorage(t)}
	sink := new(consumertest.LogsSink)
	p := stored(t, host, sink)
	require.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines[:200]...), "f1", 0)))
	var end int64
	for _, l := range lines[:200] {
		end += int64(len(l)) + 1
	}
	host.meanwhile = func() {
		host.meanwhile = nil
		assert.NoError(t, p.ConsumeLogs(t.Context(), placed(batch(lines[200:400]...), "f1", end)))
	}
	saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	require.True(t, saved)
	require.Nil(t, host.meanwhile)
	require.Len(t, sink.AllLogs(), 2)
	assert.Less(t, p.store.covers, p.changes.Load(), "the second batch is not in the state")
	close(p.stop) // it dies
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))

	again := new(consumertest.LogsSink)
	q := stored(t, host, again)
	defer func() { _ = q.Shutdown(context.Background()) }()
	require.NoError(t, q.ConsumeLogs(t.Context(), placed(batch(lines[200:400]...), "f1", end)))
	assert.Equal(t, texts(t, sink.AllLogs()[1]), texts(t, again.AllLogs()...))
}

// A storage that fills up stops nothing: records go on, the state is saved when there is room again, and it is whole.
func TestStorageThatFillsUpStopsNothing(t *testing.T) {
	host := &full{storageHost: newStorage(t)}
	sink := new(consumertest.LogsSink)
	p := stored(t, host, sink)
	lines := corpus(t, mainLog)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[:300]...)))
	host.full = true
	saved, err := p.Checkpoint(checkpoint.Final(t.Context()))
	require.ErrorContains(t, err, "save the state: no space left on device")
	assert.False(t, saved, "offsets must be kept back")
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[300:600]...)))
	host.full = false
	saved, err = p.Checkpoint(checkpoint.Final(t.Context()))
	require.NoError(t, err)
	assert.True(t, saved)
	close(p.stop) // it dies
	p.done.Wait()
	require.NoError(t, p.store.close(t.Context()))

	q := stored(t, host, sink)
	require.NoError(t, q.ConsumeLogs(t.Context(), batch(lines[600:]...)))
	require.NoError(t, q.Shutdown(t.Context()))
	whole := new(consumertest.LogsSink)
	r, _ := start(t, whole, nil)
	require.NoError(t, r.ConsumeLogs(t.Context(), batch(lines...)))
	assert.Equal(t, texts(t, whole.AllLogs()...), texts(t, sink.AllLogs()...))
}

// A disk that is full for long is told of once, tried no more often than the state is saved, and told of again when there is room.
func TestStorageThatIsFullIsToldOnce(t *testing.T) {
	host := &full{storageHost: newStorage(t)}
	seen, told := observer.New(zap.InfoLevel)
	now := &clock{now: observed}
	p := storedAt(t, host, new(consumertest.LogsSink), zap.New(seen), now)
	close(p.stop)
	p.done.Wait()
	lines := corpus(t, mainLog)
	host.full = true
	for i := range 5 {
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[i*10:(i+1)*10]...)))
		now.add(p.cfg.CheckpointInterval)
		for range 3 { // whoever asks
			p.lookAfter(t.Context())
		}
	}
	assert.Equal(t, 5, host.tries)
	host.full = false
	now.add(p.cfg.CheckpointInterval)
	p.lookAfter(t.Context())
	p.lookAfter(t.Context())
	var messages []string
	for _, l := range told.All() {
		messages = append(messages, l.Message)
	}
	assert.Equal(t, []string{"the state cannot be saved; after a crash what came since is read again", "the state is saved again"}, messages)
}

// A state of an older or newer program, or one that is cut short, is set aside; the collector starts with none and goes on.
func TestStateThatCannotBeReadIsSetAside(t *testing.T) {
	host := newStorage(t)
	p := stored(t, host, consumertest.NewNop())
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[:300]...)))
	require.NoError(t, p.Shutdown(t.Context()))
	change := func(how func([]byte) []byte) (before, aside []byte) {
		q := stored(t, host, consumertest.NewNop())
		data, err := q.store.client.Get(t.Context(), stateKey)
		require.NoError(t, err)
		before = how(append([]byte(nil), data...))
		require.NoError(t, q.store.client.Set(t.Context(), stateKey, before))
		close(q.stop) // it dies
		q.done.Wait()
		require.NoError(t, q.store.close(t.Context()))

		core, logged := observer.New(zap.ErrorLevel)
		q = storedWith(t, host, consumertest.NewNop(), zap.New(core))
		require.Equal(t, 1, logged.FilterMessageSnippet("it is set aside").Len())
		aside, err = q.store.client.Get(t.Context(), asideKey)
		require.NoError(t, err)
		_, messages := q.engine.Open()
		assert.Zero(t, messages)
		require.NoError(t, q.ConsumeLogs(t.Context(), batch(corpus(t, mainLog)[:300]...)))
		require.NoError(t, q.Shutdown(t.Context()))
		return before, aside
	}
	for name, how := range map[string]func([]byte) []byte{
		"older":     func(b []byte) []byte { b[4]--; return b },
		"newer":     func(b []byte) []byte { b[4]++; return b },
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"damaged":   func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"foreign":   func([]byte) []byte { return []byte("PK\x03\x04 something else") },
	} {
		before, aside := change(how)
		assert.Equal(t, string(before), string(aside[:min(len(before), len(aside))]), name)
		assert.Greater(t, len(aside), len(before), name+": with the segments behind it")
	}
}
