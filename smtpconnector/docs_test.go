package smtpconnector

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

const docsFile = "../docs/metrics.md"

// rates is the part of the page that no table gives.
const rates = `
## Rates

The names are those that the Prometheus exporter makes of them. The population is mail of our own that leaves: kind ` + "`mail`" + `,
direction ` + "`outbound`" + `, route ` + "`mx` or `relayhost`" + `. Ended = delivered + bounced + expired. Refusals by us as a server are in
none of them. Where nothing ended, a rate is no number, and the query gives nothing.

| rate | PromQL |
| --- | --- |
%s

## Per account

` + "`user.name`, `smtp.mail_from`, `client.address` and `network.peer.address`" + ` name somebody, and there are as many of them as there are people. They are offered on the metrics of
messages, verdicts, logins and refusals, and on none by default:

` + "```yaml" + `
connectors:
  smtp:
    metrics:
      smtp.message.count: {dimensions: [user.name, smtp.message.hop], busiest: 100}
      smtp.delivery.recipients: {dimensions: [user.name, smtp.delivery.status], busiest: 100}
      smtp.auth.attempts: {dimensions: [network.peer.address, smtp.auth.result], busiest: 100}
` + "```" + `

Of each such dimension, metric and host the busiest values have series of their own (` + "`busiest`" + `, 100 unless set), those of the last hours more than those of old: Space-Saving with
forward decay (` + "`internal/busiest`" + ` names the papers). All others are in series that name nobody and say so: ` + "`smtp.rest`" + ` has the dimensions that were left out. So every mail is
counted once, and sums stay right. Somebody who becomes busy takes over the series of the least busy one with a flush, and counts from zero; what he did before is with the rest.
Where the processor hides names (` + "`privacy`" + `), the dimension has the pseudonym. Of 10,000 accounts that send mail to a collector which a Prometheus scrapes, the first query
below names the one that begins to send spam first, with 100 series (` + "`TestPrometheusNamesTheStolenAccount`" + `).

| question | PromQL |
| --- | --- |
%s
`

// about is what holds for every metric.
const about = `Data points carry record attributes ([attributes.md](attributes.md)) as their dimensions. Each point also says whose it is: ` + "`host.name`" + `,
and ` + "`smtp.mta.instance`" + ` where the mail server has one; ` + "`host_dimensions`" + ` of the connector takes them away.

A new series shows zero for 75 seconds (` + "`series_birth`" + `) before it shows what it has counted: ` + "`increase()` and `rate()`" + ` need a sample before the
first burst to see it. So a number is there a minute and a half after its line at the latest, and nothing is held back at shutdown. Delta needs no zero.
The window of ` + "`smtp.delivery.ratio`" + ` is the log's own time, also while a backlog is read; where a log goes silent, it empties by the clock on the wall.
`

// population is the label matcher that the rates have in common.
const population = `email_direction="outbound",smtp_delivery_route=~"mx|relayhost",smtp_message_kind="mail"`

// queries are the rates by name. What has not happened yet has no series: it is none, not nothing.
func queries() [][2]string {
	of := func(metric, more string) string { return `rate(` + metric + `{` + population + more + `}[5m])` }
	share := func(part, whole string) string { return `(sum(` + part + `) or vector(0)) / (sum(` + whole + `) > 0)` }
	const recipients, attempts, provider = "smtp_delivery_recipients_total", "smtp_delivery_attempts_total", "smtp_destination_provider"
	ended := of(recipients, `,smtp_delivery_status=~"delivered|bounced|expired"`)
	deferred, tried := of(attempts, `,smtp_delivery_status="deferred"`), of(attempts, "")
	all := `sum by (` + provider + `) (` + tried + `)`
	return [][2]string{
		{"delivery rate", share(of(recipients, `,smtp_delivery_status="delivered"`), ended)},
		{"bounce rate", share(of(recipients, `,smtp_delivery_status=~"bounced|expired"`), ended)},
		{"hard bounce rate", share(of(recipients, `,smtp_delivery_status="bounced",smtp_failure_category=~"recipient|domain"`), ended)},
		{"block rate", share(of(recipients, `,smtp_delivery_status="bounced",smtp_failure_category="block"`), ended)},
		{"expired rate", share(of(recipients, `,smtp_delivery_status="expired"`), ended)},
		{"deferral rate", share(deferred, tried)},
		{"deferral rate by provider", `(sum by (` + provider + `) (` + deferred + `) or ` + all + ` * 0) / (` + all + ` > 0)`},
		{"delivery time, 95th percentile", `histogram_quantile(0.95, sum by (le) (rate(smtp_delivery_duration_seconds_bucket{smtp_delivery_status="delivered"}[5m])))`},
		{"sessions that broke off", share(`rate(smtp_session_count_total{smtp_session_end=~"lost|timeout"}[5m])`, `rate(smtp_session_count_total[5m])`)},
	}
}

// accountQueries are the questions about single accounts.
func accountQueries() [][2]string {
	const by, messages, ended = "topk(10, sum by (user_name) (increase(", `smtp_message_count_total{user_name!=""`, `smtp_delivery_recipients_total{user_name!=""`
	return [][2]string{
		{"which account was stolen and sends spam: who sends most now", by + messages + `,smtp_message_hop="first"}[10m])))`},
		{"whose mail comes back, as that of a stolen account does", by + ended + `,smtp_delivery_status=~"bounced|expired"}[30m])))`},
		{"who sends ten times what he sent a day before", `sum by (user_name) (rate(` + messages + `}[10m])) > 10 * sum by (user_name) (rate(` + messages + `}[1h] offset 1d))`},
		{"from where passwords are tried", `topk(10, sum by (network_peer_address) (increase(smtp_auth_attempts_total{smtp_auth_result="failure",network_peer_address!=""}[10m])))`},
		{"how much of all mail the series name", `sum(rate(` + messages + `}[1h])) / sum(rate(smtp_message_count_total[1h]))`},
	}
}

func tableRows(queries [][2]string) string {
	var rows []string
	for _, q := range queries {
		rows = append(rows, "| "+q[0]+" | `"+strings.ReplaceAll(q[1], "|", "\\|")+"` |")
	}
	return strings.Join(rows, "\n")
}

func render() string {
	var b strings.Builder
	b.WriteString("# Metrics\n\nGenerated from the table in `internal/metrics/table.go`; `UPDATE_GOLDEN=1 make test` writes it anew.\n\n")
	b.WriteString(about)
	for i := range metrics.Table {
		m := &metrics.Table[i]
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", m.Name, m.Description)
		fmt.Fprintf(&b, "- kind: %s, unit: `%s`", m.Kind, m.Unit)
		if m.Off {
			b.WriteString(", off by default")
		}
		fmt.Fprintf(&b, "\n- dimensions: %s\n", list(m.Dimensions))
		if m.Kind == metrics.Ratio {
			fmt.Fprintf(&b, "- further attributes: `%s` (delivered, bounced, expired, deferred), `%s`. It does not aggregate: use the counters where you can.\n", metrics.AttrOutcome, metrics.AttrWindow)
		}
		if m.Buckets != nil {
			fmt.Fprintf(&b, "- default buckets: %s\n", strings.Trim(fmt.Sprint(m.Buckets), "[]"))
		}
		if more := m.Offered()[len(m.Dimensions):]; len(more) > 0 {
			fmt.Fprintf(&b, "- offered: %s\n", list(more))
		}
	}
	fmt.Fprintf(&b, rates, tableRows(queries()), tableRows(accountQueries()))
	return b.String()
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func TestDocsAreTheTable(t *testing.T) {
	want := render()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil || string(got) != want {
		t.Fatalf("docs/metrics.md is not what the table says; UPDATE_GOLDEN=1 writes it anew (%v)", err)
	}
}

// No metric or data point attribute is the dotted prefix of another name: Elasticsearch would rename it.
func TestNoNameIsThePrefixOfAnother(t *testing.T) {
	attributes := []string{metrics.AttrStage, metrics.AttrOutcome, metrics.AttrWindow, attrRest}
	for _, d := range attrs.Table {
		attributes = append(attributes, d.Name)
	}
	for _, names := range [][]string{attributes, metrics.Names()} {
		for _, a := range names {
			for _, b := range names {
				if strings.HasPrefix(b, a+".") {
					t.Errorf("%s is the prefix of %s", a, b)
				}
			}
		}
	}
}

// Every dimension is read, and is an attribute of the schema or one of the connector's own.
func TestDimensionsAreAttributes(t *testing.T) {
	known := map[string]bool{metrics.AttrStage: true, metrics.AttrOutcome: true, metrics.AttrWindow: true}
	for _, d := range attrs.Table {
		known[d.Name] = true
	}
	for i := range metrics.Table {
		for _, d := range metrics.Table[i].Offered() {
			if !known[d] {
				t.Errorf("%s: %s is no attribute", metrics.Table[i].Name, d)
			}
			if _, ok := metrics.Find(d); !ok {
				t.Errorf("%s: %s is not read", metrics.Table[i].Name, d)
			}
		}
	}
}
