package render

import (
	"cmp"
	"fmt"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

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
