package smtpconnector

import (
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// kind is a metric's kind.
type kind uint8

const (
	counter kind = iota
	histogram
	ratio
)

func (k kind) String() string {
	return [...]string{"counter, monotonic sum", "histogram", "gauge"}[k]
}

// metric is one entry of the table: a new metric is a new entry.
type metric struct {
	name, description, unit string
	kind                    kind
	buckets                 []float64
	dimensions              []string // by default
	more                    []string // offered besides
	off                     bool     // not made unless switched on
	needs                   string   // an attribute that no record without counts
	of                      string   // the event that no other counts
	observe                 func(s *sample, to *observer)
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
	attrs.DestinationDomain, attrs.MailFromDomain, attrs.SourceAddress, attrs.SourcePool, attrs.ReplyClass, attrs.ReplyCode, attrs.ReplyEnhancedCode,
	attrs.ErrorType, attrs.Dialect, attrs.Daemon, attrs.Service, attrs.TLSVersion, attrs.TLSTrust, attrs.DeliveryDSN,
}

// conversation is offered on everything that is about a conversation.
var conversation = []string{
	attrs.SessionRole, attrs.Command, attrs.ReplyCode, attrs.ReplyClass, attrs.ReplyEnhancedCode, attrs.FailureReason, attrs.FailureCategory,
	attrs.ErrorType, attrs.Provider, attrs.Dialect, attrs.Daemon, attrs.Service, attrs.SourceAddress, attrs.Protocol,
}

// table is THE list of the metrics.
var table = []metric{
	{
		name: "smtp.delivery.attempts", needs: attrs.DeliveryStatus, unit: "{attempt}", kind: counter,
		description: "Tries to deliver: one recipient, one verdict of a host that was asked.",
		dimensions:  []string{attrs.DeliveryStatus, attrs.FailureReason, attrs.Provider, attrs.Direction, attrs.DeliveryRoute, attrs.MessageKind},
		more:        delivery,
		observe: func(s *sample, to *observer) {
			if s.isDelivery() && s.isTrue(sTried) && !s.is(sKind, "probe") {
				to.add(s.recipients())
			}
		},
	},
	{
		name: "smtp.delivery.recipients", needs: attrs.DeliveryStatus, unit: "{recipient}", kind: counter,
		description: "Recipients at their end, each once.",
		dimensions:  []string{attrs.DeliveryStatus, attrs.FailureCategory, attrs.Provider, attrs.Direction, attrs.DeliveryRoute, attrs.MessageKind},
		more:        delivery,
		observe: func(s *sample, to *observer) {
			if s.isDelivery() && s.isTrue(sFinal) {
				to.add(s.recipients())
			}
		},
	},
	{
		name: "smtp.delivery.suspended", needs: attrs.DeliveryStatus, unit: "{recipient}", kind: counter,
		description: "Verdicts without a try: the destination is left alone for a while.",
		dimensions:  []string{attrs.Provider},
		more:        delivery,
		observe: func(s *sample, to *observer) {
			if s.is(sStatus, "deferred") && s.has[sTried] && !s.isTrue(sTried) {
				to.add(s.recipients())
			}
		},
	},
	{
		name: "smtp.host.trials", unit: "{trial}", kind: counter,
		description: "Answers and failures of single hosts, also of those that a later host healed. The recipients of one transaction that got the same answer are one trial.",
		dimensions:  []string{attrs.ReplyClass, attrs.ErrorType, attrs.Provider},
		more:        delivery,
		observe: func(s *sample, to *observer) {
			if s.isTrial() {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.delivery.duration", needs: attrs.DeliveryDuration, unit: "s", kind: histogram, buckets: seconds,
		description: "Time from reception to a recipient's end.",
		dimensions:  []string{attrs.DeliveryStatus, attrs.Provider},
		more:        delivery,
		observe: func(s *sample, to *observer) {
			if s.has[sDuration] && s.isTrue(sFinal) {
				to.record(s.num[sDuration], s.recipients())
			}
		},
	},
	{
		name: "smtp.delivery.delay", needs: attrs.DeliveryStatus, unit: "s", kind: histogram, buckets: seconds,
		description: "Where the time of a try went. The time before the queue counts at the first try only.",
		dimensions:  []string{attrStage},
		more:        append([]string{attrStage}, delivery...),
		observe: func(s *sample, to *observer) {
			if !s.isDelivery() || !s.isTrue(sTried) {
				return
			}
			for _, stage := range [...]struct {
				name string
				at   slot
			}{{"before_queue", sBefore}, {"in_queue", sQueue}, {"connection_setup", sSetup}, {"transmission", sTransmission}} {
				if s.has[stage.at] && (stage.at != sBefore || !s.has[sAttempt] || s.num[sAttempt] == 1) {
					s.put(sStage, stage.name, 0)
					to.record(s.num[stage.at], s.recipients())
				}
			}
		},
	},
	{
		name: "smtp.delivery.ratio", needs: attrs.DeliveryStatus, unit: "1", kind: ratio,
		description: "Of the mail that leaves, over the newest five minutes of the log: delivered, bounced and expired recipients over all that ended, deferred tries over all tries.",
		dimensions:  []string{attrs.Provider},
		observe: func(s *sample, to *observer) {
			if s.isDelivery() && s.population() {
				to.window(s)
			}
		},
	},
	{
		name: "smtp.reply.count", needs: attrs.ReplyCode, unit: "{reply}", kind: counter,
		description: "Replies, each once, by the command that they answered.",
		dimensions:  []string{attrs.Command, attrs.ReplyCode, attrs.ReplyClass, attrs.SessionRole},
		more:        conversation,
		observe: func(s *sample, to *observer) {
			if s.has[sCode] && !s.isTrue(sContinued) && !s.isTrue(sRetold) && !s.is(sEvent, "report") && (!s.isDelivery() || !s.has[sTried] || s.isTrue(sTried)) {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.reply.latency", needs: attrs.Latency, unit: "s", kind: histogram, buckets: seconds,
		description: "Time from a command to its reply, where the log's stamps have parts of a second.",
		dimensions:  []string{attrs.Command},
		more:        conversation,
		observe: func(s *sample, to *observer) {
			if s.has[sLatency] && !s.isTrue(sCoarse) && !s.isTrue(sContinued) {
				to.record(s.num[sLatency], 1)
			}
		},
	},
	{
		name: "smtp.reject.count", of: "reject", unit: "{reject}", kind: counter,
		description: "Refusals by us, as a server.",
		dimensions:  []string{attrs.Command, attrs.ReplyCode, attrs.RejectPermanent, attrs.FailureReason},
		more:        append([]string{attrs.RejectPermanent, attrs.FilterName}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "reject") {
				to.add(s.recipients() * s.lines())
			}
		},
	},
	{
		name: "smtp.session.count", needs: attrs.SessionEnd, unit: "{session}", kind: counter,
		description: "Sessions at their end.",
		dimensions:  []string{attrs.SessionRole, attrs.SessionEnd, attrs.TLSEstablished},
		more:        append([]string{attrs.SessionEnd, attrs.TLSEstablished, attrs.TLSVersion}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.has[sEnd] && !s.isTrue(sInferred) {
				to.add(1)
			}
		},
	},
	{
		name: "smtp.session.duration", needs: attrs.SessionEnd, unit: "s", kind: histogram, buckets: seconds,
		description: "How long sessions lasted.",
		dimensions:  []string{attrs.SessionRole, attrs.SessionEnd},
		more:        append([]string{attrs.SessionEnd, attrs.TLSEstablished}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.has[sEnd] && s.has[sSessionDuration] && !s.isTrue(sInferred) {
				to.record(s.num[sSessionDuration], 1)
			}
		},
	},
	{
		name: "smtp.session.interruptions", of: "warning", unit: "{interruption}", kind: counter,
		description: "Conversations with our clients that broke off or ran out of time, by the command after which.",
		dimensions:  []string{attrs.Command, attrs.ErrorType},
		more:        conversation,
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "warning") && s.is(sRole, "server") && s.has[sError] {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.notification.count", of: "notification", unit: "{notification}", kind: counter,
		description: "Notifications (non-delivery, delay, delivery status) that were made, by the kind of the message they are about.",
		dimensions:  []string{attrs.MessageKind},
		more:        []string{attrs.Dialect},
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "notification") {
				to.add(1)
			}
		},
	},
	{
		name: "smtp.report.count", of: "report", unit: "{report}", kind: counter,
		description: "What other hosts report later of mail that left here: asynchronous bounces, with why, and complaints, with their kind.",
		dimensions:  []string{attrs.FailureReason, attrs.FilterVerdict, attrs.Provider},
		more: []string{
			attrs.FailureReason, attrs.FailureCategory, attrs.FilterName, attrs.FilterVerdict, attrs.Provider, attrs.MessageKind, attrs.SourceAddress, attrs.SourcePool,
			attrs.DestinationDomain, attrs.MailFromDomain, attrs.Dialect,
		},
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "report") {
				to.add(1)
			}
		},
	},
	{
		name: "smtp.message.count", of: "message.received", unit: "{message}", kind: counter,
		description: "Messages that came into the queue; a mail that filters of this host hand back counts once as `first`.",
		dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		more:        []string{attrs.MailFromDomain, attrs.Dialect},
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "message.received") {
				to.add(1)
			}
		},
	},
	{
		name: "smtp.message.size", of: "message.received", unit: "By", kind: histogram, buckets: bytes_,
		description: "Size of the messages that came into the queue.",
		dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		more:        []string{attrs.MailFromDomain, attrs.Dialect},
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "message.received") && s.has[sSize] {
				to.record(s.num[sSize], 1)
			}
		},
	},
	{
		name: "smtp.message.recipients", of: "message.received", unit: "{recipient}", kind: histogram, buckets: people,
		description: "Recipients of the messages that came into the queue.",
		dimensions:  []string{attrs.Direction, attrs.MessageKind, attrs.MessageHop},
		more:        []string{attrs.MailFromDomain, attrs.Dialect},
		observe: func(s *sample, to *observer) {
			if s.is(sEvent, "message.received") && s.has[sCount] {
				to.record(s.num[sCount], 1)
			}
		},
	},
	{
		name: "smtp.connection.failures", needs: attrs.ErrorType, unit: "{failure}", kind: counter,
		description: "Connections to other hosts that could not be made or broke, each once.",
		dimensions:  []string{attrs.ErrorType, attrs.Provider},
		more:        conversation,
		observe: func(s *sample, to *observer) {
			if s.isConnectionFailure() {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.auth.attempts", needs: attrs.AuthResult, unit: "{attempt}", kind: counter,
		description: "Authentications by mechanism and result; a login that the log shows only on its messages counts once a session.",
		dimensions:  []string{attrs.AuthMechanism, attrs.AuthResult},
		more:        append([]string{attrs.AuthMechanism, attrs.AuthResult}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.has[sAuthResult] && !s.has[sFilter] {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.tls.sessions", unit: "{session}", kind: counter,
		description: "Sessions with TLS, each once.",
		dimensions:  []string{attrs.SessionRole, attrs.TLSVersion, attrs.TLSTrust},
		more:        append([]string{attrs.TLSVersion, attrs.TLSTrust, attrs.TLSCipher}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.isTrue(sSecured) || s.isTrue(sTLS) && s.is(sEvent, "tls") && !s.has[sSecured] {
				to.add(1)
			}
		},
	},
	{
		name: "smtp.filter.verdicts", needs: attrs.FilterVerdict, unit: "{verdict}", kind: counter,
		description: "Verdicts of filters, checks and screening daemons; not those that another record has (`smtp.filter.retold`).",
		dimensions:  []string{attrs.FilterName, attrs.FilterVerdict},
		more:        append([]string{attrs.FilterName, attrs.FilterVerdict}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.has[sVerdict] && !s.isTrue(sVerdictRetold) {
				to.add(s.lines())
			}
		},
	},
	{
		name: "smtp.filter.scores", needs: attrs.FilterScore, unit: "1", kind: histogram, buckets: scores, off: true,
		description: "What the verdicts of filters were made from: the rank that postscreen's DNSBLs add up to, spam scores.",
		dimensions:  []string{attrs.FilterName},
		more:        append([]string{attrs.FilterName, attrs.FilterVerdict}, conversation...),
		observe: func(s *sample, to *observer) {
			if s.has[sScore] && !s.isTrue(sVerdictRetold) {
				to.record(s.num[sScore], 1)
			}
		},
	},
	{
		name: "smtp.record.count", unit: "{record}", kind: counter, off: true,
		description: "Enriched records by what they say and who said it, for what no other metric counts; those that the processor made itself are left out.",
		dimensions:  []string{attrs.Dialect, attrs.Daemon, attrs.Event},
		more: append([]string{
			attrs.Event, attrs.AuthMechanism, attrs.FilterName, attrs.FilterVerdict, attrs.DeliveryStatus, attrs.DeliveryRoute, attrs.DeliveryDSN,
		}, conversation...),
		observe: func(s *sample, to *observer) {
			if !s.isTrue(sSynthetic) {
				to.add(s.lines())
			}
		},
	},
}

// isTrial says whether the record is the answer or failure of one host that we called.
func (s *sample) isTrial() bool {
	if s.has[sTrial] || s.isTrue(sContinued) {
		return false
	}
	switch {
	case s.is(sEvent, "delivery"):
		// one that never came to a conversation was logged as a failed connection
		return s.isTrue(sTried) && (s.is(sRoute, "mx") || s.is(sRoute, "relayhost")) && (s.has[sCode] || s.is(sClass, "2xx") || s.has[sError] && s.has[sSession])
	case !s.is(sRole, "client"):
		return false
	case s.is(sEvent, "reply"):
		return s.isDelivery() || s.has[sError] || s.is(sClass, "4xx") || s.is(sClass, "5xx")
	}
	return s.has[sError] && (s.is(sEvent, "connect") || s.is(sEvent, "warning"))
}

// isConnectionFailure says whether the record is a connection of ours that failed; a delivery only repeats it.
func (s *sample) isConnectionFailure() bool {
	if !s.has[sError] || s.isDelivery() || s.has[sCode] {
		return false
	}
	switch s.text[sEvent] {
	case "connect":
		return true
	case "warning", "tls":
		return s.is(sRole, "client")
	}
	return false
}

func metricByName(name string) *metric {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

func metricNames() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].name
	}
	return names
}

// offers says whether a dimension can be had on the metric.
func (m *metric) offers(dimension string) bool {
	return slices.Contains(m.dimensions, dimension) || slices.Contains(m.more, dimension)
}

// offered lists the dimensions that can be had, the default ones first.
func (m *metric) offered() []string {
	list := slices.Clone(m.dimensions)
	for _, d := range m.more {
		if !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	return list
}
