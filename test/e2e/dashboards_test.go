//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dashboards"
)

// rarely are the collector's own metrics that stand still when nothing is wrong: queries of them are understood, and give nothing here.
var rarely = regexp.MustCompile(`otelcol_(receiver_maillog_batches_refused|processor_smtp_(batches_refused|evicted)|connector_smtp_overflowed|exporter_send_failed_log_records)\b`)

// substitute puts in what Grafana puts in: all of everything.
func substitute(query string) string {
	query = strings.NewReplacer("$__range", "10m", "$__rate_interval", "10m", "[15m]", "[10m]").Replace(query)
	return regexp.MustCompile(`\$\w+`).ReplaceAllString(query, ".*")
}

// Every query of every panel, variable and recording rule, executed by Prometheus over logs with known totals.
func TestDashboards(t *testing.T) {
	t.Parallel()
	r := startReplay(t)
	r.panels(t)
	r.variables(t)
	r.rules(t)
	r.totals(t)
}

// panels executes the queries of all panels, and holds counts against the records that they are made of.
func (r *replay) panels(t *testing.T) {
	n := 0
	for _, b := range dashboards.All() {
		for _, row := range b.Rows {
			for i := range row.Panels {
				p := &row.Panels[i]
				for _, v := range p.Values {
					n++
					r.panel(t, &b, p, v)
				}
			}
		}
	}
	t.Logf("%d queries of panels", n)
}

func (r *replay) panel(t *testing.T, b *dashboards.Board, p *dashboards.Panel, v dashboards.Value) {
	name, query := b.ID+": "+p.Title+" "+v.Name, substitute(b.PromQL(p, v))
	if rarely.MatchString(query) {
		r.ask(query)
		return
	}
	// Most of the collector's own numbers are 0 when all is well.
	nothing := func() bool {
		return !slices.ContainsFunc(r.ask(query), func(s sample) bool { return s.value > 0 || v.Kind == dashboards.Own && s.value == 0 })
	}
	if !assert.Eventually(t, func() bool { return !nothing() }, patience, 500*time.Millisecond, "%s gives nothing: %s", name, query) {
		return
	}
	if conditions, ok := v.Of.OnRecords(); ok && v.Kind == dashboards.Count {
		r.counts(t, name, query, p.By, r.byAttributes(t, conditions, p.By))
	}
}

// windowed is a rise over a window. It is extrapolated to the window's ends; what rises, without it, is the exact number, since every series began at zero.
var windowed = regexp.MustCompile(`(?:increase|rate)\(([^()]*)\[10m\]\)(?:\) \* 60$)?`)

// exactly asks for what rises.
func exactly(query string) string {
	return windowed.ReplaceAllStringFunc(query, func(part string) string {
		return windowed.ReplaceAllString(part, "$1") + strings.Repeat(")", strings.Count(part, "* 60"))
	})
}

// counts holds the numbers of a query against those of records.
func (r *replay) counts(t *testing.T, name, query string, by []string, want map[string]float64) {
	for _, s := range r.ask(exactly(query)) {
		key := keyOf(by, func(attr string) string { return s.labels[dashboards.Label(attr)] })
		assert.InDelta(t, want[key], s.value, 0, "%s %s: %s", name, key, query)
		delete(want, key)
	}
	assert.Empty(t, want, "%s: records that no series counts: %s", name, query)
}

// recipients is how many a metric counts where a store has one record: a line may name several.
func recipients(t *testing.T, attr map[string]string) float64 {
	list, several := attr["smtp.rcpt_to_list"]
	if !several || attr["smtp.delivery.status"] == "" && attr["smtp.event"] != "reject" {
		return 1
	}
	var names []string
	require.NoError(t, json.Unmarshal([]byte(list), &names))
	return float64(len(names))
}

// byAttributes counts the records that fulfil conditions.
func (r *replay) byAttributes(t *testing.T, conditions []dashboards.Match, by []string) map[string]float64 {
	counts := map[string]float64{}
	for i := range r.records {
		attr := r.records[i].Attr
		fulfilled := true
		for _, m := range conditions {
			fulfilled = fulfilled && m.Holds(attr)
		}
		if fulfilled {
			counts[keyOf(by, func(a string) string { return attr[a] })] += recipients(t, attr)
		}
	}
	return counts
}

func keyOf(by []string, value func(attr string) string) string {
	list := make([]string, len(by))
	for i, attr := range by {
		list[i] = value(attr)
	}
	return strings.Join(list, "/")
}

// variables asks for the values of each variable of each dashboard as it is shipped.
func (r *replay) variables(t *testing.T) {
	files, err := filepath.Glob("../../dashboards/grafana/*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	listed := regexp.MustCompile(`^label_values\((?:(.*), )?(\w+)\)$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var board struct {
			Templating struct {
				List []struct {
					Type, Name string
					Query      any
					Datasource struct{ Type string }
				}
			}
		}
		require.NoError(t, json.Unmarshal(text, &board))
		for _, v := range board.Templating.List {
			if v.Type != "query" || v.Datasource.Type != "prometheus" {
				continue
			}
			parts := listed.FindStringSubmatch(fmt.Sprint(v.Query))
			require.NotNil(t, parts, "%s: %s", file, v.Query)
			var answer struct{ Data []string }
			r.get("label/"+parts[2]+"/values", url.Values{"match[]": {substitute(parts[1])}}, &answer)
			assert.NotEmpty(t, answer.Data, "%s: %s", file, v.Query)
		}
	}
}

// rules asks for what the recording rules have recorded, and for their expressions.
func (r *replay) rules(t *testing.T) {
	text, err := os.ReadFile("../../alerts/otelcol-smtp.rules.yaml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Rules []struct{ Record, Expr string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Record != "" {
				assert.Eventually(t, func() bool { return len(r.ask(rule.Record)) > 0 && len(r.ask(rule.Expr)) > 0 }, patience, 500*time.Millisecond, rule.Record)
			}
		}
	}
}

// totals holds the main numbers of the campaign against what its own lines say: all of it is mail that leaves.
func (r *replay) totals(t *testing.T) {
	board := dashboards.All()[0]
	lines := campaign()
	sent, put := matching(` status=sent `)(lines), matching(` status=deferred `)(lines)
	lost := matching(` status=(bounced|expired)[ ,]`)(lines)
	want := map[string]float64{
		"Messages received": matching(`/(pickup|smtpd)\[\d+\]: \w+: (uid|client)=`)(lines),
		"Delivered":         sent, "Delivery rate": sent / (sent + lost), "Bounce rate": lost / (sent + lost), "Deferral rate": put / (sent + put + lost),
	}
	for i := range board.Rows[0].Panels {
		p := &board.Rows[0].Panels[i]
		if _, main := want[p.Title]; !main {
			continue
		}
		query := substitute(strings.ReplaceAll(board.PromQL(p, p.Values[0]), `host_name=~"$host"`, `host_name="mx1"`))
		got, exact := r.ask(query), r.ask(exactly(query))
		require.Len(t, got, 1, query)
		require.Len(t, exact, 1, query)
		assert.InEpsilon(t, want[p.Title], exact[0].value, 1e-9, p.Title)
		assert.InEpsilon(t, want[p.Title], got[0].value, 0.25, "%s: extrapolated", p.Title)
		t.Logf("%s: %g by the lines, %g counted, %g as it is shown", p.Title, want[p.Title], exact[0].value, got[0].value)
		delete(want, p.Title)
	}
	assert.Empty(t, want)
}
