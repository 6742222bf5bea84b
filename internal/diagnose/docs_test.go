package diagnose

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const docsFile = "../../docs/reasons.md"

// explanations is the part of docs/reasons.md that is made from data/reasons.tsv and data/providers.tsv.
func explanations() string {
	var b strings.Builder
	category := ""
	b.WriteString("\n## The reasons\n")
	for _, e := range Explanations {
		if e.Category != category {
			category = e.Category
			fmt.Fprintf(&b, "\n### %s\n\n| reason | meaning | what to do | example |\n| --- | --- | --- | --- |\n", category)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", e.Name, e.Meaning, e.Remedy, e.Example)
	}
	fmt.Fprintf(&b, "\n## Providers\n\n`other` is everybody else. Where no host answered, or its name is not known, it is the provider of the recipient's domain.\n\n`%s`\n\n",
		strings.Join(providerNames(), "`, `"))
	return b.String()
}

// providerNames are the names of the table, in its order.
func providerNames() (names []string) {
	seen := map[string]bool{}
	lines(providersData, func(_ int, line string) {
		if name := strings.Split(line, "\t")[2]; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	})
	return names
}

func TestDocsAreTheTables(t *testing.T) {
	data, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, begins := strings.Cut(string(data), "go test ./internal/diagnose -->\n")
	_, tail, ends := strings.Cut(rest, "<!-- end -->")
	if !begins || !ends {
		t.Fatal("docs/reasons.md has no place for the tables")
	}
	want := head + "go test ./internal/diagnose -->\n" + explanations() + "<!-- end -->" + tail
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(data) != want {
		t.Error("docs/reasons.md is not what the tables say; UPDATE_GOLDEN=1 writes it anew")
	}
}

// The examples are replies of that reason, where a server answered.
func TestExamplesAreRight(t *testing.T) {
	for _, e := range Explanations {
		if e.Example == "" {
			t.Errorf("%s has no example", e.Name)
		}
		if e.Example[0] != '4' && e.Example[0] != '5' {
			continue
		}
		ev := answered(t, "-", "RCPT", e.Example)
		if Standard.Event(ev); ev.Reason != e.Name {
			t.Errorf("%s: %s is %s", e.Name, e.Example, ev.Reason)
		}
	}
}
