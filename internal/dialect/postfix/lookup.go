package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// lookupFailed reads what smtpd says when a name that it wanted to judge a client by could not be looked up (src/smtpd/smtpd_check.c). A
// restriction that needed it answers with a refusal of its own, in another line.
func lookupFailed(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "Unable to look up "); ok {
		return hostNotFound(ev, rest)
	}
	for _, what := range [...]string{": RBL lookup error: ", ": TXT lookup error: "} { // "1.2.0.192.zen.example.org: RBL lookup error: ..."
		name, why, ok := strings.Cut(s, what)
		if ok && strings.IndexByte(name, ' ') < 0 {
			ev.Argument, ev.FilterName, ev.FilterVerdict = name, "dnsbl", "error"
			ev.ErrorType = lookupError(why)
			return event.KindWarning
		}
	}
	for _, what := range [...]string{": address or MX lookup error: ", ": MX or address lookup error: "} { // "example.com: ..."
		name, why, ok := strings.Cut(s, what)
		if ok && strings.IndexByte(name, ' ') < 0 {
			ev.DestinationDomain, ev.ErrorType = name, lookupError(why)
			return event.KindWarning
		}
	}
	return event.KindNone
}

// hostNotFound is "MX host mail.example.com for Sender address a@example.com: reason", and "MX host for example.com: reason": the name
// servers and mail hosts of an address that check_sender_mx_access and its siblings look at.
func hostNotFound(ev *event.Event, s string) event.Kind {
	kind, rest, ok := strings.Cut(s, " host ")
	if !ok || kind != "MX" && kind != "NS" && kind != "A" {
		return event.KindNone
	}
	host, what, named := strings.Cut(rest, " for ")
	if !named {
		if what, named = after(rest, "for "); !named {
			return event.KindNone
		}
		host = ""
	}
	what, why, ok := strings.Cut(what, ": ")
	if !ok {
		return event.KindNone
	}
	if ev.Argument = host; host == "" {
		ev.Argument = what
	} else if address, is := after(what, "Sender address "); is {
		ev.MailFrom = sender(address)
	} else if address, is := after(what, "Recipient address "); is {
		ev.RcptTo = address
	} else if name, is := after(what, "Helo command "); is {
		ev.Helo = name
	} else if name, is := after(what, "Client host "); is {
		ev.ClientAddress = name
	}
	ev.ErrorType = lookupError(why)
	return event.KindWarning
}

// lookupError tells a name server that does not answer in time from a name that is not there.
func lookupError(why string) string {
	if strings.HasSuffix(why, "timed out") {
		return errno.Timeout
	}
	return "host_not_found"
}
