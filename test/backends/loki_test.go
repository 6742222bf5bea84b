//go:build backends

package backends

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// loki is what the queries of loki.md have to give over testdata/day.log, whose head says why.
var loki = answers{
	"What happened to this recipient's mail?": {
		{
			"-37m59s | 4NwZ17k3XYz1Yc | bob@shop.example | deferred | greylisted | 450 | ~Recipient address rejected: Greylisted",
			"-31m18s | 4NwZ17k3XYz1Yc | bob@shop.example | delivered | 250",
		},
		{
			"message.opened", "message.header", "message.received", "delivery | deferred", "message.queued", "delivery | delivered", "message.removed",
			"message | ~to <carol@partner.example>: delivered after 6m42.11s at attempt 2 (greylisted before)",
		},
	},
	"Who throttles us, since when and why?": {
		{"google | rate_limited | 4", "other | greylisted | 1"},
		{"google | rate_limited | -49m19s", "other | greylisted | -37m59s"},
		{"google | ~Gmail has detected an unusual rate of mail | 4", "other | ~Greylisted, try again in | 1"},
	},
	"Rejects by reason":                  {{"blocklisted | 554 | 3", "unknown_recipient | 550 | 2", "relay_denied | 454 | 1"}},
	"Delivery, bounce and deferral rate": {{"0.9"}, {"0.1"}, {"0.3333333333333333"}},
	"Delivery time by provider": { // interpolated between values
		{"other | 402", "microsoft365 | 2", "yahoo | 1.5", "google | 1.2"},
		{"other | 402", "microsoft365 | ~3.8", "yahoo | 1.5", "google | 1.2"},
	},
	"Top senders": {
		{"alice | news@shop.example | 6", "bob | bob@shop.example | 5", "mallory | mallory@shop.example | 1"},
		{"alice | news@shop.example | 6", "bob | bob@shop.example | 5", "mallory | mallory@shop.example | 3"},
	},
	"Attacked accounts": {{"203.0.113.9 | 7", "203.0.113.10 | 2"}, {"mallory | 203.0.113.9 | 1"}},
	"TLS posture": {
		{"submission | 1.2 | 1", "submission | 1.3 | 2", "submission | 2", "5"},
		{"client | 1.3 | trusted | 6", "client | 1.2 | untrusted | 3", "server | 1.3 | anonymous | 2", "server | 1.2 | anonymous | 1", "client | connection_lost | 1"},
	},
	"What changed since yesterday": {{
		"delivery | google | deferred | rate_limited | 4", "delivery | yahoo | delivered | 3", "reject | blocklisted | 3", "delivery | microsoft365 | delivered | 2",
		"delivery | other | deferred | greylisted | 1", "delivery | other | delivered | 1", "delivery | google | bounced | unknown_recipient | 1", "reject | relay_denied | 1",
		"delivery | yahoo | bounced | unknown_recipient | -1", "delivery | google | delivered | -2",
	}},
	"What waits now": {{"deferred | google | 4"}, {"deferred | google | >2900"}},
}

const lokiConfig = `
auth_enabled: true
server: {http_listen_address: 127.0.0.1, http_listen_port: %[1]s, grpc_listen_address: 127.0.0.1, grpc_listen_port: %[2]s, http_tls_config: {cert_file: %[3]s, key_file: %[4]s}, log_level: warn}
common:
  path_prefix: %[5]s
  replication_factor: 1
  instance_addr: 127.0.0.1
  ring: {kvstore: {store: inmemory}}
  storage: {filesystem: {chunks_directory: %[5]s/chunks, rules_directory: %[6]s}}
schema_config: {configs: [{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]}
ruler: {rule_path: %[5]s/rules, evaluation_interval: 1s, poll_interval: 1s, enable_api: true}
analytics: {reporting_enabled: false}
# It is ready at once.
ingester: {lifecycler: {min_ready_duration: 0s}}
frontend_worker: {dns_lookup_duration: 500ms}
frontend: {scheduler_dns_lookup_period: 500ms}
`

const tenant = "mail"

// startLoki runs one with the limits that the page names, and more.
func startLoki(t *testing.T, a *authority, address, rules, limits string) {
	t.Helper()
	dir := t.TempDir()
	_, port, _ := strings.Cut(address, ":")
	_, grpc, _ := strings.Cut(freeAddress(t), ":")
	config := filepath.Join(dir, "loki.yaml")
	text := fmt.Sprintf(lokiConfig, port, grpc, a.cert, a.key, dir, rules) + snippet(t, "loki.md", "limits_config:") + limits
	require.NoError(t, os.WriteFile(config, []byte(text), 0o600))
	start(t, nil, built+"loki", "-config.file="+config)
}

// snippet is the block of YAML on a page that begins so.
func snippet(t *testing.T, page, begins string) string {
	t.Helper()
	text, err := os.ReadFile(pages + page)
	require.NoError(t, err)
	_, block, ok := strings.Cut(string(text), "```yaml\n"+begins)
	require.True(t, ok)
	block, _, _ = strings.Cut(block, "```")
	return begins + block
}

// TestLoki runs examples/loki.yaml, brings up Loki with TLS and tenants behind it, and asks it what the page asks.
func TestLoki(t *testing.T) {
	t.Parallel()
	d, a, address := newDay(t), newAuthority(t), freeAddress(t)
	e := example{lines: d.lines}
	e.runAndRestart(t, "loki.yaml", "LOKI=https://"+address, "LOKI_TENANT="+tenant, "CA_FILE="+a.cert, "PROMETHEUS=https://"+freeAddress(t))
	startLoki(t, a, address, t.TempDir(), "")
	ask := func(t *testing.T, query string) []row { return d.logQL(t, a, address, query) }
	written := func(t *testing.T, query string) []row { // what comes late is seen when its chunk is written
		a.post(t, "https://"+address+"/flush", nil)
		return ask(t, query)
	}
	d.arrived(t, written, `sum(count_over_time({service_name="mail"} | smtp_synthetic!="true" [2d]))`)
	require.NoError(t, compare(ask(t, `sum by (host_name) (count_over_time({host_name="mx7"} [1d]))`), []string{"mx7 | 1"}, 0), "a label of each host")
	loki.check(t, "loki.md", 0, map[string]func(*testing.T, string) []row{"logql": ask})
	d.panels(t, "logql", ofCarol["logql"], ask)
}

// logQL gives the rows of an answer of Loki: of a number its labels and value, of a line its labels, time and text.
func (d *day) logQL(t *testing.T, a *authority, address, query string) (rows []row) {
	t.Helper()
	form := url.Values{"query": {query}}
	path := "/loki/api/v1/query"
	if strings.HasPrefix(query, "{") {
		path = "/loki/api/v1/query_range"
		form.Set("start", fmt.Sprint(d.now.Add(-7*24*time.Hour).UnixNano()))
	}
	var answer struct {
		Data struct {
			Result []struct {
				Stream, Metric map[string]string
				Value          [2]any
				Values         [][2]string
			}
		}
	}
	body := a.post(t, "https://"+address+path, form)
	if body == nil {
		return nil
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	for _, result := range answer.Data.Result {
		var labels row
		for _, set := range []map[string]string{result.Stream, result.Metric} {
			for _, v := range set {
				labels = append(labels, v)
			}
		}
		if v, ok := result.Value[1].(string); ok {
			rows = append(rows, append(labels, d.value(v)))
		}
		for _, line := range result.Values {
			rows = append(rows, append(append(row{}, labels...), d.value(line[0]), line[1]))
		}
	}
	return rows
}
