package render

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// CSV writes a report as tables, one file each, into a directory, which is made where there is none.
func CSV(dir string, r *report.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--csv: %w", err)
	}
	w := &sheets{dir: dir}
	w.periods("days.csv", r.Days)
	w.periods("series.csv", r.Series)
	for name, l := range map[string]*report.List{
		"recipient_domains": &r.RecipientDomains, "sender_domains": &r.SenderDomains,
		"senders": &r.Senders, "senders_by_bytes": &r.SendersByBytes,
		"recipients": &r.Recipients, "recipients_by_bytes": &r.RecipientsBytes, "clients": &r.Clients, "clients_by_bytes": &r.ClientsByBytes,
		"users": &r.Users, "users_by_bytes": &r.UsersByBytes, "rejected_clients": &r.RejectedClients,
		"attackers": &r.Attackers, "callers": &r.Sessions.Clients,
	} {
		w.list(name+".csv", l)
	}
	w.providers(r)
	w.rest(r)
	return w.err
}

// sheets writes files of comma-separated values (RFC 4180).
type sheets struct {
	dir string
	err error
}

// write writes one file. A value that a spreadsheet would take for a formula is marked as text.
func (w *sheets) write(name string, head []string, rows [][]string) {
	f, err := os.Create(filepath.Join(w.dir, name))
	if err != nil {
		w.err = errors.Join(w.err, fmt.Errorf("--csv: %w", err))
		return
	}
	c := csv.NewWriter(f)
	c.UseCRLF = false
	err = c.Write(head)
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		err = errors.Join(err, c.Write(row))
	}
	c.Flush()
	w.err = errors.Join(w.err, err, c.Error(), f.Close())
}

func harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

func dec(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

var countNames = []string{"received", "bytes", "delivered", "bounced", "expired", "tries", "deferred", "rejected", "sessions"}

func counts(c *report.Counts) []string {
	return []string{
		num(c.Received), num(c.Bytes), num(c.Delivered), num(c.Bounced), num(c.Expired),
		num(c.Tries), num(c.Deferred), num(c.Rejected), num(c.Sessions),
	}
}

func (w *sheets) periods(name string, list []report.Period) {
	var rows [][]string
	for i := range list {
		rows = append(rows, append([]string{when(list[i].From)}, counts(&list[i].Counts)...))
	}
	w.write(name, append([]string{"from"}, countNames...), rows)
}

func (w *sheets) list(name string, l *report.List) {
	var rows [][]string
	for i := range l.Items {
		one := &l.Items[i]
		rows = append(rows, append([]string{one.Name, one.Extra, num(one.Rank), num(one.DeliveredBytes), dec(one.AvgDelay), dec(one.MaxDelay)},
			counts(&one.Counts)...))
	}
	w.write(name, append([]string{"name", "host", "rank", "delivered_bytes", "avg_delay", "max_delay"}, countNames...), rows)
}

func (w *sheets) providers(r *report.Report) {
	var rows [][]string
	for i := range r.Providers {
		p := &r.Providers[i]
		rows = append(rows, append([]string{p.Name, dec(p.Delay.P50), dec(p.Delay.P95), dec(p.Delay.Max)}, counts(&p.Counts)...))
	}
	w.write("providers.csv", append([]string{"name", "delay_p50", "delay_p95", "delay_max"}, countNames...), rows)
}

func (w *sheets) rest(r *report.Report) {
	var rows [][]string
	for i := range r.Failures {
		f := &r.Failures[i]
		rows = append(rows, []string{
			num(f.Count), f.Status, f.Provider, f.Domain, num(int64(f.Code)), f.Enhanced,
			f.Reason, f.Category, f.Error, when(f.First), when(f.Last), f.Host, f.Sample,
		})
	}
	w.write("failures.csv", []string{
		"count", "status", "provider", "domain", "code", "enhanced_code",
		"reason", "category", "error", "first", "last", "host", "sample",
	}, rows)
	rows = nil
	for i := range r.Rejects {
		one := &r.Rejects[i]
		rows = append(rows, []string{
			num(one.Count), one.Command, num(int64(one.Code)), strconv.FormatBool(one.Permanent), one.Reason, one.Filter, one.Sample,
		})
	}
	w.write("rejects.csv", []string{"count", "command", "code", "permanent", "reason", "filter", "sample"}, rows)
	rows = nil
	for i := range r.Deferred {
		d := &r.Deferred[i]
		rows = append(rows, []string{when(d.Last), d.Host, d.QueueID, d.Sender, d.Recipient, d.Provider, d.Reason, num(int64(d.Tries)), d.Reply})
	}
	w.write("deferred.csv", []string{"last", "host", "queue_id", "sender", "recipient", "provider", "reason", "tries", "reply"}, rows)
	rows = nil
	for i := range r.Stages {
		s := &r.Stages[i]
		rows = append(rows, []string{s.Name, num(s.Count), dec(s.P50), dec(s.P90), dec(s.P95), dec(s.P99), dec(s.Max), dec(s.Mean)})
	}
	w.write("stages.csv", []string{"stage", "count", "p50", "p90", "p95", "p99", "max", "mean"}, rows)
	rows = nil
	for i := range r.Metrics {
		for _, p := range r.Metrics[i].Points {
			var dims []string
			for _, name := range sorted(p.Dimensions) {
				dims = append(dims, name+"="+p.Dimensions[name])
			}
			rows = append(rows, []string{r.Metrics[i].Name, strings.Join(dims, " "), num(p.Count), dec(p.Sum)})
		}
	}
	w.write("metrics.csv", []string{"metric", "dimensions", "count", "sum"}, rows)
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
