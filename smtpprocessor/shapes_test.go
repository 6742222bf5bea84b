package smtpprocessor

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/secrets"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// shapes builds batches of any shape from the bytes of a fuzzer: each byte is a choice.
type shapes struct {
	data  []byte
	lines []string
	n     int64 // of the records so far
}

func (s *shapes) byte() byte {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

func (s *shapes) choose(n int) int { return int(s.byte()) % n }

// text is a line of the samples, a piece of one, several, or the fuzzer's own bytes.
func (s *shapes) text() string {
	line := s.lines[(int(s.byte())<<8|int(s.byte()))%len(s.lines)]
	switch s.choose(8) {
	case 0:
		n := min(s.choose(64), len(s.data))
		own := string(s.data[:n])
		s.data = s.data[n:]
		return own
	case 1:
		return line[:min(len(line), s.choose(256))]
	case 2:
		return line + "\n" + s.lines[s.choose(len(s.lines))] + "\r\n"
	case 3:
		return `{"log":"` + line + `\n","stream":"stdout"}`
	case 4:
		return line + "\x00\xff" + line
	}
	return line
}

// keys are those that carriers use, and others.
var keys = []string{
	"message", "MESSAGE", "log", "appname", "ident", "SYSLOG_IDENTIFIER", "program", "_COMM", "proc_id", "_PID", "hostname", "_HOSTNAME", "net.peer.ip", "__REALTIME_TIMESTAMP", "__CURSOR",
	"_TRANSPORT", "log.file.id", "log.file.path", "log.file.name", "log.file.record_offset", "log.iostream", "container.id", "CONTAINER_ID", "fluent.tag", "host.name", "event.original",
	"log.record.original", "smtp.dialect", "smtp.event", "type", "level", "id", "a", "",
}

func (s *shapes) value(v pcommon.Value, depth int) {
	switch s.choose(10) {
	case 0:
		v.SetInt(int64(int8(s.byte())) * 12345)
	case 1:
		v.SetDouble(float64(s.byte()) / 3)
	case 2:
		v.SetBool(s.byte()%2 == 0)
	case 3:
		v.SetEmptyBytes().FromRaw([]byte(s.text()))
	case 4:
		if depth > 0 {
			s.fill(v.SetEmptyMap(), depth-1)
		}
	case 5:
		if depth > 0 {
			list := v.SetEmptySlice()
			for range s.choose(4) {
				s.value(list.AppendEmpty(), depth-1)
			}
		}
	case 6:
		list := v.SetEmptySlice()
		for _, b := range []byte(s.text()) {
			list.AppendEmpty().SetInt(int64(b))
		}
	default:
		v.SetStr(s.text())
	}
}

func (s *shapes) fill(m pcommon.Map, depth int) {
	for range s.choose(6) {
		s.value(m.PutEmpty(keys[s.choose(len(keys))]), depth)
	}
}

// number is the attribute that the records are known by.
const shapeNumber = "test.number"

func (s *shapes) batch() plog.Logs {
	ld := plog.NewLogs()
	for range 1 + s.choose(2) {
		rl := ld.ResourceLogs().AppendEmpty()
		s.fill(rl.Resource().Attributes(), 2)
		for range 1 + s.choose(2) {
			sl := rl.ScopeLogs().AppendEmpty()
			if s.choose(8) == 0 {
				sl.Scope().SetName(attrs.Scope)
			}
			s.fill(sl.Scope().Attributes(), 1)
			for range s.choose(6) {
				rec := sl.LogRecords().AppendEmpty()
				s.value(rec.Body(), 3)
				s.fill(rec.Attributes(), 3)
				rec.Attributes().PutInt(shapeNumber, s.n)
				s.n++
				rec.SetTimestamp(pcommon.Timestamp(s.byte()) << 55)
				rec.SetObservedTimestamp(pcommon.Timestamp(s.byte()) << 55)
				if s.choose(4) == 0 {
					rec.SetSeverityText(s.text())
				}
			}
		}
	}
	return ld
}

// sampleLines are lines of every dialect, and of logins.
func sampleLines(t testing.TB) (lines []string) {
	samples, err := filepath.Glob("../internal/dialect/*/testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range samples {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range logLines(string(data)) {
			if i%5 == 0 {
				lines = append(lines, line)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(leaks)) {
		lines = append(lines, leaks[name]...)
	}
	return append(lines, mailing...)
}

// FuzzShapes takes batches of any shape through the processor, records of every type, copies of lines and credentials in any place: nothing panics, each record
// comes out, in order, and nothing leaves that proves to be a credential.
func FuzzShapes(f *testing.F) {
	lines := sampleLines(f)
	f.Add([]byte{})
	for i := range 64 {
		seed := make([]byte, 200)
		for k := range seed {
			seed[k] = byte(i*131 + k*k*7 + k>>3)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &shapes{data: data, lines: lines}
		takeShapes(t, s.batch(), s.batch())
	})
}

// FuzzWire takes what comes in as OTLP.
func FuzzWire(f *testing.F) {
	lines := sampleLines(f)
	for i := range 16 {
		s := &shapes{data: []byte{byte(i), 3, byte(i * 7), 2, 9, byte(i * 31), 5, 4, 3, 2, 1, byte(i), 0, 255, 128, byte(i * 3)}, lines: lines}
		data, err := (&plog.ProtoMarshaler{}).MarshalLogs(s.batch())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		takeShapes(t, ld)
	})
}

// takeShapes takes batches through a processor with a memory of three.
func takeShapes(t *testing.T, batches ...plog.Logs) {
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, func(c *Config) {
		c.Sessions.Max, c.Messages.Max, c.Messages.MaxRecipients = 3, 3, 3
		c.Summaries, c.Privacy.Content = []string{"session", "message"}, site.ContentKeep
	})
	for _, ld := range batches {
		var want []int64
		for _, rec := range flat(ld) {
			if v, ok := rec.Attributes().Get(shapeNumber); ok && v.Type() == pcommon.ValueTypeInt {
				want = append(want, v.Int())
			}
		}
		before := len(sink.AllLogs())
		if err := p.ConsumeLogs(context.Background(), ld); err != nil {
			t.Fatal(err)
		}
		inOrder(t, want, flat(sink.AllLogs()[before:]...))
	}
	if err := p.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	provesNothing(t, sink.AllLogs()...)
}

// inOrder wants the records that came in, once or in parts, in their order.
func inOrder(t *testing.T, want []int64, got []plog.LogRecord) {
	t.Helper()
	at := -1
	for _, rec := range got {
		v, ok := rec.Attributes().Get(shapeNumber)
		if !ok || v.Type() != pcommon.ValueTypeInt {
			continue
		}
		switch {
		case at >= 0 && v.Int() == want[at]: // a further part
		case at+1 < len(want) && v.Int() == want[at+1]:
			at++
		default:
			t.Fatalf("record %d behind %d of %v", v.Int(), at, want)
		}
	}
	if at+1 != len(want) {
		t.Fatalf("%d records of %d came out", at+1, len(want))
	}
}

// provesNothing wants no text among those that left that proves to be a credential.
func provesNothing(t *testing.T, batches ...plog.Logs) {
	t.Helper()
	look := func(where, s string) {
		if spans := secrets.Find(s, secrets.Anyone, nil); len(spans) > 0 {
			t.Fatalf("%s: %q of %q", where, s[spans[0].From:spans[0].To], s)
		}
	}
	for _, ld := range batches {
		for _, rl := range ld.ResourceLogs().All() {
			eachText(pcommonMap(rl.Resource().Attributes()), look)
			for _, sl := range rl.ScopeLogs().All() {
				eachText(pcommonMap(sl.Scope().Attributes()), look)
				for _, rec := range sl.LogRecords().All() {
					eachText(rec.Body(), look)
					eachText(pcommonMap(rec.Attributes()), look)
					look("severity", rec.SeverityText())
				}
			}
		}
	}
}

func pcommonMap(m pcommon.Map) pcommon.Value {
	v := pcommon.NewValueMap()
	m.CopyTo(v.Map())
	return v
}

// eachText gives every text of a value, and the keys of its maps.
func eachText(v pcommon.Value, look func(where, s string)) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		for key, field := range v.Map().All() {
			look("a key", key)
			eachText(field, look)
		}
	case pcommon.ValueTypeSlice:
		if s, ok := numbersText(v.Slice()); ok {
			look("an array of bytes", s)
			return
		}
		for _, item := range v.Slice().All() {
			eachText(item, look)
		}
	case pcommon.ValueTypeBytes:
		look("bytes", string(v.Bytes().AsRaw()))
	case pcommon.ValueTypeStr:
		look("a string", v.Str())
	}
}
