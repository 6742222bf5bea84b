package truth

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/receiver/maillogreceiver"
	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// refuser accepts one batch of two, for good or not, without a word of it.
type refuser struct {
	consumertest.LogsSink
	calls atomic.Int64 // files are read side by side
}

func (r *refuser) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	switch r.calls.Add(1) % 4 {
	case 1:
		return errors.New("not now")
	case 3:
		return consumererror.NewPermanent(errors.New("never"))
	}
	return r.LogsSink.ConsumeLogs(ctx, ld)
}

// Whatever happens to them, and at whatever level: the components' own logs quote no line of a log. What is looked for is any three words in a row.
func TestOwnLogsQuoteNoLine(t *testing.T) {
	said, log := observer.New(zap.DebugLevel)
	logger := zap.New(said)
	dir := t.TempDir()
	var corpus strings.Builder
	for i, name := range []string{"powermta-accounting.csv", "postfix-field.log", "exim-field.mainlog", "strangers.log"} {
		data := []byte("no.such.columns,in,any file\n\x00\xff secret words of anna@example.com in a row\n")
		if name != "strangers.log" {
			var err error
			data, err = os.ReadFile("../../testdata/" + name)
			require.NoError(t, err)
		}
		corpus.Write(data)
		file := filepath.Join(dir, filepath.Base(name))
		require.NoError(t, os.WriteFile(file, data, 0o600))
		if i == 1 { // cut in the middle
			var packed strings.Builder
			zip := gzip.NewWriter(&packed)
			_, _ = zip.Write(data)
			require.NoError(t, zip.Close())
			require.NoError(t, os.WriteFile(file+".2.gz", []byte(packed.String()[:packed.Len()/2]), 0o600))
		}
	}

	cf := smtpconnector.NewFactory()
	connSet := connectortest.NewNopSettings(cf.Type())
	connSet.Logger = logger
	conn, err := cf.CreateLogsToMetrics(t.Context(), connSet, cf.CreateDefaultConfig(), new(consumertest.MetricsSink))
	require.NoError(t, err)
	require.NoError(t, conn.Start(t.Context(), componenttest.NewNopHost()))
	d := &disk{values: map[string][]byte{}}
	for _, damage := range []bool{false, true} {
		if damage {
			for key, v := range d.values {
				if len(v) > 40 {
					v[len(v)/2] ^= 0x55
				}
				d.values[key] = v
			}
		}
		pf := smtpprocessor.NewFactory()
		pc := pf.CreateDefaultConfig().(*smtpprocessor.Config)
		pc.Location, pc.Storage, pc.CheckpointInterval = "UTC", &diskID, 100*time.Millisecond
		set := processortest.NewNopSettings(pf.Type())
		set.Logger = logger
		sink := new(refuser)
		p, err := pf.CreateLogs(t.Context(), set, pc, fanout{conn, sink})
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), diskHost{d}))

		rf := maillogreceiver.NewFactory()
		rc := rf.CreateDefaultConfig().(*maillogreceiver.Config)
		rc.Include, rc.StartAt = []string{filepath.Join(dir, "*")}, "beginning"
		rset := receivertest.NewNopSettings(rf.Type())
		rset.Logger = logger
		var next consumer.Logs = p
		r, err := rf.CreateLogs(t.Context(), rset, rc, next)
		require.NoError(t, err)
		require.NoError(t, r.Start(t.Context(), diskHost{d}))
		require.Eventually(t, func() bool { return sink.LogRecordCount() > 500 }, 2*time.Minute, 20*time.Millisecond)
		require.NoError(t, r.Shutdown(t.Context()))
		_ = p.Shutdown(t.Context())
	}
	_ = conn.ConsumeLogs(t.Context(), batchOf("secret words of anna@example.com in a row"))
	require.NoError(t, conn.Shutdown(t.Context()))

	text := strings.Join(strings.Fields(corpus.String()), " ")
	require.Greater(t, len(log.All()), 4)
	levels := map[zapcore.Level]int{}
	for _, e := range log.All() {
		levels[e.Level]++
		context, err := json.Marshal(e.ContextMap())
		require.NoError(t, err)
		words := strings.Fields(strings.ReplaceAll(e.Message+" "+string(context), dir, ""))
		for i := range len(words) - 2 {
			assert.NotContains(t, text, strings.Join(words[i:i+3], " "), "%s %s", e.Message, context)
		}
		assert.NotContains(t, e.Message+string(context), "anna@")
	}
	assert.Positive(t, levels[zap.WarnLevel]+levels[zap.ErrorLevel])
	t.Log(levels)
}

func batchOf(text string) plog.Logs {
	ld := plog.NewLogs()
	ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr(text)
	return ld
}
