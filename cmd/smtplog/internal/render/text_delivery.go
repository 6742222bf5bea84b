package render

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/cmd/smtplog/internal/report"
)

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
