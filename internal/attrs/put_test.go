package attrs

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

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
	ev.Queue = event.Queue{Told: true, Messages: 3, Oldest: time.Second, Partial: true}
	ev.SessionTally = &event.Tally{Messages: 1, Accepted: 1, Refused: 1, Failed: [event.Verbs]uint32{event.VerbRCPT: 1}}
	return ev
}

func TestEveryFieldReachesItsAttributeWithItsType(t *testing.T) {
	ev := full()
	all := list(t, List{Full: true, Host: "mx.example.com"}, ev)
	ev.RcptList, ev.RcptTo = nil, "to@example.com"
	single := list(t, List{Full: true}, ev)
	types := map[Type]Kind{
		String: KindString, Int: KindInt, Double: KindDouble, Seconds: KindDouble, Bool: KindBool, Strings: KindArray, Array: KindArray, Map: KindMap,
	}
	known := map[string]bool{}
	for _, d := range Table {
		known[d.Name] = true
		i, ok := all[d.Name]
		if !ok {
			i, ok = single[d.Name]
		}
		if !ok {
			if !strings.HasPrefix(d.Meaning, "summary: ") && !strings.HasPrefix(d.Meaning, "incident: ") {
				t.Errorf("%s is on no record", d.Name)
			}
			continue
		}
		if i.Kind != types[d.Type] {
			t.Errorf("%s is of kind %d, the table says %s", d.Name, i.Kind, d.Type)
		}
	}
	for name := range all {
		if !known[name] {
			t.Errorf("%s is not in the table", name)
		}
	}
}

// list is what the record of an event carries, by name.
func list(t *testing.T, l List, ev *event.Event) map[string]Item {
	t.Helper()
	l.Put(ev)
	named := map[string]Item{}
	for at := 0; at < len(l.Items); {
		i := l.Items[at]
		if _, twice := named[i.Name]; twice || i.Name == "" {
			t.Errorf("%q stands twice, or is no name", i.Name)
		}
		named[i.Name] = i
		at++
		if i.Kind == KindArray || i.Kind == KindMap {
			at += i.Len() // these stand in no other
		}
	}
	return named
}

func TestNothingIsPutForWhatTheLineDoesNotSay(t *testing.T) {
	if l := list(t, List{}, &event.Event{Kind: event.KindLifecycle, Dialect: "postfix"}); len(l) != 2 {
		t.Errorf("%v", l)
	}
}

func TestLongAndBrokenTextsAreCutAtACharacter(t *testing.T) {
	l := list(t, List{}, &event.Event{Kind: event.KindReply, Code: 550, Text: strings.Repeat("é", 600), Helo: "a\xffb"})
	text := l[ReplyText]
	if n := len(text.Str()); n != MaxText || !strings.HasSuffix(text.Str(), "é") {
		t.Errorf("%d bytes", n)
	}
	if cut := l[ReplyTruncated]; !cut.Bool() {
		t.Error("not marked truncated")
	}
	if helo := l[Helo]; helo.Str() != "a\uFFFDb" {
		t.Errorf("%q", helo.Str())
	}
}

func TestAListHasRoomForEachKindOfValue(t *testing.T) {
	l := list(t, List{}, &event.Event{Kind: event.KindReply, Latency: 1500 * time.Millisecond, HasLatency: true, Size: -2, HasSize: true, NoTrial: true})
	latency, size, trial := l[Latency], l[MessageSize], l[Trial]
	if latency.Double() != 1.5 || size.Int() != -2 || trial.Bool() {
		t.Errorf("%v %v %v", latency, size, trial)
	}
}

// BenchmarkPut lists what a delivery carries.
func BenchmarkPut(b *testing.B) {
	ev := full()
	ev.RcptList = nil
	var l List
	b.ReportAllocs()
	for b.Loop() {
		l.Put(ev)
	}
}
