package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// spf is `identity=mailfrom ip=192.0.2.1 domain="b" mfrom=<a@b> result=Pass` (haraka-plugin-spf).
func spf(ev *event.Event, l *line) event.Kind {
	if !strings.HasPrefix(l.text, "identity=") {
		return event.KindNone
	}
	f, domain := fields{rest: l.text}, ""
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "identity":
			ev.Argument = value
		case "ip":
			ev.PeerIP = value
		case "domain":
			domain = value
		case "mfrom":
			if strings.HasPrefix(value, "<") {
				ev.MailFrom = nullSender(strings.TrimSuffix(value[1:], ">"))
			}
		case "result":
			ev.FilterVerdict = lower(value)
		}
	}
	if ev.Argument == "helo" { // the address is one that the checker makes up (RFC 7208 section 2.3): none was given yet
		ev.MailFrom, ev.Helo = "", domain
	}
	if ev.FilterVerdict == "" {
		return event.KindNone
	}
	ev.FilterName = "spf"
	return event.KindFilter
}

// spamassassin is `status=Yes, score=9.9, required=5.0, reject=10, tests="..."` (haraka-plugin-spamassassin).
func spamassassin(ev *event.Event, l *line) event.Kind {
	s, ok := strings.CutPrefix(l.text, "status=")
	if !ok {
		return event.KindNone
	}
	word, rest, ok := strings.Cut(s, ", ")
	if !ok {
		return event.KindNone
	}
	if number, ok := strings.CutPrefix(rest, "score="); ok {
		number, _, _ = scan.Cut(number, ',')
		score(ev, number)
	}
	ev.FilterName = "spamassassin"
	switch word {
	case "Yes":
		ev.FilterVerdict = "spam"
	case "No":
		ev.FilterVerdict = "ham"
	default:
		return event.KindNone
	}
	return event.KindFilter
}

// results is how a plugin sums up what it found: "score: 3, action: no action, pass:a, b, fail:c" (haraka-results). Values of its own
// come first, then the lists msg, pass, fail, skip and err; the first of them that says how it went is the verdict.
func results(ev *event.Event, l *line) event.Kind {
	s := l.text
	own, number, passed, skipped, failed := "", "", false, false, false
	for s != "" {
		item, rest, _ := strings.Cut(s, ", ")
		s = rest
		key, value, ok := scan.Cut(item, ':')
		if !ok {
			continue
		}
		switch key {
		case "pass":
			passed = true
		case "fail":
			failed = true
		case "skip":
			skipped = true
		case "result", "action", "dmarc":
			if own == "" {
				own = lower(scan.Trim(value))
			}
		case "score":
			if number == "" {
				number = scan.Trim(value)
			}
		}
	}
	switch {
	case own != "" && strings.IndexByte(own, '<') < 0:
		ev.FilterVerdict = own
	case failed:
		ev.FilterVerdict = "fail"
	case passed:
		ev.FilterVerdict = "pass"
	case skipped:
		ev.FilterVerdict = "skip"
	case number == "":
		return event.KindNone
	}
	if score(ev, number); ev.FilterVerdict == "" && !ev.HasScore {
		return event.KindNone
	}
	ev.FilterName, ev.Argument = l.origin, l.text
	return event.KindFilter
}

// score reads a number that may be below zero.
func score(ev *event.Event, s string) {
	number, negative := strings.CutPrefix(s, "-")
	n, ok := scan.Float(number)
	if !ok {
		return
	}
	if negative {
		n = -n
	}
	ev.FilterScore, ev.HasScore = n, true
}
