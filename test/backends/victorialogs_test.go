//go:build backends

package backends

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// victoriaLogs is what the queries of victorialogs.md have to give over testdata/day.log, whose head says why.
var victoriaLogs = answers{
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
	"Who throttles us, since when and why?": {{
		"google | rate_limited | ~Gmail has detected an unusual rate of mail | -49m19s | -48m19s | 4 | 4",
		"other | greylisted | -37m59s | -37m59s | 1 | 1",
	}},
	"Rejects by reason":                  {{"blocklisted | 554 | 3 | 3", "unknown_recipient | 550 | 2 | 1", "relay_denied | 454 | 1 | 1"}},
	"Delivery, bounce and deferral rate": {{"9 | 1 | 5 | 15 | 0.9 | 0.1 | 0.3333333333333333"}},
	"Delivery time by provider":          {{"other | 402 | 402 | 1", "microsoft365 | 2 | 4 | 3", "yahoo | 1.5 | 1.5 | 3", "google | 1.2 | 1.2 | 2"}},
	"Top senders":                        {{"alice | news@shop.example | 6 | 6", "bob | bob@shop.example | 5 | 5", "mallory | mallory@shop.example | 1 | 3"}},
	"Attacked accounts":                  {{"203.0.113.9 | 7 | -20m0s", "203.0.113.10 | 2 | -19m40s"}, {"mallory | 203.0.113.9 | 1"}},
	"TLS posture": {
		{"submission | 1.2 | 1", "submission | 1.3 | 2", "submission | 2", "5"},
		{"client | 1.3 | trusted | 6", "client | 1.2 | untrusted | 3", "server | 1.3 | anonymous | 2", "server | 1.2 | anonymous | 1", "client | connection_lost | 1"},
	},
	"What changed since yesterday": {{
		"delivery | google | deferred | rate_limited | 4 | 0 | 4", "delivery | yahoo | delivered | 3 | 0 | 3", "reject | blocklisted | 3 | 0 | 3",
		"delivery | microsoft365 | delivered | 3 | 1 | 2", "delivery | other | deferred | greylisted | 1 | 0 | 1", "delivery | other | delivered | 1 | 0 | 1",
		"delivery | google | bounced | unknown_recipient | 1 | 0 | 1", "reject | relay_denied | 1 | 0 | 1",
		"delivery | yahoo | bounced | unknown_recipient | 0 | 1 | -1", "delivery | google | delivered | 2 | 4 | -2",
	}},
	"What waits now": {{"deferred | google | 4 | >2900"}},
}

// TestVictoriaLogs runs examples/victorialogs.yaml, brings up VictoriaLogs with TLS and a password behind it, and asks it what the page asks.
func TestVictoriaLogs(t *testing.T) {
	t.Parallel()
	d, a, address := newDay(t), newAuthority(t), freeAddress(t)
	e := example{lines: d.lines}
	e.runAndRestart(t, "victorialogs.yaml", "VICTORIALOGS=https://"+address, "VICTORIAMETRICS=https://"+freeAddress(t), "CA_FILE="+a.cert, "VICTORIA_AUTHORIZATION="+authorization)
	start(t, nil, built+"victoria-logs", "-httpListenAddr="+address, "-storageDataPath="+t.TempDir(), "-memory.allowedBytes=256MB",
		"-tls", "-tlsCertFile="+a.cert, "-tlsKeyFile="+a.key, "-httpAuth.username="+user, "-httpAuth.password="+password)
	ask := func(t *testing.T, query string) []row { return d.logsQL(t, a, "https://"+address, query) }
	d.arrived(t, ask, "* -smtp.synthetic:=true | stats count() as n")
	streams := []string{`{host.name="` + d.host + `",service.name="mail"}`, `{host.name="mx7",service.name="mail"}`}
	var err error
	require.Eventually(t, func() bool {
		err = compare(ask(t, "smtp.event:* -smtp.event:=queue | uniq by (_stream)"), streams, 0)
		return err == nil
	}, 20*time.Second, 500*time.Millisecond, "a stream of each host: %v", &err)
	victoriaLogs.check(t, "victorialogs.md", 0, map[string]func(*testing.T, string) []row{"logsql": ask})
	d.panels(t, "logsql", ofCarol["logsql"], ask)
}

// logsQL gives the rows of an answer of VictoriaLogs.
func (d *day) logsQL(t *testing.T, a *authority, address, query string) (rows []row) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(a.post(t, address+"/select/logsql/query", url.Values{"query": {query}})))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var fields map[string]string
		require.NoError(t, json.Unmarshal(lines.Bytes(), &fields))
		var r row
		for _, v := range fields {
			r = append(r, d.value(v))
		}
		rows = append(rows, r)
	}
	return rows
}
