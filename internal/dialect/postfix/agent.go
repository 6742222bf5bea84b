package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// agent reads what a delivery agent says about a queue id: verdicts, and what one host answered before there is a verdict.
func agent(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "to="); ok {
		return verdictLine(ev, rest)
	}
	return trouble(ev, s)
}

// verdictLine is "to=<a>, orig_to=<b>, relay=c, conn_use=2, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (text)"
// (src/global/log_adhoc.c). Before Postfix 2.3 there was no delays= and dsn=.
func verdictLine(ev *event.Event, s string) event.Kind {
	var ok bool
	if ev.RcptTo, s, ok = recipient(s); !ok {
		return event.KindNone
	}
	if rest, found := after(s, ", orig_to="); found {
		if ev.OrigRcptTo, s, ok = recipient(rest); !ok {
			return event.KindNone
		}
	}

	// key=value up to the status, also keys of later versions
	relay, hasRelay := "", false
	s, _ = after(s, ", ")
	for !strings.HasPrefix(s, "status=") {
		pair, rest, more := strings.Cut(s, ", ")
		if !more {
			return event.KindNone
		}
		key, value, _ := scan.Cut(pair, '=')
		if key == "relay" && !hasRelay {
			relay, hasRelay = value, true
		}
		measure(ev, key, value)
		s = rest
	}
	if !hasRelay {
		return event.KindNone
	}

	// status=word (text)
	word, text, _ := scan.Cut(s[len("status="):], ' ')
	text = scan.TrimRight(text)
	cut := false
	if n := len(text); n >= 2 && text[0] == '(' && text[n-1] == ')' && !isCutWithin(text) {
		text = text[1 : n-1]
	} else if n > 0 && text[0] == '(' {
		text, cut = text[1:], true // by a line limit
	}
	if !status(ev, word) {
		return event.KindNone
	}
	ev.Tried = event.Yes
	route(ev, relay, text)
	explain(ev, text)
	if cut && !strings.Contains(text, inReply) && cutPhrase(text) == 0 {
		shorten(ev)
	}
	switch ev.Daemon {
	case "error", "retry", "qmgr", "oqmgr", "nqmgr": // the last three where there is no transport to hand it to
		ev.Tried = event.No
	case "cleanup": // it refuses the message as a whole, and no queue manager ever sees it (src/cleanup/cleanup_bounce.c)
		ev.Tried, ev.NoEnd, ev.MayExpand = event.No, true, true
	}
	return event.KindDelivery
}

// recipient takes "<address>" off the front, or an address without brackets as old versions write it.
func recipient(s string) (addr, rest string, ok bool) {
	if addr, rest, ok = scan.Angle(s); ok {
		return addr, rest, strings.HasPrefix(rest, ", ")
	}
	i := strings.Index(s, ", ")
	if i < 1 || s[0] == '<' {
		return "", s, false
	}
	return s[:i], s[i:], true
}

func measure(ev *event.Event, key, value string) {
	switch key {
	case "conn_use":
		n, _ := scan.Int(value)
		ev.ConnUse = int(n)
	case "delay":
		if d, ok := scan.Float(value); ok {
			ev.Delays.Total = d
			ev.Delays.Has |= event.DelayTotal
		}
	case "delays":
		delays(ev, value)
	case "dsn":
		ev.DSN = value
	case "tls":
		ev.TLSPolicy = value
	}
}

// delays is "before/queue/setup/transmission" (src/global/log_adhoc.c, RELEASE_NOTES 2.3).
func delays(ev *event.Event, s string) {
	to := [...]*float64{&ev.Delays.BeforeQueue, &ev.Delays.InQueue, &ev.Delays.ConnectionSetup, &ev.Delays.Transmission}
	has := [...]event.DelayMask{event.DelayBeforeQueue, event.DelayInQueue, event.DelayConnectionSetup, event.DelayTransmission}
	for i := range to {
		var part string
		part, s, _ = scan.Cut(s, '/')
		d, ok := scan.Float(part)
		if !ok {
			return
		}
		*to[i] = d
		ev.Delays.Has |= has[i]
	}
}

// status maps the words of src/global/{sent,defer,bounce,verify}.c.
func status(ev *event.Event, word string) bool {
	switch word {
	case "sent":
		ev.Status = event.StatusDelivered
	case "deferred", "SOFTBOUNCE":
		ev.Status = event.StatusDeferred
	case "bounced":
		ev.Status = event.StatusBounced
	case "deliverable":
		ev.Status, ev.MessageKind = event.StatusDelivered, event.MessageProbe
	case "undeliverable", "undeliverable-but-not-cached":
		ev.Status, ev.MessageKind = event.StatusBounced, event.MessageProbe
	default:
		return false
	}
	return true
}

// route says how the delivery left this queue, from the daemon and the relay that it names.
func route(ev *event.Event, relay, text string) {
	p, _, isPeer := takePeer(relay)
	if isPeer {
		p.called(ev)
	}
	switch ev.Daemon {
	case "smtp", "relay", "":
		ev.Route = event.RouteMX // also with relay=none: the way that was tried, though nobody answered
		switch {
		case isLoopback(p.ip): // no mail exchanger: a filter, a tunnel to a smarthost
			ev.Route = event.RouteRelayhost
		case ev.Service != "relay" && ev.Daemon == "smtp":
			// default_transport, or one beside it: no domain of ours (ADDRESS_CLASS_README); relay_transport may serve such
			ev.Direction = event.DirectionOutbound
		}
	case "lmtp":
		ev.Route = event.RouteLMTP
	case "local", "virtual":
		ev.Route = event.RouteLocal
		if id, ok := after(text, "forwarded as "); ok && isQueueID(id) {
			ev.Route, ev.ChildQueueID = event.RouteForward, id
		}
		if ev.Status == event.StatusDelivered && strings.HasPrefix(text, "delivered to file: /dev/null") {
			ev.Status = event.StatusDiscarded
		}
	case "pipe":
		ev.Route = event.RoutePipe
	case "discard":
		ev.Route = event.RouteDiscard
		if ev.Status == event.StatusDelivered {
			ev.Status = event.StatusDiscarded
		}
	default:
		ev.Route = event.RouteNone
	}
}

func isLoopback(ip string) bool { return ip == "::1" || strings.HasPrefix(ip, "127.") }

// explain reads the text behind the status.
func explain(ev *event.Event, text string) {
	if rest, ok := after(text, "delivery temporarily suspended: "); ok {
		// The words are those of an earlier try of another message: only what broke is taken from them.
		ev.Tried = event.No
		ev.ErrorType = breakage(rest)
		return
	}
	if ev.Status == event.StatusDelivered && (ev.Daemon == "smtp" || ev.Daemon == "lmtp" || ev.Daemon == "relay" || ev.Daemon == "") {
		if r, ok := reply.Parse(text); ok {
			r.Into(ev)
			ev.Command = event.CommandEOM // only the answer to the dot is logged as sent (src/smtp/smtp_proto.c)
			if ev.MessageKind == event.MessageProbe {
				ev.Command = "RCPT" // a probe goes no further
			}
			reply.Accept(ev, r.Text)
		}
		return
	}
	switch ev.Daemon {
	case "local", "pipe", "virtual": // the words may be those of a command that was run (src/global/pipe_command.c)
		if ev.Status != event.StatusDelivered {
			ev.Argument = text
		}
		return
	}
	if said(ev, text) {
		return
	}
	ev.ErrorType = breakage(text)
	if ev.ErrorType != "" && ev.PeerIP == "" {
		refusedHost(ev, text)
	}
}

// said reads "SASL authentication failed; server H[ip] said: 535 ..." (src/smtp/smtp_sasl_glue.c), "host H[ip] said: 550 ... (in reply to
// RCPT TO command)" and "host H[ip] refused to talk to me: 421 ..." (src/smtp/smtp_trouble.c, smtp_proto.c). The first "]" ends the host,
// so words behind it forge nothing; the command stands at the very end, where the writer puts it.
func said(ev *event.Event, text string) bool {
	rest, ok := after(text, "SASL authentication failed; server ")
	if !ok {
		rest, ok = after(text, "SASL [CACHED] authentication failed; server ")
	}
	if ok {
		p, rest, isPeer := takePeer(rest)
		words, isSaid := after(rest, " said: ")
		if !isPeer || !isSaid {
			return false
		}
		server(ev, p)
		ev.Command, ev.AuthResult = "AUTH", "failure"
		answer(ev, words)
		return true
	}
	for _, begin := range [...]string{"TLS is required, but host ", "Sender requested REQUIRETLS, but host "} { // src/smtp/smtp_proto.c
		if rest, ok = after(text, begin); ok {
			return refusedTLS(ev, rest)
		}
	}
	if rest, ok = after(text, "host "); !ok {
		return false
	}
	p, rest, ok := takePeer(rest)
	if !ok {
		return false
	}
	words, isSaid := after(rest, " said: ")
	if !isSaid {
		if words, ok = after(rest, " refused to talk to me: "); !ok {
			return false
		}
	}
	server(ev, p)
	if isSaid {
		words, ev.Command = cutCommand(words)
	}
	answer(ev, words)
	return true
}

// refusedTLS is "H[ip] refused to start TLS: 454 4.7.0 ...".
func refusedTLS(ev *event.Event, s string) bool {
	p, rest, ok := takePeer(s)
	words, refused := after(rest, " refused to start TLS: ")
	if !ok || !refused {
		return false
	}
	server(ev, p)
	ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
	answer(ev, words)
	return true
}

// answer keeps a server's words, with their codes where they have any.
func answer(ev *event.Event, words string) {
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
	} else {
		ev.Text = words
	}
}

// server keeps the host that answered; a delivery's relay= named it already, or another one that was tried last.
func server(ev *event.Event, p peer) {
	if ev.ServerAddress == "" && ev.PeerIP == "" {
		p.called(ev)
	}
}

// inReply begins what stands behind a server's words, to say which command they answer: the writer's, not the server's.
const inReply = " (in reply to "

// cutCommand takes " (in reply to RCPT TO command)" off the end, also where the line was cut within it.
func cutCommand(s string) (words, command string) {
	i := strings.LastIndex(s, inReply)
	if i < 0 {
		return s[:len(s)-cutPhrase(s)], ""
	}
	where, whole := strings.CutSuffix(s[i+len(inReply):], ")")
	where, named := strings.CutSuffix(where, " command")
	if !whole && strings.IndexByte(where, ')') >= 0 { // words of the server
		return s, ""
	}
	if whole || named {
		command = stage(where)
	}
	return s[:i], command
}

// cutPhrase is the length of that phrase's beginning at the end of a line that was cut.
func cutPhrase(s string) int {
	for n := len(inReply) - 1; n > len(" ("); n-- {
		if strings.HasSuffix(s, inReply[:n]) {
			return n
		}
	}
	return 0
}

// isCutWithin says whether the bracket at the end closes another one than the text's: the line was cut behind it.
func isCutWithin(text string) bool {
	i := strings.LastIndex(text, inReply)
	return i >= 0 && !strings.HasSuffix(text, "))") && strings.HasSuffix(text, ")") && strings.Count(text[i:], ")") == 1
}

// shorten marks what was said as cut. An id at the end is not whole.
func shorten(ev *event.Event) {
	if ev.Truncated = ev.Text != ""; strings.HasSuffix(ev.Text, ev.RemoteQueueID) {
		ev.RemoteQueueID = ""
	}
}

// breakage says what broke before any answer (src/smtp/smtp_connect.c, smtp_addr.c, smtp_trouble.c, src/tls).
func breakage(text string) string {
	switch {
	case strings.HasPrefix(text, "connect to "):
		return connectError(text)
	case strings.HasPrefix(text, "lost connection with "):
		return "connection_lost"
	case strings.HasPrefix(text, "conversation with ") && strings.Contains(text, " timed out"):
		return "timeout"
	case strings.HasPrefix(text, "Host or domain name not found"), strings.HasPrefix(text, "Name service error for "),
		strings.HasPrefix(text, "unable to look up host "), strings.HasPrefix(text, "Host not found"):
		return "host_not_found"
	case strings.HasPrefix(text, "Cannot start TLS"), strings.HasPrefix(text, "TLS is required"),
		strings.HasPrefix(text, "Server certificate not "),
		strings.HasPrefix(text, "Sender requested REQUIRETLS, "),
		strings.HasPrefix(text, "client TLS configuration problem"), strings.HasPrefix(text, "TLSA lookup error for "):
		return "tls_handshake"
	}
	return ""
}

// connectError reads "connect to H[ip]:25: Connection refused": behind the host stand the system's words, or, before Postfix 2.3, some of
// Postfix's own.
func connectError(text string) string {
	p, words, ok := takePeer(strings.TrimPrefix(text, "connect to "))
	if !ok {
		return errno.Other
	}
	words = strings.TrimPrefix(words, ": ")
	switch e := errno.Type(words); {
	case p.path != "" && e == errno.Refused: // a socket of this host that nobody serves: no host was asked
		return errno.Local
	case e != "":
		return e
	}
	switch {
	case strings.Contains(words, "timed out"), strings.Contains(words, "timeout"):
		return errno.Timeout
	case strings.HasPrefix(words, "server dropped connection "):
		return errno.Lost
	}
	return errno.Other
}

// refusedHost keeps the host that could not be reached, which relay=none does not name. No conversation came to be.
func refusedHost(ev *event.Event, text string) {
	for _, begin := range [...]string{"connect to ", "lost connection with ", "conversation with "} {
		if rest, ok := after(text, begin); ok {
			if p, _, isPeer := takePeer(rest); isPeer {
				p.called(ev)
				ev.Scope = event.ScopeNone
			}
		}
	}
}
