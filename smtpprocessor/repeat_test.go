package smtpprocessor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

const (
	refusedLine = "Jan 15 10:00:01 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from c.example[192.0.2.30]: 550 5.1.1 <x@example.com>: Recipient address rejected: " +
		"User unknown in local recipient table; from=<s@example.net> to=<x@example.com> proto=ESMTP helo=<h>"
	repeatedLine = "Jan 15 10:00:07 mx1 last message repeated 3 times"
)

// observeLines gives the records of one batch.
func observeLines(t *testing.T, lines ...string) []plog.LogRecord {
	t.Helper()
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines...)))
	return flat(sink.AllLogs()...)
}

func TestLastMessageRepeatedIsTheHostsLineBefore(t *testing.T) {
	other := "Jan 15 10:00:02 mx2 postfix/smtpd[9]: connect from d.example[192.0.2.31]"
	for name, c := range map[string]struct {
		lines []string
		times string
	}{
		"right behind it":                {[]string{refusedLine, repeatedLine}, "3"},
		"another host's line between":    {[]string{refusedLine, other, repeatedLine}, "3"},
		"another line of the host":       {[]string{refusedLine, "Jan 15 10:00:02 mx1 CRON[5]: x", repeatedLine}, ""},
		"nothing before it":              {[]string{repeatedLine}, ""},
		"a verdict before it":            {[]string{"Jan 15 10:00:02 mx1 postfix/qmgr[5]: 4AB12C: removed", repeatedLine}, ""},
		"of another host":                {[]string{refusedLine, strings.Replace(repeatedLine, "mx1", "mx3", 1)}, ""},
		"twice":                          {[]string{refusedLine, repeatedLine, repeatedLine}, "3"},
		"of a daemon with a tag":         {[]string{refusedLine, strings.Replace(repeatedLine, "last", "syslogd: last", 1)}, "3"},
		"a longer line than is kept":     {[]string{refusedLine + strings.Repeat("x", 1024), repeatedLine}, ""},
		"the daemon's words in mail's":   {[]string{refusedLine, strings.Replace(repeatedLine, "last", "postfix/smtpd[7]: last", 1)}, ""},
		"said in brackets behind itself": {[]string{refusedLine, strings.Replace(refusedLine, "NOQUEUE", "message repeated 2 times: [ NOQUEUE", 1) + "]"}, "2"},
	} {
		t.Run(name, func(t *testing.T) {
			list := observeLines(t, c.lines...)
			last := list[len(c.lines)-1]
			assert.Equal(t, c.times, str(last, attrs.RepeatCount))
			assert.Equal(t, c.lines[len(c.lines)-1], last.Body().Str())
			if c.times != "" {
				assert.Equal(t, "reject", str(last, attrs.Event))
				assert.Equal(t, "x@example.com", str(last, attrs.RcptTo))
			}
		})
	}
}

// The counters of the last line have all refusals: those that a line stands for are no unlogged ones.
func TestRepeatedRefusalsAreLogged(t *testing.T) {
	list := observeLines(
		t, "Jan 15 10:00:00 mx1 postfix/smtpd[7]: connect from c.example[192.0.2.30]", refusedLine, repeatedLine,
		"Jan 15 10:00:08 mx1 postfix/smtpd[7]: disconnect from c.example[192.0.2.30] ehlo=1 mail=1 rcpt=0/4 quit=1 commands=3/7",
	)
	for _, rec := range list {
		assert.NotEqual(t, "unlogged", str(rec, attrs.FailureReason))
	}
}

func TestRepeatedVerdictsCountOnce(t *testing.T) {
	sent := "4AB12C: to=<a@example.net>, relay=mx.example.net[192.0.2.15]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)"
	list := observeLines(
		t, "Jan 15 10:00:00 mx1 postfix/qmgr[5]: 4AB12C: from=<s@example.com>, size=9, nrcpt=1 (queue active)",
		"Jan 15 10:00:01 mx1 postfix/smtp[9]: "+sent, "Jan 15 10:00:02 mx1 postfix/smtp[9]: message repeated 2 times: [ "+sent+"]",
	)
	assert.Empty(t, str(list[1], attrs.Duplicate))
	assert.Equal(t, "delivery", str(list[2], attrs.Event))
	assert.Equal(t, "true", str(list[2], attrs.Duplicate))
	assert.Equal(t, "2", str(list[2], attrs.RepeatCount))
}

func TestRepeatedLinesAreScrubbedInside(t *testing.T) {
	list := observeLines(
		t, "Jan 15 10:00:00 mx1 postfix/smtpd[7]: message repeated 4 times: [ warning: c.example[192.0.2.9]: SASL LOGIN authentication failed: x, sasl_username=hunter2]",
		"Jan 15 10:00:00 mx1 postfix/smtpd[8]: warning: c.example[192.0.2.9]: SASL LOGIN authentication failed: x, sasl_username=hunter3",
		"Jan 15 10:00:00 mx1 last message repeated 2 times",
	)
	for _, rec := range list {
		assert.Equal(t, "failure", str(rec, attrs.AuthResult))
	}
	whole := texts(t, func() plog.Logs {
		ld := plog.NewLogs()
		to := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, rec := range list {
			rec.CopyTo(to.AppendEmpty())
		}
		return ld
	}())
	assert.NotContains(t, whole, "hunter")
	assert.Equal(t, "4", str(list[0], attrs.RepeatCount))
	assert.Equal(t, "2", str(list[2], attrs.RepeatCount))
}

// Two lines that are equal are two, where each has a place of its own; read again at the same place they are one.
func TestEqualVerdictsAtDifferentOffsetsAreNoDuplicates(t *testing.T) {
	lines := []string{
		"Jan 15 10:00:00 mx1 postfix/qmgr[5]: 4AB12C: from=<s@example.com>, size=9, nrcpt=1 (queue active)",
		"Jan 15 10:00:01 mx1 postfix/smtp[9]: 4AB12C: to=<a@example.net>, relay=mx.example.net[192.0.2.15]:25, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred (host mx.example.net[192.0.2.15] said: 451 later (in reply to RCPT TO command))",
	}
	lines = append(lines, lines[1])
	for name, c := range map[string]struct {
		place func(plog.Logs) plog.Logs
		want  string
	}{
		"with offsets": {func(ld plog.Logs) plog.Logs { return placed(ld, "file-1", 0) }, ""},
		"with offsets of a path": {func(ld plog.Logs) plog.Logs {
			ld = placed(ld, "", 0)
			ld.ResourceLogs().At(0).Resource().Attributes().Remove(attrs.FileID)
			return ld
		}, ""},
		"without": {func(ld plog.Logs) plog.Logs { return ld }, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			require.NoError(t, p.ConsumeLogs(t.Context(), c.place(batch(lines...))))
			list := flat(sink.AllLogs()...)
			assert.Empty(t, str(list[1], attrs.Duplicate))
			assert.Equal(t, c.want, str(list[2], attrs.Duplicate))
			if c.want == "" {
				assert.Equal(t, "2", str(list[2], attrs.DeliveryAttempt))
			}
			sink.Reset()
			require.NoError(t, p.ConsumeLogs(t.Context(), c.place(batch(lines...))))
			for i, rec := range flat(sink.AllLogs()...) {
				if i == 0 && name != "with offsets" {
					continue // only the place in a file that is known tells that of any line
				}
				assert.Equal(t, "true", str(rec, attrs.Duplicate), rec.Body().Str())
			}
		})
	}
}
