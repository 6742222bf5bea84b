// Package policydspf reads the lines of the SPF policy services for Postfix: spf-engine and its forerunner pypolicyd-spf (policyd-spf, in
// Python; spf_engine/policyd_spf.py), and postfix-policyd-spf-perl.
package policydspf

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of the SPF policy services.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "policyd-spf" }

// Claims takes the tags of both; the one in Perl calls itself a service of Postfix.
func (Parser) Claims(program string) bool {
	switch program {
	case "policyd-spf", "policy-spf", "postfix/policy-spf", "postfix-policyd-spf-perl", "pyspf-milter":
		return true
	}
	return false
}

// Probe takes a check or an answer without a header, by what only SPF's results and fields look like.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	s := strings.TrimPrefix(h.Text, debugged)
	if len(s) < len(h.Text) {
		return strings.HasPrefix(s, "Received-SPF: ")
	}
	s = strings.TrimPrefix(s, "Action: ")
	if rest, ok := strings.CutPrefix(s, "prepend "); ok {
		return strings.HasPrefix(rest, "Received-SPF: ")
	}
	word, rest, ok := strings.Cut(s, "; identity=")
	return ok && result(word) != "" && strings.Contains(rest, "; client-ip=")
}

// debugged stands in front of what debugLevel 2 and above say of an action; later versions name the field alone behind it.
const debugged = "Action: prepend: Text: "

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := strings.TrimPrefix(h.Text, ": ") // what an empty queue id leaves
	if id, rest, ok := strings.Cut(s, ": "); ok && scan.IsQueueID(id) && isAction(rest) {
		ev.QueueID, s = id, rest
	}
	ok := false
	if rest, debug := strings.CutPrefix(s, debugged); debug {
		rest, _, _ = strings.Cut(rest, "  Reject action: ")
		ok = field(ev, rest)
		ev.VerdictRetold = ok
	} else if rest, debug := strings.CutPrefix(s, "Action: "); debug {
		ok = action(ev, rest)
		ev.VerdictRetold = ok
	} else if rest, perl := strings.CutPrefix(s, "Policy action="); perl {
		ok = action(ev, rest)
	} else if rest, perl := strings.CutPrefix(s, "SPF "); perl {
		ok = checked(ev, rest)
	} else {
		ok = action(ev, s) || remark(ev, s)
	}
	if !ok {
		ev.QueueID = ""
		if h.Program == "" {
			return event.Unknown
		}
		return service(ev, s)
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "policyd-spf", "policyd-spf"
	return event.Parsed
}

// service reads "Starting", "handler exempt_relay: DUNNO" of the verbose service in Perl, and complaints.
func service(ev *event.Event, s string) event.Result {
	if handler, ok := strings.CutPrefix(s, "handler "); ok {
		if name, word, ok := strings.Cut(handler, ": "); ok && strings.IndexByte(name, ' ') < 0 && word != "" {
			ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "policyd-spf", "policyd-spf"
			ev.Argument, ev.FilterVerdict, ev.VerdictRetold = name, strings.TrimPrefix(word, "action="), true
			return event.Parsed
		}
	}
	switch {
	case s == "Starting", s == "Normal exit", strings.HasPrefix(s, "Found the end of entry"), strings.HasPrefix(s, "Config: "),
		strings.HasPrefix(s, "Cached data for this instance"), strings.HasPrefix(s, "Shutting down"):
		ev.Kind = event.KindLifecycle
	case strings.HasPrefix(s, "ERROR: "), strings.HasPrefix(s, "WARNING: "), strings.HasPrefix(s, "Error: "),
		strings.HasPrefix(s, "warning: "):
		ev.Kind = event.KindWarning
	default:
		return event.Unknown
	}
	ev.Beside, ev.Daemon, ev.Argument = true, "policyd-spf", s
	return event.Parsed
}

func isAction(s string) bool {
	for _, begin := range [...]string{"prepend ", "550 ", "defer_if_permit ", "Header field not prepended: ", "result_only "} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}

// action is what the service answers Postfix: "prepend Received-SPF: Pass (...) ...", "550 5.7.23 Message rejected ...".
func action(ev *event.Event, s string) bool {
	if header, ok := scan.PrefixFold(s, "prepend "); ok {
		return field(ev, header)
	}
	if header, ok := strings.CutPrefix(s, "Header field not prepended: "); ok {
		return field(ev, header)
	}
	switch {
	case strings.HasPrefix(s, "550 "):
		ev.FilterVerdict = "reject"
	case strings.HasPrefix(s, "defer_if_permit "), strings.HasPrefix(s, "DEFER_IF_PERMIT "):
		ev.FilterVerdict = "defer"
	case s == "DUNNO":
		ev.FilterVerdict = "dunno"
		return true
	case strings.HasPrefix(s, "result_only "):
		ev.Argument = s[len("result_only "):]
		return true
	default:
		return false
	}
	ev.Argument = s
	why(ev, s)
	return true
}

// why is the address of an explanation, "...Why?s=mfrom;id=a@example.com;ip=192.0.2.1;r=b".
func why(ev *event.Event, s string) {
	_, s, ok := scan.CutOnce(s, "/Why?s=")
	if !ok {
		return
	}
	scope, s, ok := strings.Cut(s, ";id=")
	if !ok {
		return
	}
	who, s, ok := scan.CutOnce(s, ";ip=")
	if !ok {
		return
	}
	ip, to, ok := scan.CutOnce(s, ";r=")
	if !ok {
		return
	}
	ev.PeerIP = ip
	if to, _, _ = scan.Cut(to, ' '); strings.IndexByte(to, '@') > 0 {
		ev.RcptTo = to
	}
	switch scope {
	case "helo": // perhaps with the local part that the checker makes up (RFC 7208 section 2.3)
		ev.Helo = strings.TrimPrefix(who, "postmaster@")
	case "mfrom":
		if strings.IndexByte(who, '@') > 0 { // the one in Perl has the address of a page there
			ev.MailFrom = who
		}
	}
}

// field is "Received-SPF: Pass (mailfrom) ...", "Authentication-Results: host; spf=pass (...) ...", "X-Comment: SPF not applicable ...".
func field(ev *event.Event, s string) bool {
	name, s, ok := strings.Cut(s, ": ")
	if !ok {
		return false
	}
	switch name {
	case "Received-SPF":
		return received(ev, s)
	case "Authentication-Results":
		if _, why, ok := strings.Cut(s, "; none ("); ok {
			ev.FilterVerdict, ev.Argument = "skipped", strings.TrimSuffix(why, ")")
			return true
		}
		_, rest, ok := strings.Cut(s, "; spf=")
		if !ok {
			return false
		}
		word, rest, _ := scan.Cut(rest, ' ')
		ev.FilterVerdict = result(word)
		keys(ev, rest)
		return ev.FilterVerdict != ""
	case "X-Comment":
		ev.FilterVerdict = "skipped"
		var list string
		if ev.Argument, list, ok = strings.Cut(s, " - client-ip="); ok {
			keys(ev, s[len(s)-len(list)-len("client-ip="):])
		}
		return true
	}
	return false
}
