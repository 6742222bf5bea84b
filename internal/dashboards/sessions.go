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
		lines("Sessions", count("", talks)).by(attrs.SessionRole, attrs.SessionEnd).wide(12),
		lines("How long they last", quantile("", 0.95, Series{"smtp.session.duration", nil})).
			by(attrs.SessionRole).in(Seconds).wide(12).
			says("95th percentile."),
		lines("Replies that refuse", count("", replies.With(Is(attrs.ReplyClass, "4xx", "5xx")))).
			by(attrs.Command, attrs.ReplyCode),
		lines("Time to a reply", quantile("", 0.95, Series{"smtp.reply.latency", nil})).by(attrs.Command).
			in(Seconds).
			says("95th percentile, where the log's stamps have parts of a second."),
		lines("Broken off", count("", Series{"smtp.session.interruptions", nil})).
			by(attrs.Command, attrs.ErrorType).
			says("Conversations with our clients, by the command after which."),
		top("Refused by us", count("refusals", Series{"smtp.reject.count", nil})).
			by(attrs.Command, attrs.ReplyCode, attrs.FailureReason).wide(24),
	}}
}

func encryption() Row {
	return Row{"TLS", []Panel{
		lines("Sessions with TLS", share("", secured, talks)).by(attrs.SessionRole).in(Shares).
			says("Over 15 minutes each."),
		lines("Versions", count("", tlsTalks)).by(attrs.SessionRole, attrs.TLSVersion),
		lines("Trust", count("", tlsTalks)).by(attrs.SessionRole, attrs.TLSTrust).
			says("How far the other side's certificate was checked."),
		top("Handshakes that fail", count("failures", failures.With(Is(attrs.ErrorType, "tls_handshake")))).
			by(attrs.Provider).wide(24).high(6).
			says("With other hosts."),
	}}
}

func authentication() Row {
	return Row{"Logins", []Panel{
		number("Failed logins", count("logins", badLogins)).wide(6),
		number("Share that fails", share("failed", badLogins, logins)).in(Shares).wide(6),
		lines("Logins", count("", logins)).by(attrs.AuthResult, attrs.AuthMechanism).wide(12),
		frequent("From where passwords are tried", Is(attrs.AuthResult, "failure")).
			by(attrs.PeerAddress, attrs.AuthMechanism),
		frequent("Who logs in", Is(attrs.AuthResult, "success")).by(attrs.UserName),
	}}
}
