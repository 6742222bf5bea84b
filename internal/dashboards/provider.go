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
				number("Tries", count("tries", tries)),
				number("Deferral rate", share("deferred", deferred, tries)).in(Shares).bad(0.3),
				number("Bounce rate", share("bounced", bounced, ended)).in(Shares).bad(0.05),
				number("Median time to deliver", quantile("median", 0.5, took)).in(Seconds),
				number("Waiting", sum("messages", waiting)),
				number("Oldest message", highest("oldest", oldest)).in(Seconds).bad(4 * 3600),
				lines("Tries by verdict", count("", tries)).by(attrs.DeliveryStatus).wide(12),
				lines("Failed tries by reason", count("", failed)).by(attrs.FailureReason).wide(12),
				lines("Recipients that failed, by group of reasons", count("", bounced)).by(attrs.FailureCategory),
				lines("Time to deliver", quantile("median", 0.5, took), quantile("95th percentile", 0.95, took)).
					in(Seconds),
				lines("Queue", sum("", waiting)).by(attrs.QueueStatus),
			}},
			{"Its hosts", []Panel{
				lines("Answers of single hosts", count("", Series{"smtp.host.trials", nil})).by(attrs.ReplyClass).
					says("Also of those that a later host healed."),
				lines("Connections that fail", count("", failures)).by(attrs.ErrorType),
				lines("Left alone for a while", count("recipients", Series{"smtp.delivery.suspended", nil})).
					says("Verdicts without a try."),
			}},
			{"In its words", []Panel{
				frequent("Refusals", refusals...).by(attrs.ReplyCode, attrs.FailureReason, attrs.ReplyFingerprint).
					wide(24).
					says("The same refusal has the same fingerprint, whichever mail server wrote it down."),
				stories("The newest refusals", refusals...),
			}},
		},
	}
}
