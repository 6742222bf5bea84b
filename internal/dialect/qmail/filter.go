package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// once cuts s at sep, where it stands there only once: what strangers wrote could hold it, too, and then nothing is certain.
func once(s, sep string) (before, after string, ok bool) {
	before, after, ok = strings.Cut(s, sep)
	return before, after, ok && !strings.Contains(after, sep)
}

// simscan reads "3016]:SPAM REJECT (12.30/5.00/5.00):1.2345s:subject:192.0.2.1:a@b:c@d,e@f" (simscan.c). The number is qmail-smtpd's.
func simscan(ev *event.Event, s string) event.Kind {
	s, ok := pid(s, ']', ev)
	if ok {
		s, ok = scan.Byte(s, ':')
	}
	state, s, found := scan.Cut(s, ':')
	if !ok || !found {
		return event.KindNone
	}

	// verdict, and the score that it was made from
	if name, rest, scored := strings.Cut(state, " ("); scored {
		score, _, _ := scan.Cut(rest, '/')
		negative := strings.HasPrefix(score, "-")
		if ev.FilterScore, ev.HasScore = scan.Float(strings.TrimPrefix(score, "-")); negative {
			ev.FilterScore = -ev.FilterScore
		}
		state = name
	}
	switch state {
	case "CLEAN", "SPAM REJECT", "SPAM DROPPED", "SPAM PASS", "PASSTHRU", "RELAYCLIENT", "VIRUS", "VIRUS DROPPED", "ATTACH", "REGEX":
	default:
		return event.KindNone
	}
	conversation(ev)
	ev.FilterName, ev.FilterVerdict = "simscan", state

	// seconds, then the subject; the rest is counted from the end. The subject and the parts of addresses that were quoted may be anything: with a second address of a client
	// among them nobody knows which is the client's.
	if _, rest, ok := scan.Cut(s, ':'); ok {
		s = rest
	}
	s, to, ok1 := scan.CutLast(s, ':')
	s, from, ok2 := scan.CutLast(s, ':')
	subject, ip, ok3 := scan.CutLast(s, ':')
	if ok1 && ok2 && ok3 && isIP(ip) && !namesIP(subject) {
		ev.Subject, ev.PeerIP, ev.MailFrom = subject, ip, envelope(from)
		if subject == "-" || state != "CLEAN" && !strings.HasPrefix(state, "SPAM") && state != "PASSTHRU" {
			ev.Subject, ev.Argument = "", subject // the name of a virus, an attachment or an expression
		}
		recipients(ev, to, ',')
	}
	switch state {
	case "SPAM REJECT", "VIRUS", "ATTACH", "REGEX":
		ev.Command, ev.RejectPermanent = event.CommandEOM, event.Yes
		return event.KindReject
	}
	return event.KindFilter
}

// namesIP says whether there is an address among what colons separate.
func namesIP(s string) bool {
	for s != "" {
		var part string
		if part, s, _ = scan.Cut(s, ':'); isIP(part) {
			return true
		}
	}
	return false
}

// recipients takes a list apart.
func recipients(ev *event.Event, s string, sep byte) {
	if strings.IndexByte(s, sep) < 0 {
		ev.RcptTo = s
		return
	}
	for s != "" {
		var one string
		one, s, _ = scan.Cut(s, sep)
		if one != "" {
			ev.RcptList = append(ev.RcptList, one)
		}
	}
}

// greylist reads "192.0.2.1 <a@b> to <c@d>" (indimail-mta's smtpd.c).
func greylist(ev *event.Event, s string) event.Kind {
	ip, rest, ok := strings.Cut(s, " <")
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	from, to, ok := once(rest, "> to <")
	if !ok {
		return event.KindNone
	}
	to = strings.TrimSuffix(to, "...")
	to, ok = strings.CutSuffix(to, ">")
	if !ok {
		return event.KindNone
	}
	ev.Role, ev.PeerIP, ev.MailFrom, ev.RcptTo = event.RoleServer, ip, envelope(from), to
	ev.FilterName, ev.FilterVerdict, ev.Command, ev.RejectPermanent = "greylist", "greylisted", "RCPT", event.No
	return event.KindReject
}

// scanner reads "Clear:RC:0(192.0.2.1):SA:1(8.1/6.0): 4.195255 1371 a@b c@d subject_with_signs <id> ..." of qmail-scanner: what it found,
// the client and whether it may relay, SpamAssassin's word and score, seconds, bytes, sender and recipients.
func scanner(ev *event.Event, s string) event.Kind {
	verdict, rest, ok := strings.Cut(s, ":RC:")
	_, rest, digits := scan.Digits(rest)
	ip, rest, ok2 := scan.Between(rest, '(', ')')
	if !ok || !digits || !ok2 || strings.Contains(verdict, " ") {
		return event.KindNone
	}
	ev.Role, ev.FilterName, ev.FilterVerdict = event.RoleServer, "qmail-scanner", "clean"
	if verdict != "Clear" { // the name of what was found
		ev.FilterVerdict, ev.Argument = "infected", verdict
	}
	if isIP(ip) {
		ev.PeerIP = ip
	}
	if tail, ok := strings.CutPrefix(rest, ":SA:"); ok {
		n, tail, _ := scan.Digits(tail)
		score, tail, _ := scan.Between(tail, '(', ')')
		score, _, _ = scan.Cut(score, '/')
		ev.FilterScore, ev.HasScore = scan.Decimal(score)
		if rest = tail; n == 1 && verdict == "Clear" {
			ev.FilterVerdict = "spam"
		}
	}
	rest, ok = strings.CutPrefix(rest, ":")
	if !ok {
		return event.KindFilter
	}
	_, rest = scan.Word(rest) // seconds
	size, rest := scan.Word(rest)
	ev.Size, ev.HasSize = scan.Int(size)
	from, rest := scan.Word(rest)
	to, _ := scan.Word(rest)
	if !strings.Contains(from, "@") { // none, or one with a blank: what stands behind it is not known
		return event.KindFilter
	}
	ev.MailFrom = from
	if strings.Contains(to, "@") {
		ev.RcptTo = to
	}
	return event.KindFilter
}
