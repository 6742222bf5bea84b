//go:build e2e

package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// The built collector over conversations word by word: records equal the truth, metrics equal records and truth.
func TestCollectorEqualsTheTruthOfTranscripts(t *testing.T) {
	for i := range truth.Transcripts {
		c := &truth.Transcripts[i]
		t.Run(c.Log, func(t *testing.T) {
			t.Parallel()
			run, err := truth.Load("../../testdata/" + truth.ConversationsTruth)
			require.NoError(t, err)
			col := newCollector(t, "maillog")
			col.configure("smtp: {location: UTC, attributes: full, summaries: [session, message], storage: file_storage, checkpoint_interval: 200ms}", "smtp: {location: UTC, attributes: full, summaries: [session, message]}") // what is open at the end goes out
			lines := corpus(t, c.Log)
			col.write(lines)
			col.start()
			col.waitFor(len(lines) - countOf(lines, ""))
			col.stop()
			records := col.records()
			for _, d := range truth.CompareTalks(run, c, records) {
				t.Error(d)
			}
			assertMetrics(t, col, records)
			assert.Equal(t, run.Counts(c), c.Counted(col.points))
		})
	}
}

func TestCollectorEqualsTheTruthOfADaemonsDebugging(t *testing.T) {
	t.Parallel()
	d := &truth.EximDebug
	run, err := truth.Load("../../testdata/" + d.Truth)
	require.NoError(t, err)
	col := newCollector(t, "maillog")
	col.configure("smtp: {location: UTC, attributes: full, summaries: [session, message], storage: file_storage, checkpoint_interval: 200ms}", "smtp: {location: UTC, attributes: full, summaries: [session, message]}")
	lines := corpus(t, d.Log)
	col.write(lines)
	col.start()
	col.waitFor(len(lines) - countOf(lines, ""))
	col.stop()
	records := col.records()
	for _, difference := range truth.CompareDaemon(run, d, records) {
		t.Error(difference)
	}
	assertMetrics(t, col, records)
}

func countOf(lines []string, s string) (n int) {
	for _, l := range lines {
		if l == s {
			n++
		}
	}
	return n
}
