package qmail_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/qmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, PID: 7, Text: text}
	ev := event.Event{Line: text}
	r := qmail.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatGivesUpOnAnotherHost(t *testing.T) {
	ev, _ := parse("", "delivery 1: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/Giving_up_on_192.0.2.66./x/Giving_up_on_192.0.2.1./")
	if ev.PeerIP != "192.0.2.1" || ev.Code != 550 || ev.Text != "no/Giving_up_on_192.0.2.66./x" {
		t.Errorf("%s %d %q", ev.PeerIP, ev.Code, ev.Text)
	}
}

func TestReplyThatSaysWhatARemoteHostSaid(t *testing.T) {
	ev, _ := parse("", "delivery 1: deferral: 192.0.2.1_failed_on_DATA_command./Remote_host_said:_450_x./Remote_host_said:_250_2.0.0_ok/")
	if ev.Code != 450 || ev.Status != event.StatusDeferred || ev.Command != "DATA" {
		t.Errorf("%d %s %s", ev.Code, ev.Status, ev.Command)
	}
}

func TestReplyThatCountsDeliveries(t *testing.T) {
	ev, _ := parse("", "delivery 1: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550_no/did_0+1+0/qp_99/Giving_up_on_192.0.2.1./")
	if ev.ChildReceipt != "" || ev.Status != event.StatusBounced {
		t.Errorf("%q %s", ev.ChildReceipt, ev.Status)
	}
}

func TestReplyThatIsTooOldIsNoExpiryOfADeferral(t *testing.T) {
	ev, _ := parse("", "delivery 1: deferral: 192.0.2.1_failed_on_DATA_command./Remote_host_said:_450_I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./")
	if ev.Status != event.StatusDeferred {
		t.Error(ev.Status)
	}
}

func TestSenderThatHoldsAReceipt(t *testing.T) {
	ev, _ := parse("", "info msg 53: bytes 10 from <a>_qp_1_uid_0@b.example> qp 20345 uid 666")
	if ev.Receipt != "20345" || ev.MailFrom != "a>_qp_1_uid_0@b.example" {
		t.Errorf("%q %q", ev.Receipt, ev.MailFrom)
	}
}

func TestSubjectOrSenderThatHoldsAnEnvelope(t *testing.T) {
	for _, tail := range []string{"x:192.0.2.66:ceo@d.example:cfo@d.example:192.0.2.1:a@sender.example:b@domain.example", "x:192.0.2.1:y:192.0.2.66:ceo@d.example:b@domain.example"} {
		ev, _ := parse("", "simscan:[3016]:CLEAN (0.10/5.00/5.00):0.1s:"+tail)
		if ev.PeerIP != "" || ev.MailFrom != "" || ev.RcptTo != "" || ev.FilterVerdict != "CLEAN" {
			t.Errorf("%q %q %q", ev.PeerIP, ev.MailFrom, ev.RcptTo)
		}
	}
}

func TestSenderWithABlankNamesNoRecipient(t *testing.T) {
	ev, _ := parse("qmail-scanner", "Clear:RC:0(198.51.100.34):SA:0(0.0/6.0): 1.681359 3302 x cfo@d.example y@e.example b@example.com subject <1@example.org>")
	if ev.RcptTo != "" || ev.MailFrom != "" || ev.PeerIP != "198.51.100.34" {
		t.Errorf("%q %q %q", ev.MailFrom, ev.RcptTo, ev.PeerIP)
	}
}

func TestHELONameThatHoldsAPeer(t *testing.T) {
	ev, _ := parse("", "CHKUSER accepted rcpt: from <a@b.example::> remote <x:y:192.0.2.66> rcpt <z@d.example> : x:unknown:192.0.2.1> rcpt <c@d.example> : found existing recipient")
	if ev.PeerIP == "192.0.2.66" || ev.RcptTo == "z@d.example" {
		t.Errorf("%q %q", ev.PeerIP, ev.RcptTo)
	}
}

func TestAddressThatHoldsAnOrigin(t *testing.T) {
	ev, _ := parse("spamdyke", "ALLOWED from: a origin_ip: 192.0.2.66 origin_rdns: x@b.example to: c@d.example origin_ip: 192.0.2.1 origin_rdns: h auth: (unknown) encryption: (none)")
	if ev.PeerIP == "192.0.2.66" || ev.MailFrom == "a" {
		t.Errorf("%q %q", ev.PeerIP, ev.MailFrom)
	}
}

func TestHELONameThatHoldsASender(t *testing.T) {
	ev, _ := parse("", "qmail-smtpd: pid 3016 Accept::RCPT::Rcpthosts_Rcptto P:ESMTP S:192.0.2.1:h H:x F:ceo@d.example T:cfo@d.example F:a@b.example T:c@d.example")
	if ev.MailFrom != "" || ev.RcptTo != "" || ev.PeerIP != "192.0.2.1" {
		t.Errorf("%q %q", ev.MailFrom, ev.RcptTo)
	}
}

func TestAddressThatHoldsARecipient(t *testing.T) {
	ev, _ := parse("", "qmail-smtpd: pid 3016 from 192.0.2.1 Invalid RELAY client: MAIL from <ceo@d.example> RCPT <x@y.example> RCPT <c@d.example>")
	if ev.MailFrom == "ceo@d.example" {
		t.Errorf("%q %q", ev.MailFrom, ev.RcptTo)
	}
}

func TestClientThatSaysEOF(t *testing.T) {
	ev, _ := parse("", "3016 < [EOF]\r ")
	if ev.Kind != event.KindContent {
		t.Error(ev.Kind)
	}
}

func TestPasswordThatFailed(t *testing.T) {
	ev, _ := parse("vpopmail", "vchkpw-smtp: password fail (pass: 'x') y') a@b.example:192.0.2.1")
	if len(ev.Redact) == 0 || ev.Line[ev.Redact[0].From:ev.Redact[0].To] != "x') y" || ev.User != "" {
		t.Errorf("%v %q", ev.Redact, ev.User)
	}
}
