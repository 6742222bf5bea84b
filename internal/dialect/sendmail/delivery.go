package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// record is what a to= line says besides its event.
type record struct {
	mailer, relay, words string // words: reply=
	tried                bool   // it has an xdelay=: somebody was asked
	seen                 bool   // mailer= stands there, empty or not
}

// verdict is "<a@b>,<c@d>, ctladdr=<e> (8/12), delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30500, relay=mx. [192.0.2.1], dsn=5.1.1,
// reply=550 5.1.1 no, stat=User unknown" (deliver.c, logdelivery). reply= came with 8.17, dsn= with 8.10.
func verdict(ev *event.Event, s string) event.Kind {
	s, ok := recipients(ev, s)
	if !ok {
		return event.KindNone
	}
	var r record
	for {
		if stat, found := after(s, "stat="); found {
			return finish(ev, &r, stat)
		}
		if s, ok = r.take(ev, s); !ok {
			return event.KindNone
		}
	}
}

// recipients takes the addresses off the front, which stand one behind another with a comma. Those that RCPT gave have brackets, those
// from an alias are as its file has them: a name, a file, a program in quotes.
func recipients(ev *event.Event, s string) (rest string, ok bool) {
	bracketed := false
	list := ev.RcptList[:0]
	for {
		var to string
		if to, s, ok = oneRecipient(s); !ok {
			ev.RcptList = list[:0]
			return s, false
		}
		bracketed = bracketed || to != "" && to[0] == '<'
		list = append(list, mailbox(to))
		if rest, ok = after(s, " [more]"); ok { // further lines have the others
			s = rest
		} else if rest, ok = after(s, ", [more]"); ok {
			s = rest
		}
		if rest, ok = after(s, ", "); ok {
			break
		}
		if s, ok = scan.Byte(s, ','); !ok {
			ev.RcptList = list[:0]
			return s, false
		}
	}
	if len(list) == 1 {
		ev.RcptTo, list = list[0], list[:0]
	}
	ev.RcptList, ev.FromAlias = list, !bracketed
	return rest, true
}

// mailbox is the address of "Anna Smith <anna@example.com>", as somebody writes it in a header that sendmail -t reads (RFC 5322 section 3.4), or of "<anna@example.com>".
func mailbox(s string) string {
	if s[0] != '<' && s[len(s)-1] == '>' {
		if i := strings.LastIndex(s, " <"); i > 0 {
			s = s[i+1:]
		}
	}
	return bare(s)
}

// oneRecipient takes an address off the front, up to the comma behind it.
func oneRecipient(s string) (to, rest string, ok bool) {
	end := 0
	switch {
	case s == "":
		return "", s, false
	case s[0] == '<':
		inner, _, found := scan.Angle(s)
		if !found {
			return "", s, false
		}
		end = len(inner) + 2
	case s[0] == '"':
		for end = 1; end < len(s) && s[end] != '"'; end++ {
			if s[end] == '\\' {
				end++
			}
		}
		end = min(end+1, len(s))
	}
	i := strings.IndexByte(s[end:], ',')
	if i < 0 {
		return "", s, false
	}
	end += i
	if to = strings.TrimSuffix(s[:end], " [more]"); to == "" {
		return "", s, false
	}
	return to, s[len(to):], true
}

// take takes one field off the front.
func (r *record) take(ev *event.Event, s string) (rest string, ok bool) {
	if words, found := after(s, "reply="); found { // the peer's words: the end is looked for from what the writer puts behind them
		at := endOfReply(ev, words)
		if at < 0 {
			return s, false
		}
		r.words = words[:at]
		return words[at+2:], true
	}
	if rest, found := after(s, "ctladdr="); found {
		return controller(ev, rest)
	}
	key, value, rest, ok := field(s)
	if !ok {
		i := strings.Index(s, ", stat=") // cut in the middle to make room (deliver.c, "desperation move")
		if i < 0 {
			return s, false
		}
		return s[i+2:], true
	}
	switch key {
	case "delay":
		interval(ev, value, &ev.Delays.Total, event.DelayTotal)
	case "xdelay":
		interval(ev, value, &ev.Delays.Transmission, event.DelayTransmission)
		r.tried = true
	case "mailer":
		r.mailer, r.seen = value, true
	case "relay":
		r.relay = value
	case "dsn":
		ev.DSN = value
	case "ntries":
		if n, ok := scan.Int(value); ok {
			ev.Attempt = int(n)
		}
	case "stage": // the state of the conversation, in builds with _FFR_LOG_STAGE
		ev.Command = stage(value)
	case "tls_verify":
		verified(ev, value)
	case "tls_version":
		secured(ev, value)
	case "cipher":
		if value != "NONE" {
			ev.TLSCipher = value
		}
	case "quarantine":
		ev.Argument = value
	}
	return rest, true
}

// endOfReply finds the ", stat=" behind a reply. The dsn= in front of it is the writer's own and tells what may stand there: with a
// permanent failure the status is a sentence of the writer's, so the last one counts; else "Deferred" with more of the peer's words, so
// the first does.
func endOfReply(ev *event.Event, words string) int {
	if strings.HasPrefix(ev.DSN, "5") {
		return strings.LastIndex(words, ", stat=")
	}
	if i := strings.Index(words, ", stat=Deferred"); i >= 0 {
		return i
	}
	return strings.Index(words, ", stat=")
}

// controller is "<a@b> (8/12)": the local user on whose behalf it is delivered, the sender or the alias that the recipient came out of.
func controller(ev *event.Event, s string) (rest string, ok bool) {
	who, rest, ok := scan.Angle(s)
	if !ok {
		i := strings.Index(s, ", ")
		if i < 0 {
			return s, false
		}
		who, rest = s[:i], s[i:]
		if j := strings.LastIndex(who, " ("); j > 0 {
			who = who[:j]
		}
	}
	ev.OnBehalf = who
	i := strings.Index(rest, ", ")
	if i < 0 {
		return s, false
	}
	return rest[i+2:], true
}

// stage is the state of a client's conversation (usersmtp.c, deliver.c, xs_states).
func stage(word string) string {
	if v, ok := event.VerbOf(word); ok {
		return v.String()
	}
	switch word {
	case "GREET":
		return event.CommandConnect
	case "EOM", "DATA2": // DATA2: LMTP's answers for the recipients
		return event.CommandEOM
	}
	return ""
}

// remote says whether a route leads to a server that answers.
func remote(r event.Route) bool {
	return r == event.RouteMX || r == event.RouteRelayhost || r == event.RouteFilter || r == event.RouteLMTP
}

// route says how the delivery left this queue, from the mailer, a name of the configuration (cf/mailer, sendmail/conf.c), and the relay.
func route(ev *event.Event, r *record) {
	p, isPeer := takePeer(r.relay)
	switch r.mailer {
	case "esmtp", "smtp", "smtp8", "dsmtp", "esmtp8", "relay":
		ev.Route = event.RouteMX
		switch {
		case r.mailer == "relay" || strings.HasPrefix(r.relay, "["): // by the configuration: no MX has an address for its name
			ev.Route = event.RouteRelayhost
		default:
			ev.Direction = event.DirectionOutbound
		}
		if isLoopback(p.ip) {
			// the daemon behind the queue of the submission program, a content filter, a tunnel
			ev.Route, ev.Direction = event.RouteRelayhost, event.DirectionUnknown
		}
	case "lmtp", "cyrusv2", "cyrus2":
		ev.Route = event.RouteLMTP
	case "local", "cyrus", "procmail", "cyrusbb", "*file*", "mail11":
		ev.Route = event.RouteLocal
	case "prog", "uucp", "uucp-old", "uucp-new", "uucp-dom", "uucp-uudom", "suucp", "usenet", "fax", "phquery", "bsmtp", "pop":
		ev.Route = event.RoutePipe
	case "discard":
		ev.Route = event.RouteDiscard
	case "error", "*include*":
		ev.Route = event.RouteNone
	default:
		if isPeer && p.ip != "" {
			ev.Route = event.RouteMX
		}
	}
	if isPeer && remote(ev.Route) {
		ev.ConnKept = true // mci.c
		p.called(ev)       // a name of more than 40 characters has "..." in its middle: providers are told by the tail
	}
}
