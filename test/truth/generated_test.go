package truth

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// The records of a generated log say what is known of it.
func TestGeneratedLogComesOutAsItHappened(t *testing.T) {
	l := generate.NewLog("mx1", 7)
	var lines []string
	l.Write(20_000, func(line string) { lines = append(lines, line) })
	got := Totals(enrich(t, lines, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), func(line string, rec plog.LogRecord) { rec.Body().SetStr(line) }))
	assert.Equal(t, l.Totals, got)
	statuses := map[string]int{}
	for _, e := range got.Ends {
		statuses[e.Status+strconv.Itoa(e.Attempts)]++
	}
	t.Log(len(lines), got.Messages, got.Attempts, got.Sessions, got.Rejects, statuses)
}
