// Package opendkim reads what OpenDKIM writes about messages that it signed or verified (opendkim/opendkim.c).
package opendkim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/milter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of OpenDKIM.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "opendkim" }

// Claims takes the program's name, and that of dkim-milter, which it comes from.
func (Parser) Claims(program string) bool { return program == "opendkim" || program == "dkim-filter" }

// Probe takes what names DKIM behind a queue id, without a header.
func (Parser) Probe(h *header.Header) bool {
	id, s, ok := strings.Cut(h.Text, ": ")
	return ok && h.Program == "" && scan.IsQueueID(id) && (strings.HasPrefix(s, "DKIM-Signature ") || s == "DKIM verification successful")
}

// sentence is one that the program writes behind the queue id: how it begins, and the verdict, if it is one.
type sentence struct{ begin, verdict string }

var sentences = [...]sentence{
	{"DKIM-Signature field added", "signed"},
	{"DKIM-Signature header added", "signed"},
	{`"DKIM-Signature" header added`, "signed"},
	{"DKIM verification successful", "pass"},
	{"bad signature data", "bad signature"},
	{"no signature data", "no signature"},
	{"key revoked", "key revoked"},
	{"key retrieval failed", "key retrieval failed"},
	{"signature processing failed", "signature processing failed"},
	{"syntax error", "syntax error"},
	{"signature generation error", "signing failed"},
	{"resource unavailable", "resource unavailable"},
	{"internal error from libopendkim", "internal error"},
	{"can't determine message sender; accepting", "no sender"},
	{"RFC5322 header requirement error", "malformed"},
	{"domain '", ""}, // exempted
	{"no signing domain match for '", ""},
	{"no signing subdomain match for '", ""},
	{"no signing table match for '", ""},
	{"no MTA name match (", ""},
	{"no macros match", ""},
	{"not authenticated", ""},
	{"not POP authenticated", ""},
	{"external host ", ""},
	{"ignoring ", ""},
	{"skipping signing of mail to '", ""},
	{"signature=", ""},
	{"can't parse ", ""},
	{"failed to parse ", ""},
	{"SSL ", ""},
	{"s=", ""},
	{"rate limit for ", "rate limited"},
	{"blocked by reputation of ", "blocked by reputation"},
	{"would be blocked by reputation of ", ""},
	{"allowed by reputation of ", ""},
	{"no reputation data available for ", ""},
}

// Parse reads "X: sentence".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	id, s, ok := strings.Cut(h.Text, ": ")
	if before, after, found := scan.Cut(h.Text, ' '); found && h.Program == "dkim-filter" && before != "Sendmail" && scan.IsQueueID(before) {
		id, s, ok = before, after, true // dkim-milter sets no colon behind it (dkim-filter.c)
	}
	if !ok || id == "WARNING" || !scan.IsQueueID(id) && id != "(unknown-jobid)" {
		if h.Program == "" {
			return event.Unknown
		}
		return service(ev, h.Text)
	}
	for i := range sentences {
		rest, ok := strings.CutPrefix(s, sentences[i].begin)
		if !ok {
			continue
		}
		ev.FilterVerdict = sentences[i].verdict
		if ev.FilterVerdict == "" {
			ev.Argument = s
		} else {
			ev.Argument = detail(rest)
		}
		return about(ev, id)
	}
	if outside(ev, s) {
		return about(ev, id)
	}
	if milter.IsTrouble(s) {
		ev.Argument = s
		about(ev, id)
		ev.Kind, ev.FilterName = event.KindWarning, ""
		return event.Parsed
	}
	return event.Unknown
}

// service reads what the program says of itself and its keys.
func service(ev *event.Event, s string) event.Result {
	kind := milter.Service("OpenDKIM Filter", s)
	if kind == event.KindNone {
		kind = milter.Service("Sendmail DKIM Filter", s)
	}
	for _, l := range [...]struct {
		begin string
		kind  event.Kind
	}{
		{"configuration reloaded from ", event.KindLifecycle},
		{"changed ", event.KindLifecycle},
		{"reloading", event.KindLifecycle},
		{"ignoring reload signal", event.KindLifecycle},
		{"key '", event.KindWarning},
		{"no key ", event.KindWarning},
		{"dkimf_", event.KindWarning},
		{"smfi_", event.KindWarning},
		{"/", event.KindWarning}, // a file: "/etc/dkimkeys/x: key data is not secure: ..."
	} {
		if kind == event.KindNone && strings.HasPrefix(s, l.begin) {
			kind = l.kind
		}
	}
	if kind == event.KindNone && (milter.IsTrouble(s) || isUnsafeKey(s)) {
		kind = event.KindWarning
	}
	if kind == event.KindNone {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = kind, true, "opendkim", s
	return event.Parsed
}

// isUnsafeKey is "mail._domainkey.example.com: key data is not secure: /etc can be read or written by other users".
func isUnsafeKey(s string) bool {
	name, rest, ok := strings.Cut(s, ": ")
	return ok && strings.HasPrefix(rest, "key data is not secure: ") && strings.IndexByte(name, ' ') < 0
}

func about(ev *event.Event, id string) event.Result {
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "opendkim", "opendkim"
	if id != "(unknown-jobid)" {
		ev.QueueID = id
	}
	return event.Parsed
}

// detail is what stands behind a verdict: " (s=mail, d=example.com): why", ": why".
func detail(s string) string {
	if why, ok := strings.CutPrefix(s, ": "); ok {
		return why
	}
	s = scan.TrimLeft(s)
	if inner, rest, ok := scan.Between(s, '(', ')'); ok && rest == "" {
		return inner
	}
	return s
}

// outside is "mail.example.com [192.0.2.1] not internal".
func outside(ev *event.Event, s string) bool {
	s, ok := strings.CutSuffix(s, "] not internal")
	if !ok {
		return false
	}
	host, ip, ok := strings.Cut(s, " [")
	if !ok || strings.IndexByte(host, ' ') >= 0 || strings.IndexByte(ip, ' ') >= 0 {
		return false
	}
	ev.PeerIP, ev.Argument = ip, "not internal"
	if host != "" && host[0] != '[' && host != "unknown" {
		ev.ClientAddress = host
	}
	return true
}
