package dashboards

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// The variables that are typed in.
const (
	find = "find"
	uid  = "message"
)

func message() Board {
	return Board{
		ID: "message", Title: "Mail: one message", Scope: []string{attrs.HostName},
		Text: "What happened to one mail. Type an address, a queue id, a Message-ID or a word of a refusal into \"text in the line\"; " +
			"take smtp.message.uid from a verdict, and the whole story is below.",
		Ask: []Ask{{Name: find, Label: "text in the line"}, {Name: uid, Label: "smtp.message.uid", Attr: attrs.MessageUID}},
		Rows: []Row{
			{"Found", []Panel{
				stories("Verdicts", Has(attrs.DeliveryStatus)).found(find).says("One try or end of one recipient each."),
				stories("Refused before they were mail", Is(attrs.Event, "reject")).found(find).high(8),
			}},
			{"The whole story", []Panel{
				stories("All records of the message").high(14).says("The last one is its summary."),
			}},
		},
	}
}
