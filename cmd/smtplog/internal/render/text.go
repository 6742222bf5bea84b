package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// Text writes a report for people to read: what matters most comes first, and nothing of which there is nothing.
func Text(to io.Writer, r *report.Report, style Style) error {
	p := &page{to: to, style: style}
	p.head(r)
	p.totals(r)
	p.incidents(r)
	p.times(r)
	p.providers(r)
	p.failures(r)
	p.waiting(r)
	p.stages(r)
	p.rejects(r)
	p.lists(r)
	p.sessions(r)
	p.security(r)
	p.troubles(r)
	return p.err
}

func (p *page) head(r *report.Report) {
	in := &r.Input
	p.title("Mail log report")
	t := p.table("", "")
	if !in.From.IsZero() {
		t.row("from", in.From.Format("Mon 2006-01-02 15:04:05 MST"))
		t.row("to", in.To.Format("Mon 2006-01-02 15:04:05 MST"))
	}
	t.row("lines", fmt.Sprintf("%d, of mail servers %d%s", in.Lines, in.Recognised, notKnown(in)))
	for _, one := range [...]struct {
		name string
		list []report.Share
		most int
	}{{"servers", r.Servers, 8}, {"hosts", r.Hosts, 5}} {
		if len(one.list) > 0 {
			t.row(one.name, joined(one.list, one.most))
		}
	}
	t.write()
}

func notKnown(in *report.Input) (s string) {
	if in.Strange > 0 {
		s += fmt.Sprintf(", not understood %d", in.Strange)
	}
	if in.Duplicates > 0 {
		s += fmt.Sprintf(", repeats of others %d", in.Duplicates)
	}
	return s
}

// joined is shares in a row.
func joined(list []report.Share, n int) string {
	var words []string
	for _, s := range list[:min(n, len(list))] {
		words = append(words, fmt.Sprintf("%s %d", cmp.Or(s.Name, "not told"), s.Count))
	}
	if len(list) > n {
		words = append(words, fmt.Sprintf("and %d more", len(list)-n))
	}
	return strings.Join(words, ", ")
}

func (p *page) totals(r *report.Report) {
	c := &r.Totals
	ended := c.Ended()
	p.title("Totals")
	t := p.table(">", "", "")
	t.row(c.Received, "messages received", Size(c.Bytes)+" bytes, from "+count(c.Senders, "sender")+" at "+count(c.SenderDomains, "domain"))
	t.row(cell{fmt.Sprint(c.Delivered), green}, "recipients delivered",
		report.Percent(c.Delivered, ended)+", "+Size(c.DeliveredBytes)+" bytes, to "+
			count(c.Recipients, "address")+" at "+count(c.RecipientDomains, "domain"))
	t.row(cell{fmt.Sprint(c.Bounced), bad(c.Bounced, red)}, "bounced", report.Percent(c.Bounced, ended))
	t.row(cell{fmt.Sprint(c.Expired), bad(c.Expired, red)}, "expired", report.Percent(c.Expired, ended))
	t.row(cell{fmt.Sprint(c.Deferred), bad(c.Deferred, yellow)}, "deferrals",
		report.Percent(c.Deferred, c.Tries)+" of "+count(c.Tries, "try")+", "+
			count(c.DeferredOnce, "message")+"; "+fmt.Sprint(r.DeferredCount)+" still waiting")
	t.row(cell{fmt.Sprint(c.Rejected), bad(c.Rejected, yellow)}, "rejected by us", temporarily(c))
	for _, more := range [...]struct {
		n    int64
		name string
	}{
		{c.Forwarded, "forwarded"},
		{c.Held, "held"},
		{c.Discarded, "discarded"},
		{c.Deleted, "deleted"},
		{c.Aborted, "aborted"},
		{c.Notifications, "notifications made"},
	} {
		if more.n > 0 {
			t.row(more.n, more.name, "")
		}
	}
	t.row(c.Sessions, "sessions", fmt.Sprintf("seen to their end; %d logins, %d failed", c.Logins, c.FailedLogins))
	t.row(c.SecuredSessions, "with TLS", "of all, also of those whose end no line tells")
	t.write()
}

func temporarily(c *report.Totals) string {
	if c.TempRejected == 0 {
		return ""
	}
	return fmt.Sprintf("%d of them for now (4xx)", c.TempRejected)
}

func bad(n int64, colour string) string {
	if n == 0 {
		return ""
	}
	return colour
}

// count is a number with its noun.
func count(n int64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		return fmt.Sprintf("%d %ses", n, noun)
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (p *page) incidents(r *report.Report) {
	if len(r.Incidents) == 0 {
		return
	}
	p.title("Incidents")
	t := p.table("", "", "")
	for i := range r.Incidents {
		one := &r.Incidents[i]
		colour, state := yellow, "goes on"
		if one.Severe {
			colour = red
		}
		if one.Over {
			state = "over"
		}
		t.row(one.Start, cell{state, colour}, one.Sentence)
	}
	t.write()
}

func (p *page) times(r *report.Report) {
	row := func(t *table, name string, c *report.Counts) {
		t.row(name, c.Received, c.Delivered, cell{fmt.Sprint(c.Deferred), bad(c.Deferred, yellow)},
			cell{fmt.Sprint(c.Bounced + c.Expired), bad(c.Bounced+c.Expired, red)}, c.Rejected)
	}
	if len(r.Days) > 1 {
		p.title("By day")
		t := p.table("", ">received", ">delivered", ">deferred", ">failed", ">rejected")
		for i := range r.Days {
			if r.Days[i].Counts == (report.Counts{}) {
				continue
			}
			row(t, r.Days[i].From.Format("Mon 2006-01-02"), &r.Days[i].Counts)
		}
		t.write()
	}
	p.title("By hour of the day")
	t := p.table("", ">received", ">delivered", ">deferred", ">failed", ">rejected")
	for hour := range r.Hours {
		if r.Hours[hour] != (report.Counts{}) {
			row(t, fmt.Sprintf("%02d-%02d", hour, hour+1), &r.Hours[hour])
		}
	}
	t.write()
}

func (p *page) providers(r *report.Report) {
	if len(r.Providers) == 0 {
		return
	}
	p.title("Destinations")
	t := p.table("", ">delivered", ">failed", ">deferred", ">median", ">p95", "", "reasons")
	for i := range r.Providers {
		one := &r.Providers[i]
		t.row(one.Name, one.Delivered, cell{fmt.Sprint(one.Bounced + one.Expired), bad(one.Bounced+one.Expired, red)},
			cell{fmt.Sprint(one.Deferred), bad(one.Deferred, yellow)}, Seconds(one.Delay.P50),
			Seconds(one.Delay.P95), Spark(one.Spark, 12), joined(one.Reasons, 2))
	}
	t.write()
}

func (p *page) failures(r *report.Report) {
	if len(r.Failures) == 0 {
		return
	}
	p.title("Failing replies")
	t := p.table(">", "", "", "", "")
	for i := range r.Failures {
		f := &r.Failures[i]
		colour := red
		if f.Status == "deferred" {
			colour = yellow
		}
		code := f.Enhanced
		if f.Code > 0 {
			code = strings.TrimSpace(fmt.Sprintf("%d %s", f.Code, f.Enhanced))
		}
		t.row(f.Count, cell{f.Status, colour}, cmp.Or(f.Provider, f.Domain),
			cmp.Or(f.Reason, f.Error), strings.TrimSpace(code+" "+cut(f.Sample, 90)))
	}
	t.write()
}

// cut is the beginning of a text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}

func (p *page) waiting(r *report.Report) {
	if r.DeferredCount == 0 {
		return
	}
	p.title(fmt.Sprintf("Waiting at the end of the log: %d", r.DeferredCount))
	t := p.table("tried last", ">tries", "queue id", "recipient", "why")
	for i := range r.Deferred[:min(20, len(r.Deferred))] {
		w := &r.Deferred[i]
		t.row(w.Last, w.Tries, w.QueueID, w.Recipient, cmp.Or(w.Reason, cut(w.Reply, 60)))
	}
	t.write()
}

func (p *page) stages(r *report.Report) {
	if len(r.Stages) == 0 {
		return
	}
	p.title("Where the time goes")
	t := p.table("", ">count", ">median", ">p90", ">p95", ">p99", ">most")
	for i := range r.Stages {
		s := &r.Stages[i]
		t.row(s.Name, s.Count, Seconds(s.P50), Seconds(s.P90), Seconds(s.P95), Seconds(s.P99), Seconds(s.Max))
	}
	t.write()
}

func (p *page) rejects(r *report.Report) {
	if len(r.Rejects) > 0 {
		p.title("Rejected by us")
		t := p.table(">", "", "", "", "")
		for i := range r.Rejects {
			one := &r.Rejects[i]
			code := ""
			if one.Code > 0 {
				code = fmt.Sprint(one.Code)
			}
			t.row(one.Count, one.Command, code, cmp.Or(one.Reason, one.Filter, "-"), cut(one.Sample, 60)+by(one.Clients))
		}
		t.write()
	}
	p.names("Clients that were rejected", &r.RejectedClients, "rejects", rankOnly)
}

// by says which clients something is of, where the log names any.
func by(clients []report.Share) string {
	if len(clients) == 0 {
		return ""
	}
	return " (" + joined(clients, 2) + ")"
}

// rankOnly is the column of a list that shows only what it is ordered by.
func rankOnly(*report.Item) string { return "" }

func bytesIn(i *report.Item) string  { return Size(i.Bytes) }
func bytesOut(i *report.Item) string { return Size(i.DeliveredBytes) }

// names writes a list of names.
func (p *page) names(title string, l *report.List, of string, more func(*report.Item) string) {
	if len(l.Items) == 0 {
		return
	}
	p.title(title + incomplete(l))
	t := p.table(">"+of, ">", "")
	for i := range l.Items {
		one := &l.Items[i]
		name := cmp.Or(one.Name, "-")
		if one.Extra != "" {
			name += " (" + one.Extra + ")"
		}
		t.row(one.Rank, more(one), name)
	}
	t.write()
}

// incomplete says that a list was full.
func incomplete(l *report.List) string {
	if l.Error == 0 {
		return ""
	}
	return fmt.Sprintf(" (counts may be too high by %d)", l.Error)
}

func (p *page) lists(r *report.Report) {
	p.domains("Recipient domains", &r.RecipientDomains)
	p.names("Sender domains", &r.SenderDomains, "messages", bytesIn)
	p.names("Senders", &r.Senders, "messages", bytesIn)
	p.bytes("Senders by bytes", &r.SendersByBytes, func(i *report.Item) int64 { return i.Received })
	p.names("Recipients", &r.Recipients, "delivered", bytesOut)
	p.bytes("Recipients by bytes", &r.RecipientsBytes, func(i *report.Item) int64 { return i.Delivered })
	p.names("Clients", &r.Clients, "messages", bytesIn)
	p.names("Users", &r.Users, "messages", bytesIn)
}

// bytes writes a list that is ordered by bytes.
func (p *page) bytes(title string, l *report.List, messages func(*report.Item) int64) {
	if len(l.Items) == 0 {
		return
	}
	p.title(title + incomplete(l))
	t := p.table(">bytes", ">messages", "")
	for i := range l.Items {
		t.row(Size(l.Items[i].Rank), messages(&l.Items[i]), l.Items[i].Name)
	}
	t.write()
}

func (p *page) domains(title string, l *report.List) {
	if len(l.Items) == 0 {
		return
	}
	p.title(title + incomplete(l))
	t := p.table(">delivered", ">bytes", ">failed", ">deferred", ">mean", ">most", "")
	for i := range l.Items {
		d := &l.Items[i]
		t.row(d.Delivered, Size(d.DeliveredBytes), d.Bounced+d.Expired, d.Deferred, Seconds(d.AvgDelay), Seconds(d.MaxDelay), d.Name)
	}
	t.write()
}

func (p *page) sessions(r *report.Report) {
	s := &r.Sessions
	if len(s.ByRole) == 0 {
		return
	}
	p.title("Sessions")
	t := p.table("", "")
	t.row("by role", joined(s.ByRole, 4))
	t.row("with clients, by end", joined(s.ByEnd, 8))
	if len(s.Interruptions) > 0 {
		t.row("broke off after", joined(s.Interruptions, 8))
	}
	t.row("length", fmt.Sprintf("median %s, p95 %s, most %s", Seconds(s.Duration.P50), Seconds(s.Duration.P95), Seconds(s.Duration.Max)))
	t.write()
	p.names("Clients by connections", &s.Clients, "sessions", rankOnly)
}

func (p *page) security(r *report.Report) {
	if len(r.TLS) > 0 {
		p.title("TLS")
		t := p.table(">sessions", "", "", "")
		for _, one := range r.TLS {
			t.row(one.Count, one.Role, "TLS "+cmp.Or(one.Version, "?"), one.Trust)
		}
		t.write()
	}
	if len(r.Logins) > 0 {
		p.title("Logins")
		t := p.table(">", "", "")
		for _, one := range r.Logins {
			t.row(one.Count, one.Result, one.Mechanism)
		}
		t.write()
	}
	p.names("Clients whose logins failed", &r.Attackers, "failures", rankOnly)
}

func (p *page) troubles(r *report.Report) {
	if len(r.Filters) > 0 {
		p.title("Filters")
		t := p.table(">verdicts", "", "")
		for _, one := range r.Filters[:min(30, len(r.Filters))] {
			t.row(one.Count, cmp.Or(one.Name, "-"), one.Verdict)
		}
		t.write()
	}
	if len(r.Reports) > 0 {
		p.title("Reported later by other hosts")
		t := p.table(">", "", "")
		for _, one := range r.Reports {
			t.row(one.Count, one.Reason, one.Verdict)
		}
		t.write()
	}
	p.warnings(r)
	if len(r.Unknown) > 0 {
		p.title("Lines not understood, by their shape")
		t := p.table(">", "", "")
		for _, one := range r.Unknown {
			t.row(one.Count, one.Program, one.Shape)
		}
		t.write()
	}
}

func (p *page) warnings(r *report.Report) {
	if len(r.Warnings) == 0 {
		return
	}
	p.title("What the servers complain of")
	t := p.table(">", "", "", "")
	for _, one := range r.Warnings {
		t.row(one.Count, one.Daemon, one.Error, cut(one.Sample, 100))
	}
	t.write()
}
