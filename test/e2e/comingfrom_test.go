//go:build e2e

package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// theirs counts what another tool would, by the lines of the log alone. A metric without a count here only has to give a number.
var theirs = map[string]*regexp.Regexp{
	`postfix_smtp_messages_processed_total{status="sent"}`:       regexp.MustCompile(`/smtp\[\d+\]: \w+: to=.* status=sent `),
	`postfix_smtp_status_deferred`:                               regexp.MustCompile(`/smtp\[\d+\]: \w+: to=.* status=deferred `),
	`postfix_smtp_connection_timed_out_total`:                    regexp.MustCompile(`/smtp\[\d+\]: (connect to .* timed out$|\w+: conversation with .* timed out while)`),
	`postfix_smtp_tls_connections_total`:                         regexp.MustCompile(`/smtp\[\d+\]: \w+ TLS connection established to `),
	`postfix_smtpd_tls_connections_total`:                        regexp.MustCompile(`/smtpd\[\d+\]: \w+ TLS connection established from `),
	`postfix_smtpd_disconnects_total`:                            regexp.MustCompile(`/smtpd\[\d+\]: disconnect from `),
	`postfix_smtpd_connections_lost_total`:                       regexp.MustCompile(`/smtpd\[\d+\]: lost connection after `),
	`postfix_smtpd_sasl_authentication_failures_total`:           regexp.MustCompile(`/smtpd\[\d+\]: warning: .*: SASL \w+ authentication failed`),
	`postfix_smtpd_messages_rejected_total`:                      regexp.MustCompile(`/smtpd\[\d+\]: \w+: reject: RCPT from `),
	`postfix_bounce_non_delivery_notification_total`:             regexp.MustCompile(`/bounce\[\d+\]: \w+: sender non-delivery notification: `),
	`postfix_statuses_total{subprogram="smtp",status="bounced"}`: regexp.MustCompile(`/smtp\[\d+\]: \w+: to=.* status=bounced `),
	`postfix_login_failures_total`:                               regexp.MustCompile(`/smtpd\[\d+\]: warning: .*: SASL \w+ authentication failed`),
	`postfix_postscreen_actions_total`:                           regexp.MustCompile(`/postscreen\[\d+\]: (PASS|PREGREET|HANGUP|DENYLISTED)`),
}

// Every query of docs/coming-from.md gives a number on a real Prometheus; where the other tool's number can be counted in the log, the same one.
func TestQueriesOfOtherExporters(t *testing.T) {
	lines := corpus(t, "postfix-main.iso.log")
	col := newCollector(t, "maillog")
	prom := startPrometheus(t, col.prometheus)
	col.write(lines)
	col.start()
	col.waitFor(len(lines))
	page, err := os.ReadFile("../../docs/coming-from.md")
	require.NoError(t, err)
	compared := 0
	for _, row := range strings.Split(string(page), "\n") {
		name, query, found := strings.Cut(strings.TrimPrefix(row, "| "), " | `")
		if !found || !strings.HasPrefix(row, "| ") {
			continue
		}
		name = strings.Trim(name, "`")
		query = strings.ReplaceAll(strings.TrimSuffix(query, "` |"), `\|`, "|")
		pattern := theirs[name]
		if pattern == nil {
			assert.Eventually(t, func() bool { return len(prom.query(query)) > 0 }, 30*time.Second, 100*time.Millisecond, "%s: %s", name, query)
			continue
		}
		want := 0.0
		for _, l := range lines {
			if pattern.MatchString(l) {
				want++
			}
		}
		var got map[string]float64
		assert.Eventually(t, func() bool { got = prom.query(query); return len(got) == 1 && got[""] == want }, 20*time.Second, 100*time.Millisecond,
			"%s: want %g", name, want)
		if got[""] != want {
			t.Errorf("%s: %g, want %g: %s", name, got[""], want, query)
		}
		compared++
	}
	assert.Len(t, theirs, compared)
}
