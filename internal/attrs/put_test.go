package attrs

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// full is an event with every field set.
func full() *event.Event {
	ev := &event.Event{}
	v := reflect.ValueOf(ev).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.String:
			f.SetString("x" + v.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int, reflect.Int64:
			f.SetInt(3)
		case reflect.Uint8, reflect.Uint64:
			f.SetUint(1)
		}
	}
	ev.Kind, ev.Class, ev.RcptList = event.KindDelivery, '5', []string{"a@b.example", "c@d.example"}
	ev.MailFrom, ev.RcptTo = "from@example.com", ""
	ev.Redact, ev.TLS, ev.Tried, ev.RejectPermanent = nil, event.Yes, event.No, event.No
	ev.Delays = event.Delays{Total: 1, Has: math.MaxUint8}
	ev.SessionDuration = time.Second
	ev.SessionTally = &event.Tally{Messages: 1, Accepted: 1, Refused: 1, Failed: [event.Verbs]uint32{event.VerbRCPT: 1}}
	return ev
}

func TestEveryFieldReachesItsAttributeWithItsType(t *testing.T) {
	rec := plog.NewLogRecord()
	ev := full()
	(&Writer{Full: true, Host: "mx.example.com"}).Put(ev, rec)
	ev.RcptList, ev.RcptTo = nil, "to@example.com"
	single := plog.NewLogRecord()
	(&Writer{Full: true}).Put(ev, single)
	types := map[Type]pcommon.ValueType{
		String: pcommon.ValueTypeStr, Int: pcommon.ValueTypeInt, Double: pcommon.ValueTypeDouble, Seconds: pcommon.ValueTypeDouble,
		Bool: pcommon.ValueTypeBool, Strings: pcommon.ValueTypeSlice, Array: pcommon.ValueTypeSlice, Map: pcommon.ValueTypeMap,
	}
	known := map[string]bool{}
	for _, d := range Table {
		known[d.Name] = true
		v, ok := rec.Attributes().Get(d.Name)
		if !ok {
			v, ok = single.Attributes().Get(d.Name)
		}
		if !ok {
			if !strings.HasPrefix(d.Meaning, "summary: ") {
				t.Errorf("%s is on no record", d.Name)
			}
			continue
		}
		if v.Type() != types[d.Type] {
			t.Errorf("%s is %s, the table says %s", d.Name, v.Type(), d.Type)
		}
	}
	for name := range rec.Attributes().All() {
		if !known[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
	if rec.EventName() != "smtp.delivery" || rec.SeverityNumber() != plog.SeverityNumberError {
		t.Errorf("event name %q, severity %s", rec.EventName(), rec.SeverityNumber())
	}
}

func TestNothingIsPutForWhatTheLineDoesNotSay(t *testing.T) {
	rec := plog.NewLogRecord()
	new(Writer).Put(&event.Event{Kind: event.KindLifecycle, Dialect: "postfix"}, rec)
	if rec.Attributes().Len() != 2 {
		t.Errorf("%v", rec.Attributes().AsRaw())
	}
}

func TestLongAndBrokenTextsAreCutAtACharacter(t *testing.T) {
	rec := plog.NewLogRecord()
	new(Writer).Put(&event.Event{Kind: event.KindReply, Code: 550, Text: strings.Repeat("é", 600), Helo: "a\xffb"}, rec)
	text, _ := rec.Attributes().Get(ReplyText)
	if n := len(text.Str()); n != MaxText || !strings.HasSuffix(text.Str(), "é") {
		t.Errorf("%d bytes", n)
	}
	if cut, _ := rec.Attributes().Get(ReplyTruncated); !cut.Bool() {
		t.Error("not marked truncated")
	}
	if helo, _ := rec.Attributes().Get(Helo); helo.Str() != "a\uFFFDb" {
		t.Errorf("%q", helo.Str())
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

// BenchmarkPut is the floor: what it costs to put a delivery's attributes on a record.
func BenchmarkPut(b *testing.B) {
	ev := full()
	ev.RcptList = nil
	var w Writer
	b.ReportAllocs()
	for b.Loop() {
		w.Put(ev, plog.NewLogRecord())
	}
}
