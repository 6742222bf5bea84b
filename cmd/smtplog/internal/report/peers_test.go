package report_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// peer is another program that reads logs. Where it is found it is run, to show that what is stored of it is what it says.
type peer struct {
	name, log string
	command   func(log string) *exec.Cmd // nil: it is not here
	numbers   []number
}

// number is one that it prints, and how docs/coming-from.md says that it is had of a report.
type number struct {
	label string // what stands in front of it or behind it
	is    int64  // as stored
	find  string // a regular expression whose group is the number
	here  string // as the page says
	of    func(r *report.Report) int64
}

// pointsOf adds up the points of a metric with these dimensions, given as name and value in turn; a value that begins with "!" is excluded.
func pointsOf(r *report.Report, metric string, pairs ...string) (n int64) {
	for i := range r.Metrics {
		if r.Metrics[i].Name != metric {
			continue
		}
	next:
		for _, p := range r.Metrics[i].Points {
			for k := 0; k < len(pairs); k += 2 {
				got := p.Dimensions[pairs[k]]
				if not, excluded := strings.CutPrefix(pairs[k+1], "!"); excluded && got == not || !excluded && got != pairs[k+1] {
					continue next
				}
			}
			n += p.Count
		}
	}
	return n
}

const (
	attempts = "smtp.delivery.attempts"
	status   = "smtp.delivery.status"
	route    = "smtp.delivery.route"
)

func total(of func(t *report.Totals) int64) func(*report.Report) int64 {
	return func(r *report.Report) int64 { return of(&r.Totals) }
}

func sum(metric string, pairs ...string) func(*report.Report) int64 {
	return func(r *report.Report) int64 { return pointsOf(r, metric, pairs...) }
}

var peers = []peer{
	{
		"pflogsumm", "postfix-main.rfc3164.log", found("pflogsumm"), []number{
			{"received", 213, `(\d+) +received`, "`smtp.message.count` of kind `mail`, hop `first`", sum("smtp.message.count", "smtp.message.kind", "mail", "smtp.message.hop", "first")},
			{"delivered", 276, `(\d+) +delivered`, "`smtp.delivery.attempts` that were `delivered` but not by `forward`, and `discarded`", func(r *report.Report) int64 {
				return pointsOf(r, attempts, status, "delivered", route, "!forward") + pointsOf(r, attempts, status, "discarded")
			}},
			{"forwarded", 1, `(\d+) +forwarded`, "totals: forwarded", total(func(t *report.Totals) int64 { return t.Forwarded })},
			{"deferred", 35, `(\d+) +deferred`, "totals: deferrals, messages", total(func(t *report.Totals) int64 { return t.DeferredOnce })},
			{"deferrals", 90, `\((\d+) +deferrals\)`, "totals: deferrals", total(func(t *report.Totals) int64 { return t.Deferred })},
			{"bounced", 74, `(\d+) +bounced`, "totals: bounced", total(func(t *report.Totals) int64 { return t.Bounced })},
			{"rejected", 23, `(\d+) +rejected`, "`smtp.reject.count` but those that only the counts of a session tell (`unlogged`)", sum("smtp.reject.count", "smtp.failure.reason", "!unlogged")},
			{"senders", 9, `(\d+) +senders`, "totals: senders", total(func(t *report.Totals) int64 { return t.Senders })},
			{"recipient hosts/domains", 20, `(\d+) +recipient hosts/domains`, "totals: domains of recipients", total(func(t *report.Totals) int64 { return t.RecipientDomains })},
		},
	},
	{
		"logwatch", "postfix-main.rfc3164.log", logwatch("postfix"), []number{
			{"Sent via SMTP", 201, `(\d+) +Sent via SMTP`, "`smtp.delivery.recipients`, `delivered` by `mx`", sum("smtp.delivery.recipients", status, "delivered", route, "mx")},
			{"Sent via LMTP", 3, `(\d+) +Sent via LMTP`, "`smtp.delivery.recipients`, `delivered` by `lmtp`", sum("smtp.delivery.recipients", status, "delivered", route, "lmtp")},
			{"Deferrals", 90, `(\d+) +Deferrals`, "totals: deferrals", total(func(t *report.Totals) int64 { return t.Deferred })},
			{"Deferred", 35, `(\d+) +Deferred`, "totals: deferrals, messages", total(func(t *report.Totals) int64 { return t.DeferredOnce })},
			{"Expired and returned to sender", 15, `(\d+) +Expired and returned`, "totals: expired", total(func(t *report.Totals) int64 { return t.Expired })},
			{"Notifications sent", 70, `(\d+) +Notifications sent`, "totals: notifications", total(func(t *report.Totals) int64 { return t.Notifications })},
			{"5xx Reject relay denied", 3, `(\d+) +5xx Reject relay denied`, "rejects: `relay_denied`", sum("smtp.reject.count", "smtp.failure.reason", "relay_denied")},
			{"5xx Reject unknown user", 7, `(\d+) +5xx Reject unknown user`, "rejects: `unknown_recipient`", sum("smtp.reject.count", "smtp.failure.reason", "unknown_recipient")},
			{"5xx Reject HELO/EHLO", 4, `(\d+) +5xx Reject HELO/EHLO`, "rejects: `client_identity`", sum("smtp.reject.count", "smtp.failure.reason", "client_identity")},
			{"Total 4xx Rejects", 4, `(\d+) +Total 4xx Rejects`, "totals: rejected for now", total(func(t *report.Totals) int64 { return t.TempRejected })},
			{"TLS connections (server)", 49, `(\d+) +TLS connections \(server\)`, "TLS: role `server`", sum("smtp.tls.sessions", "smtp.session.role", "server")},
			{"TLS connections (client)", 298, `(\d+) +TLS connections \(client\)`, "TLS: role `client`", sum("smtp.tls.sessions", "smtp.session.role", "client")},
			{"SASL authentication failed", 5, `(\d+) +SASL authentication failed`, "totals: logins that failed", total(func(t *report.Totals) int64 { return t.FailedLogins })},
		},
	},
	{
		"eximstats", "exim-main.mainlog", found("eximstats", "-nr", "-nt", "-t0"), []number{
			{"Received, Messages", 164, `Received +\S+ +(\d+)`, "totals: received", total(func(t *report.Totals) int64 { return t.Received })},
			{"Received, Volume (KB)", 642, `Received +(\d+)KB`, "totals: bytes", total(func(t *report.Totals) int64 { return t.Bytes / 1024 })},
			{"Delivered, Messages", 143, `Delivered +\S+ +(\d+)`, "totals: delivered and discarded", total(func(t *report.Totals) int64 { return t.Delivered + t.Discarded })},
			{"At least one address delayed", 31, `Received +\S+ +\d+ +\d+ +(\d+)`, "totals: deferrals, messages", total(func(t *report.Totals) int64 { return t.DeferredOnce })},
			{"Temp Rejects", 2, `Temp Rejects +(\d+)`, "totals: rejected for now", total(func(t *report.Totals) int64 { return t.TempRejected })},
			{"Rejects", 42, `(?m)^  Rejects +(\d+)`, "totals: rejected for good, and 20 lines that are none", func(r *report.Report) int64 { return r.Totals.Rejected - r.Totals.TempRejected + 20 }},
		},
	},
}

func found(name string, args ...string) func(string) *exec.Cmd {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil
	}
	return func(log string) *exec.Cmd { return exec.Command(path, append(args, log)...) }
}

// logwatch is its script for a service, as Debian installs it; LOGWATCH names another place.
func logwatch(service string) func(string) *exec.Cmd {
	dir := "/usr/share/logwatch"
	if d := os.Getenv("LOGWATCH"); d != "" {
		dir = d
	}
	script := dir + "/scripts/services/" + service
	if _, err := os.Stat(script); err != nil {
		return nil
	}
	return func(log string) *exec.Cmd {
		cmd := exec.Command("sh", "-c", `exec perl -I"$1/lib" "$2" < "$3"`, "sh", dir, script, log)
		cmd.Env = append(os.Environ(), "LOGWATCH_DETAIL_LEVEL=5")
		return cmd
	}
}

// What pflogsumm, logwatch and eximstats say of the same log is in a report, and the page says where.
func TestNumbersOfOtherPrograms(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/coming-from.md")
	require.NoError(t, err)
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			log := "../../../../testdata/" + p.log
			r := build(t, report.Options{}, copied(t, log))
			for _, n := range p.numbers {
				assert.Equal(t, n.is, n.of(r), n.label)
				assert.Contains(t, string(page), fmt.Sprintf("| %s | %d | %s |", n.label, n.is, n.here))
			}
			if p.command == nil {
				t.Logf("%s is not installed: its numbers are those that are stored", p.name)
				return
			}
			out, err := p.command(log).Output()
			require.NoError(t, err)
			for _, n := range p.numbers {
				m := regexp.MustCompile(n.find).FindStringSubmatch(string(out))
				require.NotNil(t, m, n.label)
				assert.Equal(t, strconv.FormatInt(n.is, 10), m[1], n.label)
			}
		})
	}
}
