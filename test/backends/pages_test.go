package backends

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Each page of a store that can be asked has a section for each question, and no other query than those of these sections.
func TestQuestions(t *testing.T) {
	require.NotEmpty(t, Pages())
	for _, page := range Pages() {
		text, err := os.ReadFile(pages + page)
		require.NoError(t, err)
		queries, err := Queries(page)
		require.NoError(t, err)
		if cannotBeAsked[page] {
			require.Empty(t, queries, page)
			continue
		}
		known := map[string]bool{}
		for _, question := range Questions {
			known[question] = true
			require.Contains(t, string(text), "\n### "+question+"\n", page)
		}
		for _, q := range queries {
			require.True(t, known[q.Section], "%s: a query stands under %q, where nobody looks for it", page, q.Section)
		}
	}
}

// cannotBeAsked are ways to a store, and no stores.
var cannotBeAsked = map[string]bool{"kafka.md": true, "otlp.md": true}

// beside are names of the stores' own, and of what stands around a record, that look like ours.
var beside = map[string]bool{"service.name": true, "host.name": true, "log.file.path": true, "log.file.id": true}

// What the queries ask for is an attribute of ours.
func TestAttributes(t *testing.T) {
	known := map[string]bool{}
	for i := range attrs.Table {
		known[attrs.Table[i].Name] = true
	}
	name := regexp.MustCompile(`\b(?:smtp|email|client|server|network|tls|user|error|host|service|log|process)\.[a-z_.]*[a-z_]`)
	n := 0
	for _, page := range Pages() {
		queries, err := Queries(page)
		require.NoError(t, err)
		for _, q := range queries {
			for _, word := range name.FindAllString(strings.ReplaceAll(strings.ReplaceAll(q.Text, "log.attributes.", ""), "@", "."), -1) {
				n++
				require.True(t, known[word] || beside[word], "%s, %s: there is no attribute %s", page, q.Section, word)
			}
		}
	}
	require.Greater(t, n, 50)
}

// What Datadog's API is asked is a request of its documented shape.
func TestDatadogRequests(t *testing.T) {
	type request struct {
		Filter  struct{ Query, From, To string }
		Compute []struct{ Aggregation, Metric, Type string }
		GroupBy []struct {
			Facet string
			Limit int
			Sort  struct{ Aggregation, Metric, Order, Type string }
		} `json:"group_by"`
		Page *struct{ Limit int } // of a search
		Sort string
	}
	queries, err := Queries("datadog.md")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(queries), len(Questions))
	for _, q := range queries {
		var r request
		d := json.NewDecoder(strings.NewReader(q.Text))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&r), q.Text)
		require.NotEmpty(t, r.Filter.Query, q.Text)
		require.True(t, len(r.Compute) > 0 || r.Page != nil, q.Text)
		for _, c := range r.Compute {
			require.Contains(t, []string{"count", "cardinality", "pc50", "pc95", "sum", "min", "max"}, c.Aggregation)
			require.Equal(t, c.Aggregation == "count", c.Metric == "", q.Text)
		}
	}
}

// The table of the pages names each, an example that is there, and tests that are there.
func TestTable(t *testing.T) {
	text, err := os.ReadFile(pages + "README.md")
	require.NoError(t, err)
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	for _, m := range link.FindAllStringSubmatch(string(text), -1) {
		_, err := os.Stat(pages + m[1])
		require.NoError(t, err)
	}
	tests := testNames(t)
	for _, m := range regexp.MustCompile("`(Test\\w+)[^`]*`").FindAllStringSubmatch(string(text), -1) {
		require.True(t, tests[m[1]], "there is no test %s", m[1])
	}
	for _, page := range Pages() {
		require.Contains(t, string(text), "]("+page+")")
	}
}

// What the table says of the examples in it.
func TestExamples(t *testing.T) {
	text, err := os.ReadFile(pages + "README.md")
	require.NoError(t, err)
	names := regexp.MustCompile(`\.\./\.\./examples/([\w-]+\.yaml)`).FindAllStringSubmatch(string(text), -1)
	require.GreaterOrEqual(t, len(names), 10)
	for _, m := range names {
		name := m[1]
		if name == "kafka-agent.yaml" || name == "kafka-gateway.yaml" {
			continue
		}
		example, err := os.ReadFile(root + "/examples/" + name)
		require.NoError(t, err)
		for _, part := range []string{"health_check: {endpoint: \"${env:HEALTH:-", "processors: [memory_limiter, smtp]", "extensions: [file_storage, health_check]", "${env:STATE_DIR:-", "${env:MAIL_LOG:-"} {
			require.Contains(t, string(example), part, name)
		}
		scraped := name == "prometheus.yaml" // its TLS is on the page
		require.True(t, scraped || strings.Contains(string(example), "${env:CA_FILE:-}") || strings.Contains(string(example), "${env:KAFKA_TLS:-null}"), "%s has no TLS", name)
		require.True(t, scraped || regexp.MustCompile(`\$\{env:\w*(AUTH|TOKEN|KEY)`).Match(example), "%s has no secret", name)
	}
}

// testNames are those of the tests that the pages may speak of.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	for _, dir := range []string{".", "../e2e", "../configs", "../alerts"} {
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, file := range files {
			if !strings.HasSuffix(file.Name(), "_test.go") {
				continue
			}
			text, err := os.ReadFile(dir + "/" + file.Name())
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllStringSubmatch(string(text), -1) {
				names[m[1]] = true
			}
		}
	}
	return names
}
