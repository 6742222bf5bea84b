package dialecttest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func files(t testing.TB) []string {
	list, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(list) == 0 {
		t.Fatalf("no samples in testdata (%v)", err)
	}
	return list
}

// Sample is one log line of a case file.
type Sample struct {
	Line    string
	Columns string      // what an earlier line of the file names its columns
	Entry   event.Entry // that the line before left open
	Event   *event.Event
	Says    string // the event as a golden has it, or "unknown"
}

// Samples reads the log lines of a case file, in order.
func Samples(p dialect.Parser, data string) (list []Sample) {
	columns, entry := "", event.Entry{}
	for _, l := range strings.Split(data, "\n") {
		if l == "" || l[0] == '#' && !isDirective(l) || strings.HasPrefix(l, indent) {
			continue
		}
		sample := Sample{Line: l, Columns: columns, Entry: entry, Says: "unknown"}
		var ev event.Event
		if parse(p, sample, &ev) != event.Unknown {
			sample.Event, sample.Says = &ev, strings.Join(Fields(&ev), " ")
		} else if len(ev.Redact) > 0 {
			sample.Says = fmt.Sprintf("unknown redact=%v", ev.Redact)
		}
		if ev.Columns != "" {
			columns = ev.Columns
		}
		entry = event.Entry{Dialect: p.Name(), Step: ev.Entry.Step}
		list = append(list, sample)
	}
	return list
}

// isDirective tells the "#Fields:" lines of a W3C log from a case file's own header.
func isDirective(line string) bool { return len(line) > 1 && line[1] != ' ' }

// rewrite gives the case file as the parser would have it.
func rewrite(p dialect.Parser, data string) string {
	var b strings.Builder
	samples := Samples(p, data)
	for _, l := range strings.Split(strings.TrimSuffix(data, "\n"), "\n") {
		if strings.HasPrefix(l, indent) {
			continue
		}
		b.WriteString(l + "\n")
		if len(samples) > 0 && samples[0].Line == l {
			b.WriteString(indent + samples[0].Says + "\n")
			samples = samples[1:]
		}
	}
	return b.String()
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return "other lengths"
}
