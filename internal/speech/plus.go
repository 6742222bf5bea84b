package speech

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// W3C extended logs part their columns with blanks, and write a plus sign for one within a column. A plus sign of the words' own looks the same: it is left where it
// stands in an address, and taken for a blank in sentences (event.QuotingPlus).

// PlusReply reads one line of a reply: "250+2.1.0+Ok", "250-mx.example".
func PlusReply(said string, ev *event.Event) bool {
	code, rest, ok := scan.Fixed(said, 3)
	if !ok || !IsCode(code) || rest != "" && rest[0] != '+' && rest[0] != '-' {
		return false
	}
	ev.Kind, ev.Code, ev.Class = event.KindReply, code, byte('0'+code/100)
	if rest == "" {
		return true
	}
	ev.MoreLines = rest[0] == '-'
	ev.Text = rest[1:]
	word, words, _ := scan.Cut(ev.Text, '+')
	if enhanced, _ := reply.Enhanced(word, ev.Class); enhanced != "" {
		ev.Enhanced, ev.Text = enhanced, words
	}
	return true
}

// PlusCommand reads a command's argument: "FROM:+<a@b.example>+SIZE=2884". Of AUTH it keeps the mechanism; anything else there may be a credential.
func PlusCommand(verb event.Verb, argument string, ev *event.Event) {
	ev.Kind, ev.Command, ev.Argument = event.KindCommand, verb.String(), argument
	switch verb {
	case event.VerbEHLO, event.VerbHELO, event.VerbLHLO:
		ev.Helo = argument
	case event.VerbMAIL:
		path, rest, found := plusPath(argument, "FROM")
		if ev.MailFrom = path; found && path == "" {
			ev.MailFrom = "<>"
		}
		for rest != "" {
			var one string
			one, rest, _ = scan.Cut(rest, '+')
			if size, ok := scan.PrefixFold(one, "SIZE="); ok {
				ev.Size, ev.HasSize = scan.Int(size)
			}
		}
	case event.VerbRCPT:
		ev.RcptTo, _, _ = plusPath(argument, "TO")
	case event.VerbAUTH:
		word, _, _ := scan.Cut(argument, '+')
		ev.AuthMechanism, ev.Argument = "", ""
		for _, m := range mechanisms {
			if scan.EqualFold(m, word) {
				ev.AuthMechanism, ev.Argument = m, m
				break
			}
		}
	}
}

// plusPath reads "FROM:+<a@b.example>+SIZE=2884", or an address without brackets.
func plusPath(s, word string) (path, rest string, ok bool) {
	s, ok = scan.PrefixFold(s, word)
	if !ok {
		return "", "", false
	}
	if s, ok = scan.Byte(s, ':'); !ok {
		return "", "", false
	}
	s = strings.TrimLeft(s, "+")
	if path, rest, ok = scan.Angle(s); ok {
		return path, rest, true
	}
	path, rest, _ = scan.Cut(s, '+')
	if path == "" || path[0] == '<' || !strings.Contains(path, "@") {
		return "", "", false
	}
	return path, rest, true
}
