package record

import (
	"reflect"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// delivery is the event of a verdict that carries what those of a busy host do.
func delivery() *event.Event {
	return &event.Event{
		Kind: event.KindDelivery, Dialect: "postfix", Daemon: "smtp", Instance: "postfix", Status: event.StatusDeferred, Route: event.RouteMX, Class: '4', Code: 450,
		Enhanced: "4.2.0", Command: "RCPT", Text: "<lee@example.net>: Recipient address rejected: Greylisted", Fingerprint: "<>: recipient address rejected: greylisted",
		QueueID: "4XyZabCDEFz1234", MessageUID: 0x1234567890abcdef, SessionID: 0xfedcba0987654321, RcptTo: "lee@example.net", MailFrom: "ann@example.org",
		DestinationDomain: "example.net", Provider: "google", Direction: event.DirectionOutbound, Reason: "greylisted", Category: "block", Basis: "text",
		ServerAddress: "mx.example.net", PeerIP: "192.0.2.25", ServerPort: 25, Size: 4711, HasSize: true, ClientAddress: "client.example.org", User: "ann",
		Delays: event.Delays{Total: 4, BeforeQueue: 1, InQueue: 1, ConnectionSetup: 1, Transmission: 1, Has: event.AllDelays},
	}
}

func TestARecordCarriesTheListBehindWhatItCameWith(t *testing.T) {
	rec := plog.NewLogRecord()
	m := rec.Attributes()
	m.PutInt(attrs.FileOffset, 7)
	m.PutStr(attrs.UserName, "root")
	m.PutEmptySlice("tags").AppendEmpty().SetStr("mail")
	new(Writer).Put(delivery(), rec)
	m = rec.Attributes()
	var names []string
	seen := map[string]bool{}
	for name := range m.All() {
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		names = append(names, name)
	}
	if want := []string{attrs.FileOffset, attrs.UserName, "tags", attrs.Dialect, attrs.Event}; !reflect.DeepEqual(names[:5], want) {
		t.Errorf("%v, want %v first", names, want)
	}
	for name, want := range map[string]any{
		attrs.FileOffset: int64(7), attrs.UserName: "ann", "tags": []any{"mail"}, attrs.RcptTo: "lee@example.net", attrs.ReplyCode: int64(450), attrs.DelaySetup: 1.0,
	} {
		if v, ok := m.Get(name); !ok || !reflect.DeepEqual(v.AsRaw(), want) {
			t.Errorf("%s is %v, want %v", name, v.AsRaw(), want)
		}
	}
	if rec.EventName() != "smtp.delivery" || rec.SeverityNumber() != plog.SeverityNumberWarn {
		t.Errorf("event name %q, severity %s", rec.EventName(), rec.SeverityNumber())
	}
}

func TestSeverityOfTheCarrierStays(t *testing.T) {
	rec := plog.NewLogRecord()
	rec.SetSeverityNumber(plog.SeverityNumberDebug)
	new(Writer).Put(&event.Event{Kind: event.KindReply, Class: '5'}, rec)
	if rec.SeverityNumber() != plog.SeverityNumberDebug {
		t.Error(rec.SeverityNumber())
	}
}

// A session's summary has all there is: maps, arrays, and maps in arrays. The next record must not get any of it.
func TestASummaryHasItsArrays(t *testing.T) {
	s := &session.Summary{
		Event: event.Event{Kind: event.KindSession, Dialect: "transcript", SessionID: 1, SessionEnd: event.EndQuit, HasCommands: true},
		Session: &session.TotalsOfSession{
			Messages: 1, Accepted: 2, CommandsDropped: 3,
			Commands: []session.CommandRecord{{Command: "EHLO", Argument: "a\xff", Code: 250}, {Command: "QUIT", Latency: time.Second, HasLatency: true}},
		},
	}
	s.Event.Commands[event.VerbRCPT] = event.Count{OK: 2, All: 5}
	rec := plog.NewLogRecord()
	var w Writer
	w.PutSummary(s, rec)
	got := rec.Attributes().AsRaw()
	for name, want := range map[string]any{
		attrs.SessionCommandsOK: map[string]any{"RCPT": int64(2)},
		attrs.SessionCommandsKO: map[string]any{"RCPT": int64(3)},
		attrs.Commands: []any{
			map[string]any{"command": "EHLO", "argument": "a\uFFFD", "reply_code": int64(250)},
			map[string]any{"command": "QUIT", "latency": 1.0},
		},
		attrs.CommandsDropped: int64(3), attrs.SessionRefused: int64(0), attrs.SessionEnd: "quit",
	} {
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if rec.Body().Str() != s.Sentence() {
		t.Errorf("body %q", rec.Body().Str())
	}
	next := plog.NewLogRecord()
	w.Put(&event.Event{Kind: event.KindLifecycle, Dialect: "postfix"}, next)
	if next.Attributes().Len() != 2 {
		t.Errorf("%v", next.Attributes().AsRaw())
	}
}

// BenchmarkPut is the floor: what it costs to put a delivery's attributes on a record; in turn with what the map's own Put costs.
func BenchmarkPut(b *testing.B) {
	ev := delivery()
	var w Writer
	b.Run("built", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.Put(ev, plog.NewLogRecord())
		}
	})
	b.Run("map.Put", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.List.Put(ev)
			putEach(&w, plog.NewLogRecord().Attributes())
		}
	})
}

func putEach(w *Writer, m pcommon.Map) {
	m.EnsureCapacity(len(w.Items))
	for at := range w.Items {
		w.put(at, m.PutEmpty(w.Items[at].Name))
	}
}

// BenchmarkPutSummary is what a message's summary costs to write: one recipient, one host.
func BenchmarkPutSummary(b *testing.B) {
	ev := delivery()
	ev.Kind, ev.Status, ev.Class, ev.Code, ev.Text, ev.Reason = event.KindMessage, event.StatusNone, 0, 0, "", ""
	s := &session.Summary{Event: *ev, Message: &session.TotalsOfMessage{Duration: time.Second, HasDuration: true}}
	s.Message.Totals[event.StatusDelivered] = 1
	s.Message.Recipients = []session.Recipient{{To: "lee@example.net", Status: event.StatusDelivered, Route: event.RouteMX, DSN: "2.0.0", Code: 250, Enhanced: "2.0.0", Attempts: 1, Reply: "250 2.0.0 OK"}}
	s.Message.Hops = []session.Hop{{Server: "mx.example.net", Address: "192.0.2.25", Route: event.RouteMX, Status: event.StatusDelivered, Code: 250, Enhanced: "2.0.0"}}
	var w Writer
	b.ReportAllocs()
	for b.Loop() {
		w.PutSummary(s, plog.NewLogRecord())
	}
}
