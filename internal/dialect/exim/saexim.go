package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// saExim reads what sa-exim, which is SpamAssassin within local_scan(), writes about a message (sa-exim.c): "SA: Action: silently tossed
// message: score=31.0 required=5.0 trigger=30.0 (scanned in 6/6 secs | Message-Id: a@b). From <a@b> (host=name [192.0.2.1]) for c@d".
// What a refusal comes to is a line of Exim's. Ids and addresses are the sender's: what divides them must stand once.
func saExim(ev *event.Event, s string) event.Kind {
	s, ok := after(s, "SA: ")
	if !ok {
		return event.KindNone
	}
	for _, level := range [...]string{"Warning: ", "PANIC: ", "Notice: "} {
		if rest, ok := after(s, level); ok && rest != "" {
			ev.Argument = rest
			return event.KindWarning
		}
	}
	s, ok = after(s, "Action: ")
	what, s, scored := strings.Cut(s, ": score=")
	if !ok || !scored {
		return event.KindNone
	}
	score, _ := scan.Word(s)
	ev.FilterName, ev.FilterVerdict = "sa-exim", saVerdict(what)
	ev.FilterScore, ev.HasScore = scan.Decimal(score)
	ev.Argument = what
	scanned, envelope, ok := scan.CutOnce(s, "). From <")
	if !ok {
		return event.KindFilter
	}
	if _, id, ok := strings.Cut(scanned, " | Message-Id: "); ok && strings.IndexByte(id, '@') > 0 && strings.IndexByte(id, ' ') < 0 {
		ev.MessageID = id
	}
	from, host, ok := scan.CutOnce(envelope, "> (host=")
	host, to, found := scan.CutOnce(host, "]) for ")
	name, ip, named := scan.CutLast(host, '[')
	if !ok || !found || !named || !isIP(ip) {
		return event.KindFilter
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	if ev.PeerIP = ip; name != "NULL " {
		ev.ClientAddress = strings.TrimSuffix(name, " ")
	}
	if !strings.ContainsAny(to, ", ") {
		ev.RcptTo = to
	}
	return event.KindFilter
}

// saVerdict is SpamAssassin's verdict, or what was done where that is more.
func saVerdict(what string) string {
	switch {
	case strings.HasPrefix(what, "scanned but message isn't spam"):
		return "clean"
	case strings.HasPrefix(what, "flagged as Spam but accepted"):
		return "spam"
	case strings.HasPrefix(what, "silently tossed"):
		return "discard"
	case strings.HasPrefix(what, "temporarily rejected"):
		return "defer"
	case strings.HasPrefix(what, "permanently rejected"):
		return "reject"
	}
	return what
}
