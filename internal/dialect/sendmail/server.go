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
	if refused && v != event.VerbVRFY { // that one is answered with 252, which promises nothing
		ev.RejectPermanent, ev.Class, ev.Reason = event.Yes, '5', "policy"
		return event.KindReject
	}
	return event.KindCommand
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
