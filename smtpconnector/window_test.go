package smtpconnector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// written says when the batch's lines were written.
func written(ld plog.Logs, at time.Time) plog.Logs {
	for _, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		rec.SetTimestamp(pcommon.NewTimestampFromTime(at))
	}
	return ld
}

// share gives the share of the delivered that a flush shows; none: there is no point.
func share(t *testing.T, conn *smtpConnector, sink *consumertest.MetricsSink) string {
	t.Helper()
	sink.Reset()
	require.NoError(t, conn.flush(t.Context()))
	for _, md := range sink.AllMetrics() {
		for _, p := range of("smtp.delivery.ratio", points(md)) {
			if label := "{destination.provider=google ratio.outcome=delivered ratio.window=5m} "; len(p) > len(label) && p[:len(label)] == label {
				return p[len(label):]
			}
		}
	}
	return "none"
}

func TestRatioIsOfTheNewestFiveMinutesOfTheLog(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, c := start(t, sink, nil)
	// two hours of backlog come in a minute: only their last five minutes are the newest ones
	for i := range 120 {
		record := bounced
		if i >= 116 {
			record = sent
		}
		require.NoError(t, conn.ConsumeLogs(t.Context(), written(logs(record), noon.Add(time.Duration(i-120)*time.Minute))))
		c.Time = c.Add(500 * time.Millisecond)
	}
	assert.Equal(t, "0.800", share(t, conn, sink))
	// a line that is older than the window changes nothing, nor does one from the future
	require.NoError(t, conn.ConsumeLogs(t.Context(), written(logs(bounced), noon.Add(-time.Hour))))
	assert.Equal(t, "0.800", share(t, conn, sink))
	// without input it empties by the wall clock
	c.Time = c.Add(2 * time.Minute)
	assert.Equal(t, "1.000", share(t, conn, sink))
	c.Time = c.Add(4 * time.Minute)
	assert.Equal(t, "none", share(t, conn, sink))
}

func TestRatioTakesNoStampFromTheFuture(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, c := start(t, sink, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), written(logs(bounced), noon.AddDate(73, 0, 0))))
	c.Time = c.Add(time.Minute)
	require.NoError(t, conn.ConsumeLogs(t.Context(), written(logs(sent), c.Time)))
	assert.Equal(t, "0.500", share(t, conn, sink))
	require.NoError(t, conn.ConsumeLogs(t.Context(), logs(sent))) // no stamp at all
	assert.Equal(t, "0.667", share(t, conn, sink))
}

// Each host has a clock of its own: one that is read from a backlog does not age the other.
func TestRatioKeepsTheClocksOfHostsApart(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	conn, _ := start(t, sink, nil)
	require.NoError(t, conn.ConsumeLogs(t.Context(), written(ofHost("old", "", sent), noon.Add(-3*time.Hour))))
	require.NoError(t, conn.ConsumeLogs(t.Context(), written(ofHost("new", "", sent), noon)))
	sink.Reset()
	require.NoError(t, conn.flush(t.Context()))
	n := 0
	for _, p := range of("smtp.delivery.ratio", points(sink.AllMetrics()...)) {
		if p == "{destination.provider=google ratio.outcome=delivered ratio.window=5m} 1.000" {
			n++
		}
	}
	assert.Equal(t, 2, n)
}
