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

// Claims takes every tag "syslog_name/daemon", also three deep ("postfix/submission/smtpd"), and the name of an instance alone, to which some cut it: what
// RFC 5424 calls APP-NAME is for rsyslog the tag up to its first slash.
func (Parser) Claims(program string) bool {
	i := strings.LastIndexByte(program, '/')
	// postfwd2/master is a policy service
	return i > 0 && isDaemon(program[i+1:]) && !strings.HasPrefix(program, "postfwd") || i < 0 && isInstance(program)
}

// isInstance knows "postfix", and the names that instances beside the first one must have (postconf(5), multi_instance_name): "postfix-out". So are containers
// called, with a number behind, and programs for Postfix that are none of its own.
func isInstance(program string) bool {
	rest, ok := strings.CutPrefix(program, "postfix")
	if !ok || rest == "" {
		return ok
	}
	if len(rest) < 2 || rest[0] != '-' || header.IsNumbered(program) {
		return false
	}
	for _, other := range [...]string{"pol", "mta-sts", "sts", "tls", "srs", "gld", "log", "exporter", "admin", "doc"} {
		if strings.HasPrefix(rest[1:], other) {
			return false
		}
	}
	return true
}

// isDaemon knows the programs of Postfix by name.
func isDaemon(name string) bool {
	switch name {
	case "anvil", "bounce", "cleanup", "defer", "discard", "dnsblog", "error", "flush", "lmtp", "local", "master", "nqmgr",
		"nbdb_reindexd", "oqmgr", "pickup", "pipe", "postalias", "postcat", "postconf", "postdrop", "postfix-script", "postfix-tlsproxy",
		"postfix-tls-script", "postfix",
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
	_, sure := tagless(h.Text)
	return sure || unmistakable(h.Text)
}

// Parse reads one line. The tag "instance/service/daemon" gives the names; most have no service.
func (p Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	text, named := h.Text, name(h, ev)
	if !named {
		if daemon, rest, ok := spoken(text); ok {
			ev.Daemon, text, named = daemon, rest, true
		}
	}
	if named {
		r := read(text, ev)
		byAddress(h, ev)
		return r
	}
	ev.Daemon, _ = tagless(h.Text)
	r := read(h.Text, ev)
	ev.Daemon, ev.Direction = "", event.DirectionUnknown // which transport it was is not in the line
	byAddress(h, ev)
	return r
}

// spoken is what a command writes to its standard error, which systemd takes into the journal under the name of the unit: "postfix/postlog: starting the
// Postfix mail system", "/usr/sbin/postconf: warning: inet_protocols: ..." (src/util/msg_vstream.c).
func spoken(s string) (daemon, rest string, ok bool) {
	const longest = 64
	front, _, ok := scan.Cut(s[:min(len(s), longest)], ':')
	if !ok || strings.IndexByte(front, ' ') >= 0 {
		return "", s, false
	}
	daemon = front[strings.LastIndexByte(front, '/')+1:]
	if !isDaemon(daemon) || daemon == front && !strings.HasPrefix(daemon, "post") { // "error: " is a level
		return "", s, false
	}
	rest, ok = after(s[len(front):], ": ")
	return daemon, rest, ok
}

// byAddress tells conversations with the server apart by the client's address where no process number is in the line: several may be open
// at once.
func byAddress(h *header.Header, ev *event.Event) {
	if ev.Scope != event.ScopePID || h.PID != 0 {
		return
	}
	if ev.Scope = event.ScopeNone; ev.PeerIP != "" && ev.Role == event.RoleServer {
		ev.Scope, ev.ConnID, ev.ConnShared = event.ScopeCall, ev.PeerIP, true
	}
}

// read reads what stands behind the tag; ev.Daemon is the program that writes such lines.
func read(s string, ev *event.Event) event.Result {
	// level, which the msg library writes in front of all but information (src/util/msg_output.c)
	level, rest, ok := scan.Cut(s, ':')
	if ok && rest != "" && rest[0] == ' ' {
		switch level {
		case "warning", "error", "fatal", "panic":
			kind := complain(ev, rest[1:])
			if level == "fatal" || level == "panic" {
				kind = lastWords(ev, kind, rest[1:])
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

// lastWords are those of a process that ends here, and its conversation with it; the server goes on (src/util/msg.c).
func lastWords(ev *event.Event, kind event.Kind, s string) event.Kind {
	if s == "" {
		return event.KindNone
	}
	if kind == event.KindNone {
		kind, ev.Scope, ev.Role = event.KindWarning, event.ScopeNone, event.RoleUnknown
	}
	if kind == event.KindWarning {
		ev.Argument = s
	}
	ev.Died = ev.PID != 0
	return kind
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

// name takes the tag apart, and says whether it names the program.
func name(h *header.Header, ev *event.Event) bool {
	rest := h.Program
	i := strings.LastIndexByte(rest, '/')
	if i >= 0 {
		rest, ev.Daemon = rest[:i], rest[i+1:]
	}
	ev.Instance, ev.Service, _ = scan.Cut(rest, '/')
	ev.OwnName = ev.Instance != "postfix" && isService(ev.Daemon)
	return i >= 0
}

// isService says whether a daemon serves what master.cf may list several times, each time with a name of its own (-o syslog_name). An instance has one queue manager, and
// the commands have its name from main.cf.
func isService(daemon string) bool {
	switch daemon {
	case "smtpd", "qmqpd", "postscreen", "pickup", "cleanup", "bounce", "defer", "trace",
		"smtp", "lmtp", "relay", "local", "virtual", "pipe", "error", "retry", "discard":
		return true
	}
	return false
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
	}
	return event.KindNone
}

// plain reads a line without a queue id.
func plain(ev *event.Event, s string) event.Kind {
	switch ev.Daemon {
	case "smtpd", "qmqpd":
		ev.Scope, ev.Role = event.ScopePID, event.RoleServer
		return smtpd(ev, s)
	case "smtp", "lmtp", "relay":
		return client(ev, s)
	case "postscreen":
		ev.Scope, ev.Role = event.ScopeScreen, event.RoleServer
		return postscreen(ev, s)
	case "tlsproxy":
		ev.Scope, ev.Role = event.ScopeScreen, event.RoleServer
		return tlsproxy(ev, s)
	case "dnsblog":
		return dnsblog(ev, s)
	case "master", "postfix-script", "postlogd", "postlog", "postfix", "postmulti", "postfix-wrapper":
		return lifecycle(ev, s)
	case "anvil", "scache", "verify", "postsuper", "tlsmgr":
		return statistics(ev, s)
	}
	return event.KindNone
}
