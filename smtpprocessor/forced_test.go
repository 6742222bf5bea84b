package smtpprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// A dialect that is named in the configuration reads every line, whatever its program is called, and no other dialect reads any.
func TestDialectOfTheConfigurationIsObeyed(t *testing.T) {
	lines := []string{
		"Nov 23 15:32:33 mx mailer[12]: 2026-11-23 15:32:33 1vN1Aa-00000000ALP-0mWt <= a@example.com U=root P=local S=500 id=1@example.com",
		"Nov 23 15:32:34 mx mailer[13]: 2026-11-23 15:32:34 1vN1Aa-00000000ALP-0mWt => b@far.example R=dnslookup T=remote_smtp H=mx.far.example [198.51.100.1] C=\"250 OK\"",
		"Nov 23 15:32:35 mx postfix/qmgr[9]: 4AA0918: removed",
		cronLine,
	}
	said := func(dialects ...string) (list []string) {
		sink := new(consumertest.LogsSink)
		p, _ := start(t, sink, func(c *Config) { c.Dialects = dialects })
		require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))
		for _, rec := range flat(sink.AllLogs()...) {
			if !isMade(rec) {
				list = append(list, str(rec, attrs.Dialect)+" "+str(rec, attrs.Event))
			}
		}
		return list
	}
	assert.Equal(t, []string{"exim message.received", "exim delivery", " ", " "}, said("exim"))
	assert.Equal(t, []string{" ", " ", "postfix message.removed", " "}, said("postfix"))
}
