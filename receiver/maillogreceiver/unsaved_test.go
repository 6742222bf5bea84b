package maillogreceiver

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// tight is a disk that has no room, or has some again.
type tight struct {
	storage.Client
	full  atomic.Bool
	tries atomic.Int64
}

func (c *tight) Set(context.Context, string, []byte) error {
	c.tries.Add(1)
	if c.full.Load() {
		return syscall.ENOSPC
	}
	return nil
}

// observed is a receiver of a file that has not started, with what it consumes into, logs and counts.
func observed(t *testing.T, path string, now func() time.Time) (*maillogReceiver, *sink, *observer.ObservedLogs, *componenttest.Telemetry) {
	t.Helper()
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	seen, told := observer.New(zap.InfoLevel)
	cfg := createDefaultConfig().(*Config)
	cfg.Include, cfg.StartAt, cfg.PollInterval = []string{path}, "beginning", time.Millisecond
	cfg.RetryOnFailure.InitialInterval = time.Millisecond
	set := receiver.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: tel.NewTelemetrySettings()}
	set.Logger = zap.New(seen)
	s := new(sink)
	r, err := newReceiver(cfg, set, s, now)
	require.NoError(t, err)
	return r, s, told, tel
}

// A disk that is full for long is told of once, and again when it has room; how often saving failed is counted.
func TestDiskThatIsFullIsToldOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 10))
	r, s, told, tel := observed(t, path, time.Now)
	disk := &tight{Client: storage.NewNopClient()}
	disk.full.Store(true)
	r.offsets = newOffsets(disk, r)
	r.offsets.stores = true
	go r.pollAgainAndAgain()
	waitFor(t, s, 10)
	require.Eventually(t, func() bool { return disk.tries.Load() >= 3 }, 20*time.Second, time.Millisecond)
	disk.full.Store(false)
	require.Eventually(t, func() bool { return told.FilterMessage("offsets are saved again").Len() == 1 }, 20*time.Second, time.Millisecond)
	require.NoError(t, r.Shutdown(t.Context()))
	assert.Equal(t, 1, told.FilterMessage("offsets cannot be saved; after a crash more lines are read again").Len())
	m, err := tel.GetMetric("otelcol_receiver_maillog_saves_failed")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, m.Data.(metricdata.Sum[int64]).DataPoints[0].Value, int64(3))
}
