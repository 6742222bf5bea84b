package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// explain reads the words behind a verdict, or behind a host that gave trouble: the remote server's answer, what broke, or Exim's own
// reason.
func explain(ev *event.Event, text string) {
	switch {
	case text == "":
	case answered(ev, text):
	case broken(ev, text):
	case scan.Begins(text, notTried[:]...):
		ev.Tried = event.No
		ev.Argument = text
	default:
		ev.Argument = text
		if ev.ErrorType = lookupError(text); ev.ErrorType == "" {
			ownWords(ev, text)
		}
		if ev.ErrorType == "host_not_found" && ev.Route == event.RouteNone { // the way that was tried, though there is no host on it
			ev.Route, ev.Direction = event.RouteMX, event.DirectionOutbound
		}
	}
}

// notTried begins what is said of an address that a run did not try (src/deliver.c, src/retry.c, src/transports/smtp.c; -qql, -odqs).
var notTried = [...]string{
	"retry time not reached", "Retry time not yet reached", "some host address lookups failed and retry time not reached",
	"connection limit reached for all hosts", "concurrency limit reached", "domain matches queue_", "domain is held",
	"SMTP delivery explicitly queued", "first-pass only routing", "remote deliveries ", "queue_remote option set",
}

// answered reads "SMTP error from remote mail server after RCPT TO:<a@b>: 550 ...", with "pipelined " in front of a command that was not
// waited for (src/transports/smtp.c check_response), "LMTP error after ..." and "PRDR error after ..." (src/transports/lmtp.c, smtp.c),
// and "remote mailer ... : host name [ip]: 550" of old versions. Lines of an answer are joined by \n.
func answered(ev *event.Event, text string) bool {
	rest, ok := after(text, "SMTP error from remote mail")
	forOne := !ok // of several recipients, each of which has an answer to the data
	if ok {
		if rest, ok = after(rest, " server after "); !ok {
			if rest, ok = after(text, "SMTP error from remote mailer after "); !ok {
				return false
			}
		}
	} else if rest, ok = after(text, "LMTP error after "); !ok {
		if rest, ok = after(text, "PRDR error after "); !ok {
			return false
		}
	}
	rest, ok = command(ev, rest)
	if !ok {
		return false
	}
	if forOne && ev.Command == "DATA" && ev.PeerIP != "" { // src/transports/lmtp.c knows no host, and has other words for the end of data
		ev.Command = event.CommandEOM
	}
	words, ok := after(rest, ": ")
	if !ok {
		return false
	}
	if host, found := after(words, "host "); found { // Exim 4.80 and before
		p, tail, isPeer := takePeer(host)
		if tail, colon := after(tail, ": "); isPeer && colon {
			if ev.PeerIP == "" {
				p.called(ev)
			}
			words = tail
		}
	}
	if r, isReply := reply.Parse(words); isReply {
		r.Into(ev)
	} else {
		ev.Text = words
	}
	ev.Role = event.RoleClient
	return true
}

// command takes the command that was answered off the front: as it was sent, or a word for the stage.
func command(ev *event.Event, s string) (rest string, ok bool) {
	s = strings.TrimPrefix(s, "pipelined ")
	for _, c := range [...][2]string{
		{"initial connection", event.CommandConnect},
		{"sending data block", "DATA"},
		{"end of data", event.CommandEOM},
		{"end of DATA", event.CommandEOM},
		{"DATA", "DATA"},
		{"STARTTLS", "STARTTLS"},
		{"RSET", "RSET"},
		{"QUIT", "QUIT"},
		{"NOOP", "NOOP"},
		{"final BDAT", event.CommandEOM},
	} {
		if rest, ok := after(s, c[0]); ok && (rest == "" || rest[0] == ':' || rest[0] == ' ') {
			if behind, found := after(rest, " ("); found { // "(n bytes written)"
				if _, tail, closed := scan.Cut(behind, ')'); closed {
					rest = tail
				}
			}
			ev.Command = c[1]
			return rest, true
		}
	}
	verb, rest, _ := scan.Cut(s, ' ')
	v, known := event.VerbOf(verb)
	if !known {
		return s, false
	}
	ev.Command = v.String()
	switch v {
	case event.VerbMAIL, event.VerbRCPT:
		path := rest[strings.IndexByte(rest, ':')+1:]
		to, tail, ok := scan.Angle(path)
		if !ok {
			return s, false
		}
		if v == event.VerbRCPT && ev.RcptTo == "" {
			ev.RcptTo = to
		}
		rest = tail
	case event.VerbBDAT: // "BDAT 100 LAST"
		if strings.Contains(rest[:indexOf(rest, ":")], "LAST") {
			ev.Command = event.CommandEOM
		}
	}
	return rest[indexOf(rest, ": "):], true
}

// indexOf is where part begins, or the end.
func indexOf(s, part string) int {
	if i := strings.Index(s, part); i >= 0 {
		return i
	}
	return len(s)
}

// broken reads what ended a conversation without an answer (src/transports/smtp.c check_response, src/smtp_out.c, src/tls-gnu.c,
// src/tls-openssl.c).
func broken(ev *event.Event, text string) bool {
	for _, b := range [...][2]string{
		{"Remote host closed connection in response to ", "connection_lost"},
		{"SMTP timeout after ", "timeout"},
		{"SMTP timeout while connected to ", "timeout"},
		{"LMTP timeout after ", "timeout"},
		{"LMTP connection closed after ", "connection_lost"},
		{"Malformed SMTP reply in response to ", ""},
		{"Malformed SMTP reply (an empty line) in response to ", ""},
	} {
		if rest, ok := after(text, b[0]); ok {
			command(ev, rest)
			if ev.ErrorType, ev.Role = b[1], event.RoleClient; b[1] == "" {
				ev.Reason = "protocol_error"
			}
			return true
		}
	}
	if call, ok := after(text, "TLS error on connection "); ok && isTransfer(call) {
		ev.ErrorType, ev.Argument, ev.Role = "connection_lost", text, event.RoleClient
		return true
	}
	if strings.HasPrefix(text, "TLS error on connection") || strings.HasPrefix(text, "TLS session: ") ||
		strings.HasPrefix(text, "a TLS session is required") || strings.HasPrefix(text, "failure while setting up TLS session") ||
		strings.HasPrefix(text, "DANE error") {
		ev.ErrorType, ev.Argument = "tls_handshake", text
		return true
	}
	return false
}

// lookupError knows the sentences about hosts that cannot be found (src/routers/dnslookup.c, src/routers/rf_lookup_hostlist.c).
func lookupError(text string) string {
	switch {
	case strings.HasPrefix(text, "host lookup did not complete"),
		strings.HasPrefix(text, "all relevant MX records point to non-existent hosts"),
		strings.HasPrefix(text, "an MX or SRV record indicated no SMTP service"), strings.HasPrefix(text, "lookup of host "),
		strings.HasPrefix(text, "all host address lookups"), strings.HasPrefix(text, "couldn't find host "),
		strings.HasPrefix(text, "Unrouteable mail domain"), strings.HasPrefix(text, "host ") && strings.HasSuffix(text, " not found"):
		return "host_not_found"
	}
	return errno.Type(text)
}

// errno reads the number of a deferral: the system's, or one of Exim's own below zero (src/macros.h).
func (d *delivery) errno(ev *event.Event, number, words, text string) {
	switch number {
	case "-52", "-53", "-54", "-55", "-56", "-57", "-23": // retry time not reached, local delivery only, domain queued or held
		ev.Tried = event.No
	default:
		ownNumber(ev, number)
	}
	if words == "" {
		return
	}
	if words == "Disk quota exceeded" {
		ev.Reason = "mailbox_full"
	}
	errorType(ev, errno.Type(words))
	if text == "" {
		ev.Argument = words
	}
}

// errorType keeps what the words said already, and what a server answered.
func errorType(ev *event.Event, e string) {
	if ev.ErrorType == "" && ev.Code == 0 {
		ev.ErrorType = e
	}
}
