package postfix_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfix"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, PID: 7, Text: text}
	ev := event.Event{Line: text}
	r := postfix.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAStatus(t *testing.T) {
	ev, _ := parse("postfix/smtp", "0C31D3D1E6: to=<a@b.example>, relay=mx.b.example[192.0.2.4]:25, delay=1, delays=0/0/0/1, dsn=5.0.0, status=bounced (host mx.b.example[192.0.2.4] said: 550 no), to=<x@y.example>, relay=evil[192.0.2.66]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok (in reply to RCPT TO command))")
	if ev.Status != event.StatusBounced || ev.RcptTo != "a@b.example" || ev.ServerAddress != "mx.b.example" || ev.Code != 550 || ev.DSN != "5.0.0" || ev.Command != "RCPT" {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatNamesAnotherCommand(t *testing.T) {
	ev, _ := parse("postfix/smtp", "0C31D3D1E6: host mx.b.example[192.0.2.4] said: 550 5.7.1 no (in reply to end of DATA command) (in reply to MAIL FROM command)")
	if ev.Command != "MAIL" || ev.Text != "no (in reply to end of DATA command)" {
		t.Errorf("%q %q", ev.Command, ev.Text)
	}
}

func TestReplyThatSaysWhatAnotherHostSaid(t *testing.T) {
	ev, _ := parse("postfix/smtp", "0C31D3D1E6: host mx.b.example[192.0.2.4] said: 450 host evil[192.0.2.66] said: 250 2.0.0 ok (in reply to RCPT TO command)")
	if ev.Code != 450 || ev.ServerAddress != "mx.b.example" || ev.PeerIP != "192.0.2.4" {
		t.Errorf("%d %s %s", ev.Code, ev.ServerAddress, ev.PeerIP)
	}
}

func TestAcceptedReplyThatHoldsAParenthesis(t *testing.T) {
	ev, _ := parse("postfix/smtp", "0C31D3D1E6: to=<a@b.example>, relay=mx[192.0.2.4]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok (really) status=bounced (550 no))")
	if ev.Status != event.StatusDelivered || ev.Code != 250 || ev.Text != "Ok (really) status=bounced (550 no)" {
		t.Errorf("%s %d %q", ev.Status, ev.Code, ev.Text)
	}
}

func TestHELONameThatHoldsAnEnvelope(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <c@d.example>: Recipient address rejected: User unknown; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x; from=<ceo@d.example> to=<cfo@d.example> proto=ESMTP helo=<y>")
	if ev.MailFrom != "a@b.example" || ev.RcptTo != "c@d.example" || ev.Code != 550 {
		t.Errorf("%q %q", ev.MailFrom, ev.RcptTo)
	}
}

func TestRecipientThatHoldsAnEnvelope(t *testing.T) {
	const rcpt = "a; from=<ceo@d.example> to=<cfo@d.example> proto=SMTP helo=<z>@dom.example"
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <"+rcpt+">: Recipient address rejected: User unknown; from=<a@b.example> to=<"+rcpt+"> proto=ESMTP helo=<h.example>")
	if ev.MailFrom == "ceo@d.example" || ev.RcptTo == "cfo@d.example" {
		t.Errorf("%q %q", ev.MailFrom, ev.RcptTo)
	}
}

func TestClientNameCannotEndEarly(t *testing.T) {
	ev, r := parse("postfix/smtpd", "connect from a b[192.0.2.1]")
	if r != event.Unknown || ev.PeerIP != "" {
		t.Errorf("%s %q", r, ev.PeerIP)
	}
}

func TestHeaderThatHoldsAnEnvelope(t *testing.T) {
	ev, _ := parse("postfix/cleanup", "4104E3D: reject: header Subject: x from ceo[192.0.2.66]; from=<ceo@d.example> to=<cfo@d.example> from h.example[192.0.2.1]; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h>: 5.7.1 no")
	if ev.MailFrom == "ceo@d.example" || ev.RcptTo == "cfo@d.example" || ev.PeerIP == "192.0.2.66" {
		t.Errorf("%q %q %q", ev.MailFrom, ev.RcptTo, ev.PeerIP)
	}
}

func TestQuotedRecipientThatHoldsARelay(t *testing.T) {
	ev, _ := parse("postfix/smtp", `0C31D3D1E6: to=<"x>, relay=evil[192.0.2.66]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (ok"@b.example>, relay=mx[192.0.2.4]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx[192.0.2.4] said: 550 no (in reply to RCPT TO command))`)
	if ev.Status != event.StatusBounced || ev.PeerIP != "192.0.2.4" {
		t.Errorf("%s %s", ev.Status, ev.PeerIP)
	}
}

func TestWordsThatLookLikeAQueueID(t *testing.T) {
	for _, text := range []string{"FACADE: to=<a@b>, relay=x", "warning: DEADBEEF: client=evil[192.0.2.1]", "deadbeef: removed", "0C31D3D1E6 removed", "12345: removed"} {
		ev, r := parse("postfix/smtpd", text)
		if r == event.Parsed && (ev.Kind == event.KindMessageOpened || ev.Kind == event.KindMessageRemoved || ev.Kind == event.KindDelivery) {
			t.Errorf("%q is %s", text, ev.Kind)
		}
	}
}

func TestDisconnectCountersCannotBeForgedByTheName(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "disconnect from quit=9[192.0.2.1] ehlo=1 mail=0/1 commands=1/2")
	if ev.Commands[event.VerbQUIT].All != 0 || ev.Commands[event.VerbMAIL].All != 1 {
		t.Errorf("%+v", ev.Commands)
	}
}

func TestLongLinesAreReadInOneGo(*testing.T) {
	for _, text := range []string{
		strings.Repeat("A", 1<<20), "0C31D3D1E6: to=<" + strings.Repeat("a", 1<<20), "connect from " + strings.Repeat("[", 1<<20),
		"NOQUEUE: reject: RCPT from x[1.2.3.4]: 550 " + strings.Repeat("; from=<a> ", 1<<14),
		"0C31D3D1E6: client=x[1.2.3.4]" + strings.Repeat(", ", 1<<18),
	} {
		parse("postfix/smtpd", text)
		parse("postfix/smtp", text)
		parse("postfix/cleanup", text)
	}
}

// The text of a table stands behind the envelope, and a quoted address may look as if the envelope ended within it.
func TestQuotedAddressThatEndsTheEnvelopeOfACheck(t *testing.T) {
	const evil = `"x> to=<ceo@d.example> proto=ESMTP helo=<h>: 5.7.1 no"@e.example`
	for _, envelope := range []string{"from=<" + evil + "> to=<b@example.com>", "from=<a@example.com> to=<" + evil + ">"} {
		ev, _ := parse("postfix/cleanup", "127DC5E152: reject: header Subject: x from unknown[192.0.2.110]; "+envelope+" proto=ESMTP helo=<host1.com>: 5.7.1 not here")
		if ev.RcptTo == "ceo@d.example" || ev.Helo != "host1.com" || ev.Text != "not here" || ev.MailFrom != evil && ev.RcptTo != evil {
			t.Errorf("%q %q %q %q", ev.MailFrom, ev.RcptTo, ev.Helo, ev.Text)
		}
	}
}
