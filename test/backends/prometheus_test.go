//go:build backends

package backends

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// prometheus is what the queries of prometheus.md have to give: the connector counts both days of testdata/day.log when it reads them. Yesterday's is made up.
var prometheus = answers{
	"Who throttles us, since when and why?": {{"google | rate_limited | 4", "other | greylisted | 1"}, {"google | rate_limited | <300"}},
	"Rejects by reason":                     {{"unknown_recipient | 550 | 4", "blocklisted | 554 | 3", "relay_denied | 454 | 1"}},
	"Delivery, bounce and deferral rate":    {{"0.875"}, {"0.125"}, {"0.2381"}}, // 14 of 16, 2 of 16, 5 of 21
	"Delivery time by provider": {
		// google and yahoo: all between 1 and 5 s; microsoft365: 1 up to 1 s, 3 between 1 and 5 s; other: 402 s
		{"google | 3.", "yahoo | 3.", "microsoft365 | 2.333", "other | 600."},
		{"google | 4.8", "yahoo | 4.8", "microsoft365 | 4.733", "other | 870."},
	},
	"Top senders":       {{"first | 18"}},
	"Attacked accounts": {{"LOGIN | 7", "PLAIN | 2"}},
	"TLS posture": {
		{"client | 1.3 | trusted | 6", "server | 1.3 | anonymous | 4", "client | 1.2 | untrusted | 3", "server | 1.2 | anonymous | 1"},
		{"0.3846"}, // 5 of 13
		{"other | connection_lost | 1"},
	},
	"What changed since yesterday": {{
		"google | delivered | -4", "google | deferred | 4", "google | bounced | 1", "microsoft365 | delivered | 4", "yahoo | delivered | 3", "yahoo | bounced | -1",
		"other | deferred | 1", "other | delivered | 1",
	}},
	"What waits now": {{"deferred | google | 4"}, {"deferred | google | >2900"}},
}

// yesterday is what was counted then, beside which "today" is: by provider and status.
var yesterday = map[[2]string]int{{"google", "delivered"}: 10, {"yahoo", "bounced"}: 2}

// openMetrics are an hour's samples of it, thirty hours ago.
func openMetrics(now time.Time) string {
	var b strings.Builder
	b.WriteString("# TYPE smtp_delivery_attempts counter\n")
	for key, n := range yesterday {
		for minute := range 61 {
			v := 0
			if minute > 30 {
				v = n
			}
			fmt.Fprintf(&b, "smtp_delivery_attempts_total{smtp_destination_provider=%q,smtp_delivery_status=%q} %d %d\n", key[0], key[1], v,
				now.Add(time.Duration(minute)*time.Minute-30*time.Hour).Unix())
		}
	}
	return b.String() + "# EOF\n"
}

// debian is the folder of Debian's Prometheus: PROMETHEUS names the server, beside which promtool stands.
func debian(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PROMETHEUS")
	if path == "" {
		var err error
		path, err = exec.LookPath("prometheus")
		require.NoError(t, err, "no prometheus: set PROMETHEUS to its path, or install Debian's package")
	}
	return filepath.Dir(path)
}

// startPrometheus runs one with yesterday in its store, and TLS and a password where there is an authority.
func startPrometheus(t *testing.T, path, address, config string, a *authority, flags ...string) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		return filepath.Join(dir, name)
	}
	out, err := exec.Command(filepath.Join(debian(t), "promtool"), "tsdb", "create-blocks-from", "openmetrics",
		file("yesterday", openMetrics(time.Now())), filepath.Join(dir, "data")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	flags = append(flags, "--config.file="+file("prometheus.yml", config), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	if a != nil {
		flags = append(flags, "--web.config.file="+file("web.yml", fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\nbasic_auth_users: {%s: %q}\n", a.cert, a.key, user, hash)))
	}
	start(t, nil, path, flags...)
}

// hash is bcrypt's of the password.
const hash = "$2a$04$DAEOIcN.glrvAM8DmxPvT.rKWdu/e/EUfnfcBvlObeYIik5l8hLSy"

// promQL gives the rows of an answer of Prometheus: labels and the value.
func (d *day) promQL(t *testing.T, a *authority, address, query string) (rows []row) {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	body := a.post(t, address+"/api/v1/query", url.Values{"query": {query}})
	if body == nil {
		return nil
	}
	require.NoError(t, json.Unmarshal(body, &answer))
	for _, result := range answer.Data.Result {
		r := row{result.Value[1].(string)}
		for _, v := range result.Metric {
			r = append(r, v)
		}
		rows = append(rows, r)
	}
	return rows
}

// counted waits for the counters to be up: a series shows zero for 75 seconds first.
func (d *day) counted(t *testing.T, ask func(*testing.T, string) []row) {
	t.Helper()
	const query = "sum(max_over_time(smtp_message_count_total[5m]))"
	require.Eventually(t, func() bool { return compare(ask(t, query), []string{"18"}, 0) == nil }, 3*time.Minute, time.Second)
	time.Sleep(20 * time.Second) // two flushes, so that there is an end to what rose
}

// asked runs the page's queries.
func (d *day) asked(t *testing.T, a *authority, address string, off float64) {
	t.Helper()
	ask := func(t *testing.T, query string) []row { return d.promQL(t, a, address, query) }
	d.counted(t, ask)
	prometheus.check(t, "prometheus.md", off, map[string]func(*testing.T, string) []row{"promql": ask})
}

// TestPrometheus scrapes examples/prometheus.yaml, with the certificate that the page tells of.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	d, a, address, metrics := newDay(t), newAuthority(t), freeAddress(t), freeAddress(t)
	startPrometheus(t, filepath.Join(debian(t), "prometheus"), address, fmt.Sprintf(
		"scrape_configs: [{job_name: otelcol-smtp, honor_labels: true, scheme: https, tls_config: {ca_file: %s}, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: [%q]}]}]", a.cert, metrics), nil)
	e := example{lines: d.lines, config: []string{"yaml:exporters::prometheus::tls: {cert_file: " + a.cert + ", key_file: " + a.key + "}"}}
	e.run(t, "prometheus.yaml", "METRICS="+metrics)
	d.asked(t, a, "http://"+address, 0.05)
}

// TestPrometheusRemoteWrite runs examples/prometheus-remote-write.yaml in front of a Prometheus of Debian.
func TestPrometheusRemoteWrite(t *testing.T) {
	t.Parallel()
	pushed(t, "prometheus-remote-write.yaml", filepath.Join(debian(t), "prometheus"), "--web.enable-remote-write-receiver")
}

// TestPrometheusOTLP runs examples/prometheus-otlp.yaml in front of a Prometheus 3.
func TestPrometheusOTLP(t *testing.T) {
	t.Parallel()
	pushed(t, "prometheus-otlp.yaml", built+"prometheus", "--web.enable-otlp-receiver")
}

// pushed runs an example in front of a Prometheus with TLS and a password, which comes up later.
func pushed(t *testing.T, name, binary, receiver string) {
	d, a, address := newDay(t), newAuthority(t), freeAddress(t)
	e := example{lines: d.lines}
	e.run(t, name, "PROMETHEUS=https://"+address, "PROMETHEUS_AUTHORIZATION="+authorization, "CA_FILE="+a.cert)
	startPrometheus(t, binary, address, "", a, receiver)
	d.asked(t, a, "https://"+address, 0.12)
}

// TestVictoriaMetrics takes the metrics of examples/victorialogs.yaml, and answers what Prometheus does.
func TestVictoriaMetrics(t *testing.T) {
	t.Parallel()
	d, a, address := newDay(t), newAuthority(t), freeAddress(t)
	e := example{lines: d.lines}
	e.run(t, "victorialogs.yaml", "VICTORIALOGS=https://"+freeAddress(t), "VICTORIAMETRICS=https://"+address, "CA_FILE="+a.cert, "VICTORIA_AUTHORIZATION="+authorization)
	// -search.latencyOffset: what has just come is asked for.
	start(t, nil, built+"victoria-metrics", "-httpListenAddr="+address, "-storageDataPath="+t.TempDir(), "-memory.allowedBytes=256MB", "-search.latencyOffset=0s",
		"-tls", "-tlsCertFile="+a.cert, "-tlsKeyFile="+a.key, "-httpAuth.username="+user, "-httpAuth.password="+password)
	require.Eventually(t, func() bool {
		return a.send(t, "https://"+address+"/api/v1/import/prometheus", "text/plain", openMetrics(d.now)) != nil
	}, patience, 100*time.Millisecond)
	d.asked(t, a, "https://"+address, 0.02)
}
