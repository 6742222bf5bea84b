package dialecttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/diagnose"
	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Whatever word of whatever line somebody puts a word of his own in the place of: none of the fields that metrics are counted by has it. Left out are names that
// a server's settings give, to filters, instances and services.
func TestNoWordOfALineBecomesADimension(t *testing.T) {
	const forged = "Evil77x"
	for _, p := range dialect.All {
		files, err := filepath.Glob("../dialect/" + p.Name() + "/testdata/*.txt")
		if err != nil || len(files) == 0 {
			t.Fatalf("no samples of %s (%v)", p.Name(), err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, sample := range Samples(p, string(data)) {
				for from, to := range words(sample.Line) {
					line := sample.Line[:from] + forged + sample.Line[to:]
					var ev event.Event
					if parse(p, Sample{Line: line, Columns: sample.Columns}, &ev) == event.Unknown {
						continue
					}
					diagnose.Standard.Event(&ev)
					for name, value := range dimensions(&ev) {
						if strings.Contains(strings.ToLower(value), strings.ToLower(forged)) {
							t.Errorf("%s is %q: %s", name, value, line)
						}
					}
				}
			}
		}
	}
}

// dimensions are the fields that metrics are counted by, as they are by default.
func dimensions(ev *event.Event) map[string]string {
	return map[string]string{
		"event": ev.Kind.String(), "dialect": ev.Dialect, "status": ev.Status.String(), "reason": ev.Reason, "category": ev.Category, "provider": ev.Provider,
		"direction": ev.Direction.String(), "route": ev.Route.String(), "kind": ev.MessageKind.String(), "error": ev.ErrorType, "command": ev.Command,
		"role": ev.Role.String(), "end": ev.EndHint.String(), "verdict": ev.FilterVerdict, "mechanism": ev.AuthMechanism, "result": ev.AuthResult,
		"TLS version": ev.TLSVersion, "TLS trust": ev.TLSTrust, "previous reason": ev.PreviousReason, "class": string(rune(ev.Class)),
	}
}

// words gives where the words of a line begin and end.
func words(line string) func(func(from, to int) bool) {
	return func(yield func(int, int) bool) {
		from := 0
		for i := 0; i <= len(line); i++ {
			if i < len(line) && strings.IndexByte(" \t=\"'<>()[]{},;:/", line[i]) < 0 {
				continue
			}
			if i > from && !yield(from, i) {
				return
			}
			from = i + 1
		}
	}
}
