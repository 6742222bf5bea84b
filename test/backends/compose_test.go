//go:build backends

package backends

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// compose is packaging/compose, as far as its services are programs that can be run here.
type compose struct {
	t        *testing.T
	Services map[string]struct {
		Command     []string
		Environment map[string]string
	}
	here map[string]string // names, ports and paths of the containers: those of this machine
}

func newCompose(t *testing.T) *compose {
	t.Helper()
	text, err := os.ReadFile(root + "/packaging/compose/compose.yaml")
	require.NoError(t, err)
	c := &compose{t: t, here: map[string]string{"scrape_interval: 15s": "scrape_interval: 1s"}}
	require.NoError(t, yaml.Unmarshal(text, c))
	dir := t.TempDir()
	for _, there := range []string{"victorialogs:9428", "victoriametrics:8428", "alertmanager:9093", "otelcol-smtp:9464", "otelcol-smtp:8888"} {
		c.here[there] = freeAddress(t)
	}
	for _, path := range []string{"/storage", "/var/lib/otelcol-smtp", "/var/log/mail.log"} {
		c.here[path] = filepath.Join(dir, filepath.Base(path))
	}
	_, port, _ := strings.Cut(c.here["otelcol-smtp:8888"], ":")
	c.here["0.0.0.0:9464"], c.here["host: 0.0.0.0, port: 8888"] = c.here["otelcol-smtp:9464"], "host: 127.0.0.1, port: "+port
	c.here["0.0.0.0:13133"], c.here["/etc/alerts"] = freeAddress(t), root+"/alerts"
	c.here["/etc/scrape.yaml"] = c.file("compose/scrape.yaml")
	c.here["/etc/otelcol-smtp/config.yaml"], c.here["/etc/otelcol-smtp/compose.yaml"] = c.file("linux/config.yaml"), c.file("compose/collector.yaml")
	return c
}

// local puts this machine's in.
func (c *compose) local(text string) string {
	for there, here := range c.here {
		text = strings.ReplaceAll(text, there, here)
	}
	return text
}

// file is a copy of a file under packaging for this machine.
func (c *compose) file(path string) string {
	text, err := os.ReadFile(root + "/packaging/" + path)
	require.NoError(c.t, err)
	name := filepath.Join(c.t.TempDir(), "copy.yaml")
	require.NoError(c.t, os.WriteFile(name, []byte(c.local(string(text))), 0o600))
	return name
}

// start runs a service with its own command and environment.
func (c *compose) start(service, path string, more ...string) {
	c.t.Helper()
	var args, env []string
	for _, arg := range c.Services[service].Command {
		args = append(args, c.local(arg))
	}
	require.NotEmpty(c.t, args, service)
	for key, value := range c.Services[service].Environment {
		if _, standard, given := strings.Cut(value, ":-"); given {
			value = strings.TrimSuffix(standard, "}")
		}
		env = append(env, key+"="+c.local(value))
	}
	start(c.t, env, path, append(args, more...)...)
}

// TestCompose runs the services of the Compose file, all but Grafana and Alertmanager, and asks what Grafana's dashboards ask of them.
func TestCompose(t *testing.T) {
	t.Parallel()
	d, c, alerts := newDay(t), newCompose(t), freeAddress(t)
	logs, metrics := c.here["victorialogs:9428"], c.here["victoriametrics:8428"]
	c.start("victorialogs", built+"victoria-logs", "-httpListenAddr="+logs, "-memory.allowedBytes=256MB")
	c.here["/storage"] += "-of-metrics"
	c.start("victoriametrics", built+"victoria-metrics", "-httpListenAddr="+metrics, "-memory.allowedBytes=256MB", "-search.latencyOffset=0s")
	c.start("vmalert", built+"vmalert", "-httpListenAddr="+alerts, "-evaluationInterval=1s", "-remoteWrite.flushInterval=1s")
	c.start("otelcol-smtp", collector)
	require.Eventually(t, func() bool { return up("http://" + c.here["0.0.0.0:13133"]) }, patience, 50*time.Millisecond, "the collector is not healthy")
	time.Sleep(time.Second)
	require.NoError(t, os.WriteFile(c.here["/var/log/mail.log"], []byte(strings.Join(d.lines, "\n")+"\n"), 0o600))

	plain := &authority{client: http.DefaultClient}
	ask := func(t *testing.T, query string) []row { return d.logsQL(t, plain, "http://"+logs, query) }
	d.arrived(t, ask, "* -smtp.synthetic:=true | stats count() as n")
	d.panels(t, "logsql", ofCarol["logsql"], ask)
	d.counted(t, func(t *testing.T, query string) []row { return d.promQL(t, plain, "http://"+metrics, query) })
	d.panels(t, "promql", "", func(t *testing.T, query string) []row { return d.promQL(t, plain, "http://"+metrics, query) })
	c.rules(plain, alerts, func(query string) []row { return d.promQL(t, plain, "http://"+metrics, query) })
}

func up(address string) bool {
	response, err := http.Get(address)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// rules: vmalert evaluates each rule without a mistake, and what the recording rules record is in VictoriaMetrics.
func (c *compose) rules(a *authority, alerts string, ask func(string) []row) {
	c.t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Type, Health, LastError string }
			}
		}
	}
	response, err := a.client.Get("http://" + alerts + "/api/v1/rules")
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.NoError(c.t, json.NewDecoder(response.Body).Decode(&answer))
	n := map[string]int{}
	for _, group := range answer.Data.Groups {
		for _, rule := range group.Rules {
			n[rule.Type]++
			require.Equal(c.t, "ok", rule.Health, "%s: %s", rule.Name, rule.LastError)
		}
	}
	require.NotZero(c.t, n["alerting"])
	require.NotZero(c.t, n["recording"])
	require.Eventually(c.t, func() bool { return len(ask("provider:smtp_deferral:ratio15m")) > 0 }, patience, time.Second)
	c.t.Logf("%d rules that alert, %d that record", n["alerting"], n["recording"])
}
