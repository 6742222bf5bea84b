package maillogreceiver

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver/internal/metadata"
)

// The figures of every receiver stand beside our own: what was accepted, and what was refused for good. A batch that is tried
// again is one.
func TestLinesAreReportedAsEveryReceiverDoes(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { _ = tel.Shutdown(t.Context()) })
	path := filepath.Join(t.TempDir(), "mail.log")
	write(t, path, numbered(0, 100))
	n := 0
	s := new(sink)
	s.set(func(plog.Logs) error {
		switch n++; n {
		case 1:
			return errors.New("busy")
		case 3:
			return consumererror.NewPermanent(errors.New("never"))
		}
		return nil
	})
	cfg := createDefaultConfig().(*Config)
	cfg.Include, cfg.StartAt, cfg.PollInterval, cfg.MaxBatchSize = []string{path}, "beginning", time.Millisecond, 25
	cfg.RetryOnFailure.InitialInterval = time.Millisecond
	set := receiver.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: tel.NewTelemetrySettings()}
	r, err := newReceiver(cfg, set, s, time.Now)
	require.NoError(t, err)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	waitFor(t, s, 75)
	require.NoError(t, r.Shutdown(t.Context()))
	for name, want := range map[string]int64{
		"otelcol_receiver_accepted_log_records":    75,
		"otelcol_receiver_refused_log_records":     25,
		"otelcol_receiver_maillog_lines":           75,
		"otelcol_receiver_maillog_lines_dropped":   25,
		"otelcol_receiver_maillog_batches_refused": 2,
	} {
		m, err := tel.GetMetric(name)
		require.NoError(t, err, name)
		var sum int64
		for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
			sum += p.Value
		}
		assert.Equal(t, want, sum, name)
	}
}
