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

// sqmail reads "Reject::RCPT::Bad_Rcptto P:ESMTP S:192.0.2.1:host H:helo F:a@b T:c@d 'why'" (s/qmail's smtpdlog.c). P and S stand in
// front of what the client says; where its words hold the marks of the others, those are left out.
func sqmail(ev *event.Event, s string) event.Kind {
	action, s, ok := strings.Cut(s, " P:")
	if !ok {
		return event.KindNone
	}
	protocol, s, ok := strings.Cut(s, " S:")
	if !ok {
		return event.KindNone
	}
	peer, s, ok := strings.Cut(s, " H:")
	if !ok {
		return event.KindNone
	}
	i := len(peer)
	for i > 0 && !isIP(peer[:i]) {
		i = strings.LastIndexByte(peer[:i], ':')
	}
	if i > 0 {
		ev.PeerIP = peer[:i]
		if name := strings.TrimPrefix(peer[i:], ":"); name != "unknown" {
			ev.ClientAddress = name
		}
	}
	ev.Protocol = protocol
	verb, what, _ := strings.Cut(action, "::")
	kind, condition, _ := strings.Cut(what, "::")
	ev.FilterName, ev.FilterVerdict = "qmail-smtpd", condition

	// the client's words
	info := ""
	if before, after, ok := cutLast(s, " ?~'"); ok {
		s, info = before, strings.TrimSuffix(after, "'")
	} else if before, after, ok := cutLast(s, " '"); ok && strings.HasSuffix(after, "'") {
		s, info = before, after[:len(after)-1]
	}
	helo, rest, ok := once(s, " F:")
	if !ok {
		helo = s
	}
	if from, to, sure := once(rest, " T:"); ok && sure {
		ev.Helo, ev.MailFrom, ev.RcptTo = helo, envelope(from), to
	} else if !ok && !strings.Contains(s, " T:") {
		ev.Helo = helo
	}
	switch kind {
	case "RCPT", "SPF":
		ev.Command = "RCPT"
	case "ORIG":
		ev.Command = "MAIL"
	case "DATA":
		ev.Command = event.CommandEOM
	case "AUTH":
		ev.Command, ev.User, ev.AuthMechanism = "AUTH", info, upper(condition)
		ev.FilterName, ev.FilterVerdict = "", ""
		ev.AuthResult = "failure"
		if verb == "Accept" {
			ev.AuthResult = "success"
		}
		return event.KindAuth
	case "TLS":
		ev.Command = "STARTTLS"
	}
	ev.Argument = info
	if verb == "Accept" {
		return event.KindFilter
	}
	ev.RejectPermanent = event.TriOf(condition != "Toomany_Rcptto")
	return event.KindReject
}

// upper gives the name of a mechanism, without making a string.
func upper(s string) string {
	for _, m := range [...]string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		if scan.EqualFold(m, s) {
			return m
		}
	}
	return ""
}

// logging reads the logging patch's "reject (auth not available): a@b from 192.0.2.1 to c@d helo h" (logit2).
func logging(ev *event.Event, s string) event.Kind {
	title, s, ok := strings.Cut(s, ": ")
	if !ok {
		return event.KindNone
	}
	from, s, ok := once(s, " from ")
	if !ok {
		return event.KindNone
	}
	ip, s, ok := scan.Cut(s, ' ')
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	ev.Role, ev.PeerIP, ev.Argument = event.RoleServer, ip, title
	if s, ok = strings.CutPrefix(s, "to "); ok {
		if to, helo, sure := once(s, " helo "); sure {
			ev.MailFrom, ev.RcptTo, ev.Helo = notNull(from), notNull(to), notNull(helo)
		}
	}
	switch {
	case strings.HasPrefix(title, "message rejected"), strings.HasPrefix(title, "reject "):
		return event.KindReject
	case strings.HasPrefix(title, "read failed"):
		return event.KindWarning
	}
	return event.KindWarning
}

func notNull(s string) string {
	if s == "(null)" {
		return ""
	}
	return s
}

// qlog are the fields of sagredo's lines (qmail-smtpd.c, qsmtpdlog), in their order. Blanks in what clients say are written as "_".
var qlog = [...]string{
	"result", "code", "reason", "detail", "helo", "mailfrom", "rcptto", "relay", "rcpthosts", "size", "authuser", "authtype", "encrypted",
	"sslverified",
	"localip", "localport", "remoteip", "remoteport", "remotehost", "qp", "pid",
}

func qlogEnvelope(ev *event.Event, s string) event.Kind { return qlogLine(ev, s, false) }

func qlogReceived(ev *event.Event, s string) event.Kind { return qlogLine(ev, s, true) }

// qlogLine reads "result=rejected code=553 reason=not_in_rcpthosts detail= helo=h mailfrom=a@b rcptto=c@d relay=no ... pid=3016".
func qlogLine(ev *event.Event, s string, received bool) event.Kind {
	var v [len(qlog)]string
	for i, name := range qlog {
		rest, ok := strings.CutPrefix(s, name)
		if ok {
			rest, ok = scan.Byte(rest, '=')
		}
		if !ok {
			return event.KindNone
		}
		v[i], s, _ = scan.Cut(rest, ' ')
	}
	code, coded := scan.Int(v[1])
	process, ok := scan.Int(v[20])
	if !ok || s != "" {
		return event.KindNone
	}
	ev.PID = process
	conversation(ev)
	if coded && code >= 200 && code <= 599 {
		ev.Code, ev.Class = int(code), v[1][0]
	}
	ev.Argument = v[3]
	ev.Helo, ev.User, ev.AuthMechanism = v[4], v[10], upper(v[11])
	switch v[12] {
	case "tls", "ssl":
		ev.TLS = event.Yes
	}
	ev.ServerPort, ev.PeerPort = port(v[15]), port(v[17])
	if isIP(v[16]) {
		ev.PeerIP = v[16]
	}
	if v[18] != "unknown" {
		ev.ClientAddress = v[18]
	}
	if v[5] != "" || v[6] != "" {
		ev.MailFrom = envelope(v[5])
	}
	if n, sized := scan.Int(v[9]); sized {
		ev.Size, ev.HasSize = n, true
	}
	recipients(ev, v[6], ',')
	switch {
	case received:
		ev.Command = event.CommandEOM
	case v[6] != "":
		ev.Command = "RCPT"
	case strings.HasPrefix(v[2], "auth") && v[5] == "":
		ev.Command = "AUTH"
	case v[5] != "":
		ev.Command = "MAIL"
	}
	if v[0] != "accepted" {
		ev.FilterName, ev.FilterVerdict = v[2], v[0]
		if ev.Command == "AUTH" {
			ev.AuthResult = "failure"
			return event.KindAuth
		}
		ev.RejectPermanent = event.TriOf(ev.Class == '5')
		return event.KindReject
	}
	if received {
		if _, ok := scan.Int(v[19]); ok {
			ev.Receipt = v[19]
		}
	}
	return event.KindReply
}

func port(s string) int {
	n, ok := scan.Int(s)
	if !ok || n > 65535 {
		return 0
	}
	return int(n)
}
