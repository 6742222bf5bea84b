package maillogreceiver

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// BenchmarkLine is the cost of one line from the file to the next consumer, beside the general receiver for files with its
// defaults: ours is to take at most 0.4 of its CPU, that of the garbage collector included.
//
//	go test -run - -bench Line -count 6 | benchstat -col /receiver -
func BenchmarkLine(b *testing.B) {
	const lines = 200_000
	path := filepath.Join(b.TempDir(), "mail.log")
	require.NoError(b, os.WriteFile(path, []byte(strings.Join(numbered(0, lines), "\n")+"\n"), 0o600))
	for _, name := range []string{"maillog", "file_log"} {
		b.Run("receiver="+name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				read(b, name, path, lines)
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/lines, "cpu-ns/line")
		})
	}
}

// cpu is what the process has taken so far, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

// read reads the file once and waits for its last line.
func read(b *testing.B, name, path string, lines int64) {
	var n atomic.Int64
	done := make(chan struct{})
	next, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		if n.Add(int64(ld.LogRecordCount())) == lines {
			close(done)
		}
		return nil
	})
	require.NoError(b, err)
	var r receiver.Logs
	switch name {
	case "maillog":
		cfg := createDefaultConfig().(*Config)
		cfg.Include, cfg.StartAt, cfg.PollInterval = []string{path}, "beginning", time.Millisecond
		r, err = NewFactory().CreateLogs(b.Context(), receivertest.NewNopSettings(metadata.Type), cfg, next)
	default:
		f := filelogreceiver.NewFactory()
		cfg := f.CreateDefaultConfig().(*filelogreceiver.FileLogConfig)
		cfg.InputConfig.Include, cfg.InputConfig.StartAt, cfg.InputConfig.PollInterval = []string{path}, "beginning", time.Millisecond
		r, err = f.CreateLogs(b.Context(), receivertest.NewNopSettings(f.Type()), cfg, next)
	}
	require.NoError(b, err)
	require.NoError(b, r.Start(b.Context(), componenttest.NewNopHost()))
	<-done
	require.NoError(b, r.Shutdown(b.Context()))
	if n.Load() != lines {
		b.Fatal(fmt.Sprint(n.Load()))
	}
}
