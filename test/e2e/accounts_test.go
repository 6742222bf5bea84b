//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// submitted writes the lines of one mail that an account sends now, as Postfix does. Each call has a queue id of its own.
func submitted(n int, user string) []string {
	stamp, id := time.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00"), fmt.Sprintf("%07X", 0xA000000+n)
	head := func(daemon string, pid int) string { return fmt.Sprintf("%s mx postfix/%s[%d]: ", stamp, daemon, pid) }
	return []string{
		head("submission/smtpd", 10) + "connect from unknown[192.0.2.7]",
		head("submission/smtpd", 10) + id + ": client=unknown[192.0.2.7], sasl_method=PLAIN, sasl_username=" + user,
		head("cleanup", 11) + id + fmt.Sprintf(": message-id=<%d@mx.example>", n),
		head("qmgr", 12) + id + ": from=<" + user + "@mx.example>, size=1000, nrcpt=1 (queue active)",
		head("smtp", 13) + id + fmt.Sprintf(": to=<friend%d@far.example>, relay=mx.far.example[198.51.100.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)", n),
		head("qmgr", 12) + id + ": removed",
		head("submission/smtpd", 10) + "disconnect from unknown[192.0.2.7] ehlo=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=6",
	}
}

// Ten thousand accounts send mail, and one of them begins to send spam: a real Prometheus that scrapes the collector names it first by the query of docs/metrics.md,
// within the cap of series, and every mail is counted once.
func TestPrometheusNamesTheStolenAccount(t *testing.T) {
	t.Parallel()
	const accounts, places, stolen = 10_000, 100, "user7351"
	col := newCollector(t, "maillog")
	col.configure("smtp: {metrics_flush_interval: 200ms, series_birth: 0s}",
		fmt.Sprintf("smtp: {metrics_flush_interval: 200ms, series_birth: 1s, metrics: {smtp.message.count: {dimensions: [user.name, smtp.message.hop], busiest: %d}}}", places))
	col.configure("attributes: full, summaries: [session, message], storage: file_storage, checkpoint_interval: 200ms", "summaries: []")
	col.configure("exporters: [file/logs, smtp]", "exporters: [smtp]")
	prom := startPrometheus(t, col.prometheus)
	rnd := rand.New(rand.NewPCG(7, 8))
	sent := 0
	send := func(users ...string) {
		var lines []string
		for _, user := range users {
			lines = append(lines, submitted(sent, user)...)
			sent++
		}
		col.write(lines)
	}
	counted := func() {
		t.Helper()
		prom.until("sum(smtp_message_count_total)", map[string]float64{"": float64(sent)})
	}
	send("user0")
	col.start()
	counted()
	for from := 1; from < accounts; from += 1000 { // everybody sends one
		var all []string
		for i := from; i < min(from+1000, accounts); i++ {
			all = append(all, fmt.Sprintf("user%d", i))
		}
		send(all...)
		time.Sleep(200 * time.Millisecond)
	}
	counted()
	for range 12 {
		var some []string
		for range 80 {
			some = append(some, fmt.Sprintf("user%d", rnd.IntN(accounts)))
		}
		for range 50 {
			some = append(some, stolen)
		}
		send(some...)
		time.Sleep(500 * time.Millisecond)
	}
	counted()

	query := documented(t, "which account was stolen and sends spam: who sends most now")
	var got map[string]float64
	require.Eventually(t, func() bool {
		got = prom.query(query)
		return got[stolen] > 400
	}, patience, 200*time.Millisecond)
	assert.LessOrEqual(t, len(got), 10)
	for user, n := range got {
		if user != stolen {
			assert.Less(t, n, got[stolen]/20, user)
		}
	}
	series := prom.query(`count(smtp_message_count_total{user_name!=""})`)[""]
	assert.LessOrEqual(t, series, float64(places)*1.1, "those that gave way are remembered for five minutes by Prometheus, and by the exporter")
	assert.Greater(t, series, float64(places)/2)
	t.Logf("%d mails of %d accounts: %s %.0f, %.0f series with a name", sent, accounts, stolen, got[stolen], series)
}
