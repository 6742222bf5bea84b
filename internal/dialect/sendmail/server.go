package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// conversation reads what the server says about a client's connection (srvrsmtp.c, main.c, util.c, collect.c).
func conversation(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "connect from "); ok { // main.c, LogLevel 10
		return from(ev, rest, event.KindConnect)
	}
	if rest, ok := after(s, "lost input channel from "); ok {
		return lost(ev, rest)
	}
	if rest, ok := after(s, "timeout waiting for input from "); ok {
		return timeout(ev, rest)
	}
	if rest, ok := after(s, "collect: "); ok {
		return collect(ev, rest)
	}
	if rest, ok := after(s, "rejecting commands from "); ok { // FEATURE(greet_pause)
		return greeted(ev, rest)
	}
	if rest, ok := after(s, "rejecting "); ok {
		return early(ev, rest)
	}
	if rest, ok := after(s, "tcpwrappers ("); ok { // conf.c, validate_connection
		name, rest, ok := strings.Cut(rest, ", ")
		addr, why, found := strings.Cut(rest, ") ")
		if !ok || !found || why != "rejection" {
			return event.KindNone
		}
		ev.ClientAddress, ev.PeerIP = name, address(addr)
		served(ev)
		ev.Command, ev.FilterName, ev.FilterVerdict, ev.RejectPermanent = event.CommandConnect, "tcpwrappers", "reject", event.Yes
		return event.KindReject
	}
	if rest, ok := after(s, "unauthorized PIPELINING, sleeping"); ok {
		ev.FilterName, ev.FilterVerdict = "pipelining", "slow_down"
		if rest, ok = after(rest, ", relay="); ok {
			return from(ev, rest, event.KindWarning)
		}
		served(ev)
		return event.KindWarning
	}
	if rest, ok := after(s, "message size ("); ok { // collect.c: the refusal itself is told by the recipients' lines
		n, rest, _ := scan.Digits(rest)
		if !strings.HasPrefix(rest, ") exceeds maximum (") {
			return event.KindNone
		}
		ev.Size, ev.HasSize = n, true
		return event.KindWarning
	}
	if rest, ok := after(s, "SMTP "); ok {
		return tempfailed(ev, rest)
	}
	return behind(ev, s)
}

// from makes all of s the client of an event.
func from(ev *event.Event, s string, kind event.Kind) event.Kind {
	p, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	if kind == event.KindConnect && p.ip == "" && p.user != "" {
		return event.KindLifecycle // a user of this host: no connection
	}
	if p.ip == "" {
		served(ev)
	}
	if kind == event.KindConnect {
		ev.Command = event.CommandConnect
	}
	return kind
}

// behind reads the lines that begin with the client: "host [ip] did not issue ...", "host [ip]: possible SMTP attack: ...".
func behind(ev *event.Event, s string) event.Kind {
	if who, where, ok := strings.Cut(s, " did not issue MAIL/EXPN/VRFY/ETRN during connection to "); ok {
		kind := from(ev, who, event.KindDisconnect)
		ev.Service, ev.EndHint = where, event.EndClientClosed // QUIT or not: below LogLevel 15 it looks the same
		return kind
	}
	if who, ok := strings.CutSuffix(s, " did not use CRLF"); ok { // 8.12
		ev.FilterName = "bare_newline"
		return from(ev, who, event.KindWarning)
	}
	who, rest, ok := clientAndColon(s)
	if !ok {
		return event.KindNone
	}
	kind := event.KindWarning
	switch {
	case strings.HasPrefix(rest, "possible SMTP attack: command="):
		verb, n, _ := strings.Cut(rest[len("possible SMTP attack: command="):], ", count=")
		ev.Command = stage(verb)
		if _, isCount := scan.Int(n); !isCount {
			return event.KindNone
		}
		ev.FilterName, ev.FilterVerdict, ev.Argument = "attack", "slow_down", verb
	case strings.HasPrefix(rest, "probable open proxy: command="): // a browser's or proxy's words: the connection is closed
		ev.FilterName, ev.FilterVerdict, ev.EndHint = "open_proxy", "reject", event.EndServerClosed
		ev.Argument = rest[len("probable open proxy: command="):]
	case strings.HasPrefix(rest, "SMTP violation, input too long: "):
		ev.FilterName, ev.FilterVerdict, ev.EndHint = "input_too_long", "reject", event.EndServerClosed
		ev.Argument = rest[len("SMTP violation, input too long: "):]
	case rest == "Possible SMTP RCPT flood, shutting down connection.":
		ev.Command, ev.FilterName, ev.FilterVerdict, ev.EndHint = "RCPT", "rcpt_flood", "reject", event.EndServerClosed
	case rest == "Possible SMTP RCPT flood, throttling.":
		ev.Command, ev.FilterName, ev.FilterVerdict = "RCPT", "rcpt_flood", "slow_down"
	case strings.HasPrefix(rest, "VRFY"), strings.HasPrefix(rest, "EXPN"), strings.HasPrefix(rest, "ETRN"), strings.HasPrefix(rest, "vrfy"),
		strings.HasPrefix(rest, "expn"), strings.HasPrefix(rest, "etrn"):
		kind = asked(ev, rest)
	default:
		return event.KindNone
	}
	return from(ev, who, kind)
}

// clientAndColon cuts "host [ip]: rest", "host [ip] (may be forged): rest".
func clientAndColon(s string) (who, rest string, ok bool) {
	i := strings.IndexByte(s, ']')
	if i < 0 {
		return "", s, false
	}
	if strings.HasPrefix(s[i+1:], " (may be forged)") {
		i += len(" (may be forged)")
	}
	rest, ok = after(s[i+1:], ": ")
	return s[:i+1], rest, ok
}

// asked is "VRFY root", with " [rejected]" behind it where the privacy options forbid it.
func asked(ev *event.Event, s string) event.Kind {
	s, refused := strings.CutSuffix(s, " [rejected]")
	verb, argument, _ := scan.Cut(s, ' ')
	v, ok := event.VerbOf(verb)
	if !ok {
		return event.KindNone
	}
	ev.Command, ev.Argument = v.String(), argument
	if refused {
		ev.RejectPermanent = event.Yes
		return event.KindReject
	}
	return event.KindCommand
}

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

// clientName is a host name; an address in brackets is none.
func clientName(s string) string {
	if strings.HasPrefix(s, "[") || strings.IndexByte(s, ' ') >= 0 {
		return ""
	}
	return strings.TrimSuffix(s, ".")
}

func nullSender(s string) string {
	if s = bare(s); s == "" {
		return "<>"
	}
	return s
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
