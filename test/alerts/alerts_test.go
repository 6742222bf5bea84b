// Package alerts holds the Prometheus rules against what they speak of: metrics, runbooks, and their own tests.
package alerts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dashboards"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

const root = "../.."

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule { return rulesOf(t, "otelcol-smtp.rules.yaml") }

func rulesOf(t *testing.T, file string) []rule {
	text, err := os.ReadFile(root + "/alerts/" + file)
	require.NoError(t, err)
	var groups struct{ Groups []struct{ Rules []rule } }
	require.NoError(t, yaml.Unmarshal(text, &groups))
	var all []rule
	for _, group := range groups.Groups {
		all = append(all, group.Rules...)
	}
	require.NotEmpty(t, all)
	return all
}

// TestRunbooks: each alert says how bad it is and where somebody who is woken reads what to do; each runbook is of an alert.
func TestRunbooks(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/runbooks.md")
	require.NoError(t, err)
	books := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(string(page), -1) {
		books[heading[1]] = true
	}
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		require.True(t, books[r.Alert], "docs/runbooks.md has no section %s", r.Alert)
		delete(books, r.Alert)
		require.Equal(t, "https://github.com/otelcol-smtp/otelcol-smtp/blob/main/docs/runbooks.md#"+strings.ToLower(r.Alert), r.Annotations["runbook_url"])
		require.Contains(t, []string{"warning", "critical"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["description"], r.Alert)
	}
	require.Empty(t, books, "sections of docs/runbooks.md without an alert")
}

// TestRecords: the alerts over records are those over metrics, but for those that are about the collector itself. test/backends has them firing, and quiet.
func TestRecords(t *testing.T) {
	for _, file := range []string{"otelcol-smtp.logsql.yaml", "otelcol-smtp.logql.yaml"} {
		known := map[string]rule{}
		for _, r := range rulesOf(t, file) {
			require.NotEmpty(t, r.Expr, r.Alert)
			require.NotEmpty(t, r.Annotations["summary"], r.Alert)
			known[r.Alert] = r
		}
		for _, r := range rules(t) {
			if r.Alert == "" || strings.HasPrefix(r.Alert, "SMTPCollector") {
				continue
			}
			same, ok := known[r.Alert]
			require.True(t, ok, "%s has no %s", file, r.Alert)
			require.Equal(t, r.Labels, same.Labels, "%s, %s", file, r.Alert)
			require.Equal(t, r.Annotations["runbook_url"], same.Annotations["runbook_url"], "%s, %s", file, r.Alert)
			delete(known, r.Alert)
		}
		require.Empty(t, known, "alerts of %s that the rules over metrics do not have", file)
	}
}

// TestTested: promtool's cases have each alert firing, and quiet.
func TestTested(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob(root + "/alerts/*.test.yaml")
	require.NoError(t, err)
	alert := regexp.MustCompile(`ALERTS\{alertname="(\w+)"`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases struct {
			Tests []struct {
				Cases []struct {
					Expr    string
					Samples []struct{ Labels string } `yaml:"exp_samples"`
				} `yaml:"promql_expr_test"`
				Series []struct{ Series string } `yaml:"input_series"`
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &cases), file)
		for _, tt := range cases.Tests {
			for _, c := range tt.Cases {
				if m := alert.FindStringSubmatch(c.Expr); m != nil {
					fires[m[1]] = fires[m[1]] || len(c.Samples) > 0
					// More series than alerts: those of another host or provider are quiet beside it.
					quiet[m[1]] = quiet[m[1]] || len(c.Samples) < len(tt.Series)
				}
			}
		}
	}
	for _, r := range rules(t) {
		if r.Alert != "" {
			require.True(t, fires[r.Alert], "no case has %s firing", r.Alert)
			require.True(t, quiet[r.Alert], "no case has %s quiet", r.Alert)
		}
	}
}

// TestMetrics: what the rules ask for is recorded by one of them, or is a metric of ours or of the Collector's own telemetry.
func TestMetrics(t *testing.T) {
	known := ours(t)
	for _, r := range rules(t) {
		if r.Record != "" {
			known[r.Record] = true
		}
	}
	// of the Collector itself
	for _, name := range []string{"up", "otelcol_exporter_queue_size", "otelcol_exporter_queue_capacity"} {
		known[name] = true
	}
	metric := regexp.MustCompile(`\b(?:\w+:)?(?:smtp|otelcol)_[\w:]+\b`)
	for _, r := range rules(t) {
		text := regexp.MustCompile(`\{[^}]*\}|by \([^)]*\)|on \([^)]*\)|"[^"]*"`).ReplaceAllString(r.Expr, "")
		for _, name := range metric.FindAllString(text, -1) {
			require.True(t, known[name], "%s%s: there is no metric %s", r.Alert, r.Record, name)
		}
	}
}

// ours gives the metrics of the table that are on by default, as Prometheus names them, and those of our components' telemetry.
func ours(t *testing.T) map[string]bool {
	known := map[string]bool{}
	for _, m := range metrics.Table {
		if !m.Off {
			known[dashboards.MetricName(m.Name)] = true
		}
	}
	for _, file := range []string{"smtpprocessor", "smtpconnector", "receiver/maillogreceiver"} {
		text, err := os.ReadFile(root + "/" + file + "/metadata.yaml")
		require.NoError(t, err)
		var metadata struct {
			Telemetry struct{ Metrics map[string]any }
		}
		require.NoError(t, yaml.Unmarshal(text, &metadata))
		for name := range metadata.Telemetry.Metrics {
			known["otelcol_"+name] = true
		}
	}
	return known
}
