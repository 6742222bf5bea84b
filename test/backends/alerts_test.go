//go:build backends

package backends

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
)

// firing are the alerts over the log of trouble, each with what it is about; nothing else is. Over testdata/day.log none is.
func (tr *trouble) firing() []string {
	return []string{
		"SMTPProviderDefersMail | google", "SMTPBounceRateHigh", "SMTPBlocklisted | microsoft365", "SMTPQueueGrowsOld | " + tr.host, "SMTPIncident | refusals | google",
		"SMTPNoMail | mx8", "SMTPLoginsUnderAttack | " + tr.host, "SMTPTLSFallback | " + tr.host, "SMTPTLSFallback | " + tr.host, "SMTPParserCoverageFalls | " + tr.host,
	}
}

// incidents are two, of which one has ended, as the connector's records.
func (tr *trouble) incidents() string {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "mail")
	rl.Resource().Attributes().PutStr("host.name", tr.host)
	sl := rl.ScopeLogs().AppendEmpty()
	for i, one := range [][3]string{{"a1", "google", "started"}, {"b2", "yahoo", "started"}, {"b2", "yahoo", "ended"}} {
		r := sl.LogRecords().AppendEmpty()
		r.SetTimestamp(pcommon.NewTimestampFromTime(tr.now.Add(time.Duration(i-5) * time.Minute)))
		r.Body().SetStr("incident " + one[0])
		for k, v := range map[string]string{
			"smtp.event": "incident", "smtp.incident.id": one[0], "smtp.incident.kind": "refusals", "smtp.destination.provider": one[1], "smtp.failure.reason": "rate_limited",
			"smtp.incident.state": one[2],
		} {
			r.Attributes().PutStr(k, v)
		}
	}
	data, _ := plogotlp.NewExportRequestFromLogs(ld).MarshalProto()
	return string(data)
}

// rules is a file of rules that are looked at each second.
func rules(t *testing.T, name, dir string) string {
	t.Helper()
	text, err := os.ReadFile(root + "/alerts/" + name)
	require.NoError(t, err)
	require.Contains(t, string(text), "interval: 1m")
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), "interval: 1m", "interval: 1s", 1)), 0o600))
	return path
}

// alerts gives those that fire.
func (a *authority) alerts(t *testing.T, address string) (rows []row) {
	t.Helper()
	var answer struct {
		Data struct {
			Alerts []struct {
				State       string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	body := a.get(t, address)
	if body == nil {
		return nil
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	for _, alert := range answer.Data.Alerts {
		if alert.State != "firing" {
			continue
		}
		require.NotContains(t, alert.Annotations["summary"], "error", "%v", alert)
		var r row
		for _, v := range alert.Labels {
			r = append(r, v)
		}
		rows = append(rows, r)
	}
	return rows
}

// looked waits until every rule has been evaluated, without an error: only then a rule that is quiet says something.
func (a *authority) looked(t *testing.T, address string) {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct {
					Name, Health, LastError string
					LastEvaluation          time.Time
				}
			}
		}
	}
	var waits []string
	for range 60 {
		rules := 0
		waits = nil
		if body := a.get(t, address); body != nil {
			require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
			for _, group := range answer.Data.Groups {
				for _, r := range group.Rules {
					rules++
					require.Empty(t, r.LastError, r.Name)
					if r.Health != "ok" || r.LastEvaluation.Year() < 2020 {
						waits = append(waits, r.Name)
					}
				}
			}
		}
		if rules == 10 && waits == nil {
			return
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("not looked at: %v of %+v", waits, answer)
}

// fires waits for exactly these alerts, and sees that they stay.
func fires(t *testing.T, want []string, alerts func() []row) {
	t.Helper()
	var err error
	seen := 0
	for range 90 {
		if err = compare(alerts(), want, 0); err == nil {
			if seen++; seen == 5 {
				return
			}
		} else {
			seen = 0
		}
		time.Sleep(time.Second)
	}
	t.Fatalf("%v; %v fire", err, alerts())
}

// over is a log, the alerts that fire over it, and the incidents that its records have beside them.
type over struct {
	lines, want []string
	incidents   string
}

// overTrouble has rules looked at over a log of trouble and over a quiet one: each over a store of its own, side by side.
func overTrouble(t *testing.T, look func(t *testing.T, d *day, log over)) {
	t.Parallel()
	d := newDay(t)
	tr := newTrouble(d)
	for name, log := range map[string]over{"trouble": {tr.lines, tr.firing(), tr.incidents()}, "quiet": {d.lines, nil, ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			look(t, &day{now: d.now, host: d.host, lines: log.lines}, log)
		})
	}
}

// The LogsQL rules by vmalert over VictoriaLogs.
func TestAlertsVictoriaLogs(t *testing.T) {
	overTrouble(t, func(t *testing.T, d *day, log over) {
		a, address, vmalert := newAuthority(t), freeAddress(t), freeAddress(t)
		start(t, nil, built+"victoria-logs", "-httpListenAddr="+address, "-storageDataPath="+t.TempDir(), "-memory.allowedBytes=256MB", "-retentionPeriod=14d")
		e := example{lines: log.lines}
		e.run(t, "victorialogs.yaml", "VICTORIALOGS=http://"+address, "VICTORIAMETRICS=http://"+freeAddress(t))
		d.arrived(t, func(t *testing.T, query string) []row { return d.logsQL(t, a, "http://"+address, query) }, "* -smtp.synthetic:=true | stats count() as n")
		if log.incidents != "" {
			require.NotNil(t, a.send(t, "http://"+address+"/insert/opentelemetry/v1/logs", "application/x-protobuf", log.incidents))
		}
		start(t, nil, built+"vmalert", "-httpListenAddr="+vmalert, "-datasource.url=http://"+address, "-rule="+rules(t, "otelcol-smtp.logsql.yaml", t.TempDir()), "-notifier.blackhole")
		a.looked(t, "http://"+vmalert+"/api/v1/rules")
		fires(t, log.want, func() []row { return a.alerts(t, "http://"+vmalert+"/api/v1/alerts") })
	})
}

// The LogQL rules by Loki's ruler.
func TestAlertsLoki(t *testing.T) {
	overTrouble(t, func(t *testing.T, d *day, log over) {
		a, address, dir := newAuthority(t), freeAddress(t), t.TempDir()
		rules(t, "otelcol-smtp.logql.yaml", filepath.Join(dir, tenant))
		startLoki(t, a, address, dir, "  reject_old_samples: false\n") // the log is of a week and more
		e := example{lines: log.lines}
		e.run(t, "loki.yaml", "LOKI=https://"+address, "LOKI_TENANT="+tenant, "CA_FILE="+a.cert, "PROMETHEUS=https://"+freeAddress(t))
		d.arrived(t, func(t *testing.T, query string) []row {
			a.post(t, "https://"+address+"/flush", nil)
			return d.logQL(t, a, address, query)
		}, `sum(count_over_time({service_name="mail"} | smtp_synthetic!="true" [9d]))`)
		if log.incidents != "" {
			require.NotNil(t, a.send(t, "https://"+address+"/otlp/v1/logs", "application/x-protobuf", log.incidents))
		}
		a.looked(t, "https://"+address+"/prometheus/api/v1/rules")
		fires(t, log.want, func() []row { return a.alerts(t, "https://"+address+"/prometheus/api/v1/alerts") })
	})
}
