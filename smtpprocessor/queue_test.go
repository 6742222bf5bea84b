package smtpprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
)

// While nobody writes to the log the minutes of its queue go on by the clock on the wall.
func TestQueueIsToldWhileTheLogIsSilent(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, c := start(t, sink, nil)
	stamp := observed.Add(-5 * time.Second).UTC().Format("Jan _2 15:04:05")
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(
		stamp+" mx postfix/qmgr[1]: 4Xq0Zk3rTnz9: from=<a@example.org>, size=300, nrcpt=1 (queue active)",
		stamp+" mx postfix/smtp[2]: 4Xq0Zk3rTnz9: to=<b@gmail.com>, relay=gmail-smtp-in.l.google.com[192.0.2.1]:25, delay=7, delays=5/0/1/1, dsn=4.2.2, "+
			"status=deferred (host gmail-smtp-in.l.google.com[192.0.2.1] said: 452 4.2.2 over quota (in reply to RCPT TO command))",
	)))
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
