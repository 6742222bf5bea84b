// Package postfix reads the log lines of Postfix 2.x to 3.x. One file holds one family of daemons; the comment at each shape names the
// source file that prints it.
package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Postfix.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "postfix" }

// Claims takes every tag "syslog_name/daemon", also three deep ("postfix/submission/smtpd").
func (Parser) Claims(program string) bool {
	i := strings.LastIndexByte(program, '/')
	return i > 0 && isDaemon(program[i+1:])
}

// isDaemon knows the programs of Postfix by name.
func isDaemon(name string) bool {
	switch name {
	case "anvil", "bounce", "cleanup", "defer", "discard", "dnsblog", "error", "flush", "lmtp", "local", "master", "nqmgr",
		"oqmgr", "pickup", "pipe", "postalias", "postcat", "postconf", "postdrop", "postfix-script", "postfix-tlsproxy", "postfix",
		"postfix-wrapper", "postkick", "postlock", "postlog", "postlogd", "postmap", "postmulti", "postqueue", "postscreen", "postsuper",
		"posttls-finger", "proxymap", "proxywrite", "qmgr", "qmqpd", "relay", "retry", "scache", "sendmail", "showq", "smtp", "smtpd", "spawn",
		"tlsmgr", "tlsproxy", "trace", "trivial-rewrite", "verify", "virtual":
		return true
	}
	return false
}

// Probe recognises lines whose tag was lost on the way, by what only Postfix writes behind a queue id or a greeting.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	_, ok := guess(h.Text)
	return ok
}

// guess names the daemon of a line without a tag.
func guess(s string) (daemon string, ok bool) {
	if id, rest, found := queueID(s); found {
		switch {
		case strings.HasPrefix(rest, "client="):
			return "smtpd", true
		case strings.HasPrefix(rest, "message-id=") || strings.HasPrefix(rest, "resent-message-id="):
			return "cleanup", true
		case rest == "removed" || strings.HasPrefix(rest, "from=<") && (strings.HasSuffix(rest, "(queue active)") || strings.Contains(rest, ">, status=")):
			return "qmgr", true
		case strings.HasPrefix(rest, "to=<") && strings.Contains(rest, ", delays=") && strings.Contains(rest, ", dsn="):
			return "smtp", true
		case strings.HasPrefix(rest, "uid=") && strings.Contains(rest, " from=<"):
			return "pickup", true
		case strings.HasPrefix(rest, "sender ") && strings.Contains(rest, " notification: "):
			return "bounce", true
		case strings.HasPrefix(rest, "reject: ") && strings.Contains(rest, " from "):
			return "smtpd", true
		}
		return "", id == "NOQUEUE" && strings.Contains(rest, "reject: ")
	}
	return "", false
}

// Parse reads one line. The tag "instance/service/daemon" gives the names; most have no service.
func (p Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	name(h, ev)
	s := h.Text

	// level, which the msg library writes in front of all but information (src/util/msg_output.c)
	level, rest, ok := scan.Cut(s, ':')
	if ok && rest != "" && rest[0] == ' ' {
		switch level {
		case "warning", "error", "fatal", "panic":
			kind := complain(ev, rest[1:])
			if kind == event.KindNone && (level == "fatal" || level == "panic") { // the process ends here (src/util/msg.c)
				kind = event.KindLifecycle
				ev.Argument, ev.Scope, ev.Role = level, event.ScopeNone, event.RoleUnknown
			}
			return result(ev, kind)
		}
	}
	if id, rest, ok := queueID(s); ok {
		kind := about(ev, rest)
		if id != "NOQUEUE" {
			ev.QueueID = id
			if kind == event.KindNone {
				kind = aboutMessage(ev, rest)
			}
		}
		return result(ev, kind)
	}
	kind := plain(ev, s)
	if kind == event.KindNone {
		kind = troubled(ev, remarks[:], s)
	}
	return result(ev, kind)
}

// result makes the event what was found, or nothing at all.
func result(ev *event.Event, kind event.Kind) event.Result {
	if kind == event.KindNone {
		qid, scope := "", event.ScopeNone
		ev.QueueID, ev.Scope = qid, scope
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// name takes the tag apart.
func name(h *header.Header, ev *event.Event) {
	if h.Program == "" {
		ev.Daemon, _ = guess(h.Text)
		return
	}
	rest := h.Program
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		rest, ev.Daemon = rest[:i], rest[i+1:]
	}
	ev.Instance, ev.Service, _ = scan.Cut(rest, '/')
}

// about reads a line about a queue id, or about NOQUEUE.
func about(ev *event.Event, s string) event.Kind {
	switch ev.Daemon {
	case "smtpd", "qmqpd":
		ev.Scope, ev.Role = event.ScopePID, event.RoleServer
		return smtpdAbout(ev, s)
	case "cleanup":
		return cleanup(ev, s)
	case "qmgr", "oqmgr", "nqmgr":
		return qmgr(ev, s)
	case "smtp", "lmtp", "local", "virtual", "pipe", "error", "retry", "relay", "discard":
		return agent(ev, s)
	case "bounce", "defer", "trace":
		return bounce(ev, s)
	case "pickup":
		return pickup(ev, s)
	case "postscreen":
		ev.Scope, ev.Role = event.ScopeScreen, event.RoleServer
		return screenReject(ev, s)
	case "postsuper", "postqueue":
		return postsuper(s)
	case "":
		return smtpdAbout(ev, s)
	}
	return event.KindNone
}

// plain reads a line without a queue id.
func plain(ev *event.Event, s string) event.Kind {
	switch ev.Daemon {
	case "smtpd", "qmqpd":
		ev.Scope, ev.Role = event.ScopePID, event.RoleServer
		return smtpd(ev, s)
	case "smtp", "lmtp":
		return client(ev, s)
	case "postscreen":
		ev.Scope, ev.Role = event.ScopeScreen, event.RoleServer
		return postscreen(ev, s)
	case "tlsproxy":
		ev.Scope, ev.Role = event.ScopeScreen, event.RoleServer
		return tlsproxy(ev, s)
	case "dnsblog":
		return dnsblog(ev, s)
	case "master", "postfix-script", "postlogd", "postfix", "postmulti":
		return lifecycle(ev, s)
	case "anvil", "scache", "verify", "postsuper", "tlsmgr":
		return statistics(ev, s)
	}
	return event.KindNone
}
