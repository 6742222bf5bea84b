package dialecttest_test

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialecttest"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// docs/dialects.md has a chapter a dialect: its about.md, and a table of what its samples say. The samples themselves are a page of their own.
const docs = "../../docs/"

func TestDocsAreTheSamples(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Dialects\n\nGenerated from `internal/dialect/*/about.md` and the samples beside it; `UPDATE_GOLDEN=1 make test` writes it anew. A table says by program and\n")
	b.WriteString("event which fields (of `internal/event`) the sample lines have; sessions, messages, reasons and providers are added afterwards. The page behind it\nlists each line and what is read from it.\n\n")
	for _, p := range dialect.All {
		fmt.Fprintf(&b, "- [%s](#%s)\n", p.Name(), p.Name())
	}
	for _, p := range dialect.All {
		folder := "../dialect/" + p.Name()
		about, err := os.ReadFile(folder + "/about.md")
		if err != nil {
			t.Errorf("nothing is said about %s: %v", p.Name(), err)
		}
		for _, chapter := range []string{"for the most", "cannot tell"} { // what to switch on, and what that does not bring
			if !bytes.Contains(bytes.ToLower(about), []byte(chapter)) {
				t.Errorf("%s/about.md has no %q", p.Name(), chapter)
			}
		}
		files, err := filepath.Glob(folder + "/testdata/*.txt")
		if err != nil || len(files) == 0 {
			t.Fatalf("no samples of %s (%v)", p.Name(), err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s", p.Name(), about)
		example(t, &b, p, files)
		overview(t, &b, p, files)
		fmt.Fprintf(&b, "\nAll lines: [%s](dialects/%s.md)\n", p.Name(), p.Name())
		golden(t, "dialects/"+p.Name()+".md", page(t, p, files))
	}
	golden(t, "dialects.md", b.String())
}

func golden(t *testing.T, name, want string) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docs+name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs + name)
	if err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("docs/%s is not what the samples say; UPDATE_GOLDEN=1 writes it anew (%v)", name, err)
	}
}

// example is a line that says much, and what is read from it: a verdict if there is one.
func example(t *testing.T, b *strings.Builder, p dialect.Parser, files []string) {
	t.Helper()
	var best dialecttest.Sample
	for _, path := range files {
		for _, sample := range dialecttest.Samples(p, read(t, path)) {
			ev := sample.Event
			if ev == nil || len(sample.Line) > 1500 || ev.Kind != event.KindDelivery && ev.Kind != event.KindReply && best.Event != nil {
				continue
			}
			rank := func(ev *event.Event) int {
				n := len(dialecttest.Fields(ev))
				if len(ev.Line) > 400 {
					n -= 100
				}
				if ev.Kind == event.KindDelivery {
					n += 50
				}
				if ev.Class == '4' || ev.Class == '5' {
					n += 20
				}
				return n
			}
			if best.Event == nil || rank(ev) > rank(best.Event) {
				best = sample
			}
		}
	}
	if best.Event == nil {
		t.Errorf("%s has no example", p.Name())
		return
	}
	fmt.Fprintf(b, "\nAn example, and what is read from it:\n\n```\n%s\n    %s\n```\n", best.Line, best.Says)
}

// overview is the table of what the samples of a dialect say: by program and event, the fields that any of them has.
func overview(t *testing.T, b *strings.Builder, p dialect.Parser, files []string) {
	t.Helper()
	type row struct{ daemon, event string }
	lines, fields := map[row]int{}, map[row][]string{}
	for _, path := range files {
		for _, sample := range dialecttest.Samples(p, read(t, path)) {
			if sample.Event == nil {
				continue
			}
			r := row{sample.Event.Daemon, sample.Event.Kind.String()}
			lines[r]++
			for _, f := range dialecttest.Fields(sample.Event)[1:] {
				name, _, _ := strings.Cut(f, "=")
				if !slices.Contains(inEveryLine, name) && !slices.Contains(fields[r], name) {
					fields[r] = append(fields[r], name)
				}
			}
		}
	}
	b.WriteString("\n| program | event | fields | samples |\n| --- | --- | --- | --- |\n")
	for _, r := range slices.SortedFunc(maps.Keys(lines), func(a, b row) int {
		return cmp.Or(strings.Compare(a.daemon, b.daemon), strings.Compare(a.event, b.event))
	}) {
		slices.Sort(fields[r])
		fmt.Fprintf(b, "| %s | %s | %s | %d |\n", r.daemon, r.event, strings.Join(fields[r], ", "), lines[r])
	}
}

// inEveryLine are fields that say where a line belongs, not what it says.
var inEveryLine = []string{"Time", "Instance", "Service", "Daemon", "Scope", "ConnID", "FromPeer", "Class", "HasSize", "HasScore", "HasCommands", "TextJoined", "MoreLines"}

// page lists every sample of a dialect: a file's header as prose, its lines as a list.
func page(t *testing.T, p dialect.Parser, files []string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: every sample line\n\nGenerated, as [dialects.md](../dialects.md) is. Below each line stands what the parser reads from it.\n", p.Name())
	for _, path := range files {
		fmt.Fprintf(&b, "\n## %s\n\n", strings.TrimSuffix(filepath.Base(path), ".txt"))
		data := read(t, path)
		samples, open := dialecttest.Samples(p, data), false
		for _, line := range strings.Split(data, "\n") {
			switch {
			case len(samples) > 0 && samples[0].Line == line:
				if !open {
					b.WriteString("```\n")
					open = true
				}
				fmt.Fprintf(&b, "%s\n    %s\n", line, samples[0].Says)
				samples = samples[1:]
			case strings.HasPrefix(line, "#"):
				if open {
					b.WriteString("```\n\n")
					open = false
				}
				b.WriteString(strings.TrimSpace(line[1:]) + "\n\n")
			}
		}
		if open {
			b.WriteString("```\n")
		}
	}
	return b.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
