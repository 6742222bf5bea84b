package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

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
	if said := strings.TrimLeft(text, ": "); outlived(ev, r.words) || r.words == "" && outlived(ev, said) {
		if r.words = ""; outlived(ev, said) {
			stat, text = word, ""
		}
	}
	exit := r.words == "" && !remote(ev.Route) && isExit(stat) &&
		(stat != "Service unavailable" || ev.DSN == "" || ev.DSN == "5.0.0") // with another one it is what a mailer answered that speaks LMTP
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
		if r.words == "" && !saysNothing(ev, stat) {
			r.words = stat
		}
		explain(ev, r)
	}
	if remote(ev.Route) && ev.Command == "" {
		inferCommand(ev, r, stat)
	}
	if ev.Code == 0 && (exit || stat == configError) {
		ev.ErrorType = errno.Local
	}
	if stat == configError && remote(ev.Route) && ev.PeerIP == "" {
		ev.Tried = event.No // the domain's own MX record leads back here
	}
	if stat == "Deferred" && r.words == "" && ev.DSN == "4.4.2" && ev.PeerIP != "" && r.tried {
		ev.ErrorType = errno.Lost // usersmtp.c, reply: any other failure has left its number, and words
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

// outlived says whether an answer is an earlier one, that decided nothing: to EHLO where HELO was taken then, to STARTTLS, of the host before. The verdict
// is about a connection that failed behind it, and has a status code that stands for no reply (usersmtp.c, smtptodsn; daemon.c, makeconnection).
func outlived(ev *event.Event, words string) bool {
	if !strings.HasPrefix(ev.DSN, "4.4.") || !remote(ev.Route) {
		return false
	}
	rep, ok := reply.Parse(words)
	return ok && !rep.More && writtenCode(words) != ev.DSN && breakage(rep.Text) == ""
}

// isRemembered says whether the words are of a connection that failed or broke shortly before, for this message or another one (mci.c): of
// one of its own the host's address would be known (deliver.c, makeconnection sets it), and a timeout would have taken time.
func isRemembered(ev *event.Event, stat string) bool {
	if ev.Delays.Has&event.DelayTransmission == 0 || ev.Delays.Transmission != 0 {
		return false
	}
	words, ok := strings.CutPrefix(stat, "Deferred: ")
	if !ok {
		return false
	}
	switch errno.Type(words) {
	case errno.Refused, errno.Lost, errno.Timeout, errno.NoRoute:
		return true
	}
	return false
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
	if sentence == "User unknown" || sentence == "Permission denied" || sentence != "Deferred" && isExit(sentence) {
		return event.StatusBounced
	}
	return event.StatusNone
}

// configError is said of mail that leads back to this host: by the domain's MX records, or by the name that the next host greets with.
const configError = "Local configuration error"

// saysNothing knows the sentence for every refusal of another host that has none of its own: the status code says more than it
// (usersmtp.c: a reply of class 5 is EX_UNAVAILABLE).
func saysNothing(ev *event.Event, words string) bool {
	return words == "Service unavailable" && remote(ev.Route)
}

// isExit says whether the sentence is all that there is to say of the exit status of a mailer of this host that failed, whoever the mail was
// for (libsm/sysexits.c, but for EX_NOUSER).
func isExit(sentence string) bool {
	switch sentence {
	case "Bad usage", "Data format error", "Cannot open input", "Host unknown", "Service unavailable", "Internal error",
		"Operating system error", "System file missing", "Can't create output", "I/O error", "Deferred", "Remote protocol error",
		"Insufficient permission", configError:
		return true
	}
	return false
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
