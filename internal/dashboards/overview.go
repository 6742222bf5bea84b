package dashboards

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// population is what rates are made of: mail of our own that leaves.
var population = []Match{Is(attrs.Direction, "outbound"), Is(attrs.DeliveryRoute, "mx", "relayhost"), Is(attrs.MessageKind, "mail")}

// Series that several boards show.
var (
	tries     = Series{"smtp.delivery.attempts", population}
	deferred  = tries.With(Is(attrs.DeliveryStatus, "deferred"))
	failed    = tries.With(IsNot(attrs.DeliveryStatus, "delivered"))
	ended     = Series{"smtp.delivery.recipients", append(population[:len(population):len(population)], Is(attrs.DeliveryStatus, "delivered", "bounced", "expired"))}
	delivered = Series{"smtp.delivery.recipients", append(population[:len(population):len(population)], Is(attrs.DeliveryStatus, "delivered"))}
	bounced   = Series{"smtp.delivery.recipients", append(population[:len(population):len(population)], Is(attrs.DeliveryStatus, "bounced", "expired"))}
	took      = Series{"smtp.delivery.duration", []Match{Is(attrs.DeliveryStatus, "delivered")}}
	received  = Series{"smtp.message.count", []Match{Is(attrs.MessageHop, "first")}}
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
		{Title: "Messages received", Text: "Messages that came into the queue; what filters hand back counts once.", Values: []Value{count("messages", received)}, Width: 4},
		{Title: "Delivered", Text: "Recipients of mail of our own that the next host took.", Values: []Value{count("recipients", delivered)}, Width: 4},
		{Title: "Delivery rate", Text: "Of all recipients that ended.", Unit: Shares, Values: []Value{share("delivered", delivered, ended)}, Width: 4},
		{Title: "Bounce rate", Text: "Bounced and expired, of all recipients that ended.", Unit: Shares, Values: []Value{share("bounced", bounced, ended)}, Width: 4, Bad: 0.05},
		{Title: "Deferral rate", Text: "Of all tries.", Unit: Shares, Values: []Value{share("deferred", deferred, tries)}, Width: 4, Bad: 0.3},
		{Title: "Open incidents", Text: "What departs from its own past (docs/incidents.md).", Values: []Value{sum("incidents", incidents)}, Width: 4, Bad: 1},
	}}
}

func leaving() Row {
	return Row{"Mail that leaves", []Panel{
		{Title: "Recipients that ended", Shape: Lines, Values: []Value{count("", ended)}, By: []string{attrs.DeliveryStatus}, Width: 12},
		{Title: "Rates", Text: "Over 15 minutes each.", Shape: Lines, Unit: Shares, Values: []Value{share("bounced", bounced, ended), share("deferred", deferred, tries)}, Width: 12},
		{
			Title: "Providers", Text: "Whom mail of our own goes to, and what becomes of it.", Shape: Table, Unit: Shares, By: []string{attrs.Provider}, Width: 12, Drill: true,
			Values: []Value{count("tries", tries), share("deferred", deferred, tries), share("bounced", bounced, ended)},
		},
		{
			Title: "Why tries fail", Text: "docs/reasons.md says what to do about each.", Shape: Table, By: []string{attrs.Provider, attrs.FailureReason, attrs.DeliveryStatus}, Width: 12, Drill: true,
			Values: []Value{count("tries", failed)},
		},
		{Title: "Deferral rate by provider", Text: "Over 15 minutes each.", Shape: Lines, Unit: Shares, Values: []Value{share("", deferred, tries)}, By: []string{attrs.Provider}, Width: 12},
		{Title: "Time to deliver", Text: "From reception to the recipient's end, of those delivered.", Shape: Lines, Unit: Seconds, Values: []Value{quantile("median", 0.5, took), quantile("95th percentile", 0.95, took)}, Width: 12},
		{Title: "Waiting, by provider", Text: "Messages in the queues, by the log.", Shape: Lines, Values: []Value{sum("", waiting)}, By: []string{attrs.Provider}, Width: 8},
		{Title: "Oldest message", Text: "How long the oldest message of a queue has been there.", Shape: Lines, Unit: Seconds, Values: []Value{highest("", oldest)}, By: []string{attrs.QueueStatus}, Width: 8},
		{Title: "Connections that fail", Shape: Lines, Values: []Value{count("", failures)}, By: []string{attrs.ErrorType}, Width: 8},
		{Title: "Where the time of a try goes", Text: "95th percentile of each stage.", Shape: Lines, Unit: Seconds, Values: []Value{quantile("", 0.95, Series{"smtp.delivery.delay", nil})}, By: []string{stage}, Width: 12},
		{Title: "Incidents", Shape: Table, Values: []Value{sum("open", incidents)}, By: []string{attrs.IncidentKind, attrs.Provider, attrs.FailureReason}, Width: 12, Height: 8},
	}}
}

func coming() Row {
	return Row{"Mail that comes", []Panel{
		{Title: "Messages", Shape: Lines, Values: []Value{count("", received)}, By: []string{attrs.MessageKind}, Width: 8},
		{Title: "Refused by us", Shape: Lines, Values: []Value{count("", Series{"smtp.reject.count", nil})}, By: []string{attrs.FailureReason}, Width: 8},
		{Title: "Message size", Shape: Lines, Unit: Bytes, Values: []Value{quantile("median", 0.5, size), quantile("95th percentile", 0.95, size)}, Width: 8},
		{Title: "Filters", Text: "Verdicts of filters, policy services and screening daemons.", Shape: Table, Values: []Value{count("verdicts", Series{"smtp.filter.verdicts", nil})}, By: []string{attrs.FilterName, attrs.FilterVerdict}, Width: 8},
		{Title: "Into mailboxes", Text: "What Sieve and filters did behind the handover.", Shape: Table, Values: []Value{count("recipients", Series{"smtp.mailbox.actions", nil})}, By: []string{attrs.MailboxAction}, Width: 8},
		{Title: "Notifications", Text: "Non-delivery and delay notices that were made.", Shape: Lines, Values: []Value{count("notices", Series{"smtp.notification.count", nil})}, Width: 8},
	}}
}

var size = Series{"smtp.message.size", []Match{Is(attrs.MessageHop, "first")}}
