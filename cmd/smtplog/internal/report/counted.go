package report

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

var atHop = metrics.At(attrs.MessageHop)

// counted puts what a metric has counted into the counts of the hour, the provider and the names that the record is about.
func (b *Builder) counted(n int64) {
	s, t := &b.sample, &b.totals
	switch b.now.id {
	case b.ids.attempts:
		b.tried(n, s.Is(metrics.AtStatus, "deferred"))
	case b.ids.recipients:
		b.ended(n)
	case b.ids.messages:
		if s.Text[atHop] != "internal" {
			b.received(n)
		}
	case b.ids.rejects:
		t.Rejected += n
		if s.Is(metrics.AtClass, "4xx") || s.Is(metrics.AtPermanent, "false") {
			t.TempRejected += n
		}
		if b.hour != nil {
			b.hour.Rejected += n
		}
	case b.ids.sessions:
		t.Sessions += n
		if b.hour != nil {
			b.hour.Sessions += n
		}
	case b.ids.notifications:
		t.Notifications += n
	case b.ids.logins:
		if s.Is(metrics.AtAuthResult, "success") {
			t.Logins += n
		} else {
			t.FailedLogins += n
		}
	case b.ids.secured:
		t.SecuredSessions += n
	case b.ids.failures:
		t.ConnectionFailures += n
	}
}

// tried counts a verdict of a host that was asked.
func (b *Builder) tried(n int64, deferred bool) {
	add := func(c *Counts, n int64) {
		c.Tries += n
		if deferred {
			c.Deferred += n
		}
	}
	add(&b.totals.Counts, n)
	if b.hour != nil {
		add(&b.hour.Counts, n)
	}
	if p := b.provider(); p != nil {
		add(&p.Counts, n)
		if deferred {
			b.pulse(p, n, n)
		}
	}
	b.eachRecipient(n, func(i *item, n int64) { add(&i.Counts, n) })
}

// ended counts recipients at their end.
func (b *Builder) ended(n int64) {
	ev, t := b.ev, &b.totals
	var add func(c *Counts, n int64)
	switch ev.Status {
	case event.StatusDelivered:
		add = func(c *Counts, n int64) { c.Delivered += n }
		if ev.HasSize {
			t.DeliveredBytes += ev.Size * n
		}
	case event.StatusBounced:
		add = func(c *Counts, n int64) { c.Bounced += n }
	case event.StatusExpired:
		add = func(c *Counts, n int64) { c.Expired += n }
	case event.StatusDiscarded:
		t.Discarded += n
		return
	case event.StatusDeleted:
		t.Deleted += n
		return
	default:
		t.Aborted += n
		return
	}
	add(&t.Counts, n)
	if b.hour != nil {
		add(&b.hour.Counts, n)
	}
	if p := b.provider(); p != nil {
		add(&p.Counts, n)
		trouble := int64(0)
		if ev.Status != event.StatusDelivered {
			trouble = n
		}
		b.pulse(p, n, trouble)
	}
	b.eachRecipient(n, func(i *item, n int64) {
		add(&i.Counts, n)
		i.delivery(ev, n)
	})
	if ev.Status == event.StatusDelivered {
		b.deliveredTo(n)
	}
}

// delivery notes what a delivery weighs and how long it took.
func (i *item) delivery(ev *event.Event, n int64) {
	if ev.Delays.Has&event.DelayTotal != 0 {
		i.maxDelay = max(i.maxDelay, ev.Delays.Total)
	}
	if ev.Status != event.StatusDelivered {
		return
	}
	if ev.HasSize {
		i.deliveredBytes += ev.Size * n
	}
	if ev.Delays.Has&event.DelayTotal != 0 {
		i.delays += ev.Delays.Total * float64(n)
		i.delayed += n
	}
}

// deliveredTo ranks recipients by deliveries and by bytes.
func (b *Builder) deliveredTo(n int64) {
	ev := b.ev
	n = b.each(n)
	size := int64(0)
	if ev.HasSize {
		size = ev.Size
	}
	for _, to := range b.recipients() {
		i := b.names.recipients.addBytes(to, n, size*n)
		i.Delivered += n
		i.delivery(ev, n)
	}
}

// each is how many of n recipients one name stands for.
func (b *Builder) each(n int64) int64 {
	if len(b.ev.RcptList) > 1 {
		return max(1, n/int64(len(b.ev.RcptList)))
	}
	return n
}

// recipients are the addresses of the record, in lower case behind the @.
func (b *Builder) recipients() []string {
	ev := b.ev
	switch {
	case len(ev.RcptList) > 0:
		return ev.RcptList
	case ev.RcptTo != "":
		return []string{address(ev.RcptTo)}
	}
	return nil
}

// address writes the domain of an address in lower case.
func address(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 || !hasUpper(s[at:]) {
		return s
	}
	return s[:at] + strings.ToLower(s[at:])
}

func hasUpper(s string) bool {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return true
		}
	}
	return false
}

// eachRecipient hands on what is known of the domains of the record's recipients, ranked by what happens to them.
func (b *Builder) eachRecipient(n int64, add func(*item, int64)) {
	for _, to := range b.recipients() {
		domain := attrs.Domain(to)
		if domain == "" {
			domain = b.ev.DestinationDomain
		}
		if domain == "" {
			domain = to
		}
		add(b.names.recipientDomains.add(domain, b.each(n)), b.each(n))
	}
}

// provider is the destination of a record about mail that leaves.
func (b *Builder) provider() *provider {
	if b.to != nil {
		return b.to
	}
	if !leaves(b.ev) {
		return nil
	}
	name := providerOf(b.ev)
	if name == "" {
		return nil
	}
	b.to = b.providers.add(name, b.sample.Recipients())
	return b.to
}

// leaves says whether a record is about mail that goes to other hosts.
func leaves(ev *event.Event) bool {
	return ev.Route == event.RouteMX || ev.Route == event.RouteRelayhost
}

// providerOf is the provider of a record, or the domain where nobody known runs it.
func providerOf(ev *event.Event) string {
	if ev.Provider != "" && ev.Provider != "other" {
		return ev.Provider
	}
	if ev.DestinationDomain != "" {
		return ev.DestinationDomain
	}
	return attrs.Domain(ev.RcptTo)
}

// pulse notes when it happened.
func (b *Builder) pulse(p *provider, all, trouble int64) {
	if b.hour == nil {
		return
	}
	if b.hour.providers == nil {
		b.hour.providers = make(map[*provider]*pulse)
	}
	x := b.hour.providers[p]
	if x == nil {
		if b.pulses >= mostPulses {
			return
		}
		b.pulses++
		x = new(pulse)
		b.hour.providers[p] = x
	}
	x.all += all
	x.trouble += trouble
}

// mostPulses bounds the hours of all providers.
const mostPulses = 200_000

// received counts a message that came into the queue.
func (b *Builder) received(n int64) {
	ev := b.ev
	size := int64(0)
	if ev.HasSize {
		size = ev.Size
	}
	add := func(c *Counts) {
		c.Received += n
		c.Bytes += size
	}
	add(&b.totals.Counts)
	if b.hour != nil {
		add(&b.hour.Counts)
	}
	rank := func(of *top[item], name, extra string) {
		if name != "" {
			i := of.addBytes(name, n, size)
			add(&i.Counts)
			keep(&i.extra, extra)
		}
	}
	rank(b.names.senders, address(ev.MailFrom), "")
	if domain := attrs.Domain(ev.MailFrom); domain != "" {
		add(&b.names.senderDomains.add(domain, n).Counts)
	}
	client, name := ev.PeerIP, ev.ClientAddress
	if client == "" {
		client, name = name, ""
	}
	rank(b.names.clients, client, name)
	rank(b.names.users, ev.User, "")
}

func keep(to *string, text string) {
	if *to == "" && text != "" {
		*to = strings.Clone(text)
	}
}
