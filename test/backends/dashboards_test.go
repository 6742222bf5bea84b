//go:build backends

package backends

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dashboards"
)

// panel is what a panel of Grafana's dashboards has to give over testdata/day.log: by board and title. Those that are not here are understood, and give what there is.
var panel = map[string][]string{
	"provider: Refusals": {
		"421 | rate_limited | ~Gmail has detected an unusual rate of mail | 4", "450 | greylisted | ~Greylisted, try again in | 1", "550 | unknown_recipient | ~does not exist | 1",
		"550 | unknown_recipient | 1",
	},
	"overview: Messages received": {"18"}, "overview: Delivered": {"14"},
	"overview: Delivery rate": {"0.875"}, "overview: Bounce rate": {"0.125"}, "overview: Deferral rate": {"0.2381"}, // 14 of 16, 2 of 16, 5 of 21
	"sessions: From where passwords are tried": {"203.0.113.9 | LOGIN | 7", "203.0.113.10 | PLAIN | 2"},
}

// off is by which share numbers may be: increase() knows a series from its first sample on.
var off = map[string]float64{"promql": 0.02}

// lines is how many records panels give.
var lines = map[string]int{
	"provider: The newest refusals": 7, "message: Verdicts": 2, "message: All records of the message": 8,
}

// carol is whom "one message" is asked about.
const carol = "carol@partner.example"

// ofCarol are the queries for the message to her.
var ofCarol = map[string]string{
	"logsql": `"smtp.rcpt_to":="carol@partner.example" "smtp.delivery.status":* | uniq by ("smtp.message.uid")`,
	"logql":  `sum by (smtp_message_uid) (count_over_time({service_name="mail"} | smtp_rcpt_to="carol@partner.example" | smtp_delivery_status!="" [2d]))`,
}

// substituted puts in what Grafana puts in: everything, the last two days, and what somebody has typed.
func substituted(query, uid string) string {
	query = strings.NewReplacer("${find:regex}", regexp.QuoteMeta(carol), "${find}", carol, "${message}", uid, "$__range", "2d", "$__rate_interval", "10m", "$service", "mail").Replace(query)
	return regexp.MustCompile(`\$\{?\w+(:regex)?\}?`).ReplaceAllString(query, ".*")
}

// panels asks the queries of all panels in one language; of the records, one query gives carol's message.
func (d *day) panels(t *testing.T, language, message string, ask func(*testing.T, string) []row) {
	t.Helper()
	uid := ""
	if message != "" {
		rows := ask(t, message)
		require.Len(t, rows, 1, message)
		uid = regexp.MustCompile(`\b[0-9a-f]{16}\b`).FindString(strings.Join(rows[0], " "))
	}
	asked := map[string]bool{}
	for _, b := range dashboards.All() {
		for _, r := range b.Rows {
			for i := range r.Panels {
				p := &r.Panels[i]
				name := b.ID + ": " + p.Title
				for _, query := range queries(&b, p, language) {
					text := substituted(query, uid)
					rows := ask(t, text)
					asked[name] = true
					if want := panel[name]; want != nil {
						require.NoError(t, compare(rows, want, off[language]), "%s\n%q", text, rows)
					} else if n := lines[name]; n > 0 {
						require.Len(t, rows, n, text)
					}
				}
			}
		}
	}
	t.Logf("queries of %d panels in %s", len(asked), language)
}

// Every panel with a known answer is one of a board.
func TestPanels(t *testing.T) {
	there := map[string]bool{}
	for _, b := range dashboards.All() {
		for _, r := range b.Rows {
			for _, p := range r.Panels {
				there[b.ID+": "+p.Title] = true
			}
		}
	}
	for name := range panel {
		require.True(t, there[name], name)
	}
	for name := range lines {
		require.True(t, there[name], name)
	}
}

// queries are a panel's in a language.
func queries(b *dashboards.Board, p *dashboards.Panel, language string) (list []string) {
	switch {
	case !p.OfRecords() && language == "promql":
		for _, v := range p.Values {
			list = append(list, b.PromQL(p, v))
		}
	case p.OfRecords() && language == "logql":
		list = append(list, b.LogQL(p))
	case p.OfRecords() && language == "logsql":
		list = append(list, b.LogsQL(p))
	}
	return list
}
