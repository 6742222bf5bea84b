package conversation

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// TestConversationsOfEveryProgramTellTheSame: what many programs print of one conversation with the same server, which takes ok@, refuses nobody@ for
// good and puts later@ off. The message holds lines that read like SMTP.
func TestConversationsOfEveryProgramTellTheSame(t *testing.T) {
	all := map[string]string{"ok@example.net": "delivered", "nobody@example.net": "bounced", "later@example.net": "deferred"}
	one := map[string]string{"ok@example.net": "delivered"}
	exceptions := map[string]struct {
		verdicts map[string]string
		end      event.End
	}{
		"phpmailer2.txt":      {one, event.EndQuit}, // sent to one
		"snail.txt":           {one, event.EndQuit},
		"ruby.txt":            {map[string]string{"ok@example.net": "delivered", "nobody@example.net": "bounced"}, event.EndQuit}, // two conversations
		"nodemailer.txt":      {all, event.EndClientClosed},                                                                       // without QUIT
		"nodemailer-pool.txt": {all, event.EndClientClosed},
		"curl.txt":            {all, event.EndClientClosed}, // curl 7.88 does not print its QUIT
		"bounce-text.txt":     {map[string]string{"nobody@example.net": "bounced", "later@example.net": "deferred"}, event.EndNone},
	}
	files, err := filepath.Glob("testdata/programs/*.txt")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, end := all, event.EndQuit
			if e, ok := exceptions[name]; ok {
				want, end = e.verdicts, e.end
			}
			got := map[string]string{}
			for _, s := range retell(string(data)) {
				maps.Copy(got, s.verdicts)
				if s.end != end {
					t.Errorf("ended %s, want %s", s.end, end)
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			k := talker{heard: func(string, *event.Event, *Outcome) {}}
			k.read(string(data))
			if clean := strings.Join(k.lines, "\n"); strings.Contains(clean, "2.0.0 fake") || strings.Contains(clean, "c2VjcmV0") {
				t.Errorf("message text or a password remains: %s", clean)
			}
		})
	}
}
