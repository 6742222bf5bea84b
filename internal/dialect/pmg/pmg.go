// Package pmg reads what Proxmox Mail Gateway's content filter writes about each message (PMG/RuleDB/*.pm, PMG/SMTP.pm, PMG/Utils.pm,
// bin/pmg-smtp-filter). It stands behind Postfix, is spoken to by LMTP or SMTP, and gives what it accepts back under a new queue id.
package pmg

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// Parser is the dialect of the filter.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "pmg" }

// Claims takes the tags of the filter and of the policy service.
func (Parser) Claims(program string) bool {
	return program == "pmg-smtp-filter" || program == "pmgpolicy"
}

// Probe takes what was done for a recipient without a header: the id alone is like many others.
func (Parser) Probe(h *header.Header) bool {
	_, s, ok := ownID(h.Text)
	if !ok || h.Program != "" || !strings.Contains(s, "> ") {
		return false
	}
	return strings.HasPrefix(s, "accept mail to <") || strings.HasPrefix(s, "moved mail for <") || strings.HasPrefix(s, "block mail to <")
}

// Parse reads one line: the filter's own id of the message and what was found out or done, or words about the filter itself.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	s := h.Text
	if ev.Daemon = h.Program; h.Program == "pmgpolicy" {
		return result(ev, policy(ev, s))
	}
	id, rest, ok := ownID(s)
	if !ok {
		return result(ev, itself(ev, s))
	}
	ev.Beside, ev.FilterName, ev.FilterID = true, "pmg", id
	return result(ev, about(ev, rest))
}

func result(ev *event.Event, kind event.Kind) event.Result {
	if kind == event.KindNone {
		ev.FilterName, ev.FilterVerdict, ev.FilterID, ev.RcptTo, ev.PeerIP, ev.Argument, ev.Beside = "", "", "", "", "", "", false
		return event.Unknown
	}
	ev.Kind = kind
	return event.Parsed
}

// ownID takes "20A9560092030F3374: " off the front (PMG/MailQueue.pm): hex digits in capitals.
func ownID(s string) (id, rest string, ok bool) {
	id, rest, ok = scan.Cut(s, ':')
	if !ok || len(id) < 10 || len(id) > 32 || rest == "" || rest[0] != ' ' {
		return "", s, false
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; !scan.IsDigit(c) && (c < 'A' || c > 'F') {
			return "", s, false
		}
	}
	return id, rest[1:], true
}

// about reads what is said of a message.
func about(ev *event.Event, s string) event.Kind {
	for _, v := range [...]struct {
		begin, verdict string
		read           func(*event.Event, string) bool
	}{
		{"accept mail to ", "accept", accepted},
		{"moved mail for ", "quarantine", moved},
		{"block mail to ", "block", blocked},
		{"bcc to ", "bcc", copied},
		{"notify ", "notify", copied},
		{"new mail message-id=", "", begun},
		{"SA score=", "", scored},
		{"virus detected: ", "infected", noted},
		{"sender in user (", "", listed},
		{"removed attachment ", "remove", removed},
		{"modified header '", "modify", modified},
		{"reinject mail to ", "error", failed},
		{"processing time: ", "", took},
		{"mail-headers ", "", headers},
		{"added disclaimer (", "modify", noted},
	} {
		rest, ok := strings.CutPrefix(s, v.begin)
		if !ok {
			continue
		}
		if !v.read(ev, rest) {
			return event.KindNone
		}
		if ev.FilterVerdict == "" {
			ev.FilterVerdict = v.verdict
		}
		return event.KindFilter
	}
	for _, begin := range [...]string{
		"adding disclaimer failed ", "found archive '", "unpack archive ", "unpack failed - ", "message has ambiguous content",
		"message caused errors during parsing: ",
		"Could not create DKIM-Signature", "custom check: ",
	} {
		if strings.HasPrefix(s, begin) {
			ev.Argument = s
			return event.KindFilter
		}
	}
	return event.KindNone
}

// recipient takes "<a@b>" off the front: the filter takes no address with a blank or a bracket in it.
func recipient(ev *event.Event, s string) (rest string, ok bool) {
	ev.RcptTo, rest, ok = scan.Angle(s)
	return rest, ok && ev.RcptTo != ""
}

// rule reads " (rule: name)" to its end; the name is the site's.
func rule(ev *event.Event, s string) {
	if name, ok := strings.CutPrefix(s, " (rule: "); ok {
		ev.Argument = strings.TrimSuffix(name, ")")
	}
}

// accepted is "<a@b> (A673520AB5) (rule: default-accept)": the queue id that the message has behind the filter. Older ones have no rule.
func accepted(ev *event.Event, s string) bool {
	rest, ok := recipient(ev, s)
	if !ok {
		return false
	}
	inner, rest, ok := scan.Between(strings.TrimPrefix(rest, " "), '(', ')')
	if !ok || !scan.IsQueueID(inner) {
		return false
	}
	ev.RemoteQueueID, ev.Route = inner, event.RouteFilter
	rule(ev, rest)
	return true
}

// moved is "<a@b> to spam quarantine - 612405EAAD648755DE (rule: Quarantine/Mark Spam)": virus or attachment, too.
func moved(ev *event.Event, s string) bool {
	rest, ok := recipient(ev, s)
	if !ok {
		return false
	}
	kind, rest, ok := strings.Cut(strings.TrimPrefix(rest, " to "), " quarantine - ")
	if !ok || strings.IndexByte(kind, ' ') >= 0 {
		return false
	}
	_, rest, _ = scan.Cut(rest, ' ')
	ev.Action = event.ActionQuarantine
	ev.Argument = kind
	if name, ok := strings.CutPrefix(rest, "(rule: "); ok {
		ev.Argument = strings.TrimSuffix(name, ")")
	}
	return true
}

// blocked is "<a@b> (rule: Block Viruses)".
func blocked(ev *event.Event, s string) bool {
	rest, ok := recipient(ev, s)
	rule(ev, rest)
	if ok {
		ev.Action = event.ActionDiscard
	}
	return ok
}

// copied is "<a@b> (rule: name, A673520AB5)": a message of the filter's own, to somebody else.
func copied(ev *event.Event, s string) bool {
	rest, ok := recipient(ev, s)
	rule(ev, rest)
	if name, id, found := scan.CutLast(ev.Argument, ','); found && scan.IsQueueID(strings.TrimPrefix(id, " ")) {
		ev.Argument = name
	}
	return ok
}

// begun is "<id>", where a message begins. The line end behind a Message-ID may stand there as syslog writes it.
func begun(ev *event.Event, s string) bool {
	s = strings.TrimSuffix(s, "#012")
	id, rest, ok := scan.Angle(s)
	if !ok || rest != "" {
		id = s
	}
	ev.MessageID = strings.TrimSpace(id)
	return true
}

// scored is "0/5 time=1.234 bayes=undefined autolearn=no hits=...": the verdict comes with what is done.
func scored(ev *event.Event, s string) bool {
	score, rest, ok := scan.Cut(s, '/')
	if !ok || !strings.Contains(rest, " time=") {
		return false
	}
	ev.FilterScore, ev.HasScore = scan.Decimal(score)
	return ev.HasScore
}

// noted is "Eicar-Signature (clamav)", or "rule: x)".
func noted(ev *event.Event, s string) bool {
	if ev.Argument = s; strings.HasPrefix(s, "rule: ") {
		ev.Argument = strings.TrimSuffix(s[len("rule: "):], ")")
	}
	return true
}

// listed is "a@b) welcomelist", or blocklist; whitelist and blacklist in older ones.
func listed(ev *event.Event, s string) bool {
	to, list, ok := strings.Cut(s, ") ")
	switch {
	case !ok || strings.IndexByte(to, ' ') >= 0:
		return false
	case list != "welcomelist" && list != "blocklist" && list != "whitelist" && list != "blacklist":
		return false
	}
	ev.RcptTo, ev.Argument = to, list
	return true
}

// removed is "3 ('name', rule: x)": the name is the sender's.
func removed(ev *event.Event, s string) bool {
	_, rest, ok := scan.Digits(s)
	ev.Argument = strings.TrimPrefix(rest, " ")
	return ok && strings.HasPrefix(rest, " ('")
}

// modified is "Subject' for <a@b> (rule: x)".
func modified(ev *event.Event, s string) bool {
	_, rest, ok := strings.Cut(s, "' for ")
	if !ok {
		return false
	}
	rest, ok = recipient(ev, rest)
	rule(ev, rest)
	return ok
}

// failed is "<a@b> (rule: x) failed".
func failed(ev *event.Event, s string) bool {
	rest, ok := recipient(ev, strings.TrimSuffix(s, " failed"))
	rule(ev, rest)
	return ok && strings.HasSuffix(s, " failed")
}

// took is "2.8 seconds (1.2, 0.03, 0)".
func took(ev *event.Event, s string) bool {
	number, rest, ok := scan.Cut(s, ' ')
	if _, isNumber := scan.Float(number); !ok || !isNumber || !strings.HasPrefix(rest, "seconds") {
		return false
	}
	ev.Argument = s
	return true
}
