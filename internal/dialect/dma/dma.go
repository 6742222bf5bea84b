// Package dma reads the log lines of the DragonFly Mail Agent. The comment at each shape names the source file that prints it.
package dma

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of the DragonFly Mail Agent.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "dma" }

// Claims takes its tags.
func (Parser) Claims(program string) bool { return program == "dma" || program == "dma-mbox-create" }

// Probe recognises nothing: its tag holds the message's id, and a line without it says little.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line. The tag's brackets hold the message's id, "25", or a recipient's of it, "25.5584eeaaaf80" (util.c, setlogident).
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Daemon, ev.PID = h.Program, 0
	ev.QueueID, _, _ = scan.Cut(h.TagID, '.')
	if len(ev.QueueID) < len(h.TagID) {
		ev.TryID, ev.RecipientID = h.TagID, h.TagID
	}
	kind := parse(ev, h.Text)
	if kind == event.KindNone {
		ev.QueueID, ev.TryID, ev.RecipientID, ev.Role = "", "", "", event.RoleUnknown
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// family is a kind of line by its beginning.
type family struct {
	words string
	parse func(ev *event.Event, rest string) event.Kind
}

var families = [...]family{
	{"new mail from user=", newMail},
	{"mail to=", queued},
	{"using smarthost (", smarthost},
	{"trying remote delivery to ", trying},
	{"connect to ", unreachable},
	{"socket for ", unreachable},
	{"remote delivery to ", failedAfter},
	{"remote delivery deferred: ", remoteDeferred},
	{"remote delivery deferred", remoteDeferred},
	{"remote delivery failed: ", remoteFailed},
	{"remote delivery succeeded but QUIT failed: ", quitFailed},
	{"local delivery deferred: ", localDeferred},
	{"local delivery failed: ", localFailed},
	{"delivery failed, bouncing as ", bounced},
	{"invalid recipient `", invalid},
	{"Could not perform server greeting at ", greetingFailed},
}

func parse(ev *event.Event, s string) event.Kind {
	if strings.HasPrefix(s, "<") {
		return aboutRecipient(ev, s)
	}
	for i := range families {
		if rest, ok := strings.CutPrefix(s, families[i].words); ok {
			return families[i].parse(ev, rest)
		}
	}
	switch s {
	case "can not bounce a bounce message, discarding": // mail.c
		ev.Status, ev.Tried = event.StatusBounced, event.Open
		return event.KindDelivery
	case "Server greeting successfully completed": // net.c
		ev.Role, ev.Command, ev.Class = event.RoleClient, "EHLO", '2'
		return event.KindReply
	case "SSL initialization successful":
		ev.Role, ev.TLS = event.RoleClient, event.Yes
		return event.KindTLS
	}
	if rest, ok := strings.CutPrefix(s, "in opportunistic TLS mode, STARTTLS not available: "); ok {
		ev.Role, ev.TLS = event.RoleClient, event.No
		answered(ev, "STARTTLS", rest)
		return event.KindTLS
	}
	s = scan.Trim(s)
	for _, w := range sentences {
		if strings.HasPrefix(s, w) {
			ev.Argument = s
			return event.KindWarning
		}
	}
	return event.KindNone
}

// sentences are how its other words begin: what the server can, and what dma itself cannot (dma.c, net.c, crypto.c, spool.c,
// dma-mbox-create.c).
var sentences = [...]string{
	"Server supports ", "Server does not support ", "using SMTP authentication for user ",
	"SMTP login not available. ", "can not daemonize: ", "can not fork: ",
	"could not lock queue file", "lost queue file `", "could not pick up queue file: ",
	"could not acquire queue file: ", "creating mbox for `",
	"successfully created mbox for `", "error creating mbox", "SSL: ", "smarthost authentication: ",
	"non-encrypted SMTP login is disabled", "error creating bounce: ",
	"failed to load fingerprint", "fingerprints do not match", "successfully verified server certificate fingerprint",
	"malformed queue file `", "can not set signal handler: ",
	"can not encode auth reply: ", "can not remove signal handler: ", "cannot execute ", "could not open flush file", "error recovering mbox",
	"hung child while creating mbox ", "child disappeared while creating mbox ", "ignoring unknown queue info `", "reached dead code",
	"Cannot escape leading dot.", "sha256 fingerprint has unexpected length", "Invalid line: ",
}

// newMail reads "root uid=8 envelope_from=<ann@domain.example>" (spool.c).
func newMail(ev *event.Event, s string) event.Kind {
	_, from, ok := strings.Cut(s, " envelope_from=")
	if !ok {
		return event.KindNone
	}
	from, ok = strings.CutPrefix(from, "<")
	from, closed := strings.CutSuffix(from, ">")
	if !ok || !closed {
		return event.KindNone
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	ev.First, ev.NoEnd = true, true
	return event.KindMessageReceived
}

// queued reads "<x@remote.example> queued as 25.5584eeaaaf80" (spool.c), under the message's id.
func queued(ev *event.Event, s string) event.Kind {
	to, id, ok := strings.Cut(s, " queued as ")
	to, open := strings.CutPrefix(to, "<")
	to, closed := strings.CutSuffix(to, ">")
	if !ok || !open || !closed || id == "" || strings.IndexByte(id, ' ') >= 0 {
		return event.KindNone
	}
	ev.RcptTo, ev.TryID, ev.RecipientID = to, id, id
	return event.KindMessageQueued
}

// aboutRecipient reads "<x@remote.example> trying delivery" and "... delivery successful" (dma.c).
func aboutRecipient(ev *event.Event, s string) event.Kind {
	if to, ok := strings.CutSuffix(s, "> trying delivery"); ok {
		ev.RcptTo, ev.Route = to[1:], event.RouteMX
		if strings.IndexByte(ev.RcptTo, '@') < 0 {
			ev.Route = event.RouteLocal
		}
		return event.KindMessageQueued
	}
	if to, ok := strings.CutSuffix(s, "> delivery successful"); ok {
		ev.RcptTo, ev.Status, ev.Tried = to[1:], event.StatusDelivered, event.Yes
		return event.KindDelivery
	}
	return event.KindNone
}

// smarthost reads "127.0.0.1:25)" (net.c).
func smarthost(ev *event.Event, s string) event.Kind {
	host, port, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(strings.TrimSuffix(port, ")"))
	if !ok || !digits || n > 65535 {
		return event.KindNone
	}
	ev.Role, ev.Route, ev.ServerAddress, ev.ServerPort = event.RoleClient, event.RouteRelayhost, host, int(n)
	return event.KindConnect
}

// peer reads "mx.remote.example [192.0.2.9]" and gives what follows.
func peer(ev *event.Event, s string) (rest string, ok bool) {
	name, s, ok := strings.Cut(s, " [")
	if !ok {
		return s, false
	}
	ip, rest, ok := scan.Cut(s, ']')
	if !ok || strings.IndexByte(name, ' ') >= 0 {
		return s, false
	}
	ev.Role, ev.PeerIP = event.RoleClient, ip
	if name != ip {
		ev.ServerAddress = name
	}
	return rest, true
}

// trying reads "mx.remote.example [192.0.2.9] pref 10" (net.c).
func trying(ev *event.Event, s string) event.Kind {
	rest, ok := peer(ev, s)
	if !ok || !strings.HasPrefix(rest, " pref ") {
		return event.KindNone
	}
	return event.KindConnect
}

// unreachable reads "mx.remote.example [192.0.2.9] failed: Connection refused" (net.c). The next host is tried, or all again later:
// there is no verdict.
func unreachable(ev *event.Event, s string) event.Kind {
	rest, ok := peer(ev, s)
	why, failed := strings.CutPrefix(rest, " failed: ")
	if !ok || !failed {
		return event.KindNone
	}
	ev.Command, ev.Argument = event.CommandConnect, why
	if ev.ErrorType = errno.Type(why); ev.ErrorType == "" {
		ev.ErrorType = errno.Other
	}
	return event.KindConnect
}

// failedAfter reads "mx.remote.example [192.0.2.9] failed after RCPT TO: 550 5.1.1 no" (net.c). The verdict is the line behind it.
func failedAfter(ev *event.Event, s string) event.Kind {
	if !after(ev, s) {
		return event.KindNone
	}
	return event.KindReply
}

func after(ev *event.Event, s string) bool {
	rest, ok := peer(ev, s)
	if !ok {
		return false
	}
	rest, ok = strings.CutPrefix(rest, " failed after ")
	if !ok {
		return false
	}
	for _, c := range [...]struct{ words, command string }{
		{"MAIL FROM: ", "MAIL"},
		{"RCPT TO: ", "RCPT"},
		{"DATA: ", "DATA"},
		{"final DATA: ", event.CommandEOM},
		{"QUIT: ", "QUIT"},
		{"connect: ", event.CommandConnect},
	} {
		if words, ok := strings.CutPrefix(rest, c.words); ok {
			answered(ev, c.command, words)
			return true
		}
	}
	return false
}
