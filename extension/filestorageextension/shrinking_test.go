package filestorageextension

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.uber.org/zap"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"

	"github.com/otelcol-smtp/otelcol-smtp/extension/filestorageextension/internal/metadata"
)

// What an exporter's queue had during an outage goes back to the disk when it has been sent; what is there still stays, also for the next start.
func TestAFileGivesBackWhatItDoesNotNeed(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, filestorage.TempDbPrefix+"1") // of a start that was killed meanwhile
	require.NoError(t, os.WriteFile(left, []byte("x"), 0o600))
	cfg := &createDefaultConfig().(*Config).Config
	cfg.Directory = dir
	set := extensiontest.NewNopSettings(metadata.Type)
	inner, err := filestorage.NewFactory().Create(t.Context(), set, shrinking(cfg, 50*time.Millisecond))
	require.NoError(t, err)
	s := &fileStorage{Extension: inner, directory: dir, logger: zap.NewNop()}
	require.NoError(t, s.Start(t.Context(), componenttest.NewNopHost()))
	require.NoFileExists(t, left)
	c, err := s.GetClient(t.Context(), component.KindExporter, smtp, "logs")
	require.NoError(t, err)
	const n = 20 // of a MiB each
	key := func(i int) string { return fmt.Sprint("item ", i) }
	value := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 1<<20) }
	for i := range n {
		require.NoError(t, c.Set(t.Context(), key(i), value(i)))
	}
	path := s.path(component.KindExporter, smtp, "logs")
	size := func() int64 {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Size()
	}
	require.Greater(t, size(), int64(n<<20))
	for i := range n - 2 {
		require.NoError(t, c.Delete(t.Context(), key(i)))
	}
	require.NoError(t, c.Set(t.Context(), "last", nil)) // a deletion is written with what comes next
	require.EventuallyWithT(t, func(t *assert.CollectT) { assert.Less(t, size(), int64(largeMiB<<20)) }, time.Minute, 20*time.Millisecond)
	require.NoError(t, c.Close(t.Context()))
	require.NoError(t, s.Shutdown(context.Background()))

	again, logs := open(t, dir)
	c, err = again.GetClient(t.Context(), component.KindExporter, smtp, "logs")
	require.NoError(t, err)
	for i := range n {
		got, err := c.Get(t.Context(), key(i))
		require.NoError(t, err)
		if i < n-2 {
			require.Nil(t, got)
		} else {
			require.Equal(t, value(i), got)
		}
	}
	require.NoError(t, c.Close(t.Context()))
	require.Zero(t, logs.Len())
}

// What somebody has said of it is done as it was said.
func TestACompactionOfOnesOwn(t *testing.T) {
	cfg := &createDefaultConfig().(*Config).Config
	cfg.Directory = "/state"
	ours := shrinking(cfg, time.Minute)
	require.Equal(t, "/state", ours.Compaction.Directory)
	require.Equal(t, int64(littleMiB), ours.Compaction.ReboundTriggerThresholdMiB)
	require.True(t, ours.Compaction.OnRebound)
	require.False(t, cfg.Compaction.OnRebound, "what was given is not changed")
	cfg.Compaction.OnStart = true
	require.Same(t, cfg, shrinking(cfg, time.Minute))
}
