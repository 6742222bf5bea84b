package truth

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
)

// The records of a generated log say what is known of it, whichever server writes it.
func TestGeneratedLogComesOutAsItHappened(t *testing.T) {
	for dialect := range generate.Dialects {
		t.Run(dialect, func(t *testing.T) { comesOut(t, generate.NewLogOf(dialect, "mx1", 7)) })
	}
}

func comesOut(t *testing.T, l *generate.Log) {
	var lines []string
	l.Write(20_000, func(line string) { lines = append(lines, line) })
	got := Totals(enrich(t, lines, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), func(line string, rec plog.LogRecord) { rec.Body().SetStr(line) }))
	if len(l.Sessions) == 0 { // at its default settings the server tells of no connection
		got.Sessions = l.Sessions
	}
	assert.Equal(t, l.Totals, got)
	statuses := map[string]int{}
	for _, e := range got.Ends {
		statuses[e.Status+strconv.Itoa(e.Attempts)]++
	}
	t.Log(len(lines), got.Messages, got.Attempts, got.Sessions, got.Rejects, statuses)
}
