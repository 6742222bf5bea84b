package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// lost is "host [ip] to MTA after rcpt".
func lost(ev *event.Event, s string) event.Kind {
	i := strings.LastIndex(s, " after ")
	if i < 0 {
		return event.KindNone
	}
	who, where, ok := strings.Cut(s[:i], " to ")
	if !ok || from(ev, who, event.KindDisconnect) == event.KindNone {
		return event.KindNone
	}
	ev.Service, ev.EndHint, ev.ErrorType = where, event.EndLost, "connection_lost"
	if ev.Command = stage(s[i+len(" after "):]); s[i+len(" after "):] == "startup" {
		ev.Command = event.CommandConnect
	}
	return event.KindDisconnect
}

// timeout is "host during server cmd read" of a client that says nothing, or "mx.example.net. during client greeting" of a server that we
// called (util.c, sfgets).
func timeout(ev *event.Event, s string) event.Kind {
	who, phase, ok := strings.Cut(s, " during ")
	if !ok || strings.IndexByte(who, ' ') >= 0 {
		return event.KindNone
	}
	ev.ErrorType = "timeout"
	name := strings.TrimSuffix(who, ".")
	ip := ""
	if strings.HasPrefix(who, "[") && strings.HasSuffix(who, "]") {
		name, ip = "", address(who[1:len(who)-1])
	}
	switch {
	case strings.HasPrefix(phase, "server "), phase == "message collect", phase == "collect":
		ev.ClientAddress, ev.PeerIP, ev.EndHint = name, ip, event.EndTimeout
		served(ev)
		return event.KindWarning
	case strings.HasPrefix(phase, "client "):
		word := strings.TrimPrefix(phase, "client ")
		verb, _ := scan.Word(word)
		if ev.Command = stage(verb); word == "greeting" {
			ev.Command = event.CommandConnect
		}
		ev.ServerAddress, ev.PeerIP, ev.Role = name, ip, event.RoleClient
		if word == "greeting" {
			return event.KindConnect
		}
		return event.KindWarning
	}
	ev.Argument = phase // "Draining Input" of a local mailer
	return event.KindWarning
}

// collect is "premature EOM: unexpected close", "relay=host, from=<a>, info=read timeout", "unexpected close on connection from host,
// sender=<a>" (collect.c): the message's data did not come to its end.
func collect(ev *event.Event, s string) event.Kind {
	served(ev)
	ev.Command, ev.ErrorType, ev.EndHint = "DATA", "connection_lost", event.EndLost
	if why, ok := after(s, "premature EOM: "); ok {
		broke(ev, why)
		return event.KindWarning
	}
	if rest, ok := after(s, "relay="); ok {
		who, rest, ok := strings.Cut(rest, ", from=")
		i := strings.LastIndex(rest, ", info=")
		if !ok || i < 0 {
			return event.KindNone
		}
		ev.ClientAddress = clientName(who)
		ev.MailFrom = nullSender(rest[:i])
		why, _, _ := strings.Cut(rest[i+len(", info="):], ", ")
		broke(ev, why)
		return event.KindMessageAborted
	}
	why, rest, ok := strings.Cut(s, " on connection from ")
	if !ok {
		return event.KindNone
	}
	who, from, ok := strings.Cut(rest, ", sender=")
	if !ok {
		if who, from, ok = strings.Cut(rest, ", from="); !ok {
			return event.KindNone
		}
	}
	ev.ClientAddress = clientName(who)
	ev.MailFrom = nullSender(from)
	broke(ev, why)
	return event.KindMessageAborted
}

func broke(ev *event.Event, why string) {
	if strings.Contains(why, "timeout") {
		ev.ErrorType, ev.EndHint = "timeout", event.EndTimeout
	}
}

// greeted is "host [ip] due to pre-greeting traffic after 3 seconds", in 8.13 "host [ip] after 3 seconds due to pre-greeting traffic".
// All that the client says is refused.
func greeted(ev *event.Event, s string) event.Kind {
	who, rest, ok := strings.Cut(s, " due to pre-greeting traffic")
	if i := strings.Index(who, "] after "); i >= 0 {
		who, rest = who[:i+1], who[i+1:]
	}
	if !ok || from(ev, who, event.KindReject) == event.KindNone {
		return event.KindNone
	}
	ev.Command, ev.FilterName, ev.FilterVerdict, ev.RejectPermanent = event.CommandConnect, "greet_pause", "reject", event.Yes
	ev.Argument = strings.TrimPrefix(strings.TrimSuffix(rest, " seconds"), " after ")
	ev.Class, ev.Reason = '5', "protocol_error" // 554 to whatever it says; it spoke before it was greeted (RFC 5321 section 4.3.1)
	return event.KindReject
}

// early is "client greeting from host [ip] due to traffic before response": the client did not wait for an answer.
func early(ev *event.Event, s string) event.Kind {
	i := strings.LastIndex(s, " from ")
	if i < 0 {
		return event.KindNone
	}
	who, ok := strings.CutSuffix(s[i+len(" from "):], " due to traffic before response")
	if !ok || from(ev, who, event.KindReject) == event.KindNone {
		return event.KindNone
	}
	word, _ := scan.Word(strings.TrimPrefix(s[:i], "server "))
	ev.Command, ev.FilterName, ev.FilterVerdict, ev.RejectPermanent = stage(word), "early_talker", "reject", event.Yes
	ev.Class, ev.Reason = '5', "protocol_error"
	return event.KindReject
}

// tempfailed is "MAIL command (FROM:<a>) from host [ip] tempfailed (due to previous checks)", or "outgoing connect on host" of our own
// calls.
func tempfailed(ev *event.Event, s string) event.Kind {
	if name, ok := after(s, "outgoing connect on "); ok { // daemon.c: our own name on that connection, LogLevel 12
		ev.Role, ev.Argument = event.RoleClient, name
		return event.KindLifecycle
	}
	verb, rest, ok := strings.Cut(s, " command (")
	s, tail := strings.CutSuffix(rest, " tempfailed (due to previous checks)")
	i := strings.LastIndex(s, ") from ")
	v, isVerb := event.VerbOf(verb)
	if !ok || !tail || i < 0 || !isVerb || from(ev, s[i+len(") from "):], event.KindReject) == event.KindNone {
		return event.KindNone
	}
	ev.Command, ev.RejectPermanent = v.String(), event.No
	if v != event.VerbAUTH {
		ev.Argument = s[:i]
	}
	return event.KindReject
}
