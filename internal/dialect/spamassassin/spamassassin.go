// Package spamassassin reads what spamd writes about each message that it checked (spamd/spamd.raw of SpamAssassin), and what the two programs say that bring it
// the messages (helpers.go).
package spamassassin

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of SpamAssassin's spamd.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "spamassassin" }

// Claims takes the tags of spamd and of those who ask it.
func (Parser) Claims(program string) bool {
	return program == "spamd" || program == "spamc" || program == "spamass-milter"
}

// Probe takes what spamd says of messages without a header: it names itself in the text, too.
func (Parser) Probe(h *header.Header) bool {
	s, ok := strings.CutPrefix(h.Text, "spamd: ")
	if !ok || h.Program != "" {
		return false
	}
	for _, begin := range [...]string{
		"result: ", "checking message ", "processing message ", "clean message (", "identified spam (", "connection from ",
		"got connection over ", "handled cleanup of child pid ", "server ",
	} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	return false
}

// Parse reads one line.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program == "spamc" || h.Program == "spamass-milter" {
		return helper(h, ev)
	}
	s, ok := strings.CutPrefix(h.Text, "spamd: ")
	if !ok {
		if s = h.Text; h.Program == "" {
			return event.Unknown
		}
	}
	switch {
	case strings.HasPrefix(s, "result: "):
		ok = result(ev, s[len("result: "):])
	case strings.HasPrefix(s, "checking message "):
		ok = checking(ev, s[len("checking message "):])
	case strings.HasPrefix(s, "processing message "):
		ok = checking(ev, s[len("processing message "):])
	case strings.HasPrefix(s, "clean message ("), strings.HasPrefix(s, "identified spam ("):
		ok = measured(ev, s)
	default:
		return service(ev, s, h.Program != "", ok)
	}
	if !ok {
		return event.Unknown
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.FilterName = event.KindFilter, true, "spamd", "spamassassin"
	return event.Parsed
}

// service reads what spamd says of itself and its children, and behind "name: " what a part of SpamAssassin complains of
// (lib/Mail/SpamAssassin/Logger.pm).
func service(ev *event.Event, s string, named, own bool) event.Result {
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = event.KindLifecycle, true, "spamd", s
	for _, begin := range [...]string{
		"prefork: ", "server ", "connection from ", "got connection over ", "handled cleanup of child pid ", "setuid to ", "restarting using ",
		"copying default prefs", "creating default_prefs: ",
		"cleaned up ", "using default config for ", "alarm ",
	} {
		if strings.HasPrefix(s, begin) {
			return event.Parsed
		}
	}
	for _, begin := range [...]string{
		"skipped large message in ", "child [", "child got SIG", "created ", "respawning server", "Tell: ",
	} {
		if named && own && strings.HasPrefix(s, begin) { // OpenBSD's spamd has the same tag
			return event.Parsed
		}
	}
	for _, begin := range [...]string{
		"still running as root: ", "handle_user ", "service unavailable: ", "bad protocol: ", "failed to ", "cannot ",
		"unauthorized ", "setuid ",
		"POSIX::setuid ", "POSIX::setgid ", "fatal error: ", "in paranoid mode, ", "copy_config timeout",
		"accidental fork: ", "return setuid failed",
	} {
		if named && own && strings.HasPrefix(s, begin) {
			ev.Kind = event.KindWarning
			if words, user, ok := strings.Cut(s, " unable to find user: "); ok {
				ev.Argument, ev.User = s[:len(words)+len(" unable to find user")], strings.Trim(strings.TrimSuffix(user, "!"), "'")
			}
			return event.Parsed
		}
	}
	name, words, ok := strings.Cut(s, ": ")
	if named && isPart(name) && ok && words != "" {
		ev.Kind = event.KindWarning
		return event.Parsed
	}
	ev.Kind, ev.Beside, ev.Daemon, ev.Argument = event.KindNone, false, "", ""
	return event.Unknown
}

// isPart says whether s may be the name of a part, in small letters: "dns", "plugin", "auto-whitelist", "razor2".
func isPart(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && !scan.IsDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) > 1 && len(s) < 32
}

// checking is "<id> for user:1001", with "aka <id>" of a message that was sent again. The id is the sender's, but for that the writer
// allows no blank in it after the first.
func checking(ev *event.Event, s string) bool {
	id, user, ok := scan.CutOnce(s, " for ")
	if !ok {
		return false
	}
	id, _, _ = scan.Cut(id, ' ')
	ev.MessageID = messageID(id)
	ev.User = account(user)
	return true
}

// measured is "identified spam (12.3/5.0) for user:1001 in 1.2 seconds, 888 bytes." The same verdict stands in the result line, which
// counts it.
func measured(ev *event.Event, s string) bool {
	words, rest, ok := strings.Cut(s, " for ")
	if !ok {
		return false
	}
	user, rest, ok := strings.Cut(rest, " in ")
	if !ok {
		return false
	}
	ev.Argument, ev.User = words, account(user)
	ev.FilterVerdict, ev.VerdictRetold = "clean", true
	if strings.HasPrefix(s, "identified ") {
		ev.FilterVerdict = "spam"
	}
	if _, score, found := scan.Cut(words, '('); found {
		score, _, _ = scan.Cut(score, '/')
		ev.FilterScore, ev.HasScore = scan.Decimal(score)
	}
	if took, size, ok := strings.Cut(rest, " seconds, "); ok {
		ev.FilterTook = scan.Duration(took, time.Second)
		if n, rest, ok := scan.Digits(size); ok && strings.HasPrefix(rest, " bytes") {
			ev.Size, ev.HasSize = n, true
		}
	}
	return true
}

// account takes the number off "user:1001".
func account(s string) string {
	name, _, _ := scan.CutLast(s, ':')
	if name == "(unknown)" {
		return ""
	}
	return name
}

// messageID takes the brackets off. "(unknown)" is none.
func messageID(s string) string {
	id, rest, ok := scan.Angle(s)
	if !ok || rest != "" {
		return ""
	}
	return id
}

// result is "Y 12 - TEST_A,TEST_B scantime=1.2,size=888,user=anna,uid=1001,...,mid=<id>,autolearn=no". The writer puts "_" for blanks and
// commas of the id.
func result(ev *event.Event, s string) bool {
	switch {
	case strings.HasPrefix(s, "Y "):
		ev.FilterVerdict, ev.Finding = "spam", "spam_content"
	case strings.HasPrefix(s, ". "):
		ev.FilterVerdict = "clean"
	default:
		return false
	}
	score, rest, ok := strings.Cut(scan.TrimLeft(s[2:]), " - ")
	if !ok {
		return true
	}
	ev.FilterScore, ev.HasScore = scan.Decimal(score)
	tests, rest, ok := scan.Cut(rest, ' ')
	if !ok {
		return true
	}
	ev.Argument = tests
	for rest != "" {
		var field string
		field, rest, ok = scan.Cut(rest, ',')
		key, value, _ := scan.Cut(field, '=')
		switch key {
		case "scantime":
			ev.FilterTook = scan.Duration(value, time.Second)
		case "size":
			if ok {
				ev.Size, ev.HasSize = scan.Int(value)
			}
		case "user":
			ev.User = account(value)
		case "mid":
			ev.MessageID = messageID(value)
			return true // what plugins add behind it is not told apart
		}
	}
	return true
}
