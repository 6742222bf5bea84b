package dovecot

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// deliver reads the lines of LMTP (src/lmtp/lmtp-client.c) and LDA about connections and mails.
func deliver(ev *event.Event, p prefix, bad bool, s string) event.Kind {
	switch {
	case strings.HasPrefix(s, "Connect from "):
		from(ev, s[len("Connect from "):])
		return event.KindConnect
	case strings.HasPrefix(s, "Disconnect from "):
		who, why, ok := strings.Cut(s[len("Disconnect from "):], ": ")
		if !ok {
			return event.KindNone
		}
		from(ev, who)
		ev.Argument = why
		return event.KindDisconnect
	}

	if kind := relayed(ev, bad, s); kind != event.KindNone {
		return kind
	}

	// "session: " of 2.2, "sieve: "
	if token, rest, ok := strings.Cut(s, ": "); ok && strings.IndexByte(token, ' ') < 0 &&
		token != "sieve" && !strings.HasPrefix(token, "msgid=") {
		s = rest
	}
	ev.FilterName = "dovecot"
	if rest, ok := strings.CutPrefix(s, "sieve: "); ok {
		ev.FilterName, s = "sieve", rest
	}
	rest, ok := strings.CutPrefix(s, "msgid=")
	if ok && mail(ev, rest) {
		ev.Mailbox = p.user
		return event.KindFilter
	}
	if ev.FilterName == "sieve" && !ok && p.user != "" {
		ev.Mailbox, ev.Argument, ev.FilterName = p.user, s, ""
		return event.KindWarning
	}
	ev.FilterName = ""
	return event.KindNone
}

// relayed is what a proxy's next hop answered (src/lmtp/lmtp-proxy.c): "<session>: Sent message to <a@b> at 192.0.2.5:24: 250 2.0.0 ...
// Saved (1/1 at 12 ms)". At level Error the words are Dovecot's own.
func relayed(ev *event.Event, bad bool, s string) event.Kind {
	_, rest, ok := scan.CutOnce(s, ": Sent message to <")
	verdict := "relayed"
	if !ok {
		_, rest, ok = scan.CutOnce(s, ": Failed to send message to <")
		verdict = "failed"
	}
	to, rest, found := scan.CutOnce(rest, "> at ")
	if !ok || !found {
		return event.KindNone
	}
	host, rest, ok := strings.Cut(rest, ": ")
	host, port, hasPort := scan.CutLast(host, ':')
	n, whole := scan.Int(port)
	if !ok || !hasPort || !whole || n == 0 || n >= 1<<16 {
		return event.KindNone
	}
	i := strings.LastIndex(rest, " (")
	if i < 0 || !strings.HasSuffix(rest, " ms)") { // cut, or a Message-ID that holds such words
		return event.KindNone
	}
	ev.PeerPort = int(n)
	if scan.IsIP(host) {
		ev.PeerIP = host
	} else {
		ev.ServerAddress = host
	}
	rest = rest[:i]
	if r, ok := reply.Parse(rest); ok && !bad {
		r.Into(ev)
	} else {
		ev.Argument = rest
	}
	ev.Role, ev.RcptTo, ev.FilterName, ev.FilterVerdict = event.RoleClient, to, "dovecot", verdict
	return event.KindFilter
}

// from is the client: "local", or an address, with a port in some versions.
func from(ev *event.Event, who string) {
	ev.Role, ev.Protocol = event.RoleServer, "LMTP"
	if who != "local" {
		ev.PeerIP, _, _ = scan.Cut(who, ' ')
	}
}

// sentence is what became of a mail: how it begins, how it must end, and the verdict.
type sentence struct {
	begin, end, verdict string
}

// In src/lib-lda/mail-deliver.c of Dovecot; src/lib-sieve/sieve-actions.c, cmd-redirect.c, ext-reject.c, cmd-discard.c and
// plugins/vacation/cmd-vacation.c of Pigeonhole.
var sentences = [...]sentence{
	{"saved mail to ", "", "stored"},
	{"save failed to ", "", "failed"},
	{"stored mail into mailbox ", "'", "stored"},
	{"left message in mailbox ", "'", "stored"},
	{"store into mailbox ", "' skipped", "skipped"},
	{"store into mailbox ", "' aborted", "failed"},
	{"failed to store into mailbox ", "", "failed"},
	{"forwarded to <", ">", "forwarded"},
	{"discarded duplicate forward to <", ">", "duplicate"},
	{"not forwarding message to <", "", "loop"},
	{"failed to redirect message to <", "", "failed"},
	{"marked message to be discarded if not explicitly delivered (discard action)", "", "discard"},
	{"Marked message to be discarded if not explicitly delivered (discard action)", "", "discard"},
	{"rejected message from <", ")", "rejected"},
	{"sent vacation response to <", ">", "vacation"},
	{"discarded vacation reply to ", "", "vacation skipped"},
	{"discarded duplicate vacation response to <", ">", "vacation skipped"},
	{"discarding vacation response ", "", "vacation skipped"},
	{"not sending vacation re", "", "vacation skipped"},
	{"failed to send vacation response to ", "", "failed"},
	{"not sending reject message ", "", "discard"},
	{"Auto-submitted message discarded: ", "", "discard"},
}

// actions are the verdicts that say what became of the mail, beside that it was stored.
var actions = map[string]event.MailboxAction{
	"discard": event.ActionDiscard, "forwarded": event.ActionRedirect, "rejected": event.ActionReject,
}

// mail is "<id>: saved mail to INBOX". The id is the sender's header, cut at 200 bytes but whatever he put there: where more than one
// place of the line could be the sentence, nothing is taken from it.
func mail(ev *event.Event, s string) bool {
	found, count := 0, 0
	for at := 0; ; {
		i := strings.Index(s[at:], ": ")
		if i < 0 {
			break
		}
		at += i + len(": ")
		if which(s[at:]) >= 0 {
			if count == 0 {
				found = at
			}
			count++
		}
	}
	if count != 1 {
		return false
	}
	id, text := strings.TrimSuffix(s[:found], ": "), s[found:]
	if by, ok := strings.CutSuffix(id, " action"); ok { // 2.4: "<id>: fileinto action: stored ..."
		if i := strings.LastIndex(by, ": "); i >= 0 && strings.IndexByte(by[i+2:], ' ') < 0 {
			id = by[:i]
		}
	}
	one := &sentences[which(text)]
	ev.FilterVerdict, ev.Action = one.verdict, actions[one.verdict]
	ev.Argument = strings.TrimSuffix(text[len(one.begin):], one.end)
	switch one.end {
	case "'":
		ev.Argument = strings.TrimPrefix(ev.Argument, "'")
	case ")": // "<a> (ereject)"
		ev.Argument, _, _ = scan.Cut(ev.Argument, '>')
	}
	if ev.FilterName == "sieve" && one.verdict == "stored" && ev.Argument != "INBOX" {
		ev.Action = event.ActionFileInto
	}
	if inner, rest, ok := scan.Angle(id); ok && rest == "" && strings.IndexByte(inner, ' ') < 0 {
		ev.MessageID = inner
	}
	return true
}

// which finds the sentence, -1 for none.
func which(s string) int {
	for i := range sentences {
		if one := &sentences[i]; len(s) >= len(one.begin)+len(one.end) && strings.HasPrefix(s, one.begin) && strings.HasSuffix(s, one.end) {
			return i
		}
	}
	return -1
}
