package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// clientRemark reads the server's warnings about a client that name it in the middle or the front (src/smtpd/smtpd.c, smtpd_chat.c,
// src/tls/tls_misc.c).
func clientRemark(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "Refusing STARTTLS request from "); ok { // smtpd_client_new_tls_session_rate_limit
		p, _, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		ev.Command, ev.FilterName, ev.FilterVerdict, ev.Reason = "STARTTLS", "anvil", "tls_rate_limit", "rate_limited"
		return event.KindFilter
	}
	for _, begin := range [...]string{"reject: ETRN ", "bad ETRN "} {
		if rest, ok := after(s, begin); ok {
			return refusedETRN(ev, rest)
		}
	}
	for _, begin := range [...]string{"TLS SNI from ", "TLS SNI changed from "} {
		if rest, ok := after(s, begin); ok {
			p, what, ok := takePeer(rest)
			if !ok {
				return event.KindNone
			}
			p.caller(ev)
			ev.Argument = strings.TrimPrefix(what, " ")
			return event.KindTLS
		}
	}
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	if what, found := after(rest, ": request longer than "); found { // line_length_limit
		p.caller(ev)
		n, data, _ := strings.Cut(what, ": ")
		if _, _, digits := scan.Digits(n); !digits {
			return event.KindNone
		}
		ev.Argument = strings.TrimSuffix(data, "...")
		ev.FilterName, ev.FilterVerdict = "smtpd", "command_length_limit"
		return event.KindFilter
	}
	return event.KindNone
}

// refusedETRN is "DOMAIN... from name[ip]": answered with 459 or 458, which the line does not say. The domain is the client's word and
// comes first, so that the last " from " is the writer's.
func refusedETRN(ev *event.Event, s string) event.Kind {
	i := strings.LastIndex(s, "... from ")
	if i < 0 {
		return event.KindNone
	}
	p, rest, ok := takePeer(s[i+len("... from "):])
	if !ok || rest != "" {
		return event.KindNone
	}
	p.caller(ev)
	ev.Command, ev.Argument = "ETRN", s[:i]
	ev.Class, ev.RejectPermanent = '4', event.No
	return event.KindReject
}

// serverRemark reads the client's warnings about a server that begin with it: "H[ip]:25: all TLSA records unusable", "H[ip]:25 offered no
// supported AUTH mechanisms: 'NTLM'", and, behind the name of a function, what is wrong with its certificate (src/tls/tls_client.c,
// tls_verify.c, src/smtp/smtp_sasl_proto.c).
func serverRemark(ev *event.Event, s string) event.Kind {
	if name, rest, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(name, "tls_") && strings.IndexByte(name, ' ') < 0 {
		s = rest
	}
	p, rest, ok := takePeer(s)
	if !ok || p.ip == "" {
		return event.KindNone
	}
	if what, found := after(rest, " offered "); found && strings.Contains(what, "AUTH mechanism") {
		p.called(ev)
		ev.Command, ev.Argument = "EHLO", rest[1:]
		return event.KindWarning
	}
	what, found := after(rest, ": ")
	if !found || what == "" {
		return event.KindNone
	}
	p.called(ev)
	ev.Argument = what
	return event.KindTLS
}

// corrupt is `saving corrupt file "ID" from queue "active" to queue "corrupt"`: nobody delivers the message any more
// (src/qmgr/qmgr_active.c).
func corrupt(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, `saving corrupt file "`)
	id, rest, found := strings.Cut(rest, `"`)
	if !ok || !found || !isQueueID(id) || !strings.HasPrefix(rest, " from queue ") {
		return event.KindNone
	}
	ev.QueueID, ev.Argument = id, "corrupt"
	return event.KindMessageAborted
}

// interruptedQMQP is "name[ip]: lost connection while receiving message content" (src/qmqpd/qmqpd.c).
func interruptedQMQP(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	what, ok := after(rest, ": ")
	why, where, found := strings.Cut(what, " while ")
	if !ok || !found {
		return event.KindNone
	}
	p.caller(ev)
	ev.Argument = where
	switch why {
	case "lost connection":
		ev.ErrorType, ev.EndHint = "connection_lost", event.EndLost
	case "timeout", "read/write timeout":
		ev.ErrorType, ev.EndHint = "timeout", event.EndTimeout
	}
	return event.KindWarning
}
