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

// remark is what debugLevel 2 adds in front of the action, which has the verdict: "Pass; identity=mailfrom; client-ip=192.0.2.1; helo=x;
// envelope-from=a; receiver=b" and `spfcheck: pyspf result: "['Pass', 'sender SPF authorized', 'mailfrom']"`.
func remark(ev *event.Event, s string) bool {
	if why, ok := strings.CutPrefix(s, "spfcheck: pyspf result: "); ok {
		ev.Argument = why
		return true
	}
	word, list, ok := strings.Cut(s, "; identity=")
	if !ok || result(word) == "" {
		return false
	}
	scope, list, ok := strings.Cut(list, "; ")
	ev.Argument = s[:len(word)+len("; identity=")+len(scope)]
	ev.FilterVerdict, ev.VerdictRetold = result(word), true
	if ok {
		keys(ev, list)
	}
	return true
}

// received is "Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=x; envelope-from=a; receiver=b", or in Perl "pass (why)
// receiver=b; identity=mailfrom; envelope-from="a"; helo=x; client-ip=192.0.2.1" (RFC 7208 section 9.1).
func received(ev *event.Event, s string) bool {
	word, rest, ok := scan.Cut(s, ' ')
	if ev.FilterVerdict = result(word); !ok || ev.FilterVerdict == "" {
		return false
	}
	if python, ok := strings.CutPrefix(rest, "("); ok {
		if i := strings.Index(python, ") identity="); i >= 0 && strings.IndexByte(python[:i], ')') < 0 {
			keys(ev, python[i+2:])
			return true
		}
	}
	if _, list, ok := scan.CutOnce(rest, ") receiver="); ok {
		keys(ev, list)
	}
	return true
}

// keys reads the values that are kept. One whose name stands twice is left: HELO name and sender are a client's words.
func keys(ev *event.Event, s string) {
	ip, isOne := value(s, "client-ip=")
	if strings.IndexByte(ip, ' ') >= 0 || !isOne {
		return
	}
	ev.PeerIP = strings.TrimSuffix(ip, ")")
	if name, ok := value(s, "helo="); ok {
		ev.Helo = unquote(name)
	}
	if from, ok := value(s, "envelope-from="); ok {
		ev.MailFrom = unquote(from)
		if ev.MailFrom == "" {
			ev.MailFrom = "<>"
		}
	}
	if to, ok := value(s, "receiver="); ok {
		to, _, _ = scan.Cut(to, ')')
		if strings.IndexByte(to, '@') > 0 && strings.IndexByte(to, ' ') < 0 {
			ev.RcptTo = to
		}
	}
}

// unquote takes off the quotes that the service in Perl sets around what is no dot-atom (RFC 5322 section 3.2.3). A quoted local part has
// its own inside.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// value is what stands behind a key up to "; ", of a key that stands once.
func value(s, key string) (v string, ok bool) {
	_, v, ok = scan.CutOnce(s, key)
	if !ok {
		return "", false
	}
	v, _, _ = strings.Cut(v, "; ")
	return scan.TrimRight(v), true
}

// result is one of the results of RFC 7208 section 2.6, which the line has in any case; empty for other words.
func result(word string) string {
	for _, one := range [...]string{"pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"} {
		if scan.EqualFold(word, one) {
			return one
		}
	}
	return ""
}

// checked is "pass (Mechanism 'ip4:192.0.2.0/24' matched): Envelope-from: a@example.com", with "IP Address:" and "Recipient:" in a fuller
// line. The action that follows is the verdict. The reason may hold words of the domain's owner, so what is behind it must stand once.
func checked(ev *event.Event, s string) bool {
	for _, key := range [...]string{": Envelope-from: ", ": HELO/EHLO: ", ": HELO/EHLO (Null Sender): "} {
		why, who, ok := scan.CutOnce(s, key)
		if !ok {
			continue
		}
		word, _ := scan.Word(why)
		ev.FilterVerdict, ev.VerdictRetold = result(word), true
		ev.Argument = why
		if at := strings.Index(who, ", IP Address: "); at >= 0 {
			var rest string
			if who, rest, ok = scan.CutOnce(who, ", IP Address: "); !ok {
				return true
			}
			ip, to, ok := scan.CutOnce(rest, ", Recipient: ")
			if !ok {
				return true
			}
			ev.PeerIP = ip
			if to != "<UNKNOWN>" {
				ev.RcptTo = to
			}
		}
		switch {
		case who == "<UNKNOWN>":
		case key == ": Envelope-from: ":
			ev.MailFrom = who
		default:
			ev.Helo = who
		}
		return true
	}
	return false
}
