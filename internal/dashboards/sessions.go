package dashboards

import "github.com/otelcol-smtp/otelcol-smtp/internal/attrs"

// Series of conversations.
var (
	talks     = Series{"smtp.session.count", nil}
	secured   = talks.With(Is(attrs.TLSEstablished, "true"))
	logins    = Series{"smtp.auth.attempts", nil}
	badLogins = logins.With(Is(attrs.AuthResult, "failure"))
	tlsTalks  = Series{"smtp.tls.sessions", nil}
	replies   = Series{"smtp.reply.count", nil}
)

func sessions() Board {
	return Board{
		ID: "sessions", Title: "Mail: sessions, TLS, logins", Scope: hosts,
		Text: "How conversations end, what is refused in them, which of them are encrypted, and who tries passwords.",
		Rows: []Row{conversations(), encryption(), authentication()},
	}
}

func conversations() Row {
	return Row{"Conversations", []Panel{
		{Title: "Sessions", Shape: Lines, Values: []Value{count("", talks)}, By: []string{attrs.SessionRole, attrs.SessionEnd}, Width: 12},
		{Title: "How long they last", Text: "95th percentile.", Shape: Lines, Unit: Seconds, Values: []Value{quantile("", 0.95, Series{"smtp.session.duration", nil})}, By: []string{attrs.SessionRole}, Width: 12},
		{Title: "Replies that refuse", Shape: Lines, Values: []Value{count("", replies.With(Is(attrs.ReplyClass, "4xx", "5xx")))}, By: []string{attrs.Command, attrs.ReplyCode}, Width: 8},
		{Title: "Time to a reply", Text: "95th percentile, where the log's stamps have parts of a second.", Shape: Lines, Unit: Seconds, Values: []Value{quantile("", 0.95, Series{"smtp.reply.latency", nil})}, By: []string{attrs.Command}, Width: 8},
		{Title: "Broken off", Text: "Conversations with our clients, by the command after which.", Shape: Lines, Values: []Value{count("", Series{"smtp.session.interruptions", nil})}, By: []string{attrs.Command, attrs.ErrorType}, Width: 8},
		{Title: "Refused by us", Shape: Table, Values: []Value{count("refusals", Series{"smtp.reject.count", nil})}, By: []string{attrs.Command, attrs.ReplyCode, attrs.FailureReason}, Width: 24},
	}}
}

func encryption() Row {
	return Row{"TLS", []Panel{
		{Title: "Sessions with TLS", Text: "Over 15 minutes each.", Shape: Lines, Unit: Shares, Values: []Value{share("", secured, talks)}, By: []string{attrs.SessionRole}, Width: 8},
		{Title: "Versions", Shape: Lines, Values: []Value{count("", tlsTalks)}, By: []string{attrs.SessionRole, attrs.TLSVersion}, Width: 8},
		{Title: "Trust", Text: "How far the other side's certificate was checked.", Shape: Lines, Values: []Value{count("", tlsTalks)}, By: []string{attrs.SessionRole, attrs.TLSTrust}, Width: 8},
		{Title: "Handshakes that fail", Text: "With other hosts.", Shape: Table, Values: []Value{count("failures", failures.With(Is(attrs.ErrorType, "tls_handshake")))}, By: []string{attrs.Provider}, Width: 24, Height: 6},
	}}
}

func authentication() Row {
	return Row{"Logins", []Panel{
		{Title: "Failed logins", Values: []Value{count("logins", badLogins)}, Width: 6},
		{Title: "Share that fails", Unit: Shares, Values: []Value{share("failed", badLogins, logins)}, Width: 6},
		{Title: "Logins", Shape: Lines, Values: []Value{count("", logins)}, By: []string{attrs.AuthResult, attrs.AuthMechanism}, Width: 12},
		{Title: "From where passwords are tried", Shape: Table, Records: Records{Where: []Match{Is(attrs.AuthResult, "failure")}}, By: []string{attrs.PeerAddress, attrs.AuthMechanism}, Width: 12},
		{Title: "Who logs in", Shape: Table, Records: Records{Where: []Match{Is(attrs.AuthResult, "success")}}, By: []string{attrs.UserName}, Width: 12},
	}}
}
