package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// verifying reads what Exim finds out about an address without delivering to it: "remote host address is the local host: domain (while
// verifying <a@b> from host H)", "... (while routing <a@b>)", behind a message id the domain alone (src/routers/rf_self_action.c);
// "recipient verify defer (making callout connection): T=smtp words" (src/verify.c). What it answers the client is another line's.
func verifying(ev *event.Event, s string) event.Kind {
	for _, what := range [...]string{"remote host address is the local host: ", "lowest numbered MX record points to local host: "} {
		if rest, ok := after(s, what); ok {
			ev.FilterName, ev.FilterVerdict = "self", what[:len(what)-len(": ")]
			return ourselves(ev, rest)
		}
	}
	who, rest, ok := strings.Cut(s, " verify ")
	verdict, words, found := strings.Cut(rest, " (making callout connection): ")
	if !ok || !found || who != "sender" && who != "recipient" || verdict != "defer" && verdict != "fail" {
		return event.KindNone
	}
	if tail, ok := after(words, "T="); ok {
		_, words = cutWord(tail)
	}
	ev.FilterName, ev.FilterVerdict, ev.Argument = "callout", verdict, strings.TrimPrefix(words, " ")
	ev.ErrorType = errno.Type(ev.Argument)
	return event.KindFilter
}

// ourselves is "domain", with what was at hand in brackets behind it.
func ourselves(ev *event.Event, s string) event.Kind {
	domain, rest, more := strings.Cut(s, " (while ")
	if strings.Contains(domain, " ") || domain == "" {
		return event.KindNone
	}
	ev.DestinationDomain = domain
	if !more {
		return event.KindWarning
	}
	if path, ok := after(rest, "routing "); ok {
		to, _, ok := scan.Angle(path)
		if ok {
			ev.RcptTo = to
		}
		return event.KindWarning
	}
	path, ok := after(rest, "verifying ")
	address, rest, closed := scan.Angle(path)
	if !ok || !closed {
		return event.KindWarning
	}
	ev.Argument = address // a sender's or a recipient's
	if host, ok := after(rest, " from host "); ok {
		takeCaller(ev, strings.TrimSuffix(host, ")"))
	}
	return event.KindWarning
}

// hostRemark is "H=host [ip]: words" where the words are none of those that a conversation breaks off with: "utf8 support required but
// not offered for forwarding".
func hostRemark(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "H=")
	if !ok {
		return event.KindNone
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	words, ok := after(rest, ": ")
	if !ok || words == "" {
		return event.KindNone
	}
	p.called(ev)
	ev.Scope, ev.Argument = event.ScopePeer, words
	return event.KindWarning
}
