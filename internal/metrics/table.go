// Package metrics is the table of what is counted of mail logs: each metric with its dimensions and what one record means for it.
// Who adds up is the user of the table. It knows no mail server and nothing of the Collector.
package metrics

import (
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// Kind is a metric's kind.
type Kind uint8

// The kinds.
const (
	Counter   Kind = iota // a sum that only grows
	Histogram             // of Metric.Buckets
	Ratio                 // shares of a window of the log's time
	Open                  // how many there are now
	Newest                // what the newest record says
)

// String names the kind as the documents do.
func (k Kind) String() string {
	return [...]string{"counter, monotonic sum", "histogram", "gauge", "gauge", "gauge"}[k]
}

// Metric is one entry of the table: a new metric is a new entry.
type Metric struct {
	Name, Description, Unit string // the unit is UCUM's
	Kind                    Kind
	Buckets                 []float64 // upper bounds, by default
	Dimensions              []string  // names of attributes, by default
	More                    []string  // offered besides
	Off                     bool      // not made unless switched on
	Needs                   string    // an attribute that no record without counts
	Of                      string    // the event that no other counts
	Observe                 func(s *Sample, to Observer)
}

// Observer takes what one record means for one metric. The sample has the values of the dimensions at that moment.
type Observer interface {
	// Add counts n.
	Add(n int64)
	// Record notes n values x.
	Record(x float64, n int64)
	// Show makes x the newest value.
	Show(x float64)
	// Window takes a record into shares of a window of time.
	Window(s *Sample)
}

// The bucket bounds.
var (
	// seconds span a reply's milliseconds and a queue's five days.
	seconds = []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 432000}
	bytes_  = []float64{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 10 << 20, 25 << 20, 50 << 20}
	people  = []float64{1, 2, 5, 10, 20, 50, 100, 500, 1000, 10000}
	scores  = []float64{-5, 0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 50}
)

// delivery is offered on everything that is about a delivery.
var delivery = []string{
	attrs.DeliveryStatus, attrs.FailureReason, attrs.FailureCategory, attrs.Provider, attrs.Direction, attrs.DeliveryRoute, attrs.MessageKind,
	attrs.DestinationDomain, attrs.MailFromDomain, attrs.SourceAddress,
	attrs.SourcePool, attrs.ReplyClass, attrs.ReplyCode, attrs.ReplyEnhancedCode,
	attrs.ErrorType, attrs.Dialect, attrs.Daemon, attrs.Service, attrs.TLSVersion, attrs.TLSTrust, attrs.DeliveryDSN,
}

// Persons is offered on what counts messages, verdicts, logins and refusals: who it was. There is no end of them, so whoever keeps
// series by them has to bound these.
var Persons = []string{attrs.UserName, attrs.MailFrom, attrs.ClientAddress, attrs.PeerAddress}

// conversation is offered on everything that is about a conversation.
var conversation = []string{
	attrs.SessionRole, attrs.Command, attrs.ReplyCode, attrs.ReplyClass, attrs.ReplyEnhancedCode, attrs.FailureReason, attrs.FailureCategory,
	attrs.ErrorType, attrs.Provider, attrs.Dialect, attrs.Daemon, attrs.Service, attrs.SourceAddress, attrs.Protocol,
}

// Incidents is the metric of open incidents: who watches writes it, no record counts.
const Incidents = "smtp.incidents.open"

// Table is THE list of the metrics.
var Table = []Metric{
	{
		Name: "smtp.delivery.attempts", Needs: attrs.DeliveryStatus, Unit: "{attempt}", Kind: Counter,
		Description: "Tries to deliver: one recipient, one verdict of a host that was asked.",
		Dimensions:  []string{attrs.DeliveryStatus, attrs.FailureReason, attrs.Provider, attrs.Direction, attrs.DeliveryRoute, attrs.MessageKind},
		More:        slices.Concat(delivery, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.IsDelivery() && s.IsTrue(AtTried) && !s.Is(AtKind, "probe") {
				to.Add(s.Recipients())
			}
		},
	},
	{
		Name: "smtp.delivery.recipients", Needs: attrs.DeliveryStatus, Unit: "{recipient}", Kind: Counter,
		Description: "Recipients at their end, each once.",
		Dimensions: []string{
			attrs.DeliveryStatus, attrs.FailureCategory, attrs.Provider, attrs.Direction, attrs.DeliveryRoute, attrs.MessageKind,
		},
		More: slices.Concat(delivery, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.IsDelivery() && s.IsTrue(AtFinal) {
				to.Add(s.Recipients())
			}
		},
	},
	{
		Name: "smtp.delivery.suspended", Needs: attrs.DeliveryStatus, Unit: "{recipient}", Kind: Counter,
		Description: "Verdicts without a try: the destination is left alone for a while.",
		Dimensions:  []string{attrs.Provider},
		More:        slices.Concat(delivery, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtStatus, "deferred") && s.Has[AtTried] && !s.IsTrue(AtTried) {
				to.Add(s.Recipients())
			}
		},
	},
	{
		Name: "smtp.host.trials", Unit: "{trial}", Kind: Counter,
		Description: "Answers and failures of single hosts, also of those that a later host healed. " +
			"The recipients of one transaction that got the same answer are one trial.",
		Dimensions: []string{attrs.ReplyClass, attrs.ErrorType, attrs.Provider},
		More:       delivery,
		Observe: func(s *Sample, to Observer) {
			if s.isTrial() {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.delivery.duration", Needs: attrs.DeliveryDuration, Unit: "s", Kind: Histogram, Buckets: seconds,
		Description: "Time from reception to a recipient's end.",
		Dimensions:  []string{attrs.DeliveryStatus, attrs.Provider},
		More:        slices.Concat(delivery, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtDuration] && s.IsTrue(AtFinal) {
				to.Record(s.Num[AtDuration], s.Recipients())
			}
		},
	},
	{
		Name: "smtp.delivery.delay", Needs: attrs.DeliveryStatus, Unit: "s", Kind: Histogram, Buckets: seconds,
		Description: "Where the time of a try went. The time before the queue counts at the first try only.",
		Dimensions:  []string{AttrStage},
		More:        append([]string{AttrStage}, delivery...),
		Observe: func(s *Sample, to Observer) {
			if !s.IsDelivery() || !s.IsTrue(AtTried) {
				return
			}
			for _, stage := range [...]struct {
				name string
				at   Slot
			}{{"before_queue", AtBefore}, {"in_queue", AtQueue}, {"connection_setup", AtSetup}, {"transmission", AtTransmission}} {
				if s.Has[stage.at] && (stage.at != AtBefore || !s.Has[AtAttempt] || s.Num[AtAttempt] == 1) {
					s.Put(AtStage, stage.name, 0)
					to.Record(s.Num[stage.at], s.Recipients())
				}
			}
		},
	},
	{
		Name: "smtp.delivery.ratio", Needs: attrs.DeliveryStatus, Unit: "1", Kind: Ratio,
		Description: "Of the mail that leaves, over the newest five minutes of the log: " +
			"delivered, bounced and expired recipients over all that ended, deferred tries over all tries.",
		Dimensions: []string{attrs.Provider},
		Observe: func(s *Sample, to Observer) {
			if s.IsDelivery() && s.Population() {
				to.Window(s)
			}
		},
	},
	{
		Name: "smtp.reply.count", Needs: attrs.ReplyCode, Unit: "{reply}", Kind: Counter,
		Description: "Replies, each once, by the command that they answered.",
		Dimensions:  []string{attrs.Command, attrs.ReplyCode, attrs.ReplyClass, attrs.SessionRole},
		More:        conversation,
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtCode] && !s.IsTrue(AtContinued) && !s.IsTrue(AtRetold) &&
				!s.Is(AtEvent, "report") && (!s.IsDelivery() || !s.Has[AtTried] || s.IsTrue(AtTried)) {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.reply.latency", Needs: attrs.Latency, Unit: "s", Kind: Histogram, Buckets: seconds,
		Description: "Time from a command to its reply, where the log's stamps have parts of a second.",
		Dimensions:  []string{attrs.Command},
		More:        conversation,
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtLatency] && !s.IsTrue(AtCoarse) && !s.IsTrue(AtContinued) {
				to.Record(s.Num[AtLatency], 1)
			}
		},
	},
	{
		Name: "smtp.reject.count", Of: "reject", Unit: "{reject}", Kind: Counter,
		Description: "Refusals by us, as a server.",
		Dimensions:  []string{attrs.Command, attrs.ReplyCode, attrs.RejectPermanent, attrs.FailureReason},
		More:        slices.Concat([]string{attrs.RejectPermanent, attrs.FilterName}, conversation, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "reject") {
				to.Add(s.Recipients() * s.Lines())
			}
		},
	},
	{
		Name: "smtp.session.count", Needs: attrs.SessionEnd, Unit: "{session}", Kind: Counter,
		Description: "Sessions at their end.",
		Dimensions:  []string{attrs.SessionRole, attrs.SessionEnd, attrs.TLSEstablished},
		More:        append([]string{attrs.SessionEnd, attrs.TLSEstablished, attrs.TLSVersion}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtEnd] && !s.IsTrue(AtInferred) {
				to.Add(1)
			}
		},
	},
	{
		Name: "smtp.session.duration", Needs: attrs.SessionEnd, Unit: "s", Kind: Histogram, Buckets: seconds,
		Description: "How long sessions lasted.",
		Dimensions:  []string{attrs.SessionRole, attrs.SessionEnd},
		More:        append([]string{attrs.SessionEnd, attrs.TLSEstablished}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtEnd] && s.Has[AtSessionDuration] && !s.IsTrue(AtInferred) {
				to.Record(s.Num[AtSessionDuration], 1)
			}
		},
	},
	{
		Name: "smtp.session.interruptions", Of: "warning", Unit: "{interruption}", Kind: Counter,
		Description: "Conversations with our clients that broke off, ran out of time or were ended for too many errors (`_OTHER`), " +
			"by the command after which.",
		Dimensions: []string{attrs.Command, attrs.ErrorType},
		More:       conversation,
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "warning") && s.Is(AtRole, "server") && s.Has[AtError] {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.notification.count", Of: "notification", Unit: "{notification}", Kind: Counter,
		Description: "Notifications (non-delivery, delay, delivery status) that were made, by the kind of the message they are about.",
		Dimensions:  []string{attrs.MessageKind},
		More:        []string{attrs.Dialect},
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "notification") {
				to.Add(1)
			}
		},
	},
	{
		Name: "smtp.report.count", Of: "report", Unit: "{report}", Kind: Counter,
		Description: "What other hosts report later of mail that left here: asynchronous bounces, with why, and complaints, with their kind.",
		Dimensions:  []string{attrs.FailureReason, attrs.FilterVerdict, attrs.Provider},
		More: []string{
			attrs.FailureReason, attrs.FailureCategory, attrs.FilterName, attrs.FilterVerdict,
			attrs.Provider, attrs.MessageKind, attrs.SourceAddress, attrs.SourcePool,
			attrs.DestinationDomain, attrs.MailFromDomain, attrs.Dialect,
		},
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "report") {
				to.Add(1)
			}
		},
	},
	{
		Name: "smtp.message.count", Of: "message.received", Unit: "{message}", Kind: Counter,
		Description: "Messages that came into the queue; a mail that filters of this host hand back counts once as `first`.",
		Dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		More:        append([]string{attrs.MailFromDomain, attrs.Dialect}, Persons...),
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "message.received") {
				to.Add(1)
			}
		},
	},
	{
		Name: "smtp.message.size", Of: "message.received", Unit: "By", Kind: Histogram, Buckets: bytes_,
		Description: "Size of the messages that came into the queue.",
		Dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		More:        append([]string{attrs.MailFromDomain, attrs.Dialect}, Persons...),
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "message.received") && s.Has[AtSize] {
				to.Record(s.Num[AtSize], 1)
			}
		},
	},
	{
		Name: "smtp.message.recipients", Of: "message.received", Unit: "{recipient}", Kind: Histogram, Buckets: people,
		Description: "Recipients of the messages that came into the queue.",
		Dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		More:        append([]string{attrs.MailFromDomain, attrs.Dialect}, Persons...),
		Observe: func(s *Sample, to Observer) {
			if s.Is(AtEvent, "message.received") && s.Has[AtCount] {
				to.Record(s.Num[AtCount], 1)
			}
		},
	},
	{
		Name: "smtp.connection.failures", Needs: attrs.ErrorType, Unit: "{failure}", Kind: Counter,
		Description: "Connections to other hosts that could not be made or broke, each once.",
		Dimensions:  []string{attrs.ErrorType, attrs.Provider},
		More:        conversation,
		Observe: func(s *Sample, to Observer) {
			if s.isConnectionFailure() {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.auth.attempts", Needs: attrs.AuthResult, Unit: "{attempt}", Kind: Counter,
		Description: "Authentications by mechanism and result; a login that the log shows only on its messages counts once a session.",
		Dimensions:  []string{attrs.AuthMechanism, attrs.AuthResult},
		More:        slices.Concat([]string{attrs.AuthMechanism, attrs.AuthResult}, conversation, Persons),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtAuthResult] && !s.Has[AtFilter] {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.tls.sessions", Unit: "{session}", Kind: Counter,
		Description: "Sessions with TLS, each once.",
		Dimensions:  []string{attrs.SessionRole, attrs.TLSVersion, attrs.TLSTrust},
		More:        append([]string{attrs.TLSVersion, attrs.TLSTrust, attrs.TLSCipher}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.IsTrue(AtSecured) || s.IsTrue(AtTLS) && s.Is(AtEvent, "tls") && !s.Has[AtSecured] {
				to.Add(1)
			}
		},
	},
	{
		Name: "smtp.filter.verdicts", Needs: attrs.FilterVerdict, Unit: "{verdict}", Kind: Counter,
		Description: "Verdicts of filters, checks and screening daemons; not those that another record has (`smtp.filter.retold`).",
		Dimensions:  []string{attrs.FilterName, attrs.FilterVerdict},
		More:        append([]string{attrs.FilterName, attrs.FilterVerdict}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtVerdict] && !s.IsTrue(AtVerdictRetold) {
				to.Add(s.Lines())
			}
		},
	},
	{
		Name: "smtp.filter.scores", Needs: attrs.FilterScore, Unit: "1", Kind: Histogram, Buckets: scores, Off: true,
		Description: "What the verdicts of filters were made from: the rank that postscreen's DNSBLs add up to, spam scores.",
		Dimensions:  []string{attrs.FilterName},
		More:        append([]string{attrs.FilterName, attrs.FilterVerdict}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtScore] && !s.IsTrue(AtVerdictRetold) {
				to.Record(s.Num[AtScore], 1)
			}
		},
	},
	{
		Name: "smtp.mailbox.actions", Of: "filter", Unit: "{action}", Kind: Counter,
		Description: "What Sieve and filters did with mail behind the handover on the same host: a recipient each. " +
			"The recipients themselves are in smtp.delivery.recipients, with what the server was told.",
		Dimensions: []string{attrs.MailboxAction},
		More:       append([]string{attrs.FilterName}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtAction] && !s.IsTrue(AtVerdictRetold) {
				to.Add(s.Recipients() * s.Lines())
			}
		},
	},
	{
		Name: "smtp.queue.messages", Of: "queue", Unit: "{message}", Kind: Newest,
		Description: "Messages in a host's queue, by its log: what the newest record of a minute says.",
		Dimensions:  []string{attrs.QueueStatus, attrs.Provider},
		More:        []string{attrs.Dialect, attrs.QueuePartial},
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtWaiting] {
				to.Show(s.Num[AtWaiting])
			}
		},
	},
	{
		Name: "smtp.queue.oldest", Of: "queue", Unit: "s", Kind: Newest,
		Description: "How long the oldest of them has been there.",
		Dimensions:  []string{attrs.QueueStatus, attrs.Provider},
		More:        []string{attrs.Dialect, attrs.QueuePartial},
		Observe: func(s *Sample, to Observer) {
			if s.Has[AtWaiting] {
				to.Show(s.Num[AtOldest])
			}
		},
	},
	{
		Name: Incidents, Of: "incident", Unit: "{incident}", Kind: Open,
		Description: "Incidents that have not ended (docs/incidents.md), by what kind they are and whom they are about. " +
			"One that has ended shows 0 for a while. " +
			"No pipeline has to take the incidents for it; where none does and this is switched off, none are looked for.",
		Dimensions: []string{attrs.IncidentKind, attrs.Provider, attrs.FailureReason},
		Observe:    func(*Sample, Observer) {},
	},
	{
		Name: "smtp.record.count", Unit: "{record}", Kind: Counter, Off: true,
		Description: "Enriched records by what they say and who said it, for what no other metric counts; " +
			"those that the processor made itself are left out.",
		Dimensions: []string{attrs.Dialect, attrs.Daemon, attrs.Event},
		More: append([]string{
			attrs.Event, attrs.AuthMechanism, attrs.FilterName, attrs.FilterVerdict, attrs.DeliveryStatus, attrs.DeliveryRoute, attrs.DeliveryDSN,
		}, conversation...),
		Observe: func(s *Sample, to Observer) {
			if !s.IsTrue(AtSynthetic) {
				to.Add(s.Lines())
			}
		},
	},
}

// isTrial says whether the record is the answer or failure of one host that we called.
func (s *Sample) isTrial() bool {
	if s.Has[AtTrial] || s.IsTrue(AtContinued) {
		return false
	}
	switch {
	case s.Is(AtEvent, "delivery"):
		// one that never came to a conversation was logged as a failed connection
		return s.IsTrue(AtTried) && (s.Is(AtRoute, "mx") || s.Is(AtRoute, "relayhost")) &&
			(s.Has[AtCode] || s.Is(AtClass, "2xx") || s.Has[AtError] && s.Has[AtSession])
	case !s.Is(AtRole, "client"):
		return false
	case s.Is(AtEvent, "reply"):
		return s.IsDelivery() || s.Has[AtError] || s.Is(AtClass, "4xx") || s.Is(AtClass, "5xx")
	}
	return s.Has[AtError] && (s.Is(AtEvent, "connect") || s.Is(AtEvent, "warning"))
}

// isConnectionFailure says whether the record is a connection of ours that failed; a delivery only repeats it.
func (s *Sample) isConnectionFailure() bool {
	if !s.Has[AtError] || s.IsDelivery() || s.Has[AtCode] {
		return false
	}
	switch s.Text[AtEvent] {
	case "connect":
		return true
	case "warning", "tls":
		return s.Is(AtRole, "client")
	}
	return false
}

// ByName finds a metric; nil where there is none of that name.
func ByName(name string) *Metric {
	for i := range Table {
		if Table[i].Name == name {
			return &Table[i]
		}
	}
	return nil
}

// Names are those of all metrics, in the order of the table.
func Names() []string {
	names := make([]string, len(Table))
	for i := range Table {
		names[i] = Table[i].Name
	}
	return names
}

// Offers says whether a dimension can be had on the metric.
func (m *Metric) Offers(dimension string) bool {
	return slices.Contains(m.Dimensions, dimension) || slices.Contains(m.More, dimension)
}

// Offered lists the dimensions that can be had, the default ones first.
func (m *Metric) Offered() []string {
	list := slices.Clone(m.Dimensions)
	for _, d := range m.More {
		if !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	return list
}
