// Package chasquid reads the mail log of chasquid (internal/maillog/maillog.go), and what its server says of refused commands in its own
// log (internal/smtpsrv/conn.go).
package chasquid

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of chasquid.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "chasquid" }

// Claims takes its tag.
func (Parser) Claims(program string) bool { return program == "chasquid" }

// Probe recognises lines of a mail log in a file: an id or an address and port, and fixed words.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	word, rest, ok := scan.Cut(h.Text, ' ')
	switch {
	case !ok:
		return false
	case strings.HasPrefix(h.Text, "daemon listening on "):
		return true
	case isID(word):
		return strings.HasPrefix(rest, "from=") && (strings.Contains(rest, " queued ip=") ||
			strings.HasSuffix(rest, " all done") || strings.HasSuffix(rest, " sent") ||
			strings.Contains(rest, " failed (") || strings.Contains(rest, " completed loop, next in "))
	case strings.HasPrefix(rest, "rejected"), strings.HasPrefix(rest, "auth succeeded for "), strings.HasPrefix(rest, "auth failed for "):
		var ev event.Event
		return endpoint(&ev, word)
	}
	return false
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	kind := parse(ev, h.Text)
	if kind == event.KindNone {
		ev.QueueID, ev.UniqueID, ev.Scope, ev.Role = "", false, event.ScopeNone, event.RoleUnknown
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

func parse(ev *event.Event, s string) event.Kind {
	if strings.HasPrefix(s, "daemon listening on ") {
		ev.Argument = s
		return event.KindLifecycle
	}
	if i := strings.Index(s, "SMTP.Conn "); i >= 0 && i < 40 && (strings.HasPrefix(s, "_ ") || strings.HasPrefix(s, "E ") || i == 0) {
		return complaint(ev, s[i+len("SMTP.Conn "):])
	}
	word, rest, ok := scan.Cut(s, ' ')
	switch {
	case !ok:
		return event.KindNone
	case isID(word):
		return message(ev, word, rest)
	case endpoint(ev, word):
		return client(ev, rest)
	}
	return event.KindNone
}

// isID says whether a word is a message's id: eight random bytes in base64 for URLs, so it does not come again.
func isID(s string) bool {
	if len(s) != 11 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsLetter(c) && !scan.IsDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// endpoint reads "192.0.2.1:57942" or "[2001:db8::1]:57942": a client by its port.
func endpoint(ev *event.Event, s string) bool {
	ip, port, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(port)
	if inner, rest, bracketed := scan.Between(ip, '[', ']'); bracketed && rest == "" {
		ip = inner
	}
	if !ok || !digits || n > 65535 || strings.Trim(ip, "0123456789abcdefABCDEF.:%") != "" || !strings.ContainsAny(ip, ".:") {
		return false
	}
	ev.PeerIP, ev.PeerPort, ev.Role = ip, int(n), event.RoleServer
	return true
}

// client reads "auth failed for ann@domain.example" and "rejected from=a@b to=[c@d] - relay not allowed".
func client(ev *event.Event, s string) event.Kind {
	if user, ok := strings.CutPrefix(s, "auth succeeded for "); ok {
		ev.Command, ev.AuthResult, ev.User = "AUTH", "success", user
		return event.KindAuth
	}
	if user, ok := strings.CutPrefix(s, "auth failed for "); ok {
		ev.Command, ev.AuthResult = "AUTH", "failure"
		ev.HideLogin(user) // it may be a password
		return event.KindAuth
	}
	s, ok := strings.CutPrefix(s, "rejected")
	if !ok {
		return event.KindNone
	}
	if rest, ok := strings.CutPrefix(s, " from="); ok {
		end := strings.Index(rest, " to=[")
		if end < 0 {
			end = strings.LastIndex(rest, " - ")
		}
		if end < 0 {
			return event.KindNone
		}
		ev.MailFrom, s = envelope(rest[:end]), rest[end:]
	}
	if rest, ok := strings.CutPrefix(s, " to=["); ok {
		list, tail, ok := strings.Cut(rest, "] - ")
		if !ok {
			return event.KindNone
		}
		recipients(ev, list)
		ev.Text = tail
		switch tail { // its other refusals may be of the data
		case "local user does not exist", "relay not allowed":
			ev.Command = "RCPT"
		}
	} else if why, ok := strings.CutPrefix(s, " - "); ok {
		ev.Text = why
	} else {
		return event.KindNone
	}
	if len(ev.RcptList) > 0 { // after the data
		ev.Command = event.CommandEOM
	}
	return event.KindReject
}

func envelope(s string) string {
	if s == "" || s == "<>" {
		return "<>"
	}
	return s
}

// recipients takes "c@d e@f" apart.
func recipients(ev *event.Event, list string) {
	if strings.IndexByte(list, ' ') < 0 {
		ev.RcptTo = list
		return
	}
	for list != "" {
		var to string
		to, list = scan.Word(list)
		if to != "" {
			ev.RcptList = append(ev.RcptList, to)
		}
	}
}

// message reads "from=a@b queued ip=192.0.2.1:57942 to=[c@d]", "from=a@b to=c@d sent", "... failed (temporary): why", "from=a@b all done"
// and "from=a@b completed loop, next in 1m55s".
func message(ev *event.Event, id, s string) event.Kind {
	s, ok := strings.CutPrefix(s, "from=")
	if !ok {
		return event.KindNone
	}
	from, rest, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	ev.QueueID, ev.UniqueID, ev.MailFrom = id, true, envelope(from)
	if from == "" {
		ev.MailFrom = "<>"
	}
	switch {
	case rest == "all done":
		return event.KindMessageRemoved
	case strings.HasPrefix(rest, "completed loop, next in "):
		ev.Argument = rest
		return event.KindMessageQueued
	case strings.HasPrefix(rest, "queued ip="):
		return queued(ev, rest[len("queued ip="):])
	}
	rest, ok = strings.CutPrefix(rest, "to=")
	if !ok {
		return event.KindNone
	}
	to, verdict, ok := scan.Cut(rest, ' ')
	if !ok {
		return event.KindNone
	}
	ev.RcptTo, ev.Tried = to, event.Yes
	if verdict == "sent" {
		ev.Status = event.StatusDelivered
		return event.KindDelivery
	}
	if why, ok := strings.CutPrefix(verdict, "failed (temporary): "); ok {
		ev.Status = event.StatusDeferred
		return failed(ev, why)
	}
	if why, ok := strings.CutPrefix(verdict, "failed (permanent): "); ok {
		ev.Status = event.StatusBounced
		return failed(ev, why)
	}
	return event.KindNone
}

// queued may be written behind the first deliveries: it comes from another goroutine.
func queued(ev *event.Event, s string) event.Kind {
	peer, list, ok := strings.Cut(s, " to=[")
	list, closed := strings.CutSuffix(list, "]")
	if !ok || !closed {
		return event.KindNone
	}
	endpoint(ev, peer)
	ev.Role = event.RoleUnknown
	recipients(ev, list)
	ev.RecipientCount = max(1, len(ev.RcptList))
	ev.First = true
	return event.KindMessageReceived
}

// failed reads Go's words about a courier: "MAIL 550 5.1.8 Sender rejected", "Could not find mail server: ...", "550 5.1.1 no"
// (internal/courier/smtp.go).
func failed(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	switch {
	case strings.HasPrefix(s, "Could not find mail server: "):
		ev.ErrorType, ev.Tried = "host_not_found", event.No
	case strings.HasPrefix(s, "Could not dial: "):
		ev.Command = event.CommandConnect
		ev.ErrorType = errno.TypeFold(s[strings.LastIndex(s, ": ")+len(": "):])
		if strings.HasSuffix(s, "i/o timeout") {
			ev.ErrorType = errno.Timeout
		}
	case strings.HasPrefix(s, "TLS error: "):
		ev.Command, ev.ErrorType = "STARTTLS", "tls_handshake"
	}
	words := s
	for _, c := range [...]struct{ words, command string }{
		{"MAIL+RCPT ", ""},
		{"MAIL ", "MAIL"},
		{"RCPT TO ", "RCPT"},
		{"RCPT ", "RCPT"},
		{"DATA closing ", event.CommandEOM},
		{"DATA ", "DATA"},
		{"Error saying hello: ", "EHLO"},
	} {
		if rest, ok := strings.CutPrefix(s, c.words); ok {
			ev.Command, words = c.command, rest
			break
		}
	}
	if r, ok := reply.Parse(words); ok {
		r.Into(ev)
		ev.Argument = ""
	}
	return event.KindDelivery
}

// complaint reads "192.0.2.1:34660: error: RCPT failed: 550  5.1.1 Destination address is unknown" of the server's own log.
func complaint(ev *event.Event, s string) event.Kind {
	peer, s, ok := strings.Cut(s, ": error: ")
	if !ok || !endpoint(ev, peer) {
		return event.KindNone
	}
	if s == "too many errors, breaking connection" {
		ev.EndHint, ev.Argument = event.EndServerClosed, s
		return event.KindWarning
	}
	word, rest, ok := strings.Cut(s, " failed: ")
	if !ok {
		return event.KindNone
	}
	if verb, known := event.VerbOf(word); known {
		ev.Command = verb.String()
	}
	code, words, ok := strings.Cut(rest, "  ")
	n, digits := scan.Int(code)
	if !ok || !digits || n < 200 || n > 599 {
		return event.KindNone
	}
	ev.Code, ev.Class = int(n), code[0]
	ev.Enhanced, ev.Text = reply.Enhanced(words, ev.Class)
	return event.KindReply
}
