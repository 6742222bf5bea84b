package report

import (
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/engine"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/incident"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
	"github.com/otelcol-smtp/otelcol-smtp/internal/session"
)

// Options say what a report is to hold.
type Options struct {
	Version string
	Zone    *time.Location // of its days and hours
	Top     int            // how many names each list holds
	// Messages is how many messages are told one by one.
	Messages int
}

// The bounds of what is kept of a log of any length.
const (
	mostNames     = 20_000 // of each list: up to so many it is exact
	mostFailures  = 5000
	mostKinds     = 2000
	mostProviders = 2000
	mostMinutes   = 20_000 // of a log: a longer one is kept by hours
	mostHours     = 40_000
	mostWaiting   = 10_000
	mostClients   = 200 // of one kind of reject
	longestText   = 240
)

// Builder adds up records: a reading.Visitor.
type Builder struct {
	options  Options
	list     attrs.List
	sample   metrics.Sample
	families []*family
	now      *family // that the sample is counted for
	ids      ids

	ev   *event.Event // the record at hand
	hour *hour
	to   *provider // of the record at hand

	lines, recognised, strange, foreign, duplicates int64
	first, last                                     int64 // stamps
	totals                                          Totals
	hours                                           map[int64]*hour
	newest                                          *hour
	unit                                            int64 // nanoseconds that one of the hours has: a minute or an hour
	pulses                                          int   // hours of providers
	servers, hosts                                  *top[struct{}]
	providers                                       *top[provider]
	failures                                        *top[Failure]
	rejects                                         *top[reject]
	warnings                                        *top[Warning]
	unknown                                         *top[Unknown]
	names                                           names
	stages                                          map[string]*spread
	sessions                                        spread
	waiting                                         []Waiting
	waitingCount                                    int64
	key                                             []byte

	troubled, smooth []Message // the newest of each kind, in rings
	told             [2]int

	held map[event.ID]struct{} // messages that are held

	watch     *incident.Detector
	seen      incident.Observation
	incidents map[string]*Incident
}

// names are the lists of the most frequent.
type names struct {
	recipientDomains, senderDomains, rejectedClients, attackers, callers *top[item]
	senders, recipients, clients, users                                  *top[item] // by bytes, too
}

// item is what is known of a name.
type item struct {
	Counts
	deliveredBytes int64
	delays         float64
	delayed        int64
	maxDelay       float64
	extra          string
}

// provider is a destination.
type provider struct {
	Counts
	delay   *spread
	reasons map[string]int64
}

// reject is a kind of refusal.
type reject struct {
	Reject
	clients map[string]int64
}

// ids are the places of metrics in the table.
type ids struct {
	attempts, recipients, rejects, messages, sessions, sessionTime, notifications, logins, secured, delay, duration, latency, failures int
}

// New makes an empty builder.
func New(o Options) *Builder {
	b := &Builder{
		options: o, families: newFamilies(), hours: map[int64]*hour{}, unit: int64(time.Minute), stages: map[string]*spread{},
		servers: newTop[struct{}](mostKinds), hosts: newTop[struct{}](mostKinds), providers: newTop[provider](mostProviders),
		failures: newTop[Failure](mostFailures), rejects: newTop[reject](mostKinds),
		warnings: newTop[Warning](mostKinds), unknown: newTop[Unknown](mostKinds),
	}
	b.watch, b.incidents = incident.New(incident.Defaults()), map[string]*Incident{}
	n := &b.names
	for _, t := range [...]**top[item]{&n.recipientDomains, &n.senderDomains, &n.rejectedClients, &n.attackers, &n.callers} {
		*t = newTop[item](mostNames)
	}
	for _, t := range [...]**top[item]{&n.senders, &n.recipients, &n.clients, &n.users} {
		*t = newTopByBytes[item](mostNames)
	}
	for i := range metrics.Table {
		for name, id := range map[string]*int{
			"smtp.delivery.attempts": &b.ids.attempts, "smtp.delivery.recipients": &b.ids.recipients, "smtp.reject.count": &b.ids.rejects,
			"smtp.message.count": &b.ids.messages, "smtp.session.count": &b.ids.sessions, "smtp.session.duration": &b.ids.sessionTime,
			"smtp.notification.count": &b.ids.notifications, "smtp.auth.attempts": &b.ids.logins, "smtp.tls.sessions": &b.ids.secured,
			"smtp.delivery.delay": &b.ids.delay, "smtp.delivery.duration": &b.ids.duration, "smtp.reply.latency": &b.ids.latency,
			"smtp.connection.failures": &b.ids.failures,
		} {
			if metrics.Table[i].Name == name {
				*id = i
			}
		}
	}
	return b
}

// Line takes a line of a log.
func (b *Builder) Line(l *engine.Line) {
	b.lines++
	switch {
	case l.Recognised && l.Event.Duplicate:
		b.recognised++
		b.duplicates++
	case l.Recognised:
		b.recognised++
		b.servers.add(l.Event.Dialect, 1)
		b.hosts.add(l.Event.Host, 1)
		b.record(&l.Event)
		b.tell(l)
	case l.Result != event.Unknown: // a line of a mail server that says nothing of mail
		b.recognised++
		b.servers.add(l.Event.Dialect, 1)
	case l.Claimed:
		b.strange++
		b.doNotKnow(l)
	default:
		b.foreign++
	}
}

// Made takes a record that no line is behind.
func (b *Builder) Made(m *session.Made) {
	if m.Summary != nil {
		b.summary(m.Summary)
		return
	}
	b.record(m.Event)
	if isFailure(m.Event) {
		b.failure(m.Event, m.Event.Text)
	}
}

// saysNothing says whether no metric can have to do with an event: half of the lines of a log only tell that mail is on its way.
func saysNothing(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindConnect, event.KindMessageOpened, event.KindMessageHeader,
		event.KindMessageQueued, event.KindMessageRemoved, event.KindDisconnect:
	default:
		return false
	}
	return ev.Status == event.StatusNone && ev.Class == 0 && ev.Code == 0 &&
		ev.ErrorType == "" && ev.SessionEnd == event.EndNone && ev.AuthResult == "" &&
		ev.Secured == event.Open && ev.FilterVerdict == "" && !ev.HasLatency && !ev.HasTotalDuration
}

// record counts a record by the table.
func (b *Builder) record(ev *event.Event) {
	if saysNothing(ev) {
		b.hourOf(ev)
		return
	}
	b.list.Put(ev)
	s := &b.sample
	if !s.Take(b.list.Items) || s.IsTrue(metrics.AtDuplicate) {
		return
	}
	s.Complete()
	if ev.Resolution >= event.ResolutionSecond {
		s.Time = ev.Time
	}
	b.observe(ev)
	b.ev, b.hour, b.to = ev, b.hourOf(ev), nil
	for _, f := range b.families {
		if f.applies(s) {
			b.now = f
			f.Observe(s, b)
		}
	}
}

// Add is metrics.Observer's.
func (b *Builder) Add(n int64) {
	b.now.cell(&b.sample).count += n
	b.counted(n)
}

// Record is metrics.Observer's.
func (b *Builder) Record(x float64, n int64) {
	b.now.record(&b.sample, x, n)
	switch b.now.id {
	case b.ids.delay:
		b.stage(b.sample.Text[metrics.AtStage]).add(x, n)
	case b.ids.latency:
		b.stage("reply to "+b.sample.Text[metrics.AtCommand]).add(x, n)
	case b.ids.sessionTime:
		b.sessions.add(x, n)
	case b.ids.duration:
		if b.sample.Is(metrics.AtStatus, "delivered") {
			b.stage("total").add(x, n)
			if p := b.provider(); p != nil {
				if p.delay == nil {
					p.delay = new(spread)
				}
				p.delay.add(x, n)
			}
		}
	}
}

// Window is metrics.Observer's: a report has the whole log and needs no window of it.
func (*Builder) Window(*metrics.Sample) {}

// Show is for how things stand now, which no report tells.
func (*Builder) Show(float64) {}

func (b *Builder) stage(name string) *spread {
	s := b.stages[name]
	if s == nil {
		s = new(spread)
		b.stages[name] = s
	}
	return s
}
