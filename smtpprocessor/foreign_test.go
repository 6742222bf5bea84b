package smtpprocessor

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/foreign"
)

// mailLines are the samples of every dialect, by case file.
func mailLines(t testing.TB) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../internal/dialect/*/testdata/*.txt")
	require.NoError(t, err)
	all := make(map[string][]string)
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		name := filepath.Base(filepath.Dir(filepath.Dir(path))) + "/" + filepath.Base(path)
		for _, l := range strings.Split(string(data), "\n") {
			if l != "" && !strings.HasPrefix(l, "# ") && l != "#" && !strings.HasPrefix(l, "    ") {
				all[name] = append(all[name], l)
			}
		}
	}
	return all
}

// number is the attribute that tells which line a record was.
const number = "test.number"

// untouched fails for each record that is not as it came in.
func untouched(t *testing.T, lines []string, mail map[int]bool, out []plog.LogRecord) {
	t.Helper()
	seen, wrong := make(map[int]bool), 0
	for _, rec := range out {
		v, ok := rec.Attributes().Get(number)
		if !ok {
			continue
		}
		n := int(v.Int())
		if mail[n] {
			continue
		}
		seen[n] = true
		if rec.Body().Type() == pcommon.ValueTypeStr && rec.Body().Str() == lines[n] && rec.Attributes().Len() == 1 && rec.Timestamp() == 0 && rec.EventName() == "" && rec.SeverityNumber() == 0 {
			continue
		}
		if wrong++; wrong <= 5 {
			t.Errorf("line %d %q behind %q came out as %q with %v", n, lines[n], lines[max(n-1, 0)], rec.Body().AsString(), rec.Attributes().AsRaw())
		}
	}
	if wrong > 5 {
		t.Errorf("and %d more", wrong-5)
	}
	for n := range lines {
		if !mail[n] && !seen[n] {
			t.Fatalf("line %d %q is gone", n, lines[n])
		}
	}
}

// 100,000 lines of other programs, between and behind mail lines of every dialect, come out byte for byte and without an attribute, whether the
// receiver keeps the blanks around a line or not.
func TestLinesOfOtherProgramsComeOutAsTheyCameIn(t *testing.T) {
	samples := mailLines(t)
	each := 100_000/len(samples)/2 + 1
	for name, mail := range samples {
		for _, carrier := range []string{"file", "maillog"} {
			t.Run(name+"/"+carrier, func(t *testing.T) {
				t.Parallel()
				others := foreign.New(uint64(len(name)) + uint64(len(mail)))
				var lines []string
				isMail := make(map[int]bool)
				for n := 0; n < each; {
					if k := len(isMail); k < len(mail) {
						isMail[len(lines)] = true
						lines = append(lines, mail[k])
					}
					for range 1 + each/len(mail) {
						line := others.Line()
						if carrier == "file" {
							line = strings.TrimSpace(line)
						}
						lines = append(lines, line)
						n++
					}
				}
				untouched(t, lines, isMail, numberedThrough(t, lines))
			})
		}
	}
}

// numberedThrough takes the lines of one file through a processor and gives what left.
func numberedThrough(t *testing.T, lines []string) []plog.LogRecord {
	t.Helper()
	sink := new(consumertest.LogsSink)
	p, _ := start(t, sink, nil)
	for at := 0; at < len(lines); at += 100 {
		ld := batch(lines[at:min(at+100, len(lines))]...)
		ld.ResourceLogs().At(0).Resource().Attributes().PutStr(attrs.FilePath, "/var/log/mail.log")
		for i, rec := range ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			rec.Attributes().PutInt(number, int64(at+i))
		}
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	}
	return flat(sink.AllLogs()...)
}

// A conversation without header that stands in another server's log, up to its message, leaves the rest of that log as it is.
func TestFourLinesOfAConversationBlindNoLog(t *testing.T) {
	four := []string{"EHLO a", "250 ok", "DATA", "354 go"}
	seven := []string{"EHLO a.example", "250 ok", "MAIL FROM:<a@b.example>", "250 ok", "RCPT TO:<c@d.example>", "250 ok", "DATA", "354 go", "Subject: a message without its end"}
	for name, mail := range mailLines(t) {
		if strings.HasPrefix(name, "transcript/") || strings.HasPrefix(name, "mdaemon/") { // such lines are theirs
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := len(mail) / 2
			want := told(numberedThrough(t, mail))
			for _, between := range [][]string{four, seven} {
				got := told(numberedThrough(t, slices.Concat(mail[:at], between, mail[at:])))
				for n := at; n < len(mail); n++ {
					known := strings.Contains(want[n], attrs.Dialect)
					if got[n+len(between)] != want[n] && (known || len(between) == len(four)) {
						t.Fatalf("line %d %q behind %d lines of a conversation is\n%s\nwant\n%s", n, mail[n], len(between), got[n+len(between)], want[n])
					}
				}
			}
		})
	}
}

// told is each record by its number, as text.
func told(recs []plog.LogRecord) map[int]string {
	all := make(map[int]string)
	for _, rec := range recs {
		if v, ok := rec.Attributes().Get(number); ok {
			n := int(v.Int())
			rec.Attributes().Remove(number)
			all[n] = rec.Body().AsString() + fmt.Sprint(rec.Timestamp(), rec.Attributes().AsRaw())
		}
	}
	return all
}
