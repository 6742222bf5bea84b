package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// milter reads what filters did (milter.c, srvrsmtp.c).
func milter(ev *event.Event, s string) event.Kind {
	ev.Scope = event.ScopeFork
	if rest, ok := after(s, "milter="); ok {
		return milterVerdict(ev, rest)
	}
	for _, begin := range [...]string{
		"milter_read(", "milter_write(", "milter_sys_read(", "milter_data(", "milter_send_command(", "Milter read(",
	} {
		if rest, ok := after(s, begin); ok {
			name, rest, ok := strings.Cut(rest, ")")
			if !ok {
				return event.KindNone
			}
			ev.FilterName = name
			return milterTrouble(ev, strings.TrimPrefix(strings.TrimPrefix(rest, ":"), " "))
		}
	}
	if rest, ok := after(s, "Milter ("); ok {
		name, rest, ok := strings.Cut(rest, ")")
		if !ok {
			return event.KindNone
		}
		ev.FilterName = name
		if rest, ok = after(rest, ": "); ok {
			return milterTrouble(ev, rest)
		}
		return milterChange(ev, strings.TrimPrefix(rest, " "))
	}
	if rest, ok := after(s, "Milter: "); ok {
		return milterAnswer(ev, rest)
	}
	if rest, ok := after(s, "Milter "); ok { // 8.11 and 8.12: "Milter add: header: X-Scanned: yes" without a name; "Milter accept: message"
		ev.FilterName = "milter"
		return milterChange(ev, rest)
	}
	return event.KindNone
}

// milterVerdict is "name, action=rcpt, reject=550 5.7.1 no", "name, quarantine=text", "name, discard" (LogLevel 4 to 13). The answer to
// the client has a line of its own.
func milterVerdict(ev *event.Event, s string) event.Kind {
	name, s, ok := strings.Cut(s, ", ")
	if !ok || name == "" {
		return event.KindNone
	}
	ev.FilterName = name
	if rest, found := after(s, "action="); found {
		action, rest, _ := strings.Cut(rest, ", ")
		ev.Command = milterStage(action)
		if s = rest; s == "" {
			ev.FilterVerdict = action
			return event.KindFilter
		}
	}
	verb, words, _ := scan.Cut(s, '=')
	ev.FilterVerdict = verb
	if words != "" {
		refusal(ev, words)
		ev.RejectPermanent = event.Open
	}
	if verb == "quarantine" { // at the end of the message (srvrsmtp.c)
		return event.KindMessageHeld
	}
	return event.KindFilter
}

// milterStage is the command that a filter was asked about.
func milterStage(word string) string {
	switch word {
	case "mail", "from":
		return "MAIL"
	case "rcpt", "to":
		return "RCPT"
	case "helo":
		return "HELO"
	case "data", "cmd=data":
		return "DATA"
	case "connect":
		return event.CommandConnect
	case "header", "eoh", "body", "eom":
		return event.CommandEOM
	}
	return ""
}

// filterGone is why a filter was not there: "error connecting to filter: Connection refused by inet:8891@192.0.2.1". A socket of this
// host is no host.
func filterGone(s string) string {
	_, why, _ := strings.Cut(s, ": ")
	if e := errno.Type(why); e != "" && (e != errno.Refused || !strings.Contains(why, " by /")) {
		return e
	}
	return errno.Local
}

// milterTrouble is what went wrong with a filter, or what it was asked (LogLevel 10 and more).
func milterTrouble(ev *event.Event, s string) event.Kind {
	ev.Argument = s
	switch {
	case strings.HasPrefix(s, "timeout "), strings.HasPrefix(s, "EOM ACK/NAK timeout"):
		ev.ErrorType, ev.FilterVerdict = "timeout", "error"
	case strings.HasPrefix(s, "error connecting to filter"), strings.HasPrefix(s, "init failed to "), strings.HasPrefix(s, "open "):
		ev.ErrorType, ev.FilterVerdict = filterGone(s), "error"
	case strings.HasPrefix(s, "socket closed"), strings.HasPrefix(s, "read returned"), strings.HasPrefix(s, "write("),
		strings.HasPrefix(s, "cmd read returned"):
		ev.ErrorType, ev.FilterVerdict = "connection_lost", "error"
	case s == "to error state", strings.HasPrefix(s, "negotiate"), strings.HasPrefix(s, "returned bogus"), strings.HasPrefix(s, "lied about"):
		ev.FilterVerdict = "error"
	case strings.HasPrefix(s, "init success"), strings.HasPrefix(s, "time command"),
		strings.HasPrefix(s, "quit filter"), strings.HasPrefix(s, "abort filter"),
		strings.HasPrefix(s, "header"), strings.HasPrefix(s, "body, "), strings.HasPrefix(s, "connect"):
		return event.KindLifecycle
	default:
		ev.FilterVerdict = "error"
	}
	return event.KindFilter
}

// milterChange is "add: header: X-Spam: yes", "change: header Subject: from a to b", "delete: rcpt a@b", "chgfrom: a@b", "message: body
// replaced".
func milterChange(ev *event.Event, s string) event.Kind {
	verb, rest, ok := strings.Cut(s, ": ")
	if !ok {
		return event.KindNone
	}
	word, _ := scan.Word(verb)
	switch word {
	case "add", "insert", "change", "delete", "chgfrom", "message", "accept", "discard":
	default:
		return event.KindNone
	}
	ev.FilterVerdict, ev.Argument = word, rest
	if to, found := after(strings.TrimPrefix(rest, "rcpt: "), ""); found && strings.HasPrefix(rest, "rcpt: ") {
		ev.RcptTo = bare(to)
	} else if to, found := after(rest, "rcpt "); found {
		to, _, _ = strings.Cut(to, ", naddrs=")
		ev.RcptTo = bare(to)
	}
	return event.KindFilter
}

// milterAnswer is "from=<a>, reject=550 5.7.1 no", "to=<b>, discard", "helo=x, reject=...", "connect: host=h, addr=ip, reject=...",
// "data, reject=...", "cmd=data, reject=..." (srvrsmtp.c): what the client got for what a filter said.
func milterAnswer(ev *event.Event, s string) event.Kind {
	ev.FilterName = "milter"
	switch s {
	case "no active filter", "connect to filters", "connect, ending", "reject, no sender", "reject, no rcpt", "reject, sender",
		"reject, senders", "reject, data":
		ev.Argument = s
		return event.KindLifecycle
	}
	if what, ok := after(s, "initialization failed, "); ok {
		ev.FilterVerdict, ev.ErrorType, ev.Argument = "error", errno.Local, what
		return event.KindFilter
	}
	if rest, ok := after(s, "connect: host="); ok {
		return milterConnect(ev, rest)
	}
	what, verdict, ok := lastVerdict(s)
	if !ok {
		if rest, found := after(strings.TrimPrefix(s, "senders: "), "sender: "); found || rest != s { // LogLevel 15
			word, _ := scan.Word(rest)
			ev.MailFrom = nullSender(word)
			return event.KindLifecycle
		}
		if rest, found := after(s, "rcpts: "); found {
			word, _ := scan.Word(rest)
			ev.RcptTo = bare(word)
			return event.KindLifecycle
		}
		return event.KindNone
	}
	key, value, _ := scan.Cut(what, '=')
	switch key {
	case "from":
		ev.Command, ev.MailFrom = "MAIL", nullSender(value)
	case "to":
		ev.Command, ev.RcptTo = "RCPT", bare(value)
	case "helo":
		ev.Command, ev.Helo = "HELO", value
	case "cmd":
		ev.Command = "DATA"
	case "data":
		ev.Command = event.CommandEOM
	default:
		return event.KindNone
	}
	return settled(ev, verdict)
}

// lastVerdict cuts "from=<a>, reject=550 no" before its verdict. The address has brackets, which end it; anything else is one word.
func lastVerdict(s string) (what, verdict string, ok bool) {
	key, value, found := scan.Cut(s, '=')
	if found && strings.HasPrefix(value, "<") {
		if inner, rest, isPath := scan.Angle(value); isPath {
			n := len(key) + 1 + len(inner) + 2
			if rest, ok = after(rest, ", "); ok && isVerdict(rest) {
				return s[:n], rest, true
			}
			i := strings.Index(rest, ", ") // parameters behind the address
			if i >= 0 && isVerdict(rest[i+2:]) {
				return s[:n], rest[i+2:], true
			}
		}
	}
	i := strings.Index(s, ", ")
	if i < 0 || !isVerdict(s[i+2:]) {
		return "", "", false
	}
	return s[:i], s[i+2:], true
}

func isVerdict(s string) bool {
	return strings.HasPrefix(s, "reject=") || s == "discard" || strings.HasPrefix(s, "shutdown") ||
		strings.HasPrefix(s, "temp failing commands") || s == "rejecting commands"
}

// milterConnect is "name, addr=ip, reject=554 5.7.1 no", also "rejecting commands", "temp failing commands", "shutdown".
func milterConnect(ev *event.Event, s string) event.Kind {
	name, rest, ok := strings.Cut(s, ", addr=")
	addr, verdict, found := strings.Cut(rest, ", ")
	if !ok || !found || !isVerdict(verdict) {
		return event.KindNone
	}
	ev.ClientAddress, ev.PeerIP, ev.Command = clientName(name), address(addr), event.CommandConnect
	return settled(ev, verdict)
}

// settled is what a client was told for a filter's verdict.
func settled(ev *event.Event, verdict string) event.Kind {
	served(ev)
	verb, words, _ := scan.Cut(verdict, '=')
	ev.FilterVerdict = verb
	if verb == "discard" {
		return event.KindFilter
	}
	words, _, _ = strings.Cut(words, ", errormode=")
	refusal(ev, words)
	switch verb {
	case "temp failing commands":
		ev.RejectPermanent = event.No
	case "rejecting commands":
		ev.RejectPermanent = event.Yes
	}
	ev.FilterVerdict = "reject"
	return event.KindReject
}
