package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
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
		list = append(list, bare(to))
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

// finish reads the status and what it says with the fields before it.
func finish(ev *event.Event, r *record, stat string) event.Kind {
	if r.mailer == "" && !r.tried && !strings.HasPrefix(stat, "queued") &&
		!strings.HasPrefix(stat, "quarantined") && !strings.HasPrefix(stat, "Deferred") && r.words == "" {
		return undelivered(ev, stat)
	}
	ev.Tried = event.TriOf(r.tried)
	route(ev, r)
	word, text := stat, ""
	if i := strings.IndexAny(stat, ":("); i > 0 {
		word = strings.TrimRight(stat[:i], " ")
		text = stat[i:]
	}
	switch word {
	case "Sent":
		sent(ev, r, text)
	case "Deferred", "queued", "Temporary failure", "Temporary AUTH failure":
		ev.Status = event.StatusDeferred
		text = strings.TrimLeft(text, ": ")
		if r.words == "" {
			r.words = text
		}
		explain(ev, r)
	case "quarantined":
		ev.Status, ev.Tried = event.StatusHeld, event.No
	case "discarded":
		ev.Status, ev.Tried = event.StatusDiscarded, event.No
	default:
		if ev.Status = byCode(ev.DSN, word); ev.Status == event.StatusNone {
			return event.KindNone // cut short
		}
		if r.words == "" {
			r.words = stat
		}
		explain(ev, r)
	}
	if ev.Status == event.StatusDeferred &&
		(stat == "Deferred" && r.words == "" || isRemembered(ev, stat)) && remote(ev.Route) && ev.PeerIP == "" {
		ev.Tried = event.No // the host was found busy or dead for another recipient shortly before (mci.c)
	}
	if ev.Tried == event.No && ev.Scope == event.ScopePeer {
		ev.Scope = event.ScopeNone // nobody was called
	}
	return event.KindDelivery
}

// isRemembered says whether the words are of a connection that broke for another message of the same run: of one of its own the host's
// address would be known, and a timeout would have taken time.
func isRemembered(ev *event.Event, stat string) bool {
	if ev.Delays.Has&event.DelayTransmission == 0 || ev.Delays.Transmission != 0 {
		return false
	}
	return strings.HasPrefix(stat, "Deferred: Connection reset by ") || strings.HasPrefix(stat, "Deferred: Connection timed out with ")
}

// byCode reads a failure's status from the writer's own code, or from the sentence for a mailer's exit status (libsm/sysexits.c).
func byCode(dsn, sentence string) event.Status {
	const quarantined = "quarantined"
	switch {
	case strings.HasPrefix(quarantined, sentence): // cut short
		return event.StatusNone
	case strings.HasPrefix(dsn, "5"):
		return event.StatusBounced
	case strings.HasPrefix(dsn, "4"):
		return event.StatusDeferred
	}
	switch sentence {
	case "User unknown", "Host unknown", "Service unavailable", "Data format error",
		"Bad usage", "Cannot open input", "Internal error", "Operating system error",
		"System file missing", "Can't create output", "I/O error", "Remote protocol error",
		"Insufficient permission", "Local configuration error", "Permission denied":
		return event.StatusBounced
	}
	return event.StatusNone
}

// undelivered is a recipient of a transaction that came to nothing: RSET, a refusal of the data (srvrsmtp.c, logundelrcpts). It was never
// in the queue, so this is no verdict on a delivery.
func undelivered(ev *event.Event, stat string) event.Kind {
	switch stat {
	case "discarded": // the whole message, by a rule or a filter
		ev.Role, ev.Route = event.RoleServer, event.RouteDiscard
		return event.KindMessageDiscarded
	case "RSET", "aborted by sender", "EHLO", "HELO":
		ev.Argument = stat
		ev.Role = event.RoleServer
		return event.KindMessageAborted
	}
	served(ev)
	ev.Command = event.CommandEOM
	if r, ok := reply.Parse(stat); ok {
		r.Into(ev)
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
	} else {
		ev.Text = stat
	}
	return event.KindReject
}

// sent reads " (words of the server)": the reply without its codes (usersmtp.c, smtpdata).
func sent(ev *event.Event, r *record, text string) {
	ev.Status = event.StatusDelivered
	switch {
	case ev.Route == event.RouteDiscard:
		ev.Status = event.StatusDiscarded
	case r.mailer == "*file*" && ev.RcptTo == "/dev/null":
		ev.Status = event.StatusDiscarded
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "("), " ")
	text = strings.TrimSuffix(text, ")")
	ev.Enhanced, ev.Text = reply.Enhanced(text, '2') // there when the server had not announced it
	text = ev.Text
	if remote(ev.Route) {
		ev.Class, ev.Command = '2', event.CommandEOM // the answer to the dot
		reply.Accept(ev, text)
	}
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

// explain reads why a recipient was not delivered.
func explain(ev *event.Event, r *record) {
	words := r.words
	if words == "" {
		return
	}
	rep, ok := reply.Parse(words)
	text := words
	if ok {
		text = rep.Text
	}
	if ev.ErrorType = breakage(text); ev.ErrorType != "" && (!ok || isBroken(text)) || !ok || !r.tried || isOwn(rep.Code, text) {
		if _, words, found := strings.Cut(text, ": "); found && !ok && ev.ErrorType == "" { // "host: No route to host"
			ev.ErrorType = errno.Type(words)
		}
		ev.Argument = text // Sendmail's own words, also where it puts a code in front of them
		return
	}
	ev.ErrorType = ""
	rep.Into(ev)
	ev.TextJoined = rep.Joined()
	ev.Truncated = rep.More && !ev.TextJoined // Sendmail writes the first line; who relays its words may have joined them all
}

// isBroken says whether words behind a code are Sendmail's for a connection that broke: the host stands behind those of the system (conf.c,
// sm_errstring). A server's reply may begin alike: "554 Connection refused. This IP address is listed".
func isBroken(text string) bool {
	return errno.Type(text) == "" || strings.HasPrefix(text, "Connection re") && strings.Contains(text, " by ") ||
		strings.HasPrefix(text, "Connection timed out with ")
}

// isOwn knows replies that Sendmail makes up for what happened on its side (deliver.c: 403 for TLS, usersmtp.c).
func isOwn(code int, text string) bool {
	return code == 403 || code < 400 || text == "User unknown" || strings.HasPrefix(text, "reply: read error")
}

// breakage says what broke before any answer (deliver.c, mailer exit status; usersmtp.c, reply; sysexits.c).
func breakage(text string) string {
	switch {
	case strings.HasPrefix(text, "timeout waiting for input from "), strings.HasPrefix(text, "Timeout waiting for input from "),
		strings.HasPrefix(text, "Operation now in progress"):
		return errno.Timeout
	case strings.HasPrefix(text, "reply: read error from "), strings.HasPrefix(text, "Connection closed by "),
		strings.HasPrefix(text, "lost connection"):
		return errno.Lost
	case strings.HasPrefix(text, "Name server: "), strings.HasPrefix(text, "Host unknown"):
		return "host_not_found"
	case strings.HasPrefix(text, "TLS handshake failed"), strings.HasPrefix(text, "encryption "),
		strings.HasPrefix(text, "authentication required, verify="):
		return "tls_handshake"
	}
	return errno.Type(text) // "Connection refused by host": errno's words first (conf.c, sm_errstring)
}
