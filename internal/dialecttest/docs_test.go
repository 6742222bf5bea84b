package dialecttest_test

import (
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
)

const docsFile = "../../docs/dialects.md"

// about is what a table of lines does not say: versions, settings, limits of a server's log.
var about = map[string]string{
	"postfix": `Postfix 2.3 to 3.x, any ` + "`syslog_name`" + `, tags up to three deep (` + "`postfix/submission/smtpd`" + `), short and long queue ids. Nothing has to be
switched on. For the most: ` + "`smtpd_tls_loglevel = 1`, `smtp_tls_loglevel = 1`" + ` (TLS of sessions), ` + "`enable_long_queue_ids = yes`" + ` (ids that are not used again),
` + "`smtpd_client_port_logging = yes`" + `. What its log cannot tell: the client's port by default; which recipients an aborted transaction had; answers to commands that
were refused without a line (they are counted from the disconnect line, Postfix 3.0); how a client session of its own to another host ended.`,
	"transcript": `Conversations as people and programs write them down: with or without stamps, marks of who speaks (` + "`C:`/`S:`, `<<<`/`>>>`, `->`/`<-`, `CLIENT -> SERVER:`" + `) and
connection ids; swaks, curl -v, msmtp --debug, openssl s_client, Python's smtplib, Perl's and Ruby's Net::SMTP, PHPMailer, nodemailer, JavaMail, MailKit, s-nail -v,
sendmail -v and -X, exim -d, the notices of Postfix and the bounces of Sendmail. Replies are matched to commands in order, also with PIPELINING; message data between 354 and the
dot, and credentials, are replaced. Without connection ids one conversation at a time is followed in a source. What such a log cannot tell: how a conversation
ended that simply stops.`,
}

func render(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# Dialects\n\nGenerated from the samples in `internal/dialect/*/testdata`; `UPDATE_GOLDEN=1 make test` writes it anew. Below each line stands what the parser reads from it\n")
	b.WriteString("(fields of `internal/event`); sessions, messages, reasons and providers are added afterwards.\n")
	for _, p := range dialect.All {
		if about[p.Name()] == "" {
			t.Errorf("nothing is said about %s", p.Name())
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", p.Name(), about[p.Name()])
		files, err := filepath.Glob("../dialect/" + p.Name() + "/testdata/*.txt")
		if err != nil || len(files) == 0 {
			t.Fatalf("no samples of %s (%v)", p.Name(), err)
		}
		overview(t, &b, p, files)
		for _, path := range files {
			section(t, &b, p, path)
		}
	}
	return b.String()
}

// overview is the table of what the samples of a dialect say: by program and event, the fields that any of them has.
func overview(t *testing.T, b *strings.Builder, p dialect.Parser, files []string) {
	t.Helper()
	type row struct{ daemon, event string }
	lines, fields := map[row]int{}, map[row][]string{}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(data), "\n") {
			if line == "" || line[0] == '#' || strings.HasPrefix(line, "    ") {
				continue
			}
			said := dialecttest.Event(p, line)
			if said == nil {
				continue
			}
			r := row{said.Daemon, said.Kind.String()}
			lines[r]++
			for _, f := range dialecttest.Fields(said)[1:] {
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
var inEveryLine = []string{"Instance", "Service", "Daemon", "Scope", "ConnID", "FromPeer", "Class", "HasSize", "HasScore", "HasCommands", "TextJoined", "MoreLines"}

// section is one file of samples: its header as prose, its lines as a list.
func section(t *testing.T, b *strings.Builder, p dialect.Parser, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "\n### %s: %s\n\n", p.Name(), strings.TrimSuffix(filepath.Base(path), ".txt"))
	open := false
	for _, line := range strings.Split(string(data), "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "    "):
			continue
		case line[0] == '#':
			if open {
				b.WriteString("```\n\n")
				open = false
			}
			b.WriteString(strings.TrimSpace(line[1:]) + "\n\n")
			continue
		case !open:
			b.WriteString("```\n")
			open = true
		}
		fmt.Fprintf(b, "%s\n    %s\n", line, dialecttest.Says(p, line))
	}
	if open {
		b.WriteString("```\n")
	}
}

func TestDocsAreTheSamples(t *testing.T) {
	want := render(t)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil || string(got) != want {
		t.Fatalf("docs/dialects.md is not what the samples say; UPDATE_GOLDEN=1 writes it anew (%v)", err)
	}
}
