// Package ssmtp reads the log lines of sSMTP (ssmtp.c), which hands each mail to a hub and has no queue.
package ssmtp

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of sSMTP.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "ssmtp" }

// Claims takes its tag.
func (Parser) Claims(program string) bool { return program == "sSMTP" }

// Probe recognises nothing: only the tag tells.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line. The conversation that Debug=YES writes, the login and the mail in it, without a word of who speaks, is nobody's: logins are hidden where nobody
// understands a line, too (internal/secrets).
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon = h.Program
	kind := parse(ev, h.Text)
	if kind == event.KindNone {
		kind = setting(ev, h.Text)
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	ev.Kind, ev.Role = kind, event.RoleClient
	return event.Parsed
}

func parse(ev *event.Event, s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "Sent mail for "):
		return sent(ev, s[len("Sent mail for "):])
	case strings.HasPrefix(s, "RCPT TO:<"):
		return recipient(ev, s[len("RCPT TO:"):])
	case s == "Creating SSL connection to host":
		ev.Argument = s
		return event.KindLifecycle
	case strings.HasPrefix(s, "SSL connection using "):
		ev.TLSCipher = s[len("SSL connection using "):]
		ev.TLS = event.Yes
		return event.KindTLS
	case strings.HasPrefix(s, "Invalid response"), s == "SSL not working", s == "No SSL support initiated":
		ev.Argument = s
		return event.KindWarning
	case strings.HasPrefix(s, `Unable to connect to "`):
		host, port, ok := strings.Cut(s[len(`Unable to connect to "`):], `" port `)
		n, digits := scan.Int(strings.TrimSuffix(port, "."))
		if !ok || !digits || n > 65535 {
			return event.KindNone
		}
		ev.ServerAddress, ev.ServerPort, ev.Command, ev.Argument = host, int(n), event.CommandConnect, s
		return event.KindConnect
	case strings.HasPrefix(s, "Unable to locate "):
		ev.ServerAddress, ev.Command, ev.ErrorType = s[len("Unable to locate "):], event.CommandConnect, "host_not_found"
		return event.KindConnect
	case strings.HasPrefix(s, "Cannot open "): // behind one of the two
		ev.Argument = s
		return event.KindWarning
	}
	for _, login := range failedLogins {
		if rest, ok := strings.CutPrefix(s, login.words); ok {
			return failedLogin(ev, login.mechanism, rest)
		}
	}
	r, ok := reply.Parse(s)
	if !ok || r.Class() < '4' { // the others are of a conversation
		return event.KindNone
	}
	r.Into(ev) // to MAIL, DATA or the dot
	ev.TextJoined, ev.MoreLines = false, r.More
	return event.KindReply
}

// sent reads "ann@domain.example (221 2.0.0 Bye) uid=0 username=root outbytes=307": the sender, not the recipients.
func sent(ev *event.Event, s string) event.Kind {
	from, s, ok := strings.Cut(s, " (")
	i := strings.LastIndex(s, ") uid=")
	if !ok || i < 0 || strings.IndexByte(from, ' ') >= 0 {
		return event.KindNone
	}
	if r, ok := reply.Parse(s[:i]); ok {
		r.Into(ev)
		ev.Command, ev.TextJoined = "QUIT", false
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	if _, size, ok := strings.Cut(s[i:], " outbytes="); ok {
		ev.Size, ev.HasSize = scan.Int(size)
	}
	return event.KindReply
}

// recipient reads "<x@remote.example> (550 5.1.1 no)": all of the mail fails with it. Without words the connection broke off.
func recipient(ev *event.Event, s string) event.Kind {
	to, s, ok := scan.Angle(s)
	words, open := strings.CutPrefix(s, " (")
	words, closed := strings.CutSuffix(words, ")")
	if !ok || !open || !closed {
		return event.KindNone
	}
	ev.RcptTo, ev.Command, ev.Tried, ev.Route, ev.Direction = to, "RCPT", event.Yes, event.RouteRelayhost, event.DirectionOutbound
	ev.Status = event.StatusBounced
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
		ev.TextJoined = false
		if ev.Class == '4' {
			ev.Status = event.StatusDeferred
		}
		return event.KindDelivery
	}
	ev.Status, ev.ErrorType = event.StatusDeferred, "connection_lost"
	return event.KindDelivery
}

// failedLogins begin what is said of a login that the hub refused: "Authorization failed (535 5.7.8 no)".
var failedLogins = [...]struct{ words, mechanism string }{
	{"Authorization failed (", ""},
	{"Server didn't like our AUTH LOGIN (", "LOGIN"},
	{"Server didn't accept AUTH LOGIN (", "LOGIN"},
	{"Server rejected AUTH CRAM-MD5 (", "CRAM-MD5"},
}

// failedLogin reads what the hub answered. The mail is its caller's again, and nothing here says whom it was for.
func failedLogin(ev *event.Event, mechanism, s string) event.Kind {
	words, ok := strings.CutSuffix(s, ")")
	if !ok {
		return event.KindNone
	}
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
		ev.TextJoined = false
	}
	ev.Command, ev.AuthMechanism, ev.AuthResult = "AUTH", mechanism, "failure"
	return event.KindAuth
}
