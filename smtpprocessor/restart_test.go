package smtpprocessor

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/checkpoint"
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
	cfg := createDefaultConfig().(*Config)
	cfg.Location, cfg.Storage = "UTC", &storageID
	set := processortest.NewNopSettings(metadata.Type)
	set.ID = component.NewID(metadata.Type)
	p, err := newProcessor(cfg, set, next, (&clock{now: observed}).Now)
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
