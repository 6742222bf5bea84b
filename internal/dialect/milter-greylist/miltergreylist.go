// Package miltergreylist reads what milter-greylist decided (milter-greylist.c, acl.c, autowhite.c, pending.c of its source).
package miltergreylist

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of milter-greylist.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "milter-greylist" }

// Claims takes the tag that it logs under.
func (Parser) Claims(program string) bool { return program == "milter-greylist" }

// Probe is for no line: the program names itself.
func (Parser) Probe(*header.Header) bool { return false }

// Parse reads one line: a queue id, "(local)" or "(unknown id)", and what was decided about an address; or what the milter says of itself.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	ev.Beside, ev.Daemon = true, "milter-greylist"
	id, s, ok := strings.Cut(h.Text, ": ")
	if ok && (scan.IsQueueID(id) || id == "(local)" || id == "(unknown id)" || id == "(unkn)") && decided(ev, s) {
		if scan.IsQueueID(id) {
			ev.QueueID = id
		}
		ev.Kind, ev.FilterName = event.KindFilter, "milter-greylist"
		return event.Parsed
	}
	if bypassed(ev, h.Text) {
		ev.Kind, ev.FilterName = event.KindFilter, "milter-greylist"
		return event.Parsed
	}
	if ev.Kind = service(h.Text); ev.Kind == event.KindNone {
		ev.Beside, ev.Daemon = false, ""
		return event.Unknown
	}
	ev.Argument = h.Text
	return event.Parsed
}

// bypassed is "User anna authenticated, bypassing greylisting", "STARTTLS succeeded for DN="/CN=mx.example.com", bypassing greylisting" (milter-greylist.c).
func bypassed(ev *event.Event, s string) bool {
	s, ok := strings.CutSuffix(s, ", bypassing greylisting")
	if user, named := strings.CutPrefix(s, "User "); ok && named {
		if user, named = strings.CutSuffix(user, " authenticated"); named {
			ev.User, ev.FilterVerdict, ev.Argument = user, "pass", "authenticated"
			return true
		}
	}
	if !ok || !strings.HasPrefix(s, `STARTTLS succeeded for DN="`) {
		return false
	}
	ev.FilterVerdict, ev.Argument = "pass", s
	return true
}

// decided reads what stands behind the id.
func decided(ev *event.Event, s string) bool {
	if rest, ok := strings.CutPrefix(s, "addr "); ok {
		return address(ev, rest)
	}
	if rest, ok := strings.CutPrefix(s, "skipping greylist because "); ok {
		ev.FilterVerdict, ev.Argument = "pass", rest
		skipped(ev, rest)
		return true
	}
	rest, ok := strings.CutPrefix(s, "Sender IP ")
	ip, rest, found := strings.Cut(rest, " and address ")
	from, whole := strings.CutSuffix(rest, " are SPF-compliant, bypassing greylist")
	if !ok || !found || !whole || !scan.IsIP(ip) {
		return false
	}
	ev.PeerIP, ev.FilterVerdict, ev.Argument = ip, "pass", "SPF"
	ev.MailFrom = sender(from)
	return true
}

// address reads "name[192.0.2.1] from <a@b> to <c@d> delayed for 00:30:00 (ACL 78)", "... blacklisted (ACL 78)", "192.0.2.1 from <a@b>
// rcpt <c@d>: autowhitelisted for more 24:00:00", "192.0.2.1 flushed, removed 2 grey and autowhite (ACL 78)". The addresses are a
// client's words: what is said of them is at the end.
func address(ev *event.Event, s string) bool {
	client, s, ok := scan.Cut(s, ' ')
	name, ip := peer(client)
	if !ok || !scan.IsIP(ip) {
		return false
	}
	if strings.HasPrefix(s, "flushed, removed ") {
		ev.FilterVerdict, ev.Argument = "flushed", s
		ev.PeerIP, ev.ClientAddress = ip, name
		return true
	}
	switch envelope, what := cutEnd(s, ": autowhitelisted ", " delayed ", " blacklisted"); {
	case strings.HasPrefix(what, "autowhitelisted"):
		if ev.FilterVerdict, ev.Argument = "pass", what; what == "autowhitelisted entry expired" {
			ev.FilterVerdict = "expired"
		}
		parties(ev, envelope, " rcpt ")
	case strings.HasPrefix(what, "delayed"):
		ev.FilterVerdict, ev.Argument = "greylist", what
		if strings.HasPrefix(what, "delayed after DATA phase ") { // the message as a whole; a recipient has his own refusal
			ev.Finding = "greylisted"
		}
		parties(ev, envelope, " to ")
	case what != "":
		ev.FilterVerdict, ev.Argument = "reject", what
		parties(ev, envelope, " to ")
	default:
		return false
	}
	ev.PeerIP, ev.ClientAddress = ip, name
	return true
}

// peer is "name[192.0.2.1]", the address alone, or twice: a milter is told it in brackets where it has no name.
func peer(s string) (name, ip string) {
	name, ip, ok := scan.CutLast(strings.TrimSuffix(s, "]"), '[')
	if !ok {
		return "", s
	}
	if strings.HasPrefix(name, "[") {
		name = ""
	}
	return name, ip
}

// cutEnd cuts s at the last of all words, which stay with the rest.
func cutEnd(s string, words ...string) (front, rest string) {
	at := -1
	for _, sep := range words {
		at = max(at, strings.LastIndex(s, sep))
	}
	if at < 0 {
		return s, ""
	}
	return s[:at], strings.TrimLeft(s[at:], ": ")
}

// parties is "from <a@b> to <c@d>", or without a recipient where the body was judged.
func parties(ev *event.Event, s, sep string) {
	s, ok := strings.CutPrefix(s, "from ")
	from, to, sure := scan.CutOnce(s, sep)
	switch {
	case !ok:
	case sure:
		ev.MailFrom, ev.RcptTo = sender(from), strings.Trim(to, "<>")
	case !strings.Contains(s, sep):
		ev.MailFrom = sender(s)
	}
}

func sender(s string) string {
	if s == "<>" {
		return s
	}
	return strings.Trim(s, "<>")
}

// skipped is "..., (from=<a@b>, rcpt=<c@d>, addr=name[192.0.2.1]) ACL 78" at the end of the reasons; before 3.1 without the ACL, first without the name (acl.c).
func skipped(ev *event.Event, s string) {
	front, s, ok1 := scan.CutOnce(s, "(from=")
	from, s, ok2 := scan.CutOnce(s, ", rcpt=")
	to, s, ok3 := scan.CutOnce(s, ", addr=")
	client, _, ok4 := scan.CutOnce(s, ") ACL ")
	if !ok4 {
		client, ok4 = strings.CutSuffix(s, ")")
	}
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return
	}
	name, ip := peer(client)
	if !scan.IsIP(ip) {
		return
	}
	ev.Argument = strings.TrimSuffix(front, ", ")
	ev.MailFrom, ev.PeerIP, ev.ClientAddress = sender(from), ip, name
	if to != "(nil)" {
		ev.RcptTo = strings.Trim(to, "<>")
	}
}
