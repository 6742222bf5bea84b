package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// about reads the words behind a message id.
func about(ev *event.Event, s string) event.Kind {
	if len(s) > 3 && s[2] == ' ' {
		switch flag, rest := s[:3], s[3:]; flag {
		case "<= ", "(= ": // (=: the client was told otherwise (control = fakereject)
			return received(ev, rest)
		case "=> ", "-> ", ">> ", "*> ":
			return delivered(ev, flag, rest)
		case "== ":
			return deferred(ev, rest)
		case "** ":
			if !strings.HasPrefix(rest, "mua_wrapper is set ") { // of the whole message
				return failed(ev, rest)
			}
		}
	}
	for _, try := range [...]func(*event.Event, string) event.Kind{
		lifeOf, hostTrouble, unencrypted, connection, aboutClient, aboutAddress, rewritten,
	} {
		if kind := try(ev, s); kind != event.KindNone {
			return kind
		}
	}
	id := ev.QueueID
	wipe(ev) // what was read on the way to none of them
	ev.QueueID = id
	for _, try := range [...]func(*event.Event, string) event.Kind{saExim, cpanel, verifying, lookup, aboutTLS, fixed, complaint, hostRemark} {
		if kind := try(ev, s); kind != event.KindNone {
			return kind
		}
	}
	return event.KindNone
}

// lifeOf reads what becomes of a message as a whole (src/deliver.c, src/queue.c, src/receive.c).
func lifeOf(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "Completed"); ok {
		if took, ok := after(rest, " QT="); ok {
			if t, ok := duration(took); ok {
				ev.Delays.Total = t
				ev.Delays.Has |= event.DelayTotal
			}
		}
		return event.KindMessageRemoved
	}
	switch {
	case strings.HasPrefix(s, "Frozen"): // "(delivery error message)", "by the system filter: words"
		ev.Argument = strings.TrimPrefix(s[len("Frozen"):], " ")
		return event.KindMessageHeld
	case strings.HasPrefix(s, "frozen by "):
		ev.Argument = s[len("frozen "):]
		return event.KindMessageHeld
	case s == "Message is frozen", strings.HasPrefix(s, "*** Frozen"):
		return event.KindMessageHeld
	case strings.HasPrefix(s, "Unfrozen by "), strings.HasPrefix(s, "unfrozen by "):
		ev.Argument = s[len("Unfrozen "):]
		return event.KindMessageReleased
	case strings.HasPrefix(s, "removed by "):
		ev.Argument = s[len("removed "):]
		return event.KindMessageDeleted
	case strings.HasPrefix(s, "cancelled by "):
		return cancelled(ev, s[len("cancelled "):])
	case strings.HasPrefix(s, "PRDR "):
		return afterData(ev, s[len("PRDR "):])
	case strings.HasPrefix(s, "rewrite: "): // src/rewrite.c: a header that is left as it is
		ev.Argument = s[len("rewrite: "):]
		return event.KindWarning
	// src/spool_in.c
	case strings.HasPrefix(s, "Spool ") && strings.HasSuffix(s, " not found"),
		strings.HasPrefix(s, "Spool file ") && strings.HasSuffix(s, " not found"):
		ev.Argument = s[len("Spool "):]
		return event.KindWarning
	case strings.HasPrefix(s, "Message removed because older than "):
		ev.Argument = s[len("Message removed "):]
		return event.KindMessageDeleted
	case strings.HasPrefix(s, "no immediate delivery: "):
		ev.Argument = s[len("no immediate delivery: "):]
		return event.KindMessageQueued
	case s == "rescind the above message-accept":
		return event.KindMessageAborted
	case strings.HasPrefix(s, "Message abandoned: "):
		ev.Argument = s[len("Message abandoned: "):]
		return event.KindMessageAborted
	case strings.HasPrefix(s, "Spool file for ") && strings.HasSuffix(s, " is locked (another process is handling this message)"),
		s == "Spool file is locked (another process is handling this message)":
		ev.Argument = "locked"
		return event.KindWarning
	case s == "original recipients ignored (system filter)", s == "Delivery deferred by system filter":
		ev.FilterName, ev.FilterVerdict = "system_filter", "redirect"
		if s[0] == 'D' {
			ev.FilterVerdict = "defer"
		}
		return event.KindFilter
	case strings.HasPrefix(s, "local_scan() function "): // "crashed with signal 11", "timed out": "- message temporarily rejected (size 29)"
		ev.Role, ev.Command, ev.Class, ev.RejectPermanent = event.RoleServer, event.CommandEOM, '4', event.No
		ev.FilterName, ev.Argument = "local_scan", s[len("local_scan() function "):]
		return event.KindReject
	case s == "** mua_wrapper is set but recipients cannot all be delivered in one transaction":
		ev.Argument, ev.Tried, ev.Status = s[len("** "):], event.No, event.StatusBounced
		return event.KindMessageDeleted
	case strings.HasPrefix(s, "moved from "): // -MG, src/spool_out.c
		ev.Argument = s[len("moved "):]
		return event.KindLifecycle
	case strings.HasPrefix(s, "DKIM: "):
		return dkim(ev, s[len("DKIM: "):])
	}
	return event.KindNone
}

// cancelled is "by root" (-Mg), "by system filter: words", "by timeout_frozen_after": all recipients that are left fail, without a line
// each (src/deliver.c).
func cancelled(ev *event.Event, s string) event.Kind {
	ev.Argument, ev.Tried = s, event.No
	switch {
	case s == "by timeout_frozen_after":
		return event.KindMessageExpired
	case strings.HasPrefix(s, "by system filter"):
		ev.FilterName, ev.FilterVerdict, ev.Status = "system_filter", "fail", event.StatusBounced
		return event.KindFilter
	case begins(s, "by system filter"), begins(s, "by timeout_frozen_after"): // cut short
		return event.KindNone
	}
	ev.Status = event.StatusBounced
	return event.KindMessageDeleted
}

// afterData is the answer for one recipient of several behind the data: "R=<a@b> acceptance", "R=<a@b> refusal", "R=<a@b> temporary
// refusal", or "a@b words", which are the ACL's (src/receive.c).
func afterData(ev *event.Event, s string) event.Kind {
	ev.Role, ev.Command, ev.OneOnly = event.RoleServer, event.CommandEOM, true
	rest, own := after(s, "R=")
	if !own {
		ev.RcptTo, rest = idOf(s)
		words, ok := after(rest, " ")
		if !ok || strings.IndexByte(ev.RcptTo, '@') < 0 {
			return event.KindNone
		}
		if r, isReply := reply.Parse(words); isReply && (r.Class() == '4' || r.Class() == '5') {
			r.Into(ev)
			ev.RejectPermanent = event.TriOf(ev.Class == '5')
		} else {
			ev.Text = words
		}
		return event.KindReject
	}
	to, rest, ok := scan.Angle(rest)
	if !ok {
		return event.KindNone
	}
	ev.RcptTo = to
	switch rest {
	case " acceptance":
		ev.FilterName, ev.FilterVerdict = "prdr", "accept"
		return event.KindFilter
	case " refusal":
		ev.Class = '5'
	case " temporary refusal":
		ev.Class = '4'
	default:
		return event.KindNone
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// rewritten is ""old@b" from env-to rewritten as "new@b" by rule 1", or "by submission mode" (+address_rewrite, src/rewrite.c, receive.c).
// The addresses stand without escapes, so one in which Exim's words come again tells nothing.
func rewritten(ev *event.Event, s string) event.Kind {
	const as = ` rewritten as "`
	rest, ok := after(s, `"`)
	if !ok || strings.Count(s, as) != 1 || strings.Count(s, `" from `) != 1 || strings.Count(s, `" by `) != 1 {
		return event.KindNone
	}
	old, rest, _ := strings.Cut(rest, `" from `)
	where, rest, ok := strings.Cut(rest, as)
	if !ok {
		return event.KindNone
	}
	address, by, ok := strings.Cut(rest, `" by `)
	rule, numbered := after(by, "rule ")
	_, tail, digits := scan.Digits(rule)
	rewritten := numbered && digits && tail == "" || by == "submission mode" && where == "env-from"
	if !ok || !rewritten {
		return event.KindNone
	}
	ev.Argument, ev.RcptTo = where, ""
	switch where {
	case "env-to":
		ev.OrigRcptTo, ev.RcptTo, ev.Route = old, address, event.RouteForward
	case "env-from":
		ev.MailFrom = address
	}
	return event.KindMessageRedirected
}

// dkim is "d=example.com s=key c=relaxed/relaxed a=rsa-sha256 b=2048 [verification succeeded]" (+dkim_verbose, src/miscmods/dkim.c).
func dkim(ev *event.Event, s string) event.Kind {
	i := strings.LastIndexByte(s, '[')
	if i < 0 || !strings.HasSuffix(s, "]") || !strings.HasPrefix(s, "d=") && !strings.HasPrefix(s, "signer") {
		ev.FilterName, ev.FilterVerdict, ev.Argument = "dkim", "error", s // "validation error: LONG_LINE", "signing failed: ..."
		return event.KindWarning
	}
	verdict := s[i+1 : len(s)-1]
	ev.FilterName, ev.Argument, ev.Role = "dkim", strings.TrimSuffix(s[:i], " "), event.RoleServer
	switch {
	case strings.HasPrefix(verdict, "verification succeeded"):
		ev.FilterVerdict = "pass"
	case strings.HasPrefix(verdict, "verification failed"):
		ev.FilterVerdict = "fail"
	case strings.HasPrefix(verdict, "invalid"):
		ev.FilterVerdict = "permerror"
	default:
		ev.FilterVerdict = "none"
	}
	return event.KindFilter
}

// aboutAddress reads what is said of one recipient besides its verdict: "a@b <parent>: error ignored" (src/deliver.c), "address <a@b>
// marked delivered by user" (src/queue.c), "<a@b>: address_pipe transport output: words".
func aboutAddress(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "address "); ok {
		to, tail, ok := scan.Angle(rest)
		if by, marked := after(tail, " marked delivered by "); ok && marked {
			ev.RcptTo, ev.Argument = to, by
			ev.Status, ev.Route, ev.Tried = event.StatusDeleted, event.RouteNone, event.No
			return event.KindDelivery
		}
		return event.KindNone
	}
	if rest, ok := after(s, "recipient "); ok {
		to, tail, ok := scan.Angle(rest)
		if by, added := after(tail, " added by "); ok && added {
			ev.RcptTo, ev.Argument = to, by
			return event.KindMessageRedirected
		}
		return event.KindNone
	}
	if rest, ok := after(s, "sender address changed to "); ok {
		from, tail, ok := scan.Angle(rest)
		if by, changed := after(tail, " by "); ok && changed {
			if ev.MailFrom = from; from == "" {
				ev.MailFrom = "<>"
			}
			ev.Argument = by
			return event.KindMessageRedirected
		}
		return event.KindNone
	}
	if to, tail, ok := scan.Angle(s); ok {
		transport, words, found := strings.Cut(tail, " transport output: ")
		if name, colon := after(transport, ": "); found && colon && !strings.Contains(name, " ") {
			ev.RcptTo, ev.Argument = to, words
			return event.KindWarning
		}
		return event.KindNone
	}
	rest, ok := address(ev, s)
	if !ok {
		return event.KindNone
	}
	if why, ignored := after(rest, ": error ignored"); ignored { // the notice about this failure is not sent: the message ends behind it
		ev.Argument = strings.TrimPrefix(why, " ")
		return event.KindWarning
	}
	return event.KindNone
}
