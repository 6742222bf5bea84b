// Package amavis reads what amavisd-new writes about each message that it checked, in its short, its verbose and its per-recipient form
// (the templates at the end of Amavis.pm).
package amavis

import (
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of amavis.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "amavis" }

// Claims takes the names that the program is installed under.
func (Parser) Claims(program string) bool {
	return program == "amavis" || program == "amavisd" || program == "amavisd-new"
}

// Probe recognises the verdict of a line without a program.
func (Parser) Probe(h *header.Header) bool {
	s, ok := task(h.Text)
	if !ok || h.Program != "" {
		return false
	}
	_, rest := verdict(warned(s))
	return rest != ""
}

// Parse reads one line: "(02279-04) Passed CLEAN {RelayedInbound}, [192.0.2.1]:6101 [192.0.2.1] <a> -> <b>, Queue-ID: X, ...".
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	text, ofTask := task(h.Text)
	words, s := verdict(warned(text))
	if s == "" {
		return besides(h, ev, text, ofTask)
	}
	ev.Kind, ev.Beside, ev.Daemon = event.KindFilter, true, "amavis"
	ev.FilterName, ev.FilterVerdict = "amavis", words
	ofRecipient := isOfRecipient(s)
	switch {
	case ofRecipient: // the message's own line has verdict and score
		ev.FilterVerdict, ev.Argument = "", words
	case !strings.HasSuffix(s, " ms") && !endsWithHits(s): // cut: a quote or a name that is still open may look like anything
		return event.Malformed
	}

	// names of files and viruses: the sender's words, so only one place may be their end
	if names, ok := strings.CutPrefix(s, " ("); ok {
		inner, isOne := namesOf(names)
		if !isOne {
			return event.Parsed
		}
		if s = names[len(inner)+1:]; !ofRecipient {
			ev.Argument = inner
		}
	}

	category, blocked := strings.CutPrefix(words, "Blocked ")
	if blocked = blocked && !ofRecipient; blocked {
		ev.Finding = found(category)
	}

	done, told := strings.CutPrefix(s, " {") // what was done, since amavisd-new 2.7
	if told {
		if done, s, told = scan.Cut(done, '}'); !told {
			return event.Parsed
		}
		if blocked {
			ev.Action = became(done)
		}
	}
	if _, took, ok := scan.CutLast(s, ','); ok && !ofRecipient {
		ev.FilterTook = scan.Duration(scan.Trim(strings.TrimSuffix(took, " ms")), time.Millisecond)
	}
	if s, ok := envelope(ev, s); ok && fields(ev, s) && blocked && !told {
		ev.Action = event.ActionQuarantine
	}
	if ofRecipient {
		ev.FilterScore, ev.HasScore = 0, false
	}
	return event.Parsed
}

// found is the reason that a message was blocked for, by the contents category of "Blocked BAD-HEADER-2". What could not be checked, and what the mail
// server behind it refused, says none.
func found(category string) string {
	category, _, _ = strings.Cut(category, "-")
	switch category {
	case "INFECTED":
		return "virus"
	case "SPAM", "SPAMMY":
		return "spam_content"
	case "BANNED", "BAD":
		return "content_rejected"
	case "OVERSIZED":
		return "message_too_large"
	}
	return ""
}

// namesOf are the names in front of ") {DiscardedInbound}", or, before amavisd-new 2.7, of "), [192.0.2.1] <a> -> <b>": only one place may be their end.
func namesOf(s string) (names string, ok bool) {
	if names, _, ok = scan.CutOnce(s, ") {"); ok {
		return names, !strings.Contains(s, "), ")
	}
	names, _, ok = scan.CutOnce(s, "), ")
	return names, ok && !strings.Contains(s, ") {")
}

// endsWithHits is the end of a whole line before amavisd-new 2.2: it had no mail_id and told no time.
func endsWithHits(s string) bool {
	_, hits, ok := scan.CutOnce(s, ", Hits: ")
	_, score := scan.Decimal(hits)
	return ok && (score || hits == "-") && !strings.Contains(s, ", mail_id: ")
}

// became is what was done with a message that goes no further: "DiscardedInbound,Quarantined", in the order of letters what became of each recipient and which way he
// is, of those who got it, too, and behind that whether a copy is kept. Rejected and TempFailed were refused in the answer itself, so a copy of such is nobody's end.
func became(done string) (action event.MailboxAction) {
	kept, refused := false, false
	for done != "" {
		var word string
		word, done, _ = strings.Cut(done, ",")
		switch {
		case word == "Quarantined":
			kept = true
		case strings.HasPrefix(word, "Discarded"), strings.HasPrefix(word, "NoBounce"):
			action = event.ActionDiscard
		case strings.HasPrefix(word, "Bounced") && action == event.ActionNone:
			action = event.ActionReject
		case strings.HasPrefix(word, "Rejected"), strings.HasPrefix(word, "TempFailed"):
			refused = true
		}
	}
	if kept && (action != event.ActionNone || !refused) {
		return event.ActionQuarantine
	}
	return action
}

// besides reads what is no verdict, where the program names itself.
func besides(h *header.Header, ev *event.Event, s string, ofTask bool) event.Result {
	if h.Program == "" {
		return event.Unknown
	}
	words := warned(s)
	if ev.Kind = remark(ev, words, ofTask, len(words) != len(s)); ev.Kind == event.KindNone {
		return event.Unknown
	}
	ev.Beside, ev.Daemon = true, "amavis"
	return event.Parsed
}

// warned takes the mark of an alert off the front: "(!)" of level 0, "(!!)" of -1 and "(!!!)" of what lies below.
func warned(s string) string {
	rest := strings.TrimLeft(strings.TrimPrefix(s, "("), "!")
	if len(rest) < len(s)-1 && strings.HasPrefix(rest, ")") {
		return scan.TrimLeft(rest[1:])
	}
	return s
}

// task takes "(02279-04) " off the front.
func task(s string) (rest string, ok bool) {
	id, rest, ok := scan.Between(s, '(', ')')
	if !ok || len(id) < 3 || !scan.IsDigit(id[0]) || strings.IndexByte(id, '-') < 0 {
		return s, false
	}
	return scan.TrimLeft(rest), true
}

// isOfRecipient says whether the line is of the per-recipient template, which the program writes besides the other unless it is
// undefined: it ends with "L/Y/0/0" where that has the time taken.
func isOfRecipient(s string) bool {
	i := strings.LastIndex(s, ", ")
	return i >= 0 && strings.Count(s[i:], "/") == 3 && strings.IndexByte(s[i+2:], ' ') < 0
}

// verdict is "Passed" or "Blocked" and the category: capitals, "BAD-HEADER-2" and the like. The rest is empty for other lines.
func verdict(s string) (words, rest string) {
	end := 0
	switch {
	case strings.HasPrefix(s, "Passed "):
		end = len("Passed ")
	case strings.HasPrefix(s, "Blocked "):
		end = len("Blocked ")
	default:
		return olderVerdict(s)
	}
	begin := end
	for end < len(s) && (s[end] >= 'A' && s[end] <= 'Z' || s[end] == '-' || scan.IsDigit(s[end])) {
		end++
	}
	if end == begin {
		return "", ""
	}
	return s[:end], s[end:]
}

// olderVerdict is a verdict of amavisd-new 20030616 and 20040701: "Passed, <a> -> <b>", "INFECTED (Name), <a> -> <b>". The words are those of later releases.
func olderVerdict(s string) (words, rest string) {
	for _, l := range [...]struct{ begin, words string }{
		{"Passed", "Passed CLEAN"}, {"Not-Delivered", "Blocked OTHER"}, {"INFECTED", "Blocked INFECTED"}, {"BANNED name/type", "Blocked BANNED"},
	} {
		rest, ok := strings.CutPrefix(s, l.begin)
		named := strings.HasPrefix(rest, " (") && strings.Contains(rest, "), <")
		if ok && (named || strings.HasPrefix(rest, ", <")) && strings.Contains(rest, "> -> <") {
			return l.words, rest
		}
	}
	return "", ""
}
