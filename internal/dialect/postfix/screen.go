package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// postscreen reads the lines of the screening daemon (src/postscreen/*.c). They name the client "[ip]:port".
func postscreen(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "CONNECT from "); ok {
		p, rest, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		if to, found := after(rest, " to "); found {
			if here, _, isPeer := takePeer(to); isPeer {
				ev.ServerPort = here.port
			}
		}
		ev.Command = event.CommandConnect
		return event.KindConnect
	}
	if rest, ok := after(s, "DISCONNECT "); ok {
		p, _, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		return event.KindDisconnect
	}
	if strings.HasPrefix(s, "cache ") {
		ev.Scope, ev.Role = event.ScopeNone, event.RoleUnknown
		return statistics(ev, s)
	}
	if rest, ok := after(s, "reject: connect from "); ok {
		p, words, ok := takePeer(rest)
		if !ok {
			return event.KindNone
		}
		p.caller(ev)
		ev.Argument, _ = after(words, ": ")
		ev.Command, ev.FilterName = event.CommandConnect, "postscreen"
		ev.Class, ev.RejectPermanent = '4', event.No
		return event.KindReject
	}
	if p, rest, ok := takePeer(s); ok { // "[ip]port: discarding EHLO keywords: X", "[ip]:port: replacing command "a" with "b""
		_, what, found := strings.Cut(rest, ": ")
		p.caller(ev)
		ev.FilterName = "postscreen"
		for _, v := range [...]struct{ words, verdict string }{
			{"discarding EHLO keywords: ", "discard_ehlo_keywords"}, {"replacing command ", "command_replaced"},
		} {
			if arg, is := after(what, v.words); found && is {
				ev.Argument, ev.FilterVerdict = arg, v.verdict
				return event.KindFilter
			}
		}
	}
	for i := range screenVerdicts {
		if rest, ok := after(s, screenVerdicts[i].words); ok {
			return screened(ev, &screenVerdicts[i], rest)
		}
	}
	return event.KindNone
}

// screenVerdict is one kind of line and the verdict it stands for.
type screenVerdict struct {
	words, verdict string
	test           bool // the client stands behind " from " or " for "
}

var screenVerdicts = [...]screenVerdict{
	{"PASS NEW ", "pass_new", false},
	{"PASS OLD ", "pass_old", false},
	{"ALLOWLISTED ", "pass_allowlisted", false},
	{"WHITELISTED ", "pass_allowlisted", false},
	{"DENYLISTED ", "denylisted", false},
	{"BLACKLISTED ", "denylisted", false},
	{"ALLOWLIST VETO ", "allowlist_veto", false},
	{"WHITELIST VETO ", "allowlist_veto", false},
	{"PREGREET ", "pregreet", true},
	{"HANGUP ", "hangup", true},
	{"DNSBL rank ", "dnsbl", true},
	{"COMMAND TIME LIMIT ", "command_time_limit", true},
	{"COMMAND COUNT LIMIT ", "command_count_limit", true},
	{"COMMAND LENGTH LIMIT ", "command_length_limit", true},
	{"COMMAND PIPELINING ", "command_pipelining", true},
	{"NON-SMTP COMMAND ", "non_smtp_command", true},
	{"BARE NEWLINE ", "bare_newline", true},
	{"DATA without valid RCPT ", "data_without_rcpt", true},
	{"BDAT without valid RCPT ", "data_without_rcpt", true},
}

// screened is "PASS NEW [ip]:port", "PREGREET 19 after 0 from [ip]:port: EHLO x", "DNSBL rank 3 for [ip]:port", "HANGUP after 1 from
// [ip]:port in tests after SMTP handshake", "COMMAND TIME LIMIT from [ip]:port after RCPT".
func screened(ev *event.Event, v *screenVerdict, s string) event.Kind {
	lead := ""
	if v.test && !strings.HasPrefix(s, "from ") {
		i := strings.Index(s, "[")
		if i < 0 {
			return event.KindNone
		}
		lead, s = s[:i], s[i:]
	} else if v.test {
		s = s[len("from "):]
	}
	p, rest, ok := takePeer(s)
	if !ok {
		return event.KindNone
	}
	p.caller(ev)
	ev.FilterName, ev.FilterVerdict = "postscreen", v.verdict
	if v.verdict == "dnsbl" {
		rank, _ := scan.Word(lead)
		negative := strings.HasPrefix(rank, "-") // allowlists have negative weights
		if n, isInt := scan.Int(strings.TrimPrefix(rank, "-")); isInt {
			ev.FilterScore, ev.HasScore = float64(n), true
			if negative {
				ev.FilterScore = -ev.FilterScore
			}
		}
	}
	if where, found := after(rest, " after "); found { // not in what the client sent
		word, data, _ := strings.Cut(where, ": ")
		ev.Command = stage(word)
		if data != "" {
			ev.Argument = data
		}
		if ev.Command == "AUTH" { // the answer to its question
			ev.Hide(data)
		}
	} else if data, found := after(rest, ": "); found {
		ev.Argument = data
	}
	if v.verdict == "hangup" {
		ev.ErrorType = "connection_lost"
	}
	return event.KindFilter
}

// screenReject is "reject: RCPT from [ip]:port: 550 5.7.1 Service unavailable; ...; from=<>, to=<>, proto=SMTP, helo=<>", and "reject:
// CONNECT from [ip]:port: too many connections" (src/postscreen/postscreen_smtpd.c, postscreen_send.c).
func screenReject(ev *event.Event, s string) event.Kind {
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok {
		return event.KindNone
	}
	kind := verdict(ev, verb, rest)
	if kind == event.KindReject {
		ev.FilterName = "postscreen"
		if ev.Class == 0 && ev.Command == event.CommandConnect { // "too many connections", "all screening ports busy": answered with 421
			ev.Class, ev.RejectPermanent = '4', event.No
			if _, words, ok := strings.Cut(rest, "]:"); ok {
				_, ev.Argument, _ = strings.Cut(words, ": ")
			}
		}
	}
	return kind
}

// tlsproxy takes over TLS for postscreen (src/tlsproxy/tlsproxy.c).
func tlsproxy(ev *event.Event, s string) event.Kind {
	for _, begin := range [...]string{"CONNECT from ", "CONNECT to ", "DISCONNECT "} {
		if rest, ok := after(s, begin); ok {
			p, _, ok := takePeer(rest)
			if !ok {
				return event.KindNone
			}
			if p.caller(ev); begin == "CONNECT to " { // for a client of ours
				ev.Scope = event.ScopeNone
				p.called(ev)
			}
			ev.Command = "STARTTLS"
			return event.KindTLS
		}
	}
	if rest, ok := after(s, "TLS handshake failed for service="); ok { // src/tlsproxy/tlsproxy_state.c
		_, rest, ok = strings.Cut(rest, " peer=")
		p, _, isPeer := takePeer(rest)
		if !ok || !isPeer {
			return event.KindNone
		}
		p.caller(ev)
		handshakeFailed(ev, "")
		ev.EndHint = event.EndTLSFailed
		return event.KindTLS
	}
	rest, unverified := after(s, "certificate verification failed for ")
	if p, _, ok := takePeer(rest); !unverified || ok && p.name == "" {
		if kind := serverTLS(ev, s); kind != event.KindNone {
			return kind
		}
	}
	ev.Scope, ev.Role = event.ScopeNone, event.RoleClient // for smtp(8), with smtp_tls_connection_reuse (src/tlsproxy/tlsproxy_client.c)
	return clientTLS(ev, s)
}

// dnsblog is "addr 1.2.3.4 listed by domain bl.example.org as 127.0.0.2" (src/dnsblog/dnsblog.c).
func dnsblog(ev *event.Event, s string) event.Kind {
	rest, ok := after(s, "addr ")
	if !ok {
		return event.KindNone
	}
	ip, rest, ok := strings.Cut(rest, " listed by domain ")
	if !ok {
		return event.KindNone
	}
	ev.PeerIP = ip
	ev.Argument = rest
	ev.FilterName, ev.FilterVerdict = "dnsblog", "listed"
	return event.KindFilter
}
