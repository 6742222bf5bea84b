package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// refusal reads the words of a refusal, which an ACL may begin with a code.
func refusal(ev *event.Event, s string) event.Kind {
	words, ok := after(s, ": ")
	if !ok {
		return event.KindReject
	}
	if r, isReply := reply.Parse(words); isReply && r.Class() == ev.Class {
		r.Into(ev)
		return event.KindReject
	}
	ev.Enhanced, ev.Text = reply.Enhanced(words, ev.Class)
	return event.KindReject
}

// senderVerify is "fail for <a@b>: words": what it leads to is the next line's.
func senderVerify(ev *event.Event, s string) event.Kind {
	verdict, rest, ok := strings.Cut(s, " for ")
	if !ok {
		return event.KindNone
	}
	from, tail, ok := scan.Angle(rest)
	if !ok {
		return event.KindNone
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	ev.FilterName, ev.FilterVerdict = "sender_verify", verdict
	ev.Argument, _ = after(tail, ": ")
	return event.KindFilter
}

// incomplete is "(RSET) from <sender> for a b": a transaction that came to no message (+smtp_incomplete_transaction).
func incomplete(ev *event.Event, s string) event.Kind {
	why, rest, ok := scan.Between(s, '(', ')') // Exim's own words, or a verb
	if !ok {
		return event.KindNone
	}
	ev.Argument = why
	if v, ok := event.VerbOf(why); ok {
		ev.Command = v.String()
	}
	if tail, ok := after(rest, " from "); ok {
		from, behind, ok := scan.Angle(tail)
		if !ok {
			return event.KindNone
		}
		if ev.MailFrom = from; from == "" {
			ev.MailFrom = "<>"
		}
		rest = behind
	}
	if list, ok := after(rest, " for "); ok {
		recipients(ev, list)
	}
	return event.KindMessageAborted
}

// refusedFirst reads refusals that begin with the verb.
func refusedFirst(ev *event.Event, s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "rejected "):
		return rejectedBy(ev, s[len("rejected "):], true)
	case strings.HasPrefix(s, "temporarily rejected "):
		return rejectedBy(ev, s[len("temporarily rejected "):], false)
	case strings.HasPrefix(s, "unqualified "):
		return unqualified(ev, s[len("unqualified "):])
	case strings.HasPrefix(s, "refused connection from "):
		return refusedConnection(ev, s[len("refused connection from "):], true)
	case strings.HasPrefix(s, "temporarily refused connection from "):
		return refusedConnection(ev, s[len("temporarily refused connection from "):], false)
	case strings.HasPrefix(s, "connection from "), strings.HasPrefix(s, "Connection from "):
		permanent := s[0] == 'c' // IP options; the daemon's limits are temporary
		return refusedConnection(ev, s[len("connection from "):], permanent)
	case strings.HasPrefix(s, "SMTP syntax error in "), strings.HasPrefix(s, "SMTP protocol error in "):
		_, rest, _ := strings.Cut(s, " error in ")
		kind := misspoken(ev, rest)
		if ev.Command != "AUTH" { // of that one the words tell more
			ev.Reason = "protocol_error"
		}
		return kind
	case strings.HasPrefix(s, "SMTP protocol synchronization error ("),
		strings.HasPrefix(s, "SMTP protocol violation: synchronization error ("):
		return outOfSync(ev, s)
	case strings.HasPrefix(s, "too many recipients: "):
		return tooMany(ev, s)
	case strings.HasPrefix(s, "VRFY failed for "):
		return verify(ev, s[len("VRFY failed for "):])
	case strings.HasPrefix(s, "ETRN "), strings.HasPrefix(s, "ATRN "): // src/atrn.c: RFC 2645
		arg, from, ok := strings.Cut(s[len("ETRN "):], " received from ")
		if !ok {
			return event.KindNone
		}
		if _, _, ok = takeCaller(ev, from); !ok {
			return event.KindNone
		}
		if ev.Argument = arg; s[0] == 'E' {
			ev.Command = "ETRN"
		}
		return event.KindCommand
	case strings.HasPrefix(s, "ignoring AUTH="): // "ignoring AUTH=a@b from H=host (client not authenticated)"
		from, host, ok := strings.Cut(s[len("ignoring AUTH="):], " from ")
		if !ok {
			return event.KindNone
		}
		_, why, ok := takeCaller(ev, strings.TrimPrefix(host, "H="))
		if !ok {
			return event.KindNone
		}
		if !strings.HasPrefix(why, " (") {
			return event.KindNone
		}
		ev.Command, ev.FilterName, ev.FilterVerdict, ev.Argument = "MAIL", "mailauth", "ignored", from
		return event.KindFilter
	case strings.HasPrefix(s, "Error or EOF on input from H="):
		if _, _, ok := takeCaller(ev, s[len("Error or EOF on input from H="):]); ok {
			ev.ErrorType, ev.EndHint = "connection_lost", event.EndLost
			return event.KindWarning
		}
	}
	return loggedIn(ev, s)
}
