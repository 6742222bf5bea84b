package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// qmail-smtpd.c itself says nothing. Its descendants do, each in its own way.

// smtpd reads "pid 3016 ..." of indimail-mta and s/qmail, and the logging patch's "title: sender from address to recipient helo name".
func smtpd(ev *event.Event, s string) event.Kind {
	rest, ok := strings.CutPrefix(s, "pid ")
	if !ok {
		if kind := badIP(ev, s); kind != event.KindNone {
			return kind
		}
		return logging(ev, s)
	}
	rest, ok = pid(rest, ' ', ev)
	if !ok {
		return event.KindNone
	}
	conversation(ev)
	if strings.HasPrefix(rest, "Accept::") || strings.HasPrefix(rest, "Reject::") {
		return sqmail(ev, rest)
	}
	rest, ok = strings.CutPrefix(rest, "from")
	if !ok {
		return event.KindNone
	}
	rest = scan.TrimLeft(strings.TrimPrefix(rest, ":"))
	ip, rest, ok := scan.Cut(rest, ' ')
	ip = strings.TrimSuffix(ip, ":")
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	ev.PeerIP = ip
	return indimail(ev, rest)
}

// badIP is "421 badiprbl: ip 192.0.2.54 rbl: bl.example.org": the client is on a list (badiprbl patch).
func badIP(ev *event.Event, s string) event.Kind {
	r, ok := reply.Parse(s)
	words, isList := strings.CutPrefix(r.Text, "badiprbl: ip ")
	ip, list, named := strings.Cut(words, " rbl: ")
	if !ok || !isList || !named || !isIP(ip) || r.Class() < '4' {
		return event.KindNone
	}
	r.Into(ev)
	ev.Role, ev.Command, ev.PeerIP, ev.FilterName, ev.Argument = event.RoleServer, event.CommandConnect, ip, "badiprbl", list
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// refusals are indimail-mta's (smtpd.c): what the line begins with, the command that was answered, and whether it is for good.
var refusals = [...]struct {
	words, command string
	permanent      event.Tri
}{
	{"Invalid RELAY client: ", "RCPT", event.Yes},
	{"Invalid SENDER address: ", "MAIL", event.Yes},
	{"Invalid SENDER host IP address: ", "MAIL", event.Yes},
	{"Invalid RECIPIENT address: ", "RCPT", event.Yes},
	{"Invalid HELO greeting: ", "HELO", event.Yes},
	{"non-FQDN HELO: ", "HELO", event.Yes},
	{"Non-existing DNS_MX: MAIL ", "MAIL", event.Open},
	{"Non-existing DNS_MX: HELO ", "HELO", event.Open},
	{"Too many RECIPIENTS: ", "RCPT", event.No},
	{"Too many Invalid RECIPIENTS (", "RCPT", event.Open},
	{"virus/banned content: ", event.CommandEOM, event.Yes},
	{"data size exceeded: ", event.CommandEOM, event.Yes},
	{"BAD IP client", event.CommandConnect, event.Yes},
	{"BAD HOST ", event.CommandConnect, event.Yes},
	{"OPEN RELAY client", event.CommandConnect, event.Yes},
	{"PTR (reverse DNS) record points to wrong hostname", event.CommandConnect, event.Open},
	{"unable to obain PTR (reverse DNS) record", event.CommandConnect, event.Open},
	{"qqt failure", event.CommandEOM, event.No},
	{"Blackholed SENDER address: ", "MAIL", event.Open},
	{"Blackholed RECIPIENT address: ", "RCPT", event.Open},
}

// indimail reads what stands behind the client's address.
func indimail(ev *event.Event, s string) event.Kind {
	if rest, ok := strings.CutPrefix(s, "HELO <"); ok {
		return indimailAccept(ev, rest)
	}
	for i := range refusals {
		r := &refusals[i]
		rest, ok := strings.CutPrefix(s, r.words)
		if !ok {
			continue
		}
		ev.Command, ev.RejectPermanent = r.command, r.permanent
		ev.FilterVerdict = strings.TrimRight(r.words, " :(")
		if strings.HasPrefix(r.words, "Blackholed") { // it is told that all is well
			ev.RejectPermanent = event.Open
			transaction(ev, rest)
			return event.KindFilter
		}
		transaction(ev, rest)
		return event.KindReject
	}
	if before, ok := strings.CutSuffix(s, "] auth failure"); ok {
		before = strings.TrimPrefix(before, "AUTH ")
		user, _, _ := strings.Cut(before, "status=[")
		ev.AuthResult, ev.Command, ev.User = "failure", "AUTH", strings.TrimSpace(user)
		return event.KindAuth
	}
	return event.KindNone
}

// transaction reads "MAIL from <a@b> RCPT <c@d> Size: 100" and its like; addresses that hold such words are left out.
func transaction(ev *event.Event, s string) {
	_, rest, ok := once(s, "MAIL from <")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "MAIL <"); !ok {
			return
		}
	}
	from, to := strings.TrimSuffix(rest, ">"), ""
	for _, sep := range [...]string{"> RCPT <", "> Last RCPT <", "> RCPT "} {
		if before, after, found := strings.Cut(rest, sep); found {
			from, to = before, after
			break
		}
	}
	for _, end := range [...]string{"> state <", "> Size: ", ">, Auth <", ">, MASQUERADE <"} {
		to, _, _ = strings.Cut(to, end)
	}
	to = strings.TrimSuffix(to, ">")
	if strings.ContainsAny(from, " <>") || strings.ContainsAny(to, " <>") {
		return
	}
	ev.MailFrom, ev.RcptTo = envelope(from), to
}

// indimailAccept reads "h> MAIL from <a@b> RCPT <c@d> AUTH <user: AUTH PLAIN: local-rcpt> Size: 814".
func indimailAccept(ev *event.Event, s string) event.Kind {
	helo, s, ok := once(s, "> MAIL from <")
	if !ok {
		return event.KindNone
	}
	from, s, ok := once(s, "> RCPT <")
	if !ok {
		return event.KindNone
	}
	to, s, ok := once(s, "> AUTH <")
	if !ok {
		return event.KindNone
	}
	auth, size, ok := once(s, "> Size: ")
	if !ok {
		return event.KindNone
	}
	n, _, sized := scan.Digits(size)
	ev.Helo, ev.MailFrom, ev.RcptTo, ev.Size, ev.HasSize = helo, envelope(from), to, n, sized
	if user, mechanism, ok := strings.Cut(auth, ": AUTH "); ok {
		mechanism, _, _ = strings.Cut(mechanism, ":")
		ev.User, ev.AuthMechanism, ev.AuthResult = user, mechanism, "success"
	}
	ev.Command, ev.Class = event.CommandEOM, '2'
	return event.KindReply
}
