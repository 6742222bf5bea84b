package truth

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	enricher "github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/smtpprocessor"
)

// still is enrich where no clock goes on but the log's own: on a machine with much else to do the processor's finds hosts silent between two batches. What is open
// at the end stays so.
func still(t testing.TB, lines []string, fill func(line string, rec plog.LogRecord)) []Record {
	t.Helper()
	cfg := smtpprocessor.NewFactory().CreateDefaultConfig().(*smtpprocessor.Config)
	inUTC(cfg)
	set, _, err := cfg.Settings()
	require.NoError(t, err)
	e, err := engine.New(set)
	require.NoError(t, err)
	through := enricher.New(e, enricher.Choices{Full: cfg.Full()})
	var out []plog.Logs
	inBatches(lines, seen, fill, func(ld plog.Logs) {
		through.Enrich(ld, seen, nil)
		out = append(out, ld)
	})
	return Records(out...)
}
