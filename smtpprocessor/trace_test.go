package smtpprocessor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Of every server's log: a message's records are of one trace from the line on where it is known, and each span has an id of its own.
func TestEveryMessageOfEveryLogIsOneTrace(t *testing.T) {
	for _, name := range everyLog(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := new(consumertest.LogsSink)
			p, _ := start(t, sink, nil)
			lines := corpus(t, name)
			for at := 0; at < len(lines); at += 100 {
				require.NoError(t, p.ConsumeLogs(t.Context(), batch(lines[at:min(at+100, len(lines))]...)))
			}
			require.NoError(t, p.Shutdown(t.Context()))
			traces, spans := map[string]pcommon.TraceID{}, map[pcommon.SpanID]string{}
			messages, shared := 0, 0
			for _, rec := range flat(sink.AllLogs()...) {
				uid, kind := str(rec, attrs.MessageUID), str(rec, attrs.Event)
				trace, known := traces[uid]
				switch {
				case uid == "":
					require.True(t, rec.TraceID().IsEmpty(), "%s without a message", kind)
					continue
				case rec.TraceID().IsEmpty():
					require.False(t, known && str(rec, attrs.Duplicate) == "", "a %s of %s lost its trace", kind, uid)
					require.True(t, rec.SpanID().IsEmpty())
					continue
				}
				require.True(t, !known || trace == rec.TraceID(), "a %s of %s changed its trace", kind, uid)
				traces[uid] = rec.TraceID()
				if span := rec.SpanID(); !span.IsEmpty() {
					require.Empty(t, spans[span], "%q has the span id of", rec.Body().AsString())
					spans[span] = rec.Body().AsString()
				}
				if kind == "message" {
					messages++
					if id := str(rec, attrs.MessageID); id != "" && event.TraceOfMessageID(id).Bytes() == rec.TraceID() {
						shared++
					}
				}
			}
			t.Logf("%d messages, %d of them in the trace of their Message-ID, %d spans of records", messages, shared, len(spans))
		})
	}
}

func TestRecordThatCameWithATraceKeepsIt(t *testing.T) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	ld := batch("Nov 24 09:00:00 mx postfix/cleanup[1]: 3F1A2B4C5D: message-id=<a@b>", "Nov 24 09:00:00 mx postfix/cleanup[1]: 3F1A2B4C5E: message-id=<a@b>")
	first := flat(ld)[0]
	first.SetTraceID([16]byte{7})
	first.SetSpanID([8]byte{8})
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	got := flat(sink.AllLogs()...)
	require.Equal(t, pcommon.TraceID{7}, got[0].TraceID())
	require.Equal(t, pcommon.SpanID{8}, got[0].SpanID())
	require.Equal(t, pcommon.TraceID(event.TraceOfMessageID("a@b").Bytes()), got[1].TraceID())
}
