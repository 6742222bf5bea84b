// Package opendmarc reads what OpenDMARC writes about messages (opendmarc/opendmarc.c).
package opendmarc

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/milter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of OpenDMARC.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "opendmarc" }

// Claims takes the program's name.
func (Parser) Claims(program string) bool { return program == "opendmarc" }

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads "X: example.com pass", "X: SPF(mailfrom): a@example.com pass", and remarks.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	id, s, ok := scan.Cut(h.Text, ' ')
	if !ok {
		return event.Unknown
	}
	id = strings.TrimSuffix(id, ":")
	if !scan.IsQueueID(id) || id == "WARNING" {
		return service(ev, h.Text)
	}
	if !remark(ev, s) && !spf(ev, s) && !policy(ev, s) {
		if milter.IsTrouble(s) {
			ev.Kind, ev.Beside, ev.Daemon, ev.QueueID, ev.Argument = event.KindWarning, true, "opendmarc", id, s
			return event.Parsed
		}
		return service(ev, h.Text)
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "opendmarc", "opendmarc"
	ev.QueueID = id
	return event.Parsed
}

// service reads what the program says of itself.
func service(ev *event.Event, s string) event.Result {
	kind := milter.Service("OpenDMARC Filter", s)
	for _, begin := range [...]string{
		"implicit authentication service: ", "additional trusted authentication services: ", "trusted authentication services: ",
		"configuration reloaded from ", "changed ", "ignoring reload signal", "ignoring connection from ",
	} {
		if strings.HasPrefix(s, begin) {
			kind = event.KindLifecycle
		}
	}
	if kind == event.KindNone && milter.IsTrouble(s) {
		kind = event.KindWarning
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = kind, true, "opendmarc", s
	return event.Parsed
}

// remark is a sentence that is no verdict on the domain.
func remark(ev *event.Event, s string) bool {
	for _, begin := range [...]string{
		"ignoring Authentication-Results at ", "ignoring mail from ", "ignoring invalid ", "RFC5322 requirement error: ",
		"multi-valued From field detected",
		"unable to parse From header field", "can't extract SPF address from Authentication-Results", "unable to parse validated SPF address <",
		"ARC pass, policy ", "opendmarc_policy_",
	} {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			return true
		}
	}
	return false
}

// spf is "SPF(mailfrom): a@example.com pass", "SPF(helo): mail.example.com none".
func spf(ev *event.Event, s string) bool {
	s, ok := strings.CutPrefix(s, "SPF(")
	if !ok {
		return false
	}
	mode, s, ok := strings.Cut(s, "): ")
	if !ok {
		return false
	}
	who, word, ok := scan.CutLast(s, ' ')
	if !ok || strings.IndexByte(who, ' ') >= 0 {
		return false
	}
	switch word {
	case "pass":
		ev.FilterVerdict = "spf pass"
	case "fail":
		ev.FilterVerdict = "spf fail"
	case "none":
		ev.FilterVerdict = "spf none"
	default:
		return false
	}
	switch {
	case mode == "helo":
		ev.Helo = who
	case strings.IndexByte(who, '@') >= 0:
		ev.MailFrom = who
	default:
		ev.Argument = who
	}
	return true
}

// policy is "example.com pass": the domain in the header's From, and what came of its policy. The last word is the writer's.
func policy(ev *event.Event, s string) bool {
	domain, word, ok := scan.CutLast(s, ' ')
	if !ok || domain == "" || strings.IndexByte(domain, ' ') >= 0 {
		return false
	}
	switch word {
	case "pass", "fail", "none", "temperror", "permerror", "bestguesspass":
		ev.FilterVerdict, ev.Argument = word, domain
		return true
	}
	return false
}
