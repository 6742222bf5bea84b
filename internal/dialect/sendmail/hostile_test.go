package sendmail_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/sendmail"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (event.Event, event.Result) {
	h := header.Header{Program: "sm-mta", PID: 7, Text: text}
	ev := event.Event{Line: text}
	r := sendmail.Parser{}.Parse(&h, &ev)
	return ev, r
}

const qid = "u67AlmbO022886: "

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatHoldsAStatus(t *testing.T) {
	for _, line := range []string{
		"reply=550 5.1.1 no, stat=Sent (ok), stat=User unknown",
		"reply=550 5.1.1 no, stat=Deferred: later, stat=User unknown",
	} {
		ev, _ := parse(qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], dsn=5.1.1, " + line)
		if ev.Status != event.StatusBounced || ev.Code != 550 || ev.RemoteQueueID != "" {
			t.Errorf("%s: %s %d %q", line, ev.Status, ev.Code, ev.Text)
		}
	}
	ev, _ := parse(qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], dsn=4.2.0, reply=450 4.2.0 no, stat=Sent (ok), stat=Deferred: 450 4.2.0 no, stat=Sent (ok)")
	if ev.Status != event.StatusDeferred || ev.Code != 450 {
		t.Errorf("%s %d %q", ev.Status, ev.Code, ev.Text)
	}
}

func TestAcceptedReplyThatHoldsAVerdict(t *testing.T) {
	ev, _ := parse(qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], dsn=2.0.0, stat=Sent (Ok), reply=550 5.1.1 no, stat=User unknown)")
	if ev.Status != event.StatusDelivered || ev.Code != 0 || ev.DSN != "2.0.0" {
		t.Errorf("%s %d", ev.Status, ev.Code)
	}
}

func TestDeferralThatHoldsFields(t *testing.T) {
	ev, _ := parse(qid + "to=<a@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30000, relay=mx.b.example. [192.0.2.4], dsn=4.0.0, stat=Deferred: 450 no, relay=evil [192.0.2.66], dsn=2.0.0, stat=Sent (ok)")
	if ev.Status != event.StatusDeferred || ev.PeerIP != "192.0.2.4" || ev.DSN != "4.0.0" || ev.Code != 450 {
		t.Errorf("%s %s %s %d", ev.Status, ev.PeerIP, ev.DSN, ev.Code)
	}
}

func TestQuotedRecipientThatHoldsAVerdict(t *testing.T) {
	ev, _ := parse(qid + `to=<"x>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, relay=evil. [192.0.2.66], dsn=2.0.0, stat=Sent (ok"@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx. [192.0.2.4], dsn=5.1.1, reply=550 no, stat=User unknown`)
	if ev.Status != event.StatusBounced || ev.PeerIP != "192.0.2.4" {
		t.Errorf("%s %s", ev.Status, ev.PeerIP)
	}
}

func TestQuotedSenderThatHoldsASize(t *testing.T) {
	ev, _ := parse(qid + `from=<"a, size=1, class=0, nrcpts=9, msgid=<x>, relay=evil [192.0.2.66]"@b.example>, size=100, class=0, nrcpts=1, msgid=<m@b.example>, proto=ESMTP, daemon=MTA, relay=mx [192.0.2.4]`)
	if ev.Size != 100 || ev.RecipientCount != 1 || ev.PeerIP != "192.0.2.4" || ev.MessageID != "m@b.example" {
		t.Errorf("%d %d %s %s", ev.Size, ev.RecipientCount, ev.PeerIP, ev.MessageID)
	}
}

func TestMessageIDThatHoldsARelayAndALogin(t *testing.T) {
	ev, _ := parse(qid + "from=<a@b.example>, size=100, class=0, nrcpts=1, msgid=<x>, proto=ESMTPSA, daemon=MSA, tls_verify=OK, auth=PLAIN, relay=boss@localhost, proto=ESMTP, daemon=MTA, relay=mx [192.0.2.4]")
	if ev.PeerIP != "192.0.2.4" || ev.User != "" || ev.Protocol != "ESMTP" || ev.Service != "MTA" || ev.TLS != event.Open || ev.AuthMechanism != "" {
		t.Errorf("%+v", ev)
	}
}

func TestHeaderThatHoldsARelay(t *testing.T) {
	ev, _ := parse(qid + "ruleset=CheckSubject, arg1=cheap pills, relay=evil [192.0.2.66], reject=450 later, relay=client [192.0.2.4], reject=553 5.0.0 no")
	if ev.PeerIP != "192.0.2.4" || ev.Code != 553 {
		t.Errorf("%s %d", ev.PeerIP, ev.Code)
	}
}

func TestRefusalThatQuotesARelay(t *testing.T) {
	const rcpt = `<"x, relay=evil [192.0.2.66], reject=450 later"@b.example>`
	ev, _ := parse(qid + "ruleset=check_rcpt, arg1=" + rcpt + ", relay=client [192.0.2.4], reject=550 5.7.1 " + rcpt + "... Relaying denied")
	if ev.PeerIP != "192.0.2.4" || ev.Code != 550 {
		t.Errorf("%s %d", ev.PeerIP, ev.Code)
	}
}

func TestLoginNameThatHoldsARelay(t *testing.T) {
	ev, _ := parse("u67AlmbO022886: AUTH failure (LOGIN): user not found (-20) SASL(-13): user not found, user=x, relay=evil [192.0.2.66], relay=client [192.0.2.4]")
	if ev.PeerIP != "192.0.2.4" || ev.User != "" || len(ev.Redact) != 1 {
		t.Errorf("%s %q %v", ev.PeerIP, ev.User, ev.Redact)
	}
	ev, _ = parse("AUTH=server, relay=client [192.0.2.4], authid=x, mech=EXTERNAL, bits=256, mech=PLAIN, bits=0")
	if ev.AuthMechanism != "PLAIN" {
		t.Errorf("%q", ev.AuthMechanism)
	}
}

func TestIdentThatHoldsAHost(t *testing.T) {
	ev, _ := parse("NOQUEUE: connect from evil [192.0.2.66] x@client [192.0.2.4]")
	if ev.PeerIP == "192.0.2.66" {
		t.Errorf("%+v", ev)
	}
}

func TestCommandThatIsNoLogLine(t *testing.T) {
	ev, _ := parse(qid + "<-- to=<a@b.example>, delay=00:00:01, mailer=esmtp, dsn=2.0.0, stat=Sent (ok)")
	if ev.Status != event.StatusNone || ev.Kind == event.KindDelivery {
		t.Errorf("%s", ev.Kind)
	}
}

func TestLoginIsConcealed(t *testing.T) {
	for _, c := range []struct{ line, secret string }{
		{qid + "<-- AUTH PLAIN AGFubmEAc2VjcmV0", "AGFubmEAc2VjcmV0"},
		{qid + "AUTH failure (PLAIN): bad, user=hunter2, relay=client [192.0.2.4]", "hunter2"},
		{qid + "AUTH decode64 error [1 for \"hunter2\"], relay=client [192.0.2.4]", "hunter2"},
		{"getauth password=hunter2", "hunter2"},
	} {
		ev, _ := parse(c.line)
		hidden := ""
		for _, span := range ev.Redact {
			hidden += ev.Line[span.From:span.To]
		}
		if hidden != c.secret || strings.Contains(ev.Argument+ev.Text+ev.User, c.secret) {
			t.Errorf("%q hides %q", c.line, hidden)
		}
	}
}

func TestWordsThatLookLikeAQueueID(t *testing.T) {
	for _, text := range []string{
		"12345678901234: to=<a@b>, delay=00:00:00, mailer=esmtp, dsn=2.0.0, stat=Sent", "abc: from=<a@b>, size=1, class=0, nrcpts=1, relay=x",
		"a-b45678901234: to=<a@b>, delay=00:00:00, mailer=esmtp, dsn=2.0.0, stat=Sent", "STARTTLS: to=<a@b>, delay=00:00:00, mailer=esmtp, dsn=2.0.0, stat=Sent",
	} {
		if ev, _ := parse(text); ev.Kind == event.KindDelivery || ev.Kind == event.KindMessageReceived {
			t.Errorf("%q is %s", text, ev.Kind)
		}
	}
}

func TestLongLinesAreReadInOneGo(*testing.T) {
	for _, text := range []string{
		strings.Repeat("A", 1<<20), qid + "to=<" + strings.Repeat("a", 1<<20), qid + "to=" + strings.Repeat("<a>,", 1<<12), qid + "to=<a>, " + strings.Repeat("a=b, ", 1<<14),
		qid + "from=<a>, size=1, class=0, nrcpts=1, msgid=" + strings.Repeat(", relay=", 1<<14), qid + strings.Repeat("x [", 1<<16),
		qid + "--- " + strings.Repeat("250-", 1<<16), qid + "<-- MAIL FROM:<" + strings.Repeat(">", 1<<16),
	} {
		parse(text)
	}
	parse(qid + "ruleset=x, arg1=" + strings.Repeat(", relay=a, ", 1<<10))
}
