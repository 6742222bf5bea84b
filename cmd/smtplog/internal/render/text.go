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

// cut is the beginning of a text.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}

// incomplete says that a list was full.
func incomplete(l *report.List) string {
	if l.Error == 0 {
		return ""
	}
	return fmt.Sprintf(" (counts may be too high by %d)", l.Error)
}
