//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asItStands is the README's first configuration with addresses and paths of this test, and a second exporter that writes to Prometheus.
const asItStands = `
receivers:
  maillog: {include: [%[1]s/mail.log]}
processors:
  smtp: {}
connectors:
  smtp: {}
exporters:
  prometheus: {endpoint: "%[2]s"}
  prometheus_remote_write: {endpoint: "http://%[3]s/api/v1/write"}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/mail: {receivers: [maillog], processors: [smtp], exporters: [smtp]}
    metrics/mail: {receivers: [smtp], exporters: [prometheus, prometheus_remote_write]}
`

// burst is what two hosts and two instances log within a second, each with so many deliveries; half of them are refused.
func burst() (lines []string) {
	stamp := time.Now().Format("2006-01-02T15:04:05.000000-07:00")
	for who, n := range firstDeliveries {
		host, instance, _ := strings.Cut(who, "/")
		for i := range n {
			status, said := "sent", "250 2.0.0 Ok: queued as 4BD3EF4E5D6"
			if i%2 == 1 {
				status, said = "bounced", "host mx.example.net[192.0.2.15] said: 550 5.1.1 no such user (in reply to RCPT TO command)"
			}
			id := fmt.Sprintf("4AB%03X", i)
			lines = append(lines,
				fmt.Sprintf("%s %s %s/pickup[3]: %s: uid=0 from=<root>", stamp, host, instance, id),
				fmt.Sprintf("%s %s %s/qmgr[1]: %s: from=<root@example.com>, size=400, nrcpt=1 (queue active)", stamp, host, instance, id),
				fmt.Sprintf("%s %s %s/smtp[2]: %s: to=<u%d@example.net>, relay=mx.example.net[192.0.2.15]:25, delay=2, delays=0/0/1/1, dsn=2.0.0, status=%s (%s)",
					stamp, host, instance, id, i, status, said),
			)
		}
	}
	return lines
}

// firstDeliveries are the recipients of the burst, by host and instance.
var firstDeliveries = map[string]int{"mx1/postfix": 1, "mx1/postfix-out": 2, "mx2/postfix": 40}

// Four Prometheus servers, each at the pace of its users, see the first burst whole: increase() is not zero and no documented rate is NaN;
// and what hosts and instances counted stays apart behind one target.
func TestPrometheusSeesTheFirstBurst(t *testing.T) {
	t.Parallel() // with other tests that wait: the slowest scrape here takes a minute
	dir, target, written := t.TempDir(), freeAddress(t), freeAddress(t)
	servers := map[string]*server{"remote write": startServer(t, "", written, "--web.enable-remote-write-receiver")}
	for _, every := range []string{"15s", "30s", "60s"} {
		job := fmt.Sprintf("scrape_configs:\n- {job_name: smtp, scrape_interval: %s, static_configs: [{targets: [%q]}]}\n", every, target)
		servers["scrape every "+every] = startServer(t, job, freeAddress(t))
	}
	log := filepath.Join(dir, "mail.log")
	require.NoError(t, os.WriteFile(log, nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.yaml"), fmt.Appendf(nil, asItStands, dir, target, written), 0o600))
	cmd := exec.Command(binary, "--config", filepath.Join(dir, "config.yaml"))
	var output said
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	require.Eventually(t, func() bool { return strings.Contains(output.String(), isReady) }, patience, 10*time.Millisecond)
	time.Sleep(3 * time.Second) // it has looked for files: what is new now is read from its beginning
	require.NoError(t, os.WriteFile(log, []byte(strings.Join(burst(), "\n")+"\n"), 0o600))

	total := 0.0
	for _, n := range firstDeliveries {
		total += float64(n)
	}
	for name, s := range servers {
		require.Eventually(t, func() bool { return s.query("sum(smtp_delivery_recipients_total)")[""] == total }, 4*time.Minute, time.Second, name)
	}
	for name, s := range servers {
		for who, n := range firstDeliveries {
			host, instance, _ := strings.Cut(who, "/")
			got := s.query(fmt.Sprintf(`sum(smtp_delivery_recipients_total{host_name=%q,smtp_mta_instance=%q})`, host, instance))
			assert.InDelta(t, n, got[""], 0, "%s: %s", name, who)
		}
		for _, metric := range []string{"smtp_delivery_recipients_total", "smtp_delivery_duration_seconds_count", `smtp_delivery_duration_seconds_bucket{le="+Inf"}`} {
			rise := s.query(fmt.Sprintf("sum(max_over_time(%s[10m]) - min_over_time(%s[10m]))", metric, metric))
			assert.InDelta(t, total, rise[""], 0, "%s: %s rises from zero", name, metric)
			got := s.query(fmt.Sprintf("sum(increase(%s[5m]))", metric)) // extrapolated beyond its newest sample by at most an interval
			assert.GreaterOrEqual(t, got[""], total*0.99, "%s: increase of %s", name, metric)
			assert.LessOrEqual(t, got[""], total*2, "%s: increase of %s", name, metric)
		}
		for rate, want := range map[string]float64{"delivery rate": 0.5, "bounce rate": 0.5, "hard bounce rate": 0.5, "block rate": 0, "deferral rate": 0} {
			got := s.query(documented(t, rate))
			require.Len(t, got, 1, "%s: %s", name, rate)
			assert.InDelta(t, want, got[""], 0.02, "%s: %s", name, rate)
		}
		got := s.query(documented(t, "delivery time, 95th percentile"))
		assert.Greater(t, got[""], 1.0, name)
		assert.LessOrEqual(t, got[""], 5.0, name)
	}
}

// documented is a query of docs/metrics.md by the rate that it gives.
func documented(t *testing.T, rate string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "\n| "+rate+" | `")
	require.True(t, found, rate)
	query, _, _ := strings.Cut(rest, "` |\n")
	return strings.ReplaceAll(query, `\|`, "|")
}
