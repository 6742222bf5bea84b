// Package policydweight reads the lines of policyd-weight, the policy service for Postfix that weighs DNS lists, HELO name and sender
// (parse_input and weighted_check in its source).
package policydweight

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/netserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of policyd-weight.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "policyd-weight" }

// Claims takes its tag, which names Postfix by default.
func (Parser) Claims(program string) bool {
	return program == "policyd-weight" || program == "postfix/policyd-weight"
}

// Probe takes a decision without a header.
func (Parser) Probe(h *header.Header) bool {
	return h.Program == "" && (strings.HasPrefix(h.Text, "decided action=") || strings.HasPrefix(h.Text, "weighted check: ")) &&
		strings.Contains(h.Text, "<client=")
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Beside, ev.Daemon, ev.FilterName = true, "policyd-weight", "policyd-weight"
	if action, ok := strings.CutPrefix(h.Text, "decided action="); ok {
		ev.Kind = event.KindFilter
		ev.Argument = request(ev, action)
		ev.FilterVerdict = verdict(ev.Argument)
		return event.Parsed
	}
	if checks, ok := strings.CutPrefix(h.Text, "weighted check: "); ok {
		ev.Kind = event.KindFilter
		if _, rate, ok := scan.CutOnce(checks, "; rate: "); ok {
			ev.FilterScore, ev.HasScore = scan.Decimal(rate)
		}
		ev.Argument = scan.Trim(request(ev, checks))
		return event.Parsed
	}
	ev.FilterName = ""
	if ev.Kind = service(h.Text); ev.Kind == event.KindNone || h.Program == "" {
		ev.Kind = event.KindNone
		ev.Beside, ev.Daemon = false, ""
		return event.Unknown
	}
	ev.Argument = h.Text
	return event.Parsed
}

// request reads "...; <client=name[192.0.2.1]> <helo=h> <from=a@b> <to=c@d>; ..." and returns what stands in front. HELO name and
// addresses are a client's words, so what divides them must stand once.
func request(ev *event.Event, s string) (front string) {
	front, trace, ok := scan.CutOnce(s, "<client=")
	front, _, _ = strings.Cut(front, "; <instance=")
	if !ok {
		front, _, _ = strings.Cut(s, "; <client=")
		return front
	}
	front = strings.TrimSuffix(front, "; ")
	client, trace, ok := scan.CutOnce(trace, "]> <helo=")
	if !ok {
		return front
	}
	if name, ip, ok := scan.Cut(client, '['); ok && scan.IsIP(ip) {
		if ev.PeerIP = ip; name != "unknown" {
			ev.ClientAddress = name
		}
	}
	helo, trace, ok1 := scan.CutOnce(trace, "> <from=")
	from, trace, ok2 := scan.CutOnce(trace, "> <to=")
	to, _, ok3 := scan.CutOnce(trace, ">; ")
	if ok1 && ok2 && ok3 {
		if ev.Helo, ev.MailFrom, ev.RcptTo = helo, from, to; from == "" {
			ev.MailFrom = "<>"
		}
	}
	return front
}

// verdict is the word of an access(5) action; a code is what it does.
func verdict(action string) string {
	word, _ := scan.Word(action)
	if len(word) != 3 || !scan.IsDigit(word[1]) || !scan.IsDigit(word[2]) {
		return word
	}
	switch word[0] {
	case '5':
		return "REJECT"
	case '4':
		return "DEFER"
	}
	return word
}

// service is what it says of itself.
func service(s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "policyd-weight ") && strings.Contains(s, " started and daemonized."),
		strings.HasPrefix(s, "startup: "), strings.HasPrefix(s, "master: child "),
		strings.HasPrefix(s, "child: spawned"), strings.HasPrefix(s, "child: exiting: "), strings.HasPrefix(s, "cache spawned"),
		strings.HasPrefix(s, "cache: SIG"),
		strings.HasPrefix(s, "Daemon terminated."), strings.HasPrefix(s, "Got SIG"), strings.HasPrefix(s, "cache_query: start: "),
		strings.HasPrefix(s, "removing stale "),
		netserver.Lifecycle(s):
		return event.KindLifecycle
	}
	for _, begin := range [...]string{
		"err: ", "fatal_exit: ", "conf-err: ", "could not ", "master: ", "child: ", "cache: ", "cache-init: ", "cache_query: ",
		"ignoring garbage: ", "unrecognized request type: ", "weighted_check returned ",
		"Process already running", "Couldn't remove ", "Abnormal exit. ", "Got @", "Got __", "-k action but ",
	} {
		if strings.HasPrefix(s, begin) {
			return event.KindWarning
		}
	}
	return event.KindNone
}
