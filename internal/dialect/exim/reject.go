package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// aboutClient reads what the server refused, or remarks about a client.
func aboutClient(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, "DS H="); ok {
		s = s[len(s)-len(rest)-2:]
	}
	if rest, ok := after(s, "H="); ok {
		_, rest, ok = takeCaller(ev, rest)
		if !ok {
			return event.KindNone
		}
		return ofClient(ev, rest)
	}
	if rest, ok := after(s, "U="); ok { // submitted on this host
		_, rest = cutWord(rest)
		ev.Role = event.RoleServer
		return ofClient(ev, rest)
	}
	if strings.HasPrefix(s, "F=<") { // of a message that was submitted on this host: "F=<a@b> rejected by non-SMTP ACL: words" (src/receive.c)
		rest := ownSender(ev, s)
		if words, ok := after(rest, " rejected by non-SMTP ACL"); ok {
			ev.Role, ev.Command, ev.RejectPermanent, ev.Class = event.RoleServer, event.CommandEOM, event.Yes, '5'
			return refusal(ev, words)
		}
		if !strings.HasPrefix(s, "F=<> ") {
			return event.KindNone
		}
	}
	if rest, ok := after(s, "F="); ok {
		return scanned(ev, rest)
	}
	return refusedFirst(ev, s)
}

// scanned is "a@b H=host P=esmtp rejected by local_scan(): words", where the sender stands without brackets (src/receive.c). The code is
// always the same.
func scanned(ev *event.Event, s string) event.Kind {
	from, rest := senderOf(s)
	if from == "" {
		return event.KindNone
	}
	if tail, ok := after(rest, " H="); ok {
		if _, rest, ok = takeCaller(ev, tail); !ok {
			return event.KindNone
		}
	} else if tail, ok := after(rest, " U="); ok {
		_, rest = cutWord(tail)
	}
	if tail, ok := after(rest, " P="); ok {
		ev.Protocol, rest = cutWord(tail)
	}
	rest, _ = after2(rest, " L")
	words, temporary := after(rest, " temporarily rejected by local_scan(): ")
	if !temporary {
		var ok bool
		if words, ok = after(rest, " rejected by local_scan(): "); !ok {
			return event.KindNone
		}
	}
	ev.Role, ev.Command, ev.MailFrom = event.RoleServer, event.CommandEOM, from
	ev.Code, ev.Class, ev.RejectPermanent = 550, '5', event.TriOf(!temporary)
	if temporary {
		ev.Code, ev.Class = 451, '4'
	}
	ev.FilterName, ev.FilterVerdict, ev.Text = "local_scan", "reject", words
	return event.KindReject
}

// ofClient reads what stands behind the client.
func ofClient(ev *event.Event, s string) event.Kind {
	if kind := ofHost(ev, s); kind != event.KindNone {
		return kind
	}
	return cutThrough(ev, s)
}

// ofHost reads what stands behind the client: " X=... F=<sender> A=plain:anna SPF rejected RCPT <a@b>: words" (src/smtp_in.c
// smtp_handle_acl_fail), and the remarks of other places.
func ofHost(ev *event.Event, s string) event.Kind {
	if rest, ok := after(s, " P="); ok { // local_scan() lists the host as a reception does
		ev.Protocol, s = cutWord(rest)
	}
	s, _ = takeTLS(ev, s)
	s = envelopeSender(ev, s)
	if rest, ok := after(s, " A="); ok {
		var word string
		word, s = cutWord(rest)
		authenticator(ev, word)
	}
	for {
		rest, ok := after2(s, " SPF")
		if !ok {
			if tail, found := after(s, " SPF="); found {
				_, rest = cutWord(tail)
			} else if tail, found := after(s, " DMARC="); found {
				_, rest = cutWord(tail)
			} else if tail, found := skipField(strings.TrimPrefix(s, " ")); found &&
				first(s) == ' ' && !strings.HasPrefix(s, " RCPT ") && !strings.HasPrefix(s, " F=<") {
				rest = tail
			} else {
				break
			}
		}
		s = rest
	}
	s = envelopeSender(ev, s)
	rest, ok := after(s, " ")
	if !ok {
		return event.KindNone
	}
	switch {
	case strings.HasPrefix(rest, "rejected "):
		return rejected(ev, rest[len("rejected "):], true)
	case strings.HasPrefix(rest, "temporarily rejected "):
		return rejected(ev, rest[len("temporarily rejected "):], false)
	case strings.HasPrefix(rest, "sender verify fail for "), strings.HasPrefix(rest, "sender verify defer for "):
		return senderVerify(ev, rest[len("sender verify "):])
	case strings.HasPrefix(rest, "incomplete transaction ("):
		return incomplete(ev, rest[len("incomplete transaction "):])
	case strings.HasPrefix(rest, "Warning: "):
		ev.FilterName, ev.FilterVerdict, ev.Argument = "acl", "warn", rest[len("Warning: "):]
		return event.KindFilter
	// "RCPT TO-argument: discarded by RCPT ACL: words" (src/smtp_in.c): the message goes on without the recipient, if it has others
	case strings.HasPrefix(rest, "RCPT "):
		to, tail, ok := scan.Angle(rest[len("RCPT "):])
		if why, discarded := after(tail, ": discarded by "); ok && discarded {
			ev.Command, ev.RcptTo = "RCPT", to
			ev.FilterName, ev.FilterVerdict, ev.Argument = "acl", "discard", why
			ev.Status, ev.Tried, ev.Route = event.StatusDiscarded, event.No, event.RouteDiscard
			return event.KindMessageDiscarded
		}
	// a client that was to begin with TLS: no answer could be given (src/smtp_in.c, log_connect_tls_drop)
	case strings.HasPrefix(rest, "dropped by 'connect' ACL"):
		ev.Command, ev.EndHint, ev.Last = event.CommandConnect, event.EndRejected, true
		ev.Argument, _ = after(rest[len("dropped by 'connect' ACL"):], ": ")
		return event.KindReject
	case strings.HasPrefix(rest, "dropped by "): // an ACL's drop, for a client that it had let in
		ev.EndHint, ev.Argument = event.EndServerClosed, rest[len("dropped by "):]
		return event.KindDisconnect
	}
	return event.KindNone
}

// envelopeSender takes " F=<sender>" off the front.
func envelopeSender(ev *event.Event, s string) string {
	rest, ok := after(s, " ")
	if !ok {
		return s
	}
	if tail := ownSender(ev, rest); tail != rest {
		return tail
	}
	if bare, ok := after(rest, "F="); ok && bare != "" && bare[0] != '<' { // the brackets went on the way, as tags of a page
		if from, tail := senderOf(bare); from != "" {
			ev.MailFrom = from
			return tail
		}
	}
	return s
}

// ownSender takes "F=<sender>" off the front.
func ownSender(ev *event.Event, s string) string {
	rest, ok := after(s, "F=")
	if !ok {
		return s
	}
	from, tail, ok := scan.Angle(rest)
	if !ok {
		return s
	}
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	return tail
}

// rejected reads what was refused, and the words: "RCPT <a@b>: words", "MAIL <a@b>", "EHLO or HELO name: words", "connection in "connect"
// ACL", "after DATA: words", "during MIME ACL checks", "AUTH PLAIN: words", "VRFY a" (src/smtp_in.c).
func rejected(ev *event.Event, s string, permanent bool) event.Kind {
	ev.RejectPermanent = event.TriOf(permanent)
	ev.Class = '4'
	if permanent {
		ev.Class = '5'
	}
	for _, stage := range [...][2]string{
		{"EHLO or HELO", "EHLO"},
		{"connection", event.CommandConnect},
		{"after DATA PRDR", event.CommandEOM},
		{"after DATA", event.CommandEOM},
		{"during MIME ACL checks", event.CommandEOM},
		{"by local_scan()", event.CommandEOM},
		{"by non-SMTP ACL", event.CommandEOM},
		{"RCPT", "RCPT"},
		{"MAIL", "MAIL"},
		{"DATA", "DATA"},
		{"PREDATA", "DATA"},
		{"AUTH", "AUTH"},
		{"STARTTLS", "STARTTLS"},
		{"VRFY", "VRFY"},
		{"EXPN", "EXPN"},
		{"ETRN", "ETRN"},
		{"ATRN", "ATRN"},
		{"WELLKNOWN", "WELLKNOWN"},
		{"QUIT", "QUIT"},
		{"DKIM", event.CommandEOM},
	} {
		rest, ok := after(s, stage[0])
		if !ok || rest != "" && rest[0] != ' ' && rest[0] != ':' {
			continue
		}
		ev.Command = stage[1] // of the greetings the line does not say which
		if stage[1] == event.CommandConnect {
			ev.EndHint = event.EndRejected
		}
		return refusal(ev, target(ev, rest, stage[0]))
	}
	return event.KindNone
}

// target takes what the command was about off the front, up to the words.
func target(ev *event.Event, s, stage string) (words string) {
	rest, ok := after(s, " ")
	if !ok {
		return s
	}
	if path, tail, ok := scan.Angle(rest); ok && (stage == "RCPT" || stage == "MAIL") {
		switch {
		case stage == "RCPT":
			ev.RcptTo = path
		case path == "":
			ev.MailFrom = "<>"
		default:
			ev.MailFrom = path
		}
		return tail[indexOf(tail, ": "):]
	}
	end := indexOf(rest, ": ")
	switch word := rest[:end]; {
	case stage == "EHLO or HELO":
		ev.Helo = word
	case stage == "AUTH": // Exim itself ends it behind the mechanism
		ev.AuthMechanism = mechanism(word)
	case stage == "RCPT" && strings.Contains(word, "@") && !strings.ContainsAny(word, " <"):
		ev.RcptTo = word
	case stage != "connection":
		ev.Argument = word // also a path that was cut short at a hundred characters
	}
	return rest[end:]
}
