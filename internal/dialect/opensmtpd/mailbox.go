package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// delivered is "evpid=47baf58413023c3d from=<a@b> to=<c@d> rcpt=<c@d> user=anna [method=maildir] delay=0s result=Ok stat=Delivered"
// (mda.c mda_log). stat is the mailbox program's last line in "Error (...)", up to the end.
func delivered(ev *event.Event, s string) event.Kind {
	s, ok := addresses(ev, s, " ", true)
	if !ok {
		return event.KindNone
	}
	user, s, ok := value(s, "user=", " ")
	if !ok {
		return event.KindNone
	}
	method, rest, given := value(s, "method=", " ")
	if given {
		s = rest
	}
	age, s, ok := value(s, "delay=", " result=")
	if !ok {
		return event.KindNone
	}
	result, stat, ok := strings.Cut(s, " stat=")
	if !ok || !verdict(ev, result) {
		return event.KindNone
	}
	delay(ev, age)
	return mailboxed(ev, user, method, stat)
}

// mailboxed fills in the verdict of a delivery on this host.
func mailboxed(ev *event.Event, user, method, stat string) event.Kind {
	ev.Mailbox, ev.Tried = user, event.Yes
	switch method {
	case "lmtp":
		ev.Route = event.RouteLMTP
	case "mda", "filter":
		ev.Route = event.RoutePipe
	default:
		ev.Route = event.RouteLocal
	}
	if stat == "Loop detected" {
		ev.Tried = event.No
	}
	words, ok := strings.CutPrefix(stat, "Error (")
	words = strings.TrimSuffix(words, ")")
	switch {
	case !ok:
		if stat != "Delivered" {
			ev.Argument = stat
		}
	case quoted(ev, words):
	case !answer(ev, words): // an LMTP server's words have a code, where the program that spoke to it repeats them alone
		ev.Argument = words
		if !blamesMailbox(words) {
			ev.ErrorType = errno.Local
		}
	}
	return event.KindDelivery
}

// blamesMailbox says whether a program that failed said so of the recipient: by its exit status, of which mda.c knows the sentence, or in its
// last line. Else it is the program that failed, whoever the mail was for.
func blamesMailbox(words string) bool {
	return strings.HasPrefix(words, "user unknown") || strings.Contains(words, "uota") || strings.Contains(words, "full")
}

// quoted reads an LMTP server's answer in the words of smtpd's own client for it: `temporary failure: "mail.lmtp: LMTP server error: 550
// 5.1.1 no"` (mda.c, mail.lmtp.c). The verdict is temporary, whatever the answer was.
func quoted(ev *event.Event, s string) bool {
	if !cut(&s, "temporary failure: ") && !cut(&s, "permanent failure: ") {
		return false
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, `"`), `"`)
	if !cut(&s, "mail.lmtp: ") {
		return false
	}
	cut(&s, "LMTP server error: ")
	return answer(ev, s)
}
