//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server is a running Prometheus that scrapes one collector.
type server struct {
	t      *testing.T
	url    string
	output said
}

// startPrometheus runs a Prometheus that scrapes a target five times a second.
func startPrometheus(t *testing.T, target string) *server {
	t.Helper()
	config := fmt.Sprintf("scrape_configs:\n- {job_name: smtp, scrape_interval: 200ms, scrape_timeout: 200ms, static_configs: [{targets: [%q]}]}\n", target)
	return startServer(t, config, freeAddress(t))
}

// startServer runs the Prometheus of PROMETHEUS, or of the PATH.
func startServer(t *testing.T, config, listen string, flags ...string) *server {
	t.Helper()
	path := os.Getenv("PROMETHEUS")
	if path == "" {
		var err error
		path, err = exec.LookPath("prometheus")
		require.NoError(t, err, "no prometheus: set PROMETHEUS to its path, or install Debian's package")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600))
	s := &server{t: t, url: "http://" + listen}
	flags = append(flags, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+listen)
	cmd := exec.Command(path, flags...)
	cmd.Stdout, cmd.Stderr = &s.output, &s.output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return s
}

// vector is what Prometheus answers to an instant query.
type vector struct {
	Status, Error string
	Data          struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
}

// query gives a query's values by the labels that are left, sorted text; an error of the query fails the test.
func (s *server) query(q string) map[string]float64 {
	s.t.Helper()
	response, err := http.Get(s.url + "/api/v1/query?query=" + url.QueryEscape(q))
	if err != nil {
		return nil // not up yet
	}
	defer func() { _ = response.Body.Close() }()
	var answer vector
	if json.NewDecoder(response.Body).Decode(&answer) != nil {
		return nil
	}
	if response.StatusCode == http.StatusBadRequest {
		s.t.Fatalf("%s: %s", q, answer.Error)
	}
	values := map[string]float64{}
	for _, r := range answer.Data.Result {
		text, _ := r.Value[1].(string)
		v, _ := strconv.ParseFloat(text, 64)
		var label string
		for _, l := range r.Metric {
			label = l
		}
		values[label] = v
	}
	return values
}

// until waits for a query to give what is wanted.
func (s *server) until(q string, want map[string]float64) {
	s.t.Helper()
	var got map[string]float64
	if !assert.Eventually(s.t, func() bool {
		got = s.query(q)
		return fmt.Sprint(got) == fmt.Sprint(want)
	}, patience, 100*time.Millisecond) {
		s.t.Fatalf("%s\n got %v\nwant %v\n%s", q, got, want, s.output.String())
	}
}

// Prometheus scrapes the collector: half of a log, a scrape, the other half.
func TestPrometheusCountsWhatTheLogSays(t *testing.T) {
	t.Parallel()
	lines := corpus(t, "postfix-main.iso.log")
	half := len(lines) / 2
	col := newCollector(t, "maillog")
	prom := startPrometheus(t, col.prometheus)
	const recipients = "sum by (smtp_delivery_status) (smtp_delivery_recipients_total)"

	col.write(lines[:half])
	col.start()
	col.waitFor(half)
	first := finals(col)
	prom.until(recipients, first)
	mid := time.Now()
	require.Eventually(t, func() bool { // twenty scrapes that stand at the end of the first half
		return prom.query(`max(timestamp(up))`)[""] > float64(mid.UnixMilli())/1000+4
	}, patience, 50*time.Millisecond)

	col.write(lines[half:])
	col.waitFor(len(lines))
	all := finals(col)
	prom.until(recipients, all)

	// The second half, exactly: increase() alone extrapolates to the ends of its range, and does not see a series' first value, so the
	// difference to the moment between the halves is asked for, where the series that did not stand then were 0.
	second := map[string]float64{}
	for status, n := range all {
		second[status] = n - first[status]
	}
	then := fmt.Sprintf("sum by (smtp_delivery_status) (smtp_delivery_recipients_total @ %.3f)", float64(mid.UnixMilli())/1000)
	prom.until(recipients+" - ("+then+" or "+recipients+" * 0)", second)

	// increase() over the second half is the same but for what it extrapolates beyond the first and last scrape of its range: an interval of
	// more than twenty at each end.
	span := time.Since(mid).Milliseconds()
	got := prom.query(fmt.Sprintf(`sum(increase(smtp_delivery_recipients_total{smtp_delivery_status="delivered"}[%dms]))`, span))
	require.Len(t, got, 1)
	assert.InEpsilon(t, second["delivered"], got[""], 0.15)

	quantile(t, prom, col)
	rates(t, prom)
}

// finals counts the recipients that have ended, by how, from the records.
func finals(col *collector) map[string]float64 {
	n := map[string]float64{}
	for _, r := range col.records() {
		if r.Attr["smtp.delivery.final"] == "true" && r.Attr["smtp.duplicate"] == "" {
			n[r.Attr["smtp.delivery.status"]]++
		}
	}
	return n
}

// quantile compares a quantile with the records': it lies in the bucket that the true one lies in.
func quantile(t *testing.T, prom *server, col *collector) {
	t.Helper()
	var durations []float64
	for _, r := range col.records() {
		if r.Attr["smtp.delivery.final"] == "true" && r.Attr["smtp.delivery.status"] == "delivered" {
			if d, err := strconv.ParseFloat(r.Attr["smtp.delivery.duration"], 64); err == nil {
				durations = append(durations, d)
			}
		}
	}
	require.NotEmpty(t, durations)
	bounds := []float64{0, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 432000}
	for _, q := range []float64{0.5, 0.95} {
		got := prom.query(fmt.Sprintf(`histogram_quantile(%g, sum by (le) (smtp_delivery_duration_seconds_bucket{smtp_delivery_status="delivered"}))`, q))
		require.Len(t, got, 1)
		rank := int(math.Ceil(q*float64(len(durations)))) - 1
		want := sorted(durations)[rank]
		for _, v := range got {
			i := 1
			for bounds[i] < want {
				i++
			}
			assert.GreaterOrEqual(t, v, bounds[i-1], "quantile %g of %g", q, want)
			assert.LessOrEqual(t, v, bounds[i], "quantile %g of %g", q, want)
		}
	}
}

func sorted(list []float64) []float64 {
	out := append([]float64(nil), list...)
	for i := range out {
		for k := i; k > 0 && out[k] < out[k-1]; k-- {
			out[k], out[k-1] = out[k-1], out[k]
		}
	}
	return out
}

// rates runs every query of docs/metrics.md: each is understood, and gives a number where it is about dimensions that are there by default.
func rates(t *testing.T, prom *server) {
	t.Helper()
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	n := 0
	for _, row := range strings.Split(string(page), "\n") {
		_, query, found := strings.Cut(row, " | `")
		if !found || !strings.HasPrefix(row, "| ") || !strings.Contains(query, "(") {
			continue
		}
		query = strings.ReplaceAll(strings.TrimSuffix(query, "` |"), `\|`, "|")
		if strings.Contains(query, "user_name") || strings.Contains(query, "network_peer_address") {
			prom.query(query) // ends the test where it is not understood; test/truth answers it (accounts_test.go)
			continue
		}
		assert.Eventually(t, func() bool { return len(prom.query(query)) > 0 }, patience, 100*time.Millisecond, query)
		n++
	}
	assert.GreaterOrEqual(t, n, 8)
}
