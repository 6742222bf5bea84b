package smtpprocessor

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// What no question needs is left out where that is asked for; what refuses, logs in or ends something is not chatter, nor is a line of others.
func TestChatterIsLeftOut(t *testing.T) {
	const at = "Nov 24 09:00:01 mx postfix/"
	sink := new(picky)
	p, _ := start(t, sink, func(cfg *Config) { cfg.Drop = []string{"chatter"} })
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(
		at+"smtpd[7]: connect from a[192.0.2.1]",
		"Nov 24 09:00:01 mx cron[9]: connect from nowhere",
		at+"smtpd[7]: 4AB12C: client=a[192.0.2.1]",
		at+"cleanup[8]: 4AB12C: message-id=<x@example.com>",
		at+"qmgr[1]: 4AB12C: from=<x@example.com>, size=400, nrcpt=1 (queue active)",
		at+"smtp[2]: connect to mx.example.net[192.0.2.15]:25: Connection refused",
		at+"smtp[2]: 4AB12C: to=<u@example.net>, relay=mx.example.net[192.0.2.16]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=sent (250 ok)",
		at+"qmgr[1]: 4AB12C: removed",
		at+"smtpd[7]: disconnect from a[192.0.2.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
	)))
	var got []string
	for _, rec := range flat(sink.AllLogs()...) {
		got = append(got, str(rec, attrs.Event))
	}
	require.Equal(t, []string{"", "message.received", "connect", "delivery", "message", "disconnect", "session"}, got)

	sink.Reset()
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(at+"smtpd[7]: connect from b[192.0.2.2]"))) // nothing is left: nothing is handed on
	require.Empty(t, sink.AllLogs())
}
