package dashboards

import (
	"slices"

	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
)

// once leaves out what was counted before.
var once = IsNot(attrs.Duplicate, "true")

// tried is a verdict of a host that was asked.
var tried = []Match{Has(attrs.DeliveryStatus), IsNot(attrs.DeliveryTried, "false"), IsNot(attrs.Synthetic, "true")}

// recordsOf says which records a metric counts or measures, for stores that have the records alone. A test holds the numbers
// against those of the metrics. What is not here cannot be told from single records.
var recordsOf = map[string][]Match{
	"smtp.delivery.attempts":   append(slices.Clone(tried), IsNot(attrs.MessageKind, "probe")),
	"smtp.delivery.recipients": {Has(attrs.DeliveryStatus), Is(attrs.DeliveryFinal, "true")},
	"smtp.delivery.suspended":  {Is(attrs.DeliveryStatus, "deferred"), Is(attrs.DeliveryTried, "false")},
	"smtp.delivery.duration":   {Has(attrs.DeliveryDuration), Is(attrs.DeliveryFinal, "true")},
	"smtp.reject.count":        {Is(attrs.Event, "reject")},
	"smtp.session.count":       {Has(attrs.SessionEnd), IsNot(attrs.SessionInferred, "true"), IsNot(attrs.Event, "session")},
	"smtp.session.duration": {
		Has(attrs.SessionEnd), Has(attrs.SessionDuration), IsNot(attrs.SessionInferred, "true"), IsNot(attrs.Event, "session"),
	},
	"smtp.session.interruptions": {Is(attrs.Event, "warning"), Is(attrs.SessionRole, "server"), Has(attrs.ErrorType)},
	"smtp.reply.latency":         {Has(attrs.Latency), IsNot(attrs.CoarseLatency, "true"), IsNot(attrs.ReplyContinued, "true")},
	"smtp.notification.count":    {Is(attrs.Event, "notification")},
	"smtp.report.count":          {Is(attrs.Event, "report")},
	"smtp.message.count":         {Is(attrs.Event, "message.received")},
	"smtp.message.size":          {Is(attrs.Event, "message.received"), Has(attrs.MessageSize)},
	"smtp.auth.attempts":         {Has(attrs.AuthResult), IsNot(attrs.FilterName), IsNot(attrs.Event, "session", "message")},
	"smtp.filter.verdicts":       {Has(attrs.FilterVerdict), IsNot(attrs.FilterRetold, "true")},
	"smtp.mailbox.actions":       {Has(attrs.MailboxAction), Has(attrs.FilterVerdict), IsNot(attrs.FilterRetold, "true")},
	"smtp.queue.messages":        {Is(attrs.Event, "queue")},
	"smtp.queue.oldest":          {Is(attrs.Event, "queue")},
}

// OnRecords gives the conditions on records that a series is made of; false where it cannot be told from records.
func (s Series) OnRecords() (conditions []Match, ok bool) {
	conditions, ok = recordsOf[s.Metric]
	if !ok {
		return nil, false
	}
	conditions = append(slices.Clone(conditions), once)
	for _, m := range s.Where {
		conditions = append(conditions, implied(m))
	}
	return conditions, true
}

// implied rewrites a condition on what records leave out because the rest of them says it (internal/metrics, Complete).
func implied(m Match) Match {
	switch {
	case m.Attr == attrs.MessageKind && !m.Not && slices.Equal(m.Any, []string{"mail"}):
		return Or(m, IsNot(attrs.MessageKind))
	case m.Attr == attrs.TLSEstablished && !m.Not && slices.Equal(m.Any, []string{"true"}):
		return Or(m, Has(attrs.TLSVersion))
	}
	return m
}

// Holds says whether a record with these attributes fulfils the condition.
func (m Match) Holds(record map[string]string) bool {
	if m.Or != nil {
		return slices.ContainsFunc(m.Or, func(o Match) bool { return o.Holds(record) })
	}
	value, has := record[m.Attr]
	if len(m.Any) == 0 {
		return has != m.Not
	}
	return slices.Contains(m.Any, value) != m.Not
}
