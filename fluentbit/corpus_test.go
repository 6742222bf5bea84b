//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/enrich"
	"github.com/otelcol-smtp/otelcol-smtp/internal/site"
)

// read is when Fluent Bit read the lines: behind all of them.
var read = time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC).UnixNano()

// fluentBit writes a record as Fluent Bit gives it to a filter: what is no ASCII as an escape, a byte that is no UTF-8 as a character of a private area.
func fluentBit(line string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"log":"`)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\ue0%02x`, line[i])
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r >= 0x7f && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		case r >= 0x10000:
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	b.WriteString(`"}`)
	return b.Bytes()
}

// native is the engine as the Collector has it, over records of the same body.
type native struct {
	t *testing.T
	e *enrich.Enricher
}

func newNative(t *testing.T, c site.Site) *native {
	set, _, err := c.Settings()
	require.NoError(t, err)
	set.Zone = time.UTC
	e, err := engine.New(set)
	require.NoError(t, err)
	return &native{t, enrich.New(e, enrich.Choices{Full: c.Full(), DropChatter: c.Drops()})}
}

// enrich gives the records that a record becomes, as JSON reads them: the text under log, the attributes beside it.
func (n *native) enrich(line, tag string) (all []map[string]any) {
	ld := plog.NewLogs()
	rec := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	rec.SetTimestamp(pcommon.Timestamp(read))
	rec.Body().SetEmptyMap().PutStr("log", line)
	rec.Attributes().PutStr("fluent.tag", tag)
	n.e.Enrich(ld, time.Unix(0, read), nil)
	for _, sl := range ld.ResourceLogs().At(0).ScopeLogs().All() {
		for _, rec := range sl.LogRecords().All() {
			m := rec.Attributes().AsRaw()
			delete(m, "fluent.tag")
			delete(m, attrs.Original)
			if body := rec.Body(); body.Type() == pcommon.ValueTypeMap {
				text, _ := body.Map().Get("log")
				m["log"] = text.Str()
			} else {
				m["log"] = body.AsString()
			}
			all = append(all, m)
		}
	}
	return all
}

// asRead is a value as encoding/json reads it again.
func asRead(t *testing.T, v any) any {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(b, &out))
	return out
}

// bytesBack turns the characters that stand for bytes into what encoding/json makes of those bytes.
func bytesBack(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xE080 && r <= 0xE0FF {
			return utf8.RuneError
		}
		return r
	}, s)
}

// own are the filter's names for what is no attribute in the Collector.
var own = []string{"smtp.time", "trace_id", "span_id"}

// records reads an answer: one record, or those under events.
func records(t *testing.T, answer string) (all []map[string]any) {
	valid(t, answer)
	var one map[string]any
	require.NoError(t, json.Unmarshal([]byte(answer), &one))
	events, several := one["events"].([]any)
	if !several {
		events = []any{one}
	}
	for _, e := range events {
		m := e.(map[string]any)
		for _, name := range own {
			delete(m, name)
		}
		if text, ok := m["log"].(string); ok {
			m["log"] = bytesBack(text)
		}
		all = append(all, m)
	}
	return all
}

// Every line of every log gives the same records as the engine of the Collector, in the module's own runtime.
func TestEveryLogAsInTheCollector(t *testing.T) {
	files, err := filepath.Glob("../testdata/*log")
	require.NoError(t, err)
	more, err := filepath.Glob("../testdata/conversations/*.log")
	require.NoError(t, err)
	lines, recognised := 0, 0
	for _, file := range append(files, more...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			h, n := load(t, nil), newNative(t, site.Default())
			tag := "mail." + filepath.Base(file)
			for line := range strings.Lines(string(data)) {
				line = strings.TrimRight(line, "\r\n")
				want := n.enrich(line, tag)
				answer := h.filter("smtp_events", tag, read, fluentBit(line))
				got := records(t, answer)
				require.Len(t, got, len(want), "%q: %s", line, answer)
				for i := range want {
					require.Equal(t, asRead(t, want[i]), any(got[i]), "%q", line)
				}
				if lines++; got[0][attrs.Event] != nil {
					recognised++
				}
			}
		})
	}
	require.Greater(t, recognised, lines/2)
	t.Logf("%d lines, %d recognised", lines, recognised)
}
