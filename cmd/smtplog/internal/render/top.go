package render

import (
	"io"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

// Top writes one part of a report, by the name that the command line has for it.
func Top(to io.Writer, r *report.Report, what string, style Style) error {
	p := &page{to: to, style: style}
	switch what {
	case "replies":
		p.failures(r)
	case "providers":
		p.providers(r)
	case "senders":
		p.names("Senders", &r.Senders, "messages", bytesIn)
	case "recipients":
		p.names("Recipients", &r.Recipients, "delivered", bytesOut)
	case "clients":
		p.names("Clients", &r.Clients, "messages", bytesIn)
	case "users":
		p.names("Users", &r.Users, "messages", bytesIn)
	case "reasons":
		p.reasons(r)
	case "rejects":
		p.rejects(r)
	case "attackers":
		p.names("Clients whose logins failed", &r.Attackers, "failures", rankOnly)
	case "warnings":
		p.warnings(r)
	case "domains":
		p.domains("Recipient domains", &r.RecipientDomains)
	}
	if !p.begun && p.err == nil {
		p.write("nothing\n")
	}
	return p.err
}

func (p *page) reasons(r *report.Report) {
	list := report.Reasons(r)
	if len(list) == 0 {
		return
	}
	p.title("Reasons")
	t := p.table(">tries", "")
	for _, s := range list {
		t.row(s.Count, s.Name)
	}
	t.write()
}
