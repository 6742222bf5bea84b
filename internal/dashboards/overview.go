package dashboards

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// population is what rates are made of: mail of our own that leaves.
var population = []Match{Is(attrs.Direction, "outbound"), Is(attrs.DeliveryRoute, "mx", "relayhost"), Is(attrs.MessageKind, "mail")}

// Series that several boards show.
var (
	tries     = Series{"smtp.delivery.attempts", population}
	deferred  = tries.With(Is(attrs.DeliveryStatus, "deferred"))
	failed    = tries.With(IsNot(attrs.DeliveryStatus, "delivered"))
	ends      = Series{"smtp.delivery.recipients", population}
	ended     = ends.With(Is(attrs.DeliveryStatus, "delivered", "bounced", "expired"))
	delivered = ends.With(Is(attrs.DeliveryStatus, "delivered"))
	bounced   = ends.With(Is(attrs.DeliveryStatus, "bounced", "expired"))
	took      = Series{"smtp.delivery.duration", []Match{Is(attrs.DeliveryStatus, "delivered")}}
	received  = Series{"smtp.message.count", []Match{Is(attrs.MessageHop, "first")}}
	size      = Series{"smtp.message.size", []Match{Is(attrs.MessageHop, "first")}}
	waiting   = Series{"smtp.queue.messages", nil}
	oldest    = Series{"smtp.queue.oldest", nil}
	incidents = Series{"smtp.incidents.open", nil}
	failures  = Series{"smtp.connection.failures", nil}
)

// hosts are the variables of every board about mail.
var hosts = []string{attrs.HostName, attrs.Instance}

func overview() Board {
	return Board{
		ID: "overview", Title: "Mail: overview", Scope: hosts,
		Text: "How much mail comes and goes, what share of it arrives, who puts it off and why, and what waits now.",
		Rows: []Row{now(), leaving(), coming()},
	}
}

func now() Row {
	return Row{"Now", []Panel{
		number("Messages received", count("messages", received)).
			says("Messages that came into the queue; what filters hand back counts once."),
		number("Delivered", count("recipients", delivered)).
			says("Recipients of mail of our own that the next host took."),
		number("Delivery rate", share("delivered", delivered, ended)).in(Shares).
			says("Of all recipients that ended."),
		number("Bounce rate", share("bounced", bounced, ended)).in(Shares).bad(0.05).
			says("Bounced and expired, of all recipients that ended."),
		number("Deferral rate", share("deferred", deferred, tries)).in(Shares).bad(0.3).says("Of all tries."),
		number("Open incidents", sum("incidents", incidents)).bad(1).
			says("What departs from its own past (docs/incidents.md)."),
	}}
}

func leaving() Row {
	return Row{"Mail that leaves", []Panel{
		lines("Recipients that ended", count("", ended)).by(attrs.DeliveryStatus).wide(12),
		lines("Rates", share("bounced", bounced, ended), share("deferred", deferred, tries)).in(Shares).wide(12).
			says("Over 15 minutes each."),
		top("Providers", count("tries", tries), share("deferred", deferred, tries), share("bounced", bounced, ended)).
			by(attrs.Provider).in(Shares).drills().
			says("Whom mail of our own goes to, and what becomes of it."),
		top("Why tries fail", count("tries", failed)).
			by(attrs.Provider, attrs.FailureReason, attrs.DeliveryStatus).drills().
			says("docs/reasons.md says what to do about each."),
		lines("Deferral rate by provider", share("", deferred, tries)).by(attrs.Provider).in(Shares).wide(12).
			says("Over 15 minutes each."),
		lines("Time to deliver", quantile("median", 0.5, took), quantile("95th percentile", 0.95, took)).
			in(Seconds).wide(12).
			says("From reception to the recipient's end, of those delivered."),
		lines("Waiting, by provider", sum("", waiting)).by(attrs.Provider).
			says("Messages in the queues, by the log."),
		lines("Oldest message", highest("", oldest)).by(attrs.QueueStatus).in(Seconds).
			says("How long the oldest message of a queue has been there."),
		lines("Connections that fail", count("", failures)).by(attrs.ErrorType),
		lines("Where the time of a try goes", quantile("", 0.95, Series{"smtp.delivery.delay", nil})).by(stage).
			in(Seconds).wide(12).
			says("95th percentile of each stage."),
		top("Incidents", sum("open", incidents)).by(attrs.IncidentKind, attrs.Provider, attrs.FailureReason).
			high(8),
	}}
}

func coming() Row {
	return Row{"Mail that comes", []Panel{
		lines("Messages", count("", received)).by(attrs.MessageKind),
		lines("Refused by us", count("", Series{"smtp.reject.count", nil})).by(attrs.FailureReason),
		lines("Message size", quantile("median", 0.5, size), quantile("95th percentile", 0.95, size)).in(Bytes),
		top("Filters", count("verdicts", Series{"smtp.filter.verdicts", nil})).
			by(attrs.FilterName, attrs.FilterVerdict).wide(8).
			says("Verdicts of filters, policy services and screening daemons."),
		top("Into mailboxes", count("recipients", Series{"smtp.mailbox.actions", nil})).by(attrs.MailboxAction).
			wide(8).
			says("What Sieve and filters did behind the handover."),
		lines("Notifications", count("notices", Series{"smtp.notification.count", nil})).
			says("Non-delivery and delay notices that were made."),
	}}
}
