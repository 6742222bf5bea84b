package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
)

// stages are points of a conversation with another host, as a set: those at which it may have given an answer.
type stages uint8

const (
	atBegin stages = 1 << iota // before it hears of a sender: its greeting, HELO
	atMail
	atRcpt
	atData
	atEnd // of the message
)

// inferCommand finds out which command a refusal answers. No field names it, but each stage of a conversation (usersmtp.c: smtpinit, smtpmailfrom,
// smtprcptstat, smtpdata) has sentences and status codes of its own, and a way of its own to write the answer down. Where several are left, the
// words are read as the answer that is the likeliest by far.
func inferCommand(ev *event.Event, r *record, stat string) {
	switch at := answeredAt(ev, r, stat); {
	case at == atRcpt:
		ev.Command = "RCPT"
	case at == atMail:
		ev.Command = "MAIL"
	case at == atData:
		ev.Command = "DATA"
	case at == atEnd:
		ev.Command = event.CommandEOM
	case at == atBegin:
		ev.Presumed = event.CommandConnect
	case at == atMail|atData && ev.Code/10 == 55: // who has taken every recipient refuses the message, not to be sent it
		ev.Presumed = "MAIL"
	case at&atEnd != 0:
		ev.Presumed = event.CommandEOM
	}
}

// answeredAt is empty where nothing tells.
func answeredAt(ev *event.Event, r *record, stat string) stages {
	if stat == "User unknown" {
		return atRcpt
	}
	rep, ok := reply.Parse(r.words)
	if !ok || rep.Code < 400 {
		return 0
	}
	own := writtenCode(r.words)
	if ev.DSN != own && (ev.DSN == "5.5.0" || ev.DSN == "4.5.0") {
		return atBegin // whatever the answer says
	}
	at := withSentence(rep.Code, stat)
	if at&(at-1) == 0 || !isSMTP(r.mailer) {
		return at & (atMail | atEnd) & -at
	}
	switch {
	case rep.More: // this answer is kept as it came; of all others the codes are put in front of the words
		return atRcpt
	case len(ev.RcptList) > 0, strings.HasPrefix(stat, "Deferred: ") && len(stat) > 13 && stat[13] == '-':
		at &^= atRcpt // which has a line of its own, and no hyphen
	}
	if rep.Code == 421 && ev.DSN != "4.0.0" {
		at &^= atMail
	}
	return at & withCode(rep.Code, ev.DSN, own)
}

// isSMTP says whether a mailer speaks SMTP, and not LMTP, by its name in the configuration.
func isSMTP(mailer string) bool {
	switch mailer {
	case "esmtp", "smtp", "smtp8", "dsmtp", "esmtp8", "relay":
		return true
	}
	return false
}

// withSentence are the stages that make such a sentence of such a reply code.
func withSentence(code int, stat string) stages {
	is55x := code/10 == 55
	switch {
	case code < 500 && strings.HasPrefix(stat, "Deferred"):
		return atMail | atRcpt | atData | atEnd
	case code < 500:
		return 0
	case stat == "Data format error" && (code == 501 || code == 553):
		return atMail
	case stat == "Remote protocol error" && !is55x:
		return atEnd
	case stat != "Service unavailable":
		return 0
	}
	at := atMail | atRcpt | atData | atEnd
	if code == 550 || code == 551 || code == 553 {
		at &^= atRcpt // "User unknown"
	}
	if code == 501 || code == 553 {
		at &^= atMail
	}
	if !is55x {
		at &^= atEnd
	}
	return at
}

// withCode are the stages that give a verdict such a status code: the answer's own, of a server that had announced to have some, or one of Sendmail's.
func withCode(code int, dsn, own string) stages {
	if len(dsn) < len("5.0.0") {
		return 0
	}
	var at stages
	if dsn == own {
		at = atMail | atRcpt | atEnd
	}
	if dsn == codeOf(code) {
		at |= atRcpt | atEnd
		if code < 500 {
			at |= atMail
		}
	}
	if dsn[1:] == ".0.0" {
		at |= atData
	}
	if code == 552 && dsn == "5.3.4" || code != 552 && dsn == "5.0.0" {
		at |= atMail
	}
	return at
}

// codeOf is the status code that stands for a reply code (usersmtp.c, smtptodsn).
func codeOf(code int) string {
	switch code {
	case 450:
		return "4.2.0"
	case 451:
		return "4.3.0"
	case 452:
		return "4.3.1"
	case 500:
		return "5.5.2"
	case 501, 504:
		return "5.5.4"
	case 502, 503:
		return "5.5.1"
	case 550:
		return "5.2.0"
	case 551:
		return "5.1.6"
	case 552:
		return "5.2.2"
	case 553:
		return "5.1.0"
	}
	if code < 500 {
		return "4.0.0"
	}
	return "5.0.0"
}

// writtenCode is the enhanced code of an answer as Sendmail looks for it: right behind the reply code, with a blank behind it.
func writtenCode(words string) string {
	if len(words) < len("550 5.0.0 ") {
		return ""
	}
	code, rest := reply.Enhanced(words[4:], words[0])
	if len(code)+1+len(rest) != len(words)-4 || !strings.HasPrefix(words[4:], code) {
		return ""
	}
	return code
}
