package traces

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// mail is what stands on every record of a message.
type mail struct {
	uid   event.ID
	id    string
	spans int
}

// line is one enriched record.
type line struct {
	at    float64 // seconds behind noon
	kind  event.Kind
	mail  *mail // whose trace it has
	span  bool
	attrs map[string]any
}

func batch(lines ...line) plog.Logs {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("host.name", "mx")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(attrs.Scope)
	for _, l := range lines {
		rec := sl.LogRecords().AppendEmpty()
		rec.SetTimestamp(pcommon.NewTimestampFromTime(noon.Add(time.Duration(l.at * 1e9))))
		rec.SetEventName(l.kind.EventName())
		a := map[string]any{attrs.Event: l.kind.String(), attrs.Dialect: "postfix"}
		if l.mail != nil {
			rec.SetTraceID(event.TraceOfMessageID(l.mail.id).Bytes())
			a[attrs.MessageUID] = l.mail.uid.String()
			switch {
			case l.kind == event.KindMessage:
				rec.SetSpanID(event.SpanOfMessage(l.mail.uid).Bytes())
			case l.span:
				l.mail.spans++
				rec.SetSpanID(event.Within(l.mail.uid, uint64(100+l.mail.spans)).Bytes())
			}
		}
		for k, v := range l.attrs {
			a[k] = v
		}
		if err := rec.Attributes().FromRaw(a); err != nil {
			panic(err)
		}
	}
	return ld
}

// tells lists spans as "name start+length", with the text of their status, their events and links.
func tells(td ptrace.Traces) (list []string) {
	for _, rs := range td.ResourceSpans().All() {
		for _, s := range rs.ScopeSpans().At(0).Spans().All() {
			start := s.StartTimestamp().AsTime().Sub(noon)
			text := fmt.Sprintf("%s %s+%s", strings.TrimPrefix(s.Name(), "smtp."), start, s.EndTimestamp().AsTime().Sub(s.StartTimestamp().AsTime()))
			if s.Status().Code() == ptrace.StatusCodeError {
				text += " error: " + s.Status().Message()
			}
			for _, e := range s.Events().All() {
				text += " *" + e.Name()
			}
			for _, l := range s.Links().All() {
				v, _ := l.Attributes().Get(linkKind)
				text += " ->" + v.Str()
			}
			list = append(list, text)
		}
	}
	return list
}

func try(m *mail, at float64, status string, more ...any) line {
	a := map[string]any{attrs.DeliveryStatus: status, attrs.DeliveryRoute: "mx", attrs.RcptTo: "a@b.example"}
	for i := 0; i < len(more); i += 2 {
		a[more[i].(string)] = more[i+1]
	}
	return line{at, event.KindDelivery, m, true, a}
}

func over(m *mail, at, took float64, totals ...any) line {
	a := map[string]any{attrs.MessageDuration: took, attrs.RecipientCount: 1, attrs.MessageID: m.id}
	for i := 0; i < len(totals); i += 2 {
		a[totals[i].(string)] = totals[i+1]
	}
	return line{at, event.KindMessage, m, false, a}
}

func TestDeliveryHasItsStagesAsChildren(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	td := New(Options{}).Logs(batch(
		try(m, 10, "deferred", attrs.DelayInQueue, 0.5, attrs.DelaySetup, 1.0, attrs.DelayTransmission, 2.0, attrs.ReplyText, "later"),
		over(m, 20, 14, attrs.RecipientTotal+"delivered", 1),
	))
	require.Equal(t, []string{
		"delivery 6.5s+3.5s error: later", "delay.in_queue 6.5s+500ms", "delay.connection_setup 7s+1s", "delay.transmission 8s+2s", "message 6s+14s",
	}, tells(td))
	spans := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	root := spans.At(4)
	require.True(t, root.ParentSpanID().IsEmpty())
	require.Equal(t, root.SpanID(), spans.At(0).ParentSpanID())
	for i := 1; i < 4; i++ {
		require.Equal(t, spans.At(0).SpanID(), spans.At(i).ParentSpanID())
		require.Equal(t, root.TraceID(), spans.At(i).TraceID())
	}
	require.Equal(t, ptrace.SpanKindClient, spans.At(0).Kind())
}

// By rounded times a try may have begun before the message came: then so did the message.
func TestTryLiesWithinItsMessage(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	require.Equal(t, []string{"delivery 7s+3s", "delay.transmission 7s+3s", "message 7s+3s"},
		tells(New(Options{}).Logs(batch(try(m, 10, "delivered", attrs.DelayTransmission, 3.0), over(m, 10, 2.5)))))
}

// A failure has the type of its error, as the semantic conventions want it.
func TestFailureHasATypeOfError(t *testing.T) {
	for want, more := range map[string][]any{
		"timeout":      {attrs.ErrorType, "timeout", attrs.FailureReason, "connection_timeout"},
		"421":          {attrs.ReplyCode, 421, attrs.FailureReason, "rate_limited"},
		"mailbox_full": {attrs.FailureReason, "mailbox_full"},
		"deferred":     nil,
	} {
		td := New(Options{}).Logs(batch(try(&mail{uid: 1, id: "a@x"}, 1, "deferred", more...)))
		got, _ := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().Get(attrs.ErrorType)
		require.Equal(t, want, got.Str())
	}
}

// What becomes of a whole message is no host's answer.
func TestVerdictOnTheWholeMessage(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	for kind, want := range map[event.Kind]string{event.KindMessageExpired: "verdict 9s+0s error: ", event.KindMessageHeld: "verdict 9s+0s"} {
		status := map[event.Kind]string{event.KindMessageExpired: "expired", event.KindMessageHeld: "held"}[kind]
		td := New(Options{}).Logs(batch(line{9, kind, m, true, map[string]any{attrs.DeliveryStatus: status}}))
		require.Equal(t, []string{want}, tells(td))
		require.Equal(t, ptrace.SpanKindInternal, td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Kind())
	}
}

func TestOutcomeIsTheStatusOfTheMessage(t *testing.T) {
	for _, c := range []struct {
		totals []any
		want   string
	}{
		{[]any{attrs.RecipientTotal + "delivered", 1}, "message 0s+1s"},
		{[]any{attrs.RecipientTotal + "discarded", 1}, "message 0s+1s"},
		{[]any{attrs.RecipientTotal + "bounced", 1, attrs.RecipientCount, 3}, "message 0s+1s error: 1 of 3 recipients not reached"},
		{[]any{attrs.RecipientTotal + "expired", 2, attrs.RecipientTotal + "bounced", 1, attrs.RecipientCount, 3}, "message 0s+1s error: 3 of 3 recipients not reached"},
	} {
		require.Equal(t, []string{c.want}, tells(New(Options{}).Logs(batch(over(&mail{uid: 1, id: "a@x"}, 1, 1, c.totals...)))))
	}
}

// A session's records know no message, and some come behind its end.
func TestSessionGoesIntoTheTraceOfEachMessageThatItBrought(t *testing.T) {
	const sid = "00000000000000aa"
	of := func(at float64, kind event.Kind, more ...any) line {
		a := map[string]any{attrs.SessionID: sid, attrs.SessionRole: "server"}
		for i := 0; i < len(more); i += 2 {
			a[more[i].(string)] = more[i+1]
		}
		return line{at, kind, nil, false, a}
	}
	received := func(at float64, m *mail) line {
		return line{at, event.KindMessageReceived, m, false, map[string]any{attrs.OriginSessionID: sid, attrs.ClientAddress: "app.example"}}
	}
	one, two, late := &mail{uid: 1, id: "a@x"}, &mail{uid: 2, id: "b@x"}, &mail{uid: 3, id: "c@x"}
	maker := New(Options{})
	require.Empty(t, tells(maker.Logs(batch(
		of(0, event.KindConnect, attrs.ClientAddress, "app.example"),
		of(1, event.KindTLS, attrs.TLSVersion, "1.3"),
		of(2, event.KindMessageOpened, attrs.AuthMechanism, "PLAIN", attrs.UserName, "anna"),
		of(3, event.KindReject, attrs.Command, "RCPT"),
		received(4, one), received(5, two),
	))))
	td := maker.Logs(batch(of(6, event.KindDisconnect, attrs.ClientAddress, "app.example", attrs.SessionEnd, "quit", attrs.SessionDuration, 6.0, attrs.SessionMessages, 3), received(7, late)))
	require.Equal(t, []string{"session 0s+6s *tls *auth *reject", "session 5s+1s *tls *auth *reject", "session 6s+0s *tls *auth *reject"}, tells(td),
		"to a further message belongs what came from its reception on")
	require.Equal(t, []string{"message 0s+10s", "message 5s+5s"}, tells(maker.Logs(batch(over(one, 10, 6), over(two, 10, 5)))), "the first began with the session")
	for i, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		m := []*mail{one, two, late}[i]
		require.Equal(t, pcommon.TraceID(event.TraceOfMessageID(m.id).Bytes()), s.TraceID())
		require.Equal(t, pcommon.SpanID(event.SpanOfMessage(m.uid).Bytes()), s.ParentSpanID())
		require.Equal(t, ptrace.SpanKindServer, s.Kind())
		got := s.Attributes().AsRaw()
		for k, v := range map[string]any{attrs.TLSVersion: "1.3", attrs.UserName: "anna", attrs.SessionEnd: "quit", attrs.ClientAddress: "app.example"} {
			require.Equal(t, v, got[k], k)
		}
	}
	// Of a session that nobody remembers the message's own record tells.
	require.Equal(t, []string{"session 9s+0s"}, tells(New(Options{}).Logs(batch(received(9, one)))))
}

func TestSessionsAreBounded(t *testing.T) {
	maker := New(Options{})
	var all []line
	for i := range maxCalls + 100 {
		id := fmt.Sprintf("%016x", i+1)
		lines := []line{{0, event.KindConnect, nil, false, map[string]any{attrs.SessionID: id}}}
		for range 2 * maxEventsOfOne {
			lines = append(lines, line{1, event.KindReject, nil, false, map[string]any{attrs.SessionID: id, attrs.SessionRole: "server", attrs.ReplyText: strings.Repeat("é", 5000)}})
		}
		if i%2 == 0 {
			lines = append(lines, line{2, event.KindDisconnect, nil, false, map[string]any{attrs.SessionID: id, attrs.SessionRole: "server", attrs.SessionEnd: "quit"}})
		}
		if i > 100 {
			lines = lines[:2]
		}
		all = append(all, lines...)
	}
	maker.Logs(batch(all...))
	c := &maker.calls
	require.LessOrEqual(t, len(c.byID), maxCalls)
	require.LessOrEqual(t, len(c.begun), 2*maxCalls)
	events := 0
	for _, one := range c.byID {
		if one.told != nil {
			require.LessOrEqual(t, one.told.events.Len(), maxEventsOfOne)
			events += one.told.events.Len()
		}
	}
	require.Equal(t, events, c.events)
	require.LessOrEqual(t, events, maxEvents)
}

func TestNoticeLeadsToTheMessageThatItIsAbout(t *testing.T) {
	m, notice := &mail{uid: 1, id: "a@x"}, &mail{uid: 2, id: "bounce@mx"}
	td := New(Options{}).Logs(batch(
		try(m, 1, "bounced", attrs.DeliveryFinal, true),
		line{2, event.KindNotification, m, true, nil},
		over(notice, 3, 1, attrs.MessageKind, "dsn", attrs.ParentMessageUID, m.uid.String()),
	))
	require.Equal(t, []string{"delivery 1s+0s error: ", "notification 2s+0s", "message 2s+1s ->parent"}, tells(td))
	to := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(2).Links().At(0)
	require.Equal(t, pcommon.TraceID(event.TraceOfMessageID("a@x").Bytes()), to.TraceID())
	require.Equal(t, pcommon.SpanID(event.SpanOfMessage(1).Bytes()), to.SpanID())
}

func TestMessageOutsideTheTraceOfItsMessageIDLeadsThere(t *testing.T) {
	ld := batch(over(&mail{uid: 5, id: "repeated@x"}, 1, 1))
	ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).SetTraceID(event.TraceOfMessage(5).Bytes())
	td := New(Options{}).Logs(ld)
	require.Equal(t, []string{"message 0s+1s ->message_id"}, tells(td))
	require.Equal(t, pcommon.TraceID(event.TraceOfMessageID("repeated@x").Bytes()), td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Links().At(0).TraceID())
}

func TestWhatWasReadBeforeAndWhatIsNotEnrichedMakesNoSpan(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	require.Empty(t, tells(New(Options{}).Logs(batch(try(m, 1, "delivered", attrs.Duplicate, true)))))
	ld := batch(try(m, 1, "delivered"))
	ld.ResourceLogs().At(0).ScopeLogs().At(0).Scope().SetName("another")
	require.Empty(t, tells(New(Options{}).Logs(ld)))
}

func TestResourceIsTheRecordsOwnAndNamesHostAndService(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	ld := batch(try(m, 1, "delivered"), try(m, 2, "delivered", attrs.HostName, "other"), try(m, 3, "delivered"))
	td := New(Options{}).Logs(ld)
	require.Equal(t, 2, td.ResourceSpans().Len())
	require.Equal(t, map[string]any{"host.name": "mx", "service.name": "postfix"}, td.ResourceSpans().At(0).Resource().Attributes().AsRaw())
	require.Equal(t, 2, td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().Len())
	require.Equal(t, map[string]any{"host.name": "other", "service.name": "postfix"}, td.ResourceSpans().At(1).Resource().Attributes().AsRaw())
	ld.ResourceLogs().At(0).Resource().Attributes().PutStr("service.name", "mail")
	require.Equal(t, "mail", New(Options{}).Logs(ld).ResourceSpans().At(0).Resource().Attributes().AsRaw()["service.name"])
}

func TestFilterIsAsLongAsItSays(t *testing.T) {
	m := &mail{uid: 1, id: "a@x"}
	td := New(Options{}).Logs(batch(
		line{5, event.KindFilter, m, true, map[string]any{attrs.FilterName: "rspamd", attrs.FilterVerdict: "no action", attrs.FilterDuration: 0.25}},
		line{6, event.KindFilter, m, true, map[string]any{attrs.FilterName: "milter", attrs.FilterVerdict: "reject", attrs.FilterDuration: math.NaN()}},
		try(m, 7, "delivered", attrs.DelaySetup, math.Inf(1), attrs.DelayTransmission, -1.0),
	))
	got := tells(td)
	require.Equal(t, []string{"filter 4.75s+250ms", "filter 6s+0s"}, got[:2])
	for _, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		require.LessOrEqual(t, s.StartTimestamp(), s.EndTimestamp())
	}
}

// Whoever sends records may put anything under our names.
func TestAttributesOfAnyTypeDoNoHarm(t *testing.T) {
	for _, options := range []Options{{}, {Failed: true, Slow: true, SlowAfter: time.Second}} {
		maker := New(options)
		for kind := event.KindConnect; kind <= event.KindIncident; kind++ {
			for _, v := range []any{"", "x", strings.Repeat("ff", 8), int64(-1), -0.5, math.Inf(-1), true, []any{"a", int64(1)}, map[string]any{"a": "b"}, nil} {
				a := map[string]any{}
				for _, name := range names {
					if name != attrs.Event {
						a[name] = v
					}
				}
				m := &mail{uid: 7, id: "a@x"}
				ld := batch(line{1, kind, m, true, a}, line{2, kind, nil, false, a}, line{3, kind, m, false, a})
				ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(2).SetTimestamp(0)
				td := maker.Logs(ld)
				for _, rs := range td.ResourceSpans().All() {
					for _, s := range rs.ScopeSpans().At(0).Spans().All() {
						require.False(t, s.TraceID().IsEmpty() || s.SpanID().IsEmpty() || s.Name() == "")
						require.LessOrEqual(t, s.StartTimestamp(), s.EndTimestamp())
					}
				}
			}
		}
	}
}
