package dashboards

import (
	"github.com/otelcol-smtp/otelcol-smtp/internal/attrs"
	"github.com/otelcol-smtp/otelcol-smtp/internal/metrics"
)

// stage is the dimension of where the time of a try went.
const stage = metrics.AttrStage

// refusals are verdicts that put a recipient off or end it without a delivery.
var refusals = []Match{Is(attrs.DeliveryStatus, "deferred", "bounced", "expired")}

func provider() Board {
	return Board{
		ID: "provider", Title: "Mail: one provider", Scope: append(hosts[:len(hosts):len(hosts)], attrs.Provider),
		Text: "What one mailbox provider, gateway or domain does with our mail: since when, how much of it, why, and in its own words.",
		Rows: []Row{
			{"Verdicts", []Panel{
				{Title: "Tries", Values: []Value{count("tries", tries)}, Width: 4},
				{Title: "Deferral rate", Unit: Shares, Values: []Value{share("deferred", deferred, tries)}, Width: 4, Bad: 0.3},
				{Title: "Bounce rate", Unit: Shares, Values: []Value{share("bounced", bounced, ended)}, Width: 4, Bad: 0.05},
				{Title: "Median time to deliver", Unit: Seconds, Values: []Value{quantile("median", 0.5, took)}, Width: 4},
				{Title: "Waiting", Values: []Value{sum("messages", waiting)}, Width: 4},
				{Title: "Oldest message", Unit: Seconds, Values: []Value{highest("oldest", oldest)}, Width: 4, Bad: 4 * 3600},
				{Title: "Tries by verdict", Shape: Lines, Values: []Value{count("", tries)}, By: []string{attrs.DeliveryStatus}, Width: 12},
				{Title: "Failed tries by reason", Shape: Lines, Values: []Value{count("", failed)}, By: []string{attrs.FailureReason}, Width: 12},
				{Title: "Recipients that failed, by group of reasons", Shape: Lines, Values: []Value{count("", bounced)}, By: []string{attrs.FailureCategory}, Width: 8},
				{Title: "Time to deliver", Shape: Lines, Unit: Seconds, Values: []Value{quantile("median", 0.5, took), quantile("95th percentile", 0.95, took)}, Width: 8},
				{Title: "Queue", Shape: Lines, Values: []Value{sum("", waiting)}, By: []string{attrs.QueueStatus}, Width: 8},
			}},
			{"Its hosts", []Panel{
				{Title: "Answers of single hosts", Text: "Also of those that a later host healed.", Shape: Lines, Values: []Value{count("", Series{"smtp.host.trials", nil})}, By: []string{attrs.ReplyClass}, Width: 8},
				{Title: "Connections that fail", Shape: Lines, Values: []Value{count("", failures)}, By: []string{attrs.ErrorType}, Width: 8},
				{Title: "Left alone for a while", Text: "Verdicts without a try.", Shape: Lines, Values: []Value{count("recipients", Series{"smtp.delivery.suspended", nil})}, Width: 8},
			}},
			{"In its words", []Panel{
				{Title: "Refusals", Text: "The same refusal has the same fingerprint, whichever mail server wrote it down.", Shape: Table, Records: Records{Where: refusals}, By: []string{attrs.ReplyCode, attrs.FailureReason, attrs.ReplyFingerprint}, Width: 24},
				{Title: "The newest refusals", Shape: Stories, Records: Records{Where: refusals}, Width: 24},
			}},
		},
	}
}
