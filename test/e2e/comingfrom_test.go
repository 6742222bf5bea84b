//go:build e2e

package e2e

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rule is how another tool gets a number from a log.
type rule func(lines []string) float64

// matching counts lines, as the other tool's own pattern does; of services with names of their own, too.
func matching(pattern string) rule {
	re := regexp.MustCompile(pattern)
	return func(lines []string) (n float64) {
		for _, l := range lines {
			if re.MatchString(l) {
				n++
			}
		}
		return n
	}
}

// adding sums up the first group of a pattern.
func adding(pattern string) rule {
	re := regexp.MustCompile(pattern)
	return func(lines []string) (sum float64) {
		for _, l := range lines {
			if m := re.FindStringSubmatch(l); m != nil {
				f, _ := strconv.ParseFloat(m[1], 64)
				sum += f
			}
		}
		return sum
	}
}

// sizes adds the size of every message once, by queue id.
func sizes(lines []string) (sum float64) {
	re, seen := regexp.MustCompile(`/qmgr\[\d+\]: (\w+): from=.*, size=(\d+), nrcpt=`), map[string]bool{}
	for _, l := range lines {
		if m := re.FindStringSubmatch(l); m != nil && !seen[m[1]] {
			seen[m[1]] = true
			f, _ := strconv.ParseFloat(m[2], 64)
			sum += f
		}
	}
	return sum
}

var (
	smtpd           = `/smtpd\[\d+\]: `
	timedOut        = matching(`/smtp\[\d+\]: (connect to .* timed out$|\w+: conversation with .* timed out while)`)
	failedLogin     = matching(smtpd + `warning: .*: SASL \w+ authentication failed`)
	lost            = matching(smtpd + `lost connection after `)
	disconnected    = matching(smtpd + `disconnect from `)
	unresolved      = matching(smtpd + `warning: hostname \S+ does not resolve to address `)
	bounced         = matching(`/smtp\[\d+\]: \w+: to=.* status=bounced `)
	expired         = matching(`/qmgr\[\d+\]: .*status=(expired|force-expired), returned to sender`)
	passNew         = matching(`/postscreen\[\d+\]: PASS NEW `)
	screenConnected = matching(`/postscreen\[\d+\]: CONNECT from `)
)

// theirs are the rows of docs/coming-from.md.
var theirs = map[string]rule{
	// kumina/postfix_exporter, mtail
	`postfix_cleanup_messages_processed_total`:                                 matching(`/cleanup\[\d+\]: .*: message-id=<`),
	`postfix_cleanup_messages_rejected_total`:                                  matching(`/cleanup\[\d+\]: .*: reject: `),
	`postfix_lmtp_delivery_delay_seconds_count{stage="transmission"}`:          matching(`/lmtp\[\d+\]: .*, relay=\S+, .*delays=`),
	`postfix_pipe_delivery_delay_seconds_count{stage="transmission"}`:          matching(`/pipe\[\d+\]: .*, relay=\S+, .*delays=`),
	`postfix_smtp_delivery_delay_seconds_count{stage="queue_manager"}`:         matching(`/smtp\[\d+\]: .*, relay=\S+, .*delays=`),
	`postfix_smtp_delivery_delay_seconds_sum{stage="connection_setup"}`:        adding(`/smtp\[\d+\]: .*, relay=\S+, .*delays=[0-9.]+/[0-9.]+/([0-9.]+)/`),
	`postfix_qmgr_messages_inserted_receipients_count`:                         matching(`/qmgr\[\d+\]: .*:.*, size=(\d+), nrcpt=(\d+) `),
	`postfix_qmgr_messages_removed_total`:                                      matching(`/qmgr\[\d+\]: .*: removed$`),
	`postfix_smtp_messages_processed_total{status="sent"}`:                     matching(`/smtp\[\d+\]: \w+: to=.* status=sent `),
	`postfix_smtp_messages_processed_total{status="bounced"}`:                  bounced,
	`postfix_smtp_status_deferred`:                                             matching(`/smtp\[\d+\]: \w+: to=.* status=deferred `),
	`postfix_smtp_connection_timed_out_total`:                                  timedOut,
	`postfix_smtp_tls_connections_total`:                                       matching(`/smtp\[\d+\]: \w+ TLS connection established to `),
	`postfix_smtp_tls_connections_total{trust="Untrusted",protocol="TLSv1.3"}`: matching(`/smtp\[\d+\]: Untrusted TLS connection established to \S+: TLSv1.3 `),
	`postfix_smtpd_tls_connections_total`:                                      matching(smtpd + `\w+ TLS connection established from `),
	`postfix_smtpd_tls_connections_total{cipher="TLS_AES_256_GCM_SHA384"}`:     matching(smtpd + `\w+ TLS connection established from .* with cipher TLS_AES_256_GCM_SHA384 `),
	`postfix_smtpd_connects_total`:                                             matching(smtpd + `connect from `),
	`postfix_smtpd_disconnects_total`:                                          disconnected,
	`postfix_smtpd_forward_confirmed_reverse_dns_errors_total`:                 unresolved,
	`postfix_smtpd_connections_lost_total`:                                     lost,
	`postfix_smtpd_connections_lost_total{after_stage="RCPT"}`:                 matching(smtpd + `lost connection after RCPT from `),
	`postfix_smtpd_messages_processed_total`:                                   matching(smtpd + `.*: client=`),
	`postfix_smtpd_messages_processed_total{sasl_method="PLAIN"}`:              matching(smtpd + `.*: client=.*, sasl_method=PLAIN`),
	`postfix_smtpd_messages_rejected_total`:                                    matching(smtpd + `\w+: reject: RCPT from `),
	`postfix_smtpd_messages_rejected_total{code="550"}`:                        matching(smtpd + `\w+: reject: RCPT from \S+: 550 `),
	`postfix_smtpd_sasl_authentication_failures_total`:                         failedLogin,

	// Hsn723/postfix_exporter
	`postfix_qmgr_messages_expired_total`:                               expired,
	`postfix_smtp_deferred_messages_by_dsn_total{dsn="4.7.0"}`:          matching(`/smtp\[\d+\]: .*, dsn=4\.7\.0, status=deferred `),
	`postfix_smtp_bounced_messages_by_dsn_total{dsn="5.1.1"}`:           matching(`/smtp\[\d+\]: .*, dsn=5\.1\.1, status=bounced `),
	`postfix_virtual_delivered_total`:                                   matching(`/virtual\[\d+\]: .*, status=sent \(delivered to maildir\)`),
	`postfix_bounce_non_delivery_notification_total`:                    matching(`/bounce\[\d+\]: \w+: sender non-delivery notification: `),
	`postfix_postscreen_connects_total`:                                 screenConnected,
	`postfix_postscreen_passes_total{type="NEW"}`:                       passNew,
	`postfix_postscreen_tests_failed_total{test="PREGREET"}`:            matching(`/postscreen\[\d+\]: PREGREET `),
	`postfix_postscreen_hangups_total`:                                  matching(`/postscreen\[\d+\]: HANGUP `),
	`postfix_postscreen_access_list_matches_total{action="DENYLISTED"}`: matching(`/postscreen\[\d+\]: DENYLISTED `),
	`postfix_postscreen_dnsbl_rank_count`:                               matching(`/postscreen\[\d+\]: DNSBL rank `),
	`postfix_postscreen_messages_rejected_total`:                        matching(`/postscreen\[\d+\]: NOQUEUE: reject: RCPT `),
	`postfix_postscreen_connects_rejected_total`:                        matching(`/postscreen\[\d+\]: NOQUEUE: reject: CONNECT `),

	// sergeymakinen/postfix_exporter
	`postfix_connects_total{subprogram="submission/smtpd"}`:                        matching(`/submission/smtpd\[\d+\]: connect from `),
	`postfix_disconnects_total`:                                                    disconnected,
	`postfix_lost_connections_total`:                                               lost,
	`postfix_not_resolved_hostnames_total`:                                         unresolved,
	`postfix_statuses_total{subprogram="smtp",status="bounced"}`:                   bounced,
	`postfix_statuses_total{subprogram="lmtp",status="sent"}`:                      matching(`/lmtp\[\d+\]: .*status=sent `),
	`postfix_status_replies_total{subprogram="smtp",status="deferred",code="451"}`: matching(`/smtp\[\d+\]: .*status=deferred \(host \S+ said: 451[ -]`),
	`postfix_noqueue_reject_replies_total{command="RCPT",enhanced_code="5.7.1"}`:   matching(smtpd + `\w+: reject: RCPT from \S+: \d+ 5\.7\.1 `),
	`postfix_milter_actions_total`:                                                 matching(`: milter-[a-z-]+: `),
	`postfix_login_failures_total{method="PLAIN"}`:                                 matching(smtpd + `warning: .*: SASL PLAIN authentication failed`),
	`postfix_qmgr_statuses_total{status="expired"}`:                                expired,
	`postfix_postscreen_actions_total{action="CONNECT"}`:                           screenConnected,
	`postfix_postscreen_actions_total{action="DISCONNECT"}`:                        matching(`/postscreen\[\d+\]: DISCONNECT `),
	`postfix_postscreen_actions_total{action="PASS NEW"}`:                          passNew,

	// pflogsumm
	`received`: matching(smtpd + `\w+: client=|/pickup\[\d+\]: \w+: uid=`),
	`delivered`: func(lines []string) float64 {
		return matching(`status=sent \(`)(lines) - matching(`status=sent \(forwarded as `)(lines)
	},
	`forwarded`:          matching(`status=sent \(forwarded as `),
	`deferrals`:          matching(`status=deferred \(`),
	`bounced`:            matching(`status=bounced \(`),
	`rejected`:           matching(`: (milter-)?reject: `),
	`reject warnings`:    matching(`: reject_warning: `),
	`held`:               matching(`: hold: |: placed on hold`),
	`discarded`:          matching(`/cleanup\[\d+\]: \w+: discard: `),
	`bytes received`:     sizes,
	`smtpd: connections`: disconnected,
}

// further lines are of kinds that the log of the run does not have (shapes of internal/dialect/postfix/testdata).
var further = []string{
	`2026-11-23T15:40:00.000001+00:00 mailout postfix/smtpd[9001]: warning: hostname dsl-9.pool.test does not resolve to address 203.0.113.9: Name or service not known`,
	`2026-11-23T15:40:00.000002+00:00 mailout postfix/smtpd[9001]: connect from unknown[203.0.113.9]`,
	`2026-11-23T15:40:00.000003+00:00 mailout postfix/smtpd[9001]: NOQUEUE: reject_warning: RCPT from unknown[203.0.113.9]: 450 4.7.1 <x>: Helo command rejected: Host not found; from=<a@pool.test> to=<anna@example.com> proto=ESMTP helo=<x>`,
	`2026-11-23T15:40:00.000004+00:00 mailout postfix/smtpd[9001]: NOQUEUE: milter-reject: MAIL from unknown[203.0.113.9]: 451 4.7.1 Service unavailable - try again later; from=<a@pool.test> proto=SMTP helo=<x>`,
	`2026-11-23T15:40:01.000005+00:00 mailout postfix/smtpd[9001]: disconnect from unknown[203.0.113.9] ehlo=1 mail=1 rcpt=1 quit=1 commands=4`,
	`2026-11-23T15:40:02.000001+00:00 mailout postfix/postscreen[9002]: CONNECT from [203.0.113.10]:4711 to [192.0.2.25]:25`,
	`2026-11-23T15:40:02.000002+00:00 mailout postfix/dnsblog[9003]: addr 203.0.113.10 listed by domain bl.example.org as 127.0.0.2`,
	`2026-11-23T15:40:02.000003+00:00 mailout postfix/postscreen[9002]: DNSBL rank 3 for [203.0.113.10]:4711`,
	`2026-11-23T15:40:02.000004+00:00 mailout postfix/postscreen[9002]: NOQUEUE: reject: RCPT from [203.0.113.10]:4711: 550 5.7.1 Service unavailable; client [203.0.113.10] blocked using bl.example.org; from=<a@pool.test>, to=<anna@example.com>, proto=ESMTP, helo=<x>`,
	`2026-11-23T15:40:02.000005+00:00 mailout postfix/postscreen[9002]: DISCONNECT [203.0.113.10]:4711`,
	`2026-11-23T15:40:03.000001+00:00 mailout postfix/postscreen[9002]: NOQUEUE: reject: CONNECT from [203.0.113.11]:4712: too many connections`,
	`2026-11-23T15:40:04.000001+00:00 mailout postfix/pickup[9004]: 9A1B2C: uid=0 from=<root>`,
	`2026-11-23T15:40:04.000002+00:00 mailout postfix/cleanup[9005]: 9A1B2C: message-id=<further@example.com>`,
	`2026-11-23T15:40:04.000003+00:00 mailout postfix/qmgr[9006]: 9A1B2C: from=<root@example.com>, size=700, nrcpt=1 (queue active)`,
	`2026-11-23T15:40:04.000004+00:00 mailout postfix/virtual[9007]: 9A1B2C: to=<anna@virtual.example>, relay=virtual, delay=0.1, delays=0.05/0.02/0/0.03, dsn=2.0.0, status=sent (delivered to maildir)`,
	`2026-11-23T15:40:04.000005+00:00 mailout postfix/qmgr[9006]: 9A1B2C: removed`,
}

// dimensions is the configuration that the page asks for.
func dimensions(t *testing.T, page string) string {
	t.Helper()
	_, block, found := strings.Cut(page, "```yaml\nconnectors:\n  smtp:\n")
	block, _, closed := strings.Cut(block, "```")
	require.True(t, found && closed)
	return block
}

// Every query of docs/coming-from.md gives, on a real Prometheus, the number that the other tool's rule finds in the lines of a log.
func TestQueriesOfOtherExporters(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/coming-from.md")
	require.NoError(t, err)
	page, _, more := strings.Cut(string(data), "\n## pflogsumm, logwatch and eximstats\n") // which are reports, and no exporters
	require.True(t, more)
	lines := append(corpus(t, "postfix-main.iso.log"), further...)
	col := newCollector(t, "maillog")
	col.configure("  smtp: {metrics_flush_interval: 200ms, series_birth: 0s}\n", "  smtp:\n    metrics_flush_interval: 200ms\n    series_birth: 0s\n"+dimensions(t, page))
	prom := startPrometheus(t, col.prometheus)
	col.write(lines)
	col.start()
	col.waitFor(len(lines))
	compared := map[string]bool{}
	for _, row := range strings.Split(page, "\n") {
		name, query, found := strings.Cut(strings.TrimPrefix(row, "| "), " | `")
		if !found || !strings.HasPrefix(row, "| ") {
			continue
		}
		name = strings.Trim(name, "`")
		query = strings.ReplaceAll(strings.TrimSuffix(query, "` |"), `\|`, "|")
		rule := theirs[name]
		if rule == nil {
			t.Errorf("%s: nothing to compare with", name)
			continue
		}
		want := rule(lines)
		assert.NotZero(t, want, "%s: no line of the log is about it", name)
		var got map[string]float64
		if !assert.Eventually(t, func() bool {
			got = prom.query(query)
			v, ok := got[""]
			return ok && len(got) == 1 && v-want < 0.001 && want-v < 0.001
		}, patience, 100*time.Millisecond) {
			t.Errorf("%s: %v, want %g: %s", name, got, want, query)
		}
		compared[name] = true
	}
	for name := range theirs {
		assert.True(t, compared[name], "%s is not on the page", name)
	}
}
