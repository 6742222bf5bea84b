package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// smtpdAbout reads the server's lines about a queue id, or NOQUEUE.
func smtpdAbout(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "client="); ok {
		return opened(ev, rest)
	}
	if kind := interruption(ev, s); kind != event.KindNone {
		return kind
	}
	if ev.Daemon == "qmqpd" {
		if kind := interruptedQMQP(ev, s); kind != event.KindNone {
			return kind
		}
	}
	if rest, ok := after(s, "abort: TLS from "); ok { // smtpd_tls_req_ccert
		p, why, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		ev.Command, ev.EndHint = "STARTTLS", event.EndTLSFailed
		ev.Argument, _ = after(why, ": ")
		return event.KindTLS
	}
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok || strings.IndexByte(verb, ' ') >= 0 {
		return event.KindNone
	}
	if action, proxy := after(s, "proxy-"); proxy {
		return proxied(ev, action)
	}
	return verdict(ev, verb, rest)
}

// opened is "client=name[ip], sasl_method=PLAIN, sasl_username=anna, sasl_sender=..., orig_queue_id=..., orig_client=..."
// (src/smtpd/smtpd_sasl_proto.c, smtpd.c). The user name comes from the authenticated login.
func opened(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	for {
		rest, ok = after(rest, ", ")
		if !ok {
			break
		}
		key, value, found := scan.Cut(rest, '=')
		if !found {
			break
		}
		end := nextKey(value)
		value, rest = value[:end], value[end:]
		switch key {
		case "sasl_method":
			ev.AuthMechanism, _ = speech.Mechanism(value)
		case "sasl_username":
			ev.User, ev.AuthResult = uncountedName(value), "success"
		case "orig_queue_id":
			ev.ParentQueueID = value
		}
	}
	return event.KindMessageOpened
}

// nextKey is where the value ends: before ", key=" of a key such as Postfix writes, with an underscore in it, else at the end. A user
// name may be a distinguished name, whose keys have none.
func nextKey(s string) int {
	for from := 0; ; {
		i := strings.Index(s[from:], ", ")
		if i < 0 {
			return len(s)
		}
		at := from + i
		from = at + len(", ")
		n, underscores := from, 0
		for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] == '_') {
			if s[n] == '_' {
				underscores++
			}
			n++
		}
		if underscores > 0 && n < len(s) && s[n] == '=' {
			return at
		}
	}
}

// verdict is "reject: RCPT from name[ip]: 550 5.1.1 <x>: ...; from=<> to=<> proto= helo=<>" and the other actions of access
// maps, restrictions and milters (src/smtpd/smtpd_check.c log_whatsup, smtpd_milter.c).
func verdict(ev *event.Event, verb, s string) event.Kind {
	where, rest, ok := strings.Cut(s, " from ")
	if !ok {
		return event.KindNone
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	rest, ok = after(rest, ": ")
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Command = stage(where)
	text := envelope(ev, rest, where)
	name := "smtpd"
	action := verb
	if a, milter := after(verb, "milter-"); milter {
		name, action = "milter", a
	}
	kind := actionKind(action)
	if kind == event.KindNone {
		return kind
	}
	ev.FilterVerdict = action
	if kind == event.KindReject && name == "milter" && isAnnounced(ev.Command, text) {
		kind = event.KindFilter
	}
	if kind == event.KindReject {
		if name == "milter" {
			ev.FilterName = name
		} else {
			ev.FilterVerdict = ""
		}
		refusal(ev, text)
		ev.Truncated = ev.Truncated && ev.Text != ""
		return kind
	}
	ev.Truncated = false
	ev.FilterName = name
	ev.Argument = text // no reply: what the rule does, or what would have been answered
	return kind
}

// isAnnounced says whether a milter's refusal is not answered yet: where the client connects and says who it is, Postfix goes on as if
// nothing had been said, and refuses the next command with those words, in a line of its own; but for 421, and for 5xx in the place of
// the banner (src/smtpd/smtpd.c, helo_cmd, smtpd_proto).
func isAnnounced(command, text string) bool {
	r, _ := reply.Parse(text)
	switch command {
	case event.CommandConnect:
		return r.Code != 421 && r.Code/100 == 4
	case "EHLO", "HELO":
		return r.Code != 421
	}
	return false
}

// actionKind is what an action does to the message.
func actionKind(action string) event.Kind {
	switch action {
	case "reject":
		return event.KindReject
	case "discard":
		return event.KindMessageDiscarded
	case "hold":
		return event.KindMessageHeld
	case "redirect":
		return event.KindMessageRedirected
	case "reject_warning", "warn", "warning", "info", "filter", "bcc", "prepend", "replace", "strip", "delay", "permit", "dunno", "accept",
		"tempfail", "quarantine", "pass":
		return event.KindFilter
	}
	return event.KindNone
}

// refusal reads the answer of a reject: with a reply code, or with an enhanced code alone, as milters and header checks log it.
func refusal(ev *event.Event, text string) {
	if r, ok := reply.Parse(text); ok {
		r.Into(ev)
	} else if code, words := reply.Enhanced(text, 0); code != "" {
		ev.Enhanced, ev.Text, ev.Class = code, words, code[0]
	}
	if ev.Class != 0 {
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
	}
}

// proxied is the before-queue filter's answer: "accept: END-OF-MESSAGE: 250 2.0.0 ...; from=<> to=<> proto= helo=<>"
// (src/smtpd/smtpd_proxy.c).
func proxied(ev *event.Event, s string) event.Kind {
	action, rest, ok := strings.Cut(s, ": ")
	if !ok || action != "accept" && action != "reject" {
		return event.KindNone
	}
	where, rest, ok := strings.Cut(rest, ": ")
	if !ok {
		return event.KindNone
	}
	if w, from, found := strings.Cut(where, " from "); found {
		where = w
		if p, _, isPeer := takePeer(from); isPeer {
			p.caller(ev)
		}
	}
	ev.Command = stage(where)
	ev.FilterName, ev.FilterVerdict = "proxy", action
	text := envelope(ev, rest, where)
	ev.Truncated = false
	if action == "accept" {
		if r, isReply := reply.Parse(text); isReply {
			r.Into(ev)
			ev.RemoteQueueID = reply.QueueID(r.Text)
			if reply.FateOf(r.Text) == reply.FateDiscarded { // of several recipients the line names the last
				ev.FilterVerdict, ev.Status = "discard", event.StatusDiscarded
				return event.KindMessageDiscarded
			}
		}
		return event.KindFilter
	}
	refusal(ev, text)
	return event.KindReject
}
