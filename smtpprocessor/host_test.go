package smtpprocessor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Central syslog: lines of many hosts in one file are told apart on the record, also those that the processor makes.
func TestLinesOfManyHostsNameTheirs(t *testing.T) {
	line := func(host, rest string) string { return "Nov 24 09:00:01 " + host + " postfix/" + rest }
	sink := new(picky)
	p, _ := start(t, sink, nil)
	ld := batch(
		line("mx1", "smtpd[7]: connect from a[192.0.2.1]"),
		line("mx2", "smtpd[7]: connect from b[192.0.2.2]"),
		line("collector", "smtpd[7]: connect from c[192.0.2.3]"),
		line("mx1", "smtpd[7]: disconnect from a[192.0.2.1] ehlo=1 quit=1 commands=2"),
		line("mx2", "smtpd[7]: disconnect from b[192.0.2.2] ehlo=1 quit=1 commands=2"),
	)
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.Shutdown(t.Context())) // the third session ends here, without a batch
	var got []string
	for _, rec := range flat(sink.AllLogs()...) {
		got = append(got, str(rec, attrs.Event)+" "+str(rec, attrs.HostName))
	}
	require.Equal(t, []string{
		"connect mx1", "connect mx2", "connect ", "disconnect mx1", "session mx1", "disconnect mx2", "session mx2", "disconnect ", "session ",
	}, got)
}

// A file's name stands in for a host that nobody names; it is none.
func TestNoHostIsMadeOfAFilesName(t *testing.T) {
	sink := new(picky)
	p, _ := start(t, sink, nil)
	ld := plog.NewLogs()
	rec := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	rec.Body().SetStr("2026-11-24 09:00:00 1tivSh-00000000ALP-0mWt <= a@example.com H=mx [192.0.2.1] P=esmtp S=100")
	rec.Attributes().PutStr("log.file.name", "mainlog")
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	require.NoError(t, p.Shutdown(t.Context()))
	list := flat(sink.AllLogs()...)
	require.Equal(t, "message.received", str(list[0], attrs.Event))
	require.GreaterOrEqual(t, len(list), 2)
	for _, rec := range list {
		require.Empty(t, str(rec, attrs.HostName))
	}
}
