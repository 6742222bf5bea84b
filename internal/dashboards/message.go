package dashboards

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// The variables that are typed in.
const (
	find = "find"
	uid  = "message"
)

func message() Board {
	found := func(where ...Match) Records { return Records{Where: where, Find: find} }
	return Board{
		ID: "message", Title: "Mail: one message", Scope: []string{attrs.HostName},
		Text: "What happened to one mail. Type an address, a queue id, a Message-ID or a word of a refusal into \"text in the line\"; take smtp.message.uid from a verdict, and the whole story is below.",
		Ask:  []Ask{{Name: find, Label: "text in the line"}, {Name: uid, Label: "smtp.message.uid", Attr: attrs.MessageUID}},
		Rows: []Row{
			{"Found", []Panel{
				{Title: "Verdicts", Text: "One try or end of one recipient each.", Shape: Stories, Records: found(Has(attrs.DeliveryStatus)), Width: 24},
				{Title: "Refused before they were mail", Shape: Stories, Records: found(Is(attrs.Event, "reject")), Width: 24, Height: 8},
			}},
			{"The whole story", []Panel{
				{Title: "All records of the message", Text: "The last one is its summary.", Shape: Stories, Width: 24, Height: 14},
			}},
		},
	}
}
