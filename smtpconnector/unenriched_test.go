package smtpconnector

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	logobserver "go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-smtp/otelcol-smtp/smtpconnector/internal/metadata"
)

// foreign is a batch of n lines of another program, as a host's whole journal has them.
func foreign(n int) plog.Logs {
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		records.AppendEmpty().Body().SetStr(fmt.Sprintf("Nov 24 12:00:00 mx CRON[%d]: (root) CMD (run-parts /etc/cron.hourly)", 4000+i))
	}
	return ld
}

// That the processor is missing is told once, when so many records came that a host at rest is no reason; a batch of other programs' lines is none.
func TestAMissingProcessorIsToldOfOnce(t *testing.T) {
	mail := logs("event=connect")
	for name, c := range map[string]struct {
		batches []plog.Logs
		told    int
	}{
		"a few lines of cron":               {[]plog.Logs{foreign(3), mail}, 0},
		"lines of cron alone":               {[]plog.Logs{foreign(400), foreign(400)}, 0},
		"behind mail as many as there are":  {[]plog.Logs{foreign(3), mail, foreign(900), foreign(900)}, 0},
		"nothing that was enriched":         {[]plog.Logs{foreign(400), foreign(400), foreign(400), foreign(400)}, 1},
		"nothing enriched for a long while": {[]plog.Logs{foreign(1000), mail, foreign(1000)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			zapCore, logged := logobserver.New(zapcore.WarnLevel)
			set := connectortest.NewNopSettings(metadata.Type)
			set.Logger = zap.New(zapCore)
			conn, err := newConnector(createDefaultConfig().(*Config), set, consumertest.NewNop(), time.Now)
			require.NoError(t, err)
			t.Cleanup(func() { _ = conn.Shutdown(t.Context()) })
			for _, ld := range c.batches {
				require.NoError(t, conn.ConsumeLogs(t.Context(), ld))
			}
			assert.Len(t, logged.FilterMessageSnippet("must stand in front").All(), c.told, "%v", logged.All())
		})
	}
}
