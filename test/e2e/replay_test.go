//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/test/generate"
	"github.com/otelcol-smtp/otelcol-smtp/test/truth"
)

// rest are lines of what the logs of the run do not have (shapes of the dialects' testdata).
var rest = []string{
	`Nov 23 15:32:30 mailout postfix/smtp[525]: SSL_connect error to mx1.bigmail.test[198.51.100.11]:25: -1`,
	`Nov 23 15:32:31 mailout postfix/error[526]: 2DC5552A34: to=<u@bigmail.test>, relay=none, delay=63495, delays=63350/144/0/0, dsn=4.4.2, status=deferred (delivery temporarily suspended: lost connection with mx1.bigmail.test[198.51.100.11] while receiving the initial server greeting)`,
	`Nov 23 15:32:32 mailout dovecot: lmtp(anna@example.com)<641><H+vtFqNcBGuBAgAAl89ntA>: sieve: msgid=<m1@sender.example>: stored mail into mailbox 'Junk'`,
}

// talk is a conversation with parts of seconds.
var talk = []string{
	`[2026-11-23 15:15:12.100] 220 mx1.bigmail.test ESMTP Postfix`, `[2026-11-23 15:15:12.110] EHLO dsl-99.pool.test`, `[2026-11-23 15:15:12.150] 250 mx1.bigmail.test`,
	`[2026-11-23 15:15:12.160] QUIT`, `[2026-11-23 15:15:12.200] 221 2.0.0 Bye`,
}

// replay is what the dashboards are asked about: logs through the collector into a Prometheus that evaluates the rules.
type replay struct {
	*server
	records []truth.Record
}

// startReplay reads logs of four mail servers, and a campaign that a provider refuses.
func startReplay(t *testing.T) *replay {
	col := newCollector(t, "maillog")
	telemetry := freeAddress(t)
	host, port, _ := strings.Cut(telemetry, ":")
	logs := filepath.Join(col.dir, "logs")
	require.NoError(t, os.Mkdir(logs, 0o700))
	col.configure("["+col.log+"]", "["+logs+"/*.log]")
	col.configure("attributes: full, ", "")
	col.configure("series_birth: 0s", "series_birth: 5s")
	col.configure("telemetry: {metrics: {level: none}}", fmt.Sprintf("telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: %s, port: %s}}}}]}}", host, port))
	col.configure("file/metrics:", "otlp_http/elsewhere: {endpoint: \"http://"+freeAddress(t)+"\"}\n  file/metrics:")
	col.configure("exporters: [file/logs, smtp]}", "exporters: [file/logs, smtp, otlp_http/elsewhere]}\n    logs/incidents: {receivers: [smtp], exporters: [file/logs]}")
	rules, err := filepath.Abs("../../alerts/otelcol-smtp.rules.yaml")
	require.NoError(t, err)
	prom := startServer(t, fmt.Sprintf(`
global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s}
rule_files: [%s]
scrape_configs:
- {job_name: otelcol-smtp, static_configs: [{targets: [%q, %q]}]}
`, rules, col.prometheus, telemetry), freeAddress(t))

	var lines int
	put := func(name string, list []string) {
		lines += len(list)
		require.NoError(t, os.WriteFile(filepath.Join(logs, name), []byte(strings.Join(list, "\n")+"\n"), 0o600))
	}
	postfix := corpus(t, "postfix-main.iso.log")
	half := len(postfix) / 2
	put("postfix-main.iso.log", postfix[:half])
	put("rest.log", rest)
	put("talk.log", talk)
	put("campaign.log", campaign())
	// Prometheus begins to scrape some seconds after its start, and has to see the series at zero.
	prom.until("count(up)", map[string]float64{"": 2})
	col.start()
	// The collector's own numbers are never seen at zero: some have to rise when they have been seen.
	risen := func() bool { return len(prom.ask("otelcol_processor_smtp_records > 0")) > 0 }
	require.Eventually(t, risen, patience, 100*time.Millisecond)
	lines += len(postfix) - half
	appended(t, filepath.Join(logs, "postfix-main.iso.log"), postfix[half:])
	for _, name := range []string{"exim-main.rfc3164.log", "haraka-main.log", "opensmtpd-main.rfc3164.log"} {
		put(name, corpus(t, name))
	}
	col.waitFor(lines)
	time.Sleep(8 * time.Second) // every series has been born
	r := &replay{server: prom, records: col.records()}
	r.until("sum(smtp_message_count_total)", map[string]float64{"": counted(r.records, func(r *truth.Record) bool { return r.Is("message.received") })})
	return r
}

// campaign is the log of the case study, while the incident goes on.
func campaign() (list []string) {
	study := generate.NewCampaign("mx1", 1500, 3)
	study.Write(func(at time.Time, line string) {
		if at.After(study.Jump.Add(-time.Hour*24)) && at.Before(study.Refused.Add(time.Hour)) {
			list = append(list, line)
		}
	})
	return list
}

func counted(records []truth.Record, is func(r *truth.Record) bool) (n float64) {
	for i := range records {
		if is(&records[i]) {
			n++
		}
	}
	return n
}

// sample is one answer of an instant query.
type sample struct {
	labels map[string]string
	value  float64
}

// ask gives all answers of a query; one that is not understood fails the test.
func (s *server) ask(query string) (list []sample) {
	s.t.Helper()
	var answer vector
	s.get("query", url.Values{"query": {query}}, &answer)
	require.Equal(s.t, "success", answer.Status, "%s: %s", query, answer.Error)
	for _, r := range answer.Data.Result {
		v, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64)
		require.NoError(s.t, err)
		list = append(list, sample{r.Metric, v})
	}
	return list
}

// get asks Prometheus' interface.
func (s *server) get(path string, parameters url.Values, into any) {
	s.t.Helper()
	response, err := http.Get(s.url + "/api/v1/" + path + "?" + parameters.Encode())
	require.NoError(s.t, err)
	defer func() { _ = response.Body.Close() }()
	require.NoError(s.t, json.NewDecoder(response.Body).Decode(into))
}
