// Package dialecttest runs the golden cases of a dialect, and what every parser has to stand. A dialect's own test is three lines:
//
//	func TestGolden(t *testing.T) { dialecttest.Run(t, postfix.Parser{}) }
//	func FuzzParse(f *testing.F)  { dialecttest.Fuzz(f, postfix.Parser{}) }
//
// A case file is testdata/*.txt: a header of # lines that says where the lines come from, then each log line as it was written, and below
// it, indented, what it says: the fields of its Event in the order of their names, or "unknown". UPDATE_GOLDEN=1 writes them anew.
package dialecttest

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// clock reads stamps as of the end of 2026, in UTC.
var clock = header.Clock{Zone: time.UTC, Anchor: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC).UnixNano()}

const indent = "    "

// Run compares every case with its golden, and holds each line to what holds for all: it allocates nothing, a cut line says nothing
// that the whole one does not, and no other dialect takes it.
func Run(t *testing.T, p dialect.Parser) {
	for _, path := range files(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := rewrite(p, string(data))
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			} else if got != string(data) {
				t.Errorf("not what the lines say (UPDATE_GOLDEN=1 writes it anew): %s", firstDifference(string(data), got))
			}
			for _, sample := range Samples(p, string(data)) {
				allocatesNothing(t, p, sample)
				ladder(t, p, sample)
				detected(t, p, sample)
				cutsNoWord(t, p, sample)
				closed(t, sample.Event)
				saysSomething(t, sample)
			}
		})
	}
}

// Fuzz holds the parser to its promises on random lines, beginning with the samples.
func Fuzz(f *testing.F, p dialect.Parser) {
	for _, path := range files(f) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, sample := range Samples(p, string(data)) {
			f.Add(sample.Line, sample.Columns)
		}
	}
	f.Fuzz(func(t *testing.T, line, columns string) {
		var ev event.Event
		parse(p, Sample{Line: line, Columns: columns}, &ev)
		closed(t, &ev)
		for i, span := range ev.Redact {
			if span.From < 0 || span.From >= span.To || span.To > len(ev.Line) || i > 0 && span.From <= ev.Redact[i-1].To {
				t.Errorf("%q: spans %v in %d bytes", line, ev.Redact, len(ev.Line))
			}
		}
	})
}

func parse(p dialect.Parser, sample Sample, ev *event.Event) event.Result {
	var h header.Header
	header.Parse(sample.Line, clock, &h)
	h.Columns, h.Entry = sample.Columns, sample.Entry
	ev.Line, ev.PID = h.Text, h.PID
	return dialect.Read(p, &h, ev)
}

// left is what stands in the header, or is the text itself.
var left = map[string]bool{
	"Line": true, "PID": true, "Resolution": true, "Quoting": true, "UTC": true, "Dialect": true, "Said": true,
	"SaidAt": true, "Kind": true, "Twin": true, "Columns": true, "Entry": true, "Mark": true, "Unclear": true,
}

// Fields lists an event's fields that say something, kind first, then by their order in Event.
func Fields(ev *event.Event) []string {
	list := []string{ev.Kind.String()}
	v := reflect.ValueOf(ev).Elem()
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if left[name] || f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		if name == "Time" { // only a parser whose lines hold it within the text sets it here
			list = append(list, "Time="+time.Unix(0, ev.Time).UTC().Format(time.RFC3339Nano))
			continue
		}
		list = append(list, name+"="+text(f.Interface()))
	}
	return list
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		if v == "" || strings.ContainsAny(v, " \"\\\t") || strings.ToValidUTF8(v, "") != v {
			return fmt.Sprintf("%q", v)
		}
		return v
	case byte:
		return string(v)
	case event.Tri:
		return [...]string{"?", "no", "yes"}[v]
	case event.Scope:
		return [...]string{"none", "pid", "id", "conn", "source", "peer", "screen", "address", "fork", "call"}[v]
	case event.Delays:
		return fmt.Sprintf("%g:%g/%g/%g/%g", v.Total, v.BeforeQueue, v.InQueue, v.ConnectionSetup, v.Transmission)
	case [event.Verbs]event.Count:
		var list []string
		for verb, n := range v {
			if n.All > 0 {
				list = append(list, fmt.Sprintf("%s:%d/%d", event.Verb(verb), n.OK, n.All))
			}
		}
		return strings.Join(list, ",")
	}
	return fmt.Sprint(v)
}

// saysSomething holds warnings and lines about the programs themselves to what makes them events: a word of the line besides who wrote it.
func saysSomething(t *testing.T, sample Sample) {
	t.Helper()
	if sample.Event == nil || sample.Event.Kind != event.KindWarning && sample.Event.Kind != event.KindLifecycle {
		return
	}
	for _, field := range Fields(sample.Event)[1:] {
		switch name, _, _ := strings.Cut(field, "="); name {
		case "Daemon", "Service", "Instance", "Scope", "Role", "Beside", "Died", "Redact":
		default:
			return
		}
	}
	t.Errorf("an event without a field: %s", sample.Line)
}

func allocatesNothing(t *testing.T, p dialect.Parser, sample Sample) {
	t.Helper()
	var h header.Header
	var ev event.Event
	ev.Redact, ev.RcptList = make([]event.Span, 0, 8), make([]string, 0, 64)
	header.Parse(sample.Line, clock, &h)
	h.Columns, h.Entry = sample.Columns, sample.Entry
	if n := testing.AllocsPerRun(5, func() {
		ev.Reset()
		ev.Line = h.Text
		p.Parse(&h, &ev)
	}); n != 0 {
		t.Errorf("%v allocations: %s", n, sample.Line)
	}
}

// detected wants that nobody else takes the line.
func detected(t *testing.T, p dialect.Parser, sample Sample) {
	t.Helper()
	if sample.Event == nil {
		return
	}
	d, err := dialect.NewDetector(nil)
	if err != nil {
		t.Fatal(err)
	}
	var h header.Header
	var got event.Event
	header.Parse(sample.Line, clock, &h)
	got.Line = h.Text
	if d.Parse(&dialect.Memory{Columns: map[string]string{p.Name(): sample.Columns}, Entry: sample.Entry}, &h, &got) == event.Unknown &&
		!p.Claims(h.Program) {
		return // a line that alone could be anyone's: its source tells
	}
	if got.Dialect != p.Name() {
		t.Errorf("taken by %q: %s", got.Dialect, sample.Line)
	}
}
