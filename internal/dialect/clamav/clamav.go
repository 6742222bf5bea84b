// Package clamav reads what the two programs write that stand between a mail server and ClamAV: clamav-milter (clamav-milter/clamfi.c,
// LogInfected and LogClean) and the SMTP proxy clamsmtpd.
package clamav

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of clamav-milter and clamsmtpd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "clamav" }

// Claims takes the names of the programs.
func (Parser) Claims(program string) bool {
	return program == "clamav-milter" || program == "clamsmtpd" || program == "clamsmtp"
}

// Probe is for no line: the programs name themselves.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	daemon, verdict, self := "clamsmtpd", proxy, proxyService
	if h.Program == "clamav-milter" {
		daemon, verdict, self = "clamav-milter", milter, service
	}
	kind := event.KindFilter
	if verdict(ev, h.Text) {
		ev.FilterName = "clamav"
	} else if kind = self(h.Text); kind != event.KindNone {
		ev.Argument = h.Text
	} else {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon = kind, true, daemon
	return event.Parsed
}

// service reads what the milter says of clamd and itself (clamav-milter/connpool.c, clamav-milter.c).
func service(s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "+++ Started at "), strings.HasPrefix(s, "+++ Stopped at "), strings.HasPrefix(s, "*** Stopped at "),
		strings.HasPrefix(s, "Probe for slot "), strings.HasPrefix(s, "Probe for socket "):
		return event.KindLifecycle
	case strings.HasPrefix(s, "WARNING: "), strings.HasPrefix(s, "ERROR: "), strings.HasPrefix(s, "No clamd server "),
		strings.HasPrefix(s, "Clamd "), strings.HasPrefix(s, "Failed to "):
		return event.KindWarning
	default:
		return event.KindNone
	}
}

// milter is "Message X from <a> to <b> with subject 's' message-id '<id>' date 'd' infected by Name", "Message from <a> to <b> infected
// by Name", "Clean message from <a> to <b>". The subject is the sender's words: the last "infected by" is the writer's, and the envelope
// ends where it can end but once.
func milter(ev *event.Event, s string) bool {
	rest, ok := strings.CutPrefix(s, "Clean message ")
	if ok {
		ev.FilterVerdict = "clean"
	} else {
		rest, ok = strings.CutPrefix(s, "Message ")
		at := strings.LastIndex(rest, " infected by ")
		if !ok || at < 0 {
			return false
		}
		ev.FilterVerdict, ev.Finding, ev.Argument = "infected", "virus", rest[at+len(" infected by "):]
		rest = rest[:at]
	}
	if id, after, ok := scan.Cut(rest, ' '); ok && id != "from" {
		if scan.IsQueueID(id) {
			ev.QueueID = id
		}
		rest = after
	}
	rest, ok = strings.CutPrefix(rest, "from <")
	if !ok {
		return true
	}
	if envelope, headers, full := scan.CutOnce(rest, " with subject '"); full {
		rest = envelope
		ev.MessageID = messageID(headers)
	} else if strings.Contains(rest, " with subject '") {
		return true
	}
	from, to, ok := scan.CutOnce(rest, "> to <")
	if !ok {
		return true
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	if to, ok = strings.CutSuffix(to, ">"); ok && strings.IndexByte(to, ' ') < 0 {
		ev.RcptTo = to
	}
	return true
}

// messageID is what stands behind the subject, as "...' message-id '<id>' date '...", where only one place may be it.
func messageID(s string) string {
	_, s, ok := scan.CutOnce(s, "' message-id '<")
	if !ok {
		return ""
	}
	id, _, ok := scan.CutOnce(s, ">' date '")
	if !ok || strings.IndexByte(id, ' ') >= 0 {
		return ""
	}
	return id
}

// proxyService reads what clamsmtpd says of its connections and itself: "100003: accepted connection from: 127.0.0.1" (clamsmtp's
// common/smtppass.c, src/clamsmtpd.c).
func proxyService(s string) event.Kind {
	words := s
	if id, rest, ok := strings.Cut(s, ": "); ok && len(id) == len("100003") && strings.Trim(id, "0123456789ABCDEF") == "" {
		words = rest
	}
	switch {
	case scan.Begins(words, "accepted connection from: ", "starting up (", "accepting connections", "created socket: ", "switched to user ",
		"created thread for connection",
		"quarantined virus file as: ", "executing virus action: "):
		return event.KindLifecycle
	case scan.Begins(words, "couldn't ", "clamav error: ", "unexepected response from clamd: ", "race condition when quarantining ",
		"threading problem. ", "unable to switch to user: "),
		isHalfTrouble(words):
		return event.KindWarning
	default:
		return event.KindNone
	}
}

// isHalfTrouble is about one of the proxy's two connections, or the one to clamd: "CLIENT: couldn't read data from socket".
func isHalfTrouble(s string) bool {
	_, words, ok := strings.Cut(s, ": ")
	return ok && scan.Begins(words, "couldn't ", "connection disconnected by peer", "network read operation timed out",
		"network write operation timed out", "tried to read from a closed ",
		"connection closed. can't write", "received junk data from daemon")
}

// proxy is "100003: from=a, to=b, status=CLEAN", with "VIRUS:Name". The number is the proxy's own.
func proxy(ev *event.Event, s string) bool {
	_, s, ok := strings.Cut(s, ": from=")
	if !ok {
		return false
	}
	s, status, ok := scan.CutOnce(s, ", status=")
	if !ok {
		return false
	}
	switch {
	case status == "CLEAN":
		ev.FilterVerdict = "clean"
	case strings.HasPrefix(status, "VIRUS:"):
		ev.FilterVerdict, ev.Argument = "infected", status[len("VIRUS:"):]
	default:
		ev.Argument = status
	}
	from, to, ok := scan.CutOnce(s, ", to=")
	if !ok {
		return true
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	if strings.IndexByte(to, ' ') < 0 {
		ev.RcptTo = to
	}
	return true
}
