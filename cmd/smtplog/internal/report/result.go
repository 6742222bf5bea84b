package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Report is what was added up so far. It may be asked for again and again.
func (b *Builder) Report() *Report {
	r := &Report{Version: b.options.Version, Totals: b.totals, DeferredCount: b.waitingCount}
	r.Input = Input{Lines: b.lines, Recognised: b.recognised, Strange: b.strange, Foreign: b.foreign, Duplicates: b.duplicates}
	if b.first != 0 {
		r.Input.From, r.Input.To = b.at(b.first), b.at(b.last)
	}
	for _, f := range b.families {
		r.Metrics = append(r.Metrics, f.result())
	}
	b.periods(r)
	r.Servers, r.Hosts = shares(b.servers, b.options.Top), shares(b.hosts, b.options.Top)
	b.lists(r)
	b.destinations(r)
	for _, e := range b.failures.best(b.options.Top, byTimes) {
		r.Failures = append(r.Failures, e.value)
	}
	for _, e := range b.rejects.best(b.options.Top, byTimes) {
		one := e.value.Reject
		one.Clients = first(ranked(e.value.clients), 5)
		r.Rejects = append(r.Rejects, one)
	}
	for _, e := range b.warnings.best(b.options.Top, byTimes) {
		r.Warnings = append(r.Warnings, e.value)
	}
	for _, e := range b.unknown.best(b.options.Top, byTimes) {
		r.Unknown = append(r.Unknown, e.value)
	}
	r.Incidents = b.departures()
	b.queue(r)
	b.slow(r)
	r.Messages = b.messages()
	b.tables(r)
	return r
}

func (b *Builder) at(nanos int64) time.Time { return time.Unix(0, nanos).In(b.options.Zone) }

func first[T any](list []T, n int) []T { return list[:min(n, len(list))] }

func shares(t *top[struct{}], n int) (list []Share) {
	for _, e := range t.best(n, byTimes) {
		list = append(list, Share{e.name, e.times})
	}
	return list
}

// Add adds up counts.
func (c *Counts) Add(o *Counts) {
	c.Received += o.Received
	c.Bytes += o.Bytes
	c.Delivered += o.Delivered
	c.Bounced += o.Bounced
	c.Expired += o.Expired
	c.Tries += o.Tries
	c.Deferred += o.Deferred
	c.Rejected += o.Rejected
	c.Sessions += o.Sessions
}

// lists are the most frequent names.
func (b *Builder) lists(r *Report) {
	n := &b.names
	for _, l := range []struct {
		from      *top[item]
		to, bytes *List
	}{
		{n.recipientDomains, &r.RecipientDomains, nil},
		{n.senderDomains, &r.SenderDomains, nil},
		{n.senders, &r.Senders, &r.SendersByBytes},
		{n.recipients, &r.Recipients, &r.RecipientsBytes},
		{n.clients, &r.Clients, &r.ClientsByBytes},
		{n.users, &r.Users, &r.UsersByBytes},
		{n.rejectedClients, &r.RejectedClients, nil},
		{n.attackers, &r.Attackers, nil},
		{n.callers, &r.Sessions.Clients, nil},
	} {
		*l.to = listOf(l.from, b.options.Top, byTimes)
		if l.bytes != nil {
			*l.bytes = listOf(l.from, b.options.Top, byBytes)
		}
	}
	r.Totals.Senders, r.Totals.SenderDomains = r.Senders.Distinct, r.SenderDomains.Distinct
	r.Totals.Recipients, r.Totals.RecipientDomains = r.Recipients.Distinct, 0
	for _, e := range n.recipientDomains.byName {
		if e.value.Delivered > 0 {
			r.Totals.RecipientDomains++
		}
	}
}

func listOf(t *top[item], n int, by func(counts) int64) List {
	l := List{Items: []Item{}, Distinct: int64(t.most), Error: by(t.err)}
	for _, e := range t.best(n, by) {
		i := Item{
			Name: e.name, Rank: by(e.counts), Counts: e.value.Counts,
			DeliveredBytes: e.value.deliveredBytes, MaxDelay: e.value.maxDelay, Extra: e.value.extra,
		}
		if e.value.delayed > 0 {
			i.AvgDelay = round(e.value.delays / float64(e.value.delayed))
		}
		l.Items = append(l.Items, i)
	}
	return l
}

// destinations are the providers, with their replies.
func (b *Builder) destinations(r *Report) {
	failures := map[string][]Failure{}
	for _, e := range b.failures.best(mostFailures, byTimes) {
		who := cmp.Or(e.value.Provider, e.value.Domain)
		if e.value.leaves && len(failures[who]) < mostSamples {
			failures[who] = append(failures[who], e.value)
		}
	}
	for _, e := range b.providers.best(b.options.Top, byTimes) {
		p := Provider{Name: e.name, Counts: e.value.Counts, Reasons: ranked(e.value.reasons), Failures: failures[e.name]}
		if e.value.delay != nil {
			p.Delay = e.value.delay.quantiles()
		}
		b.spark(&p, &e.value, r.Series)
		r.Providers = append(r.Providers, p)
	}
}

// mostSamples is how many replies of a provider are shown.
const mostSamples = 20

// spark is a provider's share of each period of the series.
func (b *Builder) spark(p *Provider, of *provider, series []Period) {
	p.Spark, p.Trouble = make([]int64, len(series)), make([]int64, len(series))
	for hour, h := range b.hours {
		x := h.providers[of]
		if x == nil {
			continue
		}
		when := time.Unix(0, hour*b.unit)
		i, found := slices.BinarySearchFunc(series, when, func(one Period, t time.Time) int { return one.From.Compare(t) })
		if !found {
			i--
		}
		if i >= 0 {
			p.Spark[i] += x.all
			p.Trouble[i] += x.trouble
		}
	}
}

// queue is who waits, the longest first.
func (b *Builder) queue(r *Report) {
	list := slices.Clone(b.waiting)
	slices.SortFunc(list, func(x, y Waiting) int {
		return cmp.Or(x.Last.Compare(y.Last), strings.Compare(x.QueueID, y.QueueID), strings.Compare(x.Recipient, y.Recipient))
	})
	r.Deferred = first(list, max(b.options.Top, 100))
}

// stageOrder is the order of the stages of a try; what else there is comes behind.
var stageOrder = []string{"total", "before_queue", "in_queue", "connection_setup", "transmission"}

func (b *Builder) slow(r *Report) {
	names := slices.SortedFunc(maps.Keys(b.stages), func(x, y string) int {
		return cmp.Or(cmp.Compare(rankOf(x), rankOf(y)), strings.Compare(x, y))
	})
	for _, name := range names {
		r.Stages = append(r.Stages, Stage{name, b.stages[name].quantiles()})
	}
	r.Sessions.Duration = b.sessions.quantiles()
}

func rankOf(stage string) int {
	if i := slices.Index(stageOrder, stage); i >= 0 {
		return i
	}
	return len(stageOrder)
}

// tables are those parts that the metrics alone give.
func (b *Builder) tables(r *Report) {
	of := func(name string) *Metric {
		i := slices.IndexFunc(r.Metrics, func(m Metric) bool { return m.Name == name })
		return &r.Metrics[i]
	}
	sessions := of("smtp.session.count")
	r.Sessions.ByRole = sessions.shares(attrs.SessionRole)
	r.Sessions.ByEnd = sessions.shares(attrs.SessionEnd, attrs.SessionRole, "server")
	r.Sessions.Interruptions = of("smtp.session.interruptions").shares(attrs.Command)
	for _, p := range of("smtp.tls.sessions").Points {
		d := p.Dimensions
		r.TLS = append(r.TLS, TLS{d[attrs.SessionRole], d[attrs.TLSVersion], d[attrs.TLSTrust], p.Count})
	}
	slices.SortStableFunc(r.TLS, func(x, y TLS) int { return cmp.Compare(y.Count, x.Count) })
	for _, p := range of("smtp.auth.attempts").Points {
		r.Logins = append(r.Logins, Login{Mechanism: p.Dimensions[attrs.AuthMechanism], Result: p.Dimensions[attrs.AuthResult], Count: p.Count})
	}
	slices.SortStableFunc(r.Logins, func(x, y Login) int { return cmp.Compare(y.Count, x.Count) })
	for _, p := range of("smtp.filter.verdicts").Points {
		r.Filters = append(r.Filters, Filter{p.Dimensions[attrs.FilterName], p.Dimensions[attrs.FilterVerdict], p.Count})
	}
	slices.SortStableFunc(r.Filters, func(x, y Filter) int { return cmp.Compare(y.Count, x.Count) })
	for _, p := range of("smtp.report.count").Points {
		r.Reports = append(r.Reports, Told{p.Dimensions[attrs.FailureReason], p.Dimensions[attrs.FilterVerdict], p.Count})
	}
}

// Percent is a share of a whole, as a table shows it; "-" where there is no whole.
func Percent(n, of int64) string {
	if of == 0 {
		return "-"
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + " %"
}
