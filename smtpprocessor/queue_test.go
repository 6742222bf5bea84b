package smtpprocessor

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
)

// waits are the lines of a message that waits.
func waits() []string {
	stamp := observed.Add(-5 * time.Second).UTC().Format("Jan _2 15:04:05")
	return []string{
		stamp + " mx postfix/qmgr[1]: 4Xq0Zk3rTnz9: from=<a@example.org>, size=300, nrcpt=1 (queue active)",
		stamp + " mx postfix/smtp[2]: 4Xq0Zk3rTnz9: to=<b@gmail.com>, relay=gmail-smtp-in.l.google.com[192.0.2.1]:25, delay=7, delays=5/0/1/1, dsn=4.2.2, " +
			"status=deferred (host gmail-smtp-in.l.google.com[192.0.2.1] said: 452 4.2.2 over quota (in reply to RCPT TO command))",
	}
}

// What is told after a restart, before the host's next line, comes with the resource that its lines had: else it begins a stream of its own in Loki.
func TestQueueIsToldAfterARestartUnderItsResource(t *testing.T) {
	host, c, sink := newStorage(t), &clock{now: observed}, new(consumertest.LogsSink)
	p := storedAt(t, host, sink, zap.NewNop(), c)
	ld := batch(waits()...)
	want := map[string]any{"service.name": "mail", "host.name": "collector"}
	require.NoError(t, ld.ResourceLogs().At(0).Resource().Attributes().FromRaw(want))
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.Shutdown(t.Context()))
	sink.Reset()

	q := storedAt(t, host, sink, zap.NewNop(), c)
	defer func() { _ = q.Shutdown(context.Background()) }()
	c.add(time.Minute)
	require.NoError(t, q.expire(t.Context()))
	require.NotZero(t, sink.LogRecordCount())
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			assert.Equal(t, want, rl.Resource().Attributes().AsRaw())
			for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
				assert.Equal(t, "mx", rec.Attributes().AsRaw()["host.name"])
			}
		}
	}

	// The next line may come with another.
	want["service.name"] = "post"
	ld = batch(waits()[1])
	require.NoError(t, ld.ResourceLogs().At(0).Resource().Attributes().FromRaw(want))
	require.NoError(t, q.ConsumeLogs(t.Context(), ld))
	sink.Reset()
	c.add(5 * time.Minute)
	require.NoError(t, q.expire(t.Context()))
	require.NotZero(t, sink.LogRecordCount())
	for _, ld := range sink.AllLogs() {
		assert.Equal(t, want, ld.ResourceLogs().At(0).Resource().Attributes().AsRaw())
	}
}

// While nobody writes to the log the minutes of its queue go on by the clock on the wall.
func TestQueueIsToldWhileTheLogIsSilent(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, c := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(waits()...)))
	for range 3 {
		sink.Reset()
		c.add(time.Minute)
		require.NoError(t, p.expire(t.Context()))
		told := 0
		for _, ld := range sink.AllLogs() {
			for _, rl := range ld.ResourceLogs().All() {
				for _, rec := range rl.ScopeLogs().At(0).LogRecords().All() {
					a := rec.Attributes().AsRaw()
					if a["smtp.event"] != "queue" || a["smtp.queue.status"] != "deferred" {
						continue
					}
					told++
					assert.Equal(t, "google", a["smtp.destination.provider"])
					assert.EqualValues(t, 1, a["smtp.queue.messages"])
					assert.Zero(t, rec.Timestamp().AsTime().Second())
					assert.Equal(t, true, a["smtp.queue.partial"])
					assert.Contains(t, rec.Body().Str(), "1 deferred in the queue of mx, put off by google")
				}
			}
		}
		assert.Equal(t, 1, told)
	}
}
