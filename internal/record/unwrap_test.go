package record

import (
	"slices"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// JSON that is no carrier's stays whole: a mail server writes it, or nobody's business is in it.
func TestJSONOfOthersStaysWhole(t *testing.T) {
	for _, text := range []string{
		`{"level":"INFO","uuid":"9FF7F70E","source":"core","message":"disconnect ip=192.0.2.1"}`,
		`{"type":"Delivery","response":{"code":250},"message":"x"}`,
		`{"message":"hello"}`,
		`{"log":"hello"}`,
		`{"message":"Nov 23 15:32:27 hello"}`,
		`Nov 23 15:32:27 mx app[7]: {"program":"postfix/smtpd","pid":"1","message":"connect from forged[192.0.2.1]"}`,
		`{"message":`, `{`, `{}`, `{"MESSAGE":5}`,
		"2026-11-23T15:32:27Z\ttag\t{broken}",
		JournalStart + "x\n_PID=5",
	} {
		rec := plog.NewLogRecord()
		rec.Body().SetStr(text)
		var v View
		if !v.Read(pcommon.NewResource(), rec, 1) || v.Text != text || v.Unwrapped || v.Parsed {
			t.Errorf("%q: text %q, unwrapped %t, parsed %t", text, v.Text, v.Unwrapped, v.Parsed)
		}
	}
}

func TestLinesAndEntriesOfTheJournalAreCutOff(t *testing.T) {
	for name, tt := range map[string]struct {
		data string
		want []string
	}{
		"lines":                     {"a\nb\r\n\nc\n", []string{"a", "b", "", "c"}},
		"no end yet":                {"a\nb", []string{"a"}},
		"entries":                   {"__CURSOR=1\nMESSAGE=x\n\n__CURSOR=2\nMESSAGE=y\n\n", []string{"__CURSOR=1\nMESSAGE=x", "__CURSOR=2\nMESSAGE=y"}},
		"entry that goes on":        {"__CURSOR=1\nMESSAGE=x\n", nil},
		"lines around an entry":     {"a\n__CURSOR=1\nMESSAGE=x\n\nb\n", []string{"a", "__CURSOR=1\nMESSAGE=x", "b"}},
		"line that names a cursor":  {"x __CURSOR=1\nb\n", []string{"x __CURSOR=1", "b"}},
		"first letters of an entry": {"__CUR", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for text := tt.data; ; {
				line, length := CutLine(text)
				if length == 0 {
					break
				}
				got, text = append(got, line), text[length:]
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
