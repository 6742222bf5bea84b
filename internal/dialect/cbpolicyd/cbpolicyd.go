// Package cbpolicyd reads the lines of Policyd 2 (cluebringer), as syslog has them and as its own file has them (Zimbra's cbpolicyd.log):
// what its modules decided about a request (maillog in cbp/modules/*.pm of its source), and what it says of itself.
package cbpolicyd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of Policyd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "cbpolicyd" }

// Claims takes the tag that it logs under.
func (Parser) Claims(program string) bool { return program == "cbpolicyd" }

// Probe takes a line of its own file by the section and the level in front.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	if s, ok := strings.CutPrefix(h.Text, "module="); ok {
		return strings.Contains(s, ", host=") && strings.Contains(s, ", reason=")
	}
	name, level, _, ok := section(h.Text)
	return ok && level != "" && (name == "CORE" || name == "CBPOLICYD")
}

// modules are the parts that decide, as smtp.filter.name has them.
var modules = [...]struct{ name, filter string }{
	{"AccessControl", "cbpolicyd/AccessControl"},
	{"Accounting", "cbpolicyd/Accounting"},
	{"CheckHelo", "cbpolicyd/CheckHelo"},
	{"CheckSPF", "cbpolicyd/CheckSPF"},
	{"Greylisting", "cbpolicyd/Greylisting"},
	{"Quotas", "cbpolicyd/Quotas"},
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	name, level, s, sectioned := section(h.Text)
	ev.Beside, ev.Daemon = true, "cbpolicyd"
	if fields, ok := strings.CutPrefix(s, "module="); ok && module(ev, fields) {
		ev.Kind = event.KindFilter
		return event.Parsed
	}
	switch {
	case sectioned && (level == "WARNING" || level == "ERROR"), sectioned && level == "" && name != "CORE" && name != "CBPOLICYD":
		ev.Kind = event.KindWarning
	case sectioned && level != "",
		h.Program != "" && (netserver.Lifecycle(s) || strings.HasPrefix(s, "Got request #") || strings.HasPrefix(s, "Initializing ")):
		ev.Kind = event.KindLifecycle
	default:
		ev.Beside, ev.Daemon = false, ""
		return event.Unknown
	}
	ev.Argument = h.Text
	return event.Parsed
}

// section takes "[QUOTAS] ERROR: " off the front; syslog's lines have no level, and what its modules decided no section.
func section(s string) (name, level, rest string, ok bool) {
	name, rest, ok = scan.Between(s, '[', ']')
	if !ok || name == "" {
		return "", "", s, false
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; c < 'A' || c > 'Z' {
			return "", "", s, false
		}
	}
	if rest, ok = scan.Byte(rest, ' '); !ok {
		return "", "", s, false
	}
	for _, level = range [...]string{"DEBUG", "INFO", "NOTICE", "WARNING", "ERROR"} {
		if behind, found := strings.CutPrefix(rest, level); found && strings.HasPrefix(behind, ": ") {
			return name, level, behind[2:], true
		}
	}
	return name, "", rest, true
}

// module reads "Quotas, mode=update, host=192.0.2.1, helo=h, from=a@b, to=c@d, reason=quota_update, policy=6, quota=3, limit=4,
// track=Sender:a@b, counter=MessageCount, quota=1.00/200 (0.5%)"; a module that decides has "action=reject" in the place of the mode.
// HELO name and addresses are a client's words, so what divides them must stand once.
func module(ev *event.Event, s string) bool {
	name, s, ok := strings.Cut(s, ", ")
	if !ok {
		return false
	}
	ev.FilterName = "cbpolicyd"
	for i := range modules {
		if modules[i].name == name {
			ev.FilterName = modules[i].filter
		}
	}
	what, s, ok := strings.Cut(s, ", ")
	if action, decided := strings.CutPrefix(what, "action="); decided {
		ev.FilterVerdict = action
	} else if !strings.HasPrefix(what, "mode=") {
		ev.FilterName = ""
		return false
	}
	if !ok {
		return true
	}
	if rest, ok := strings.CutPrefix(s, "host="); ok {
		host, rest, more := strings.Cut(rest, ", ")
		if scan.IsIP(host) {
			ev.PeerIP = host
		}
		if s = rest; !more {
			return true
		}
	}
	if reason, first := strings.CutPrefix(s, "reason="); first { // releases before 2.0.10 tell nothing of the client
		ev.Argument = reason
		return true
	}
	words, reason, ok := scan.CutOnce(s, ", reason=")
	if !ok {
		return true
	}
	ev.Argument = reason
	words, to, ok1 := scan.CutOnce(words, ", to=")
	if !ok1 {
		return true
	}
	helo, from, ok2 := scan.CutOnce(words, "from=")
	helo, hasHelo := strings.CutPrefix(helo, "helo=")
	if helo, ok = strings.CutSuffix(helo, ", "); !ok2 || hasHelo != ok {
		return true
	}
	if ev.Helo, ev.MailFrom, ev.RcptTo = helo, from, to; from == "" {
		ev.MailFrom = "<>"
	}
	return true
}
