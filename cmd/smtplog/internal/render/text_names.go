package render

import (
	"cmp"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

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
