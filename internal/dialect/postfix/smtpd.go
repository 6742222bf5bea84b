package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// smtpd reads the server's lines about a connection (src/smtpd/smtpd.c).
func smtpd(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "connect from "); ok {
		return connect(ev, rest)
	}
	if rest, ok := after(s, "disconnect from "); ok {
		return disconnect(ev, rest)
	}
	if kind := interruption(ev, s); kind != event.KindNone {
		return kind
	}
	if rest, ok := after(s, "improper command pipelining after "); ok { // with the data since 2.6 (HISTORY 20090228)
		return pipelining(ev, rest)
	}
	if rest, ok := after(s, "proxy-"); ok {
		return proxied(ev, rest)
	}
	if rest, ok := after(s, "reject: "); ok { // behind no id before Postfix 2.0
		return verdict(ev, "reject", rest)
	}
	if rest, ok := after(s, "bare <LF> received after "); ok {
		return bareNewline(ev, rest)
	}
	if rest, ok := after(s, "discarding EHLO keywords: "); ok {
		ev.Command, ev.Argument = "EHLO", rest
		ev.FilterName, ev.FilterVerdict = "smtpd", "discard_ehlo_keywords"
		ev.Scope = event.ScopePID
		return event.KindFilter
	}
	if _, _, called := established(s, " to "); called { // the proxy filter or the policy server that it speaks to (src/smtpd/smtpd_proxy.c)
		ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
		return clientTLS(ev, s)
	}
	if kind := serverTLS(ev, s); kind != event.KindNone {
		return kind
	}
	if kind := aboutCertificate(ev, s, peer.caller); kind != event.KindNone {
		return kind
	}
	if p, rest, ok := takePeer(s); ok { // smtpd_command_filter
		if what, found := after(rest, ": replacing command "); found {
			p.caller(ev)
			ev.FilterName, ev.FilterVerdict, ev.Argument = "smtpd", "command_replaced", what
			return event.KindFilter
		}
	}
	return conversation(ev, s)
}

func connect(ev *event.Event, s string) event.Kind {
	p, _, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Command = event.CommandConnect
	return event.KindConnect
}

// disconnect also carries the counters of Postfix 3.0: "ehlo=1 rcpt=1/2", successes and, where they differ, all.
func disconnect(ev *event.Event, s string) event.Kind {
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	for word := ""; rest != ""; {
		word, rest = scan.Word(rest)
		verb, counts, found := scan.Cut(word, '=')
		if !found {
			break
		}
		ev.HasCommands = true
		if verb == "commands" {
			continue
		}
		v, known := event.VerbOf(verb)
		if !known {
			v = event.VerbUnknown
		}
		ev.Commands[v] = count(counts)
	}
	if ev.Commands[event.VerbQUIT].OK > 0 {
		ev.EndHint = event.EndQuit
	}
	return event.KindDisconnect
}

func count(s string) event.Count {
	good, all, both := scan.Cut(s, '/')
	n, _ := scan.Int(good)
	if !both {
		return event.Count{OK: uint32(n), All: uint32(n)}
	}
	m, _ := scan.Int(all)
	return event.Count{OK: uint32(n), All: uint32(m)}
}

// bareNewline is "X from name[ip]" (Postfix 3.9, smtpd_forbid_bare_newline).
func bareNewline(ev *event.Event, s string) event.Kind {
	kind := broken(ev, s, "", event.EndNone)
	if kind != event.KindNone {
		kind = event.KindFilter
		ev.FilterName, ev.FilterVerdict = "smtpd", "bare_newline"
	}
	return kind
}

// interruptions are the words for a conversation that broke off (src/smtpd/smtpd.c).
var interruptions = [...]struct {
	words, errorType string
	end              event.End
}{
	{"lost connection after ", errno.Lost, event.EndLost},
	{"timeout after ", errno.Timeout, event.EndTimeout},
	{"too many errors after ", errno.Other, event.EndServerClosed},
}

// interruption is "timeout after RCPT from name[ip]"; since Postfix 3.10 (HISTORY 20250104) NOQUEUE or the queue id stands in front.
func interruption(ev *event.Event, s string) event.Kind {
	for i := range interruptions {
		if rest, ok := after(s, interruptions[i].words); ok {
			return broken(ev, rest, interruptions[i].errorType, interruptions[i].end)
		}
	}
	return event.KindNone
}

// pipelining is "X from name[ip]: data": the client went on before it was its turn.
func pipelining(ev *event.Event, s string) event.Kind {
	kind := broken(ev, s, "", event.EndNone)
	if kind != event.KindNone {
		kind = event.KindFilter
		ev.FilterName, ev.FilterVerdict = "smtpd", "pipelining"
		if ev.Command == "AUTH" { // the answer to its question
			ev.Hide(ev.Argument)
		}
	}
	return kind
}

// broken is "X (n bytes) from name[ip]", and perhaps ": data" behind it.
func broken(ev *event.Event, s, errorType string, end event.End) event.Kind {
	where, rest, ok := strings.Cut(s, " from ")
	if !ok {
		return event.KindNone
	}
	word, bytes, sized := strings.Cut(where, " (")
	if sized {
		if n, _, digits := scan.Digits(bytes); digits {
			ev.Size, ev.HasSize = n, true
		}
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.Command, ev.ErrorType, ev.EndHint = stage(word), errorType, end
	if data, ok := after(rest, ": "); ok {
		ev.Argument = data
	}
	return event.KindWarning
}
