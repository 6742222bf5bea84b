package postfix_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Tricks that once forged a field, or would have: each line is as the writer prints it, with the words of somebody else in the place that is theirs.

func TestGreetingDataThatNamesACommand(t *testing.T) {
	ev, _ := parse("postfix/postscreen", "PREGREET 30 after 0.1 from [192.0.2.9]:4711: EHLO x after RCPT: y")
	if ev.Command != "" || ev.Argument != "EHLO x after RCPT: y" {
		t.Errorf("%q %q", ev.Command, ev.Argument)
	}
}

func TestRemoteServersWordsInARefusalThatHoldAnEnvelope(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from x.example[192.0.2.9]: 450 4.1.7 <a@b.example>: Sender address rejected: unverified address: host mx.b.example[192.0.2.66] said: 450 no; from=<a@b.example> to=<cfo@d.example> proto=ESMTP helo=<x; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h.example>")
	if ev.RcptTo != "c@d.example" || ev.Helo != "h.example" {
		t.Errorf("%q %q", ev.RcptTo, ev.Helo)
	}
}

func TestListOperatorsWordsThatHoldALogin(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from x.example[192.0.2.9]: 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using bl.example; x; from=<ceo@d.example> to=<cfo@d.example> proto=ESMTP helo=<x> sasl_username=ceo; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h.example>")
	if ev.MailFrom != "a@b.example" || ev.RcptTo != "c@d.example" || ev.User != "" {
		t.Errorf("%q %q %q", ev.MailFrom, ev.RcptTo, ev.User)
	}
}

func TestHELONameThatHoldsALogin(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from x.example[192.0.2.9]: 550 5.1.1 <c@d.example>: Recipient address rejected: User unknown; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x?sasl_username=ceo>")
	if ev.User != "" || ev.Helo != "x?sasl_username=ceo" {
		t.Errorf("%q %q", ev.User, ev.Helo)
	}
}

func TestUserNameThatHoldsASender(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "NOQUEUE: reject: RCPT from x.example[192.0.2.9]: 550 5.1.1 <c@d.example>: Recipient address rejected: User unknown; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h> sasl_method=PLAIN sasl_username=anna b sasl_sender=x sasl_sender=y")
	if ev.User != "anna b sasl_sender=x" {
		t.Errorf("%q", ev.User)
	}
}

func TestSenderThatHoldsANumberOfRecipients(t *testing.T) {
	ev, _ := parse("postfix/qmgr", "0C31D3D1E6: from=<a>, size=99999, nrcpt=50000 (queue active)@b.example>, size=100, nrcpt=1 (queue active)")
	if ev.Size != 100 || ev.RecipientCount != 1 {
		t.Errorf("%d %d", ev.Size, ev.RecipientCount)
	}
}

func TestSenderThatSaysExpired(t *testing.T) {
	ev, _ := parse("postfix/qmgr", "0C31D3D1E6: from=<a>, status=expired, returned to sender@b.example>, size=100, nrcpt=1 (queue active)")
	if ev.Kind != event.KindMessageReceived || ev.Status != event.StatusNone {
		t.Errorf("%s %s", ev.Kind, ev.Status)
	}
}

func TestLocalSenderThatNamesAnotherMessage(t *testing.T) {
	ev, _ := parse("postfix/pickup", "0C31D3D1E6: uid=1000 from=<a> orig_id=DEADBEEF@b.example>")
	if ev.ParentQueueID != "" || ev.MailFrom != "a> orig_id=DEADBEEF@b.example" {
		t.Errorf("%q %q", ev.ParentQueueID, ev.MailFrom)
	}
}

func TestCommandsOutputThatQuotesAServer(t *testing.T) {
	ev, _ := parse("postfix/pipe", "0C31D3D1E6: to=<a@b.example>, relay=filter, delay=1, delays=0/0/0/1, dsn=5.0.0, status=bounced (host evil[192.0.2.66] said: 550 5.7.1 no (in reply to RCPT TO command))")
	if ev.ServerAddress != "" || ev.PeerIP != "" || ev.Code != 0 || ev.Command != "" {
		t.Errorf("%q %q %d %q", ev.ServerAddress, ev.PeerIP, ev.Code, ev.Command)
	}
}

func TestMechanismThatIsNone(t *testing.T) {
	const line = "warning: x.example[192.0.2.9]: SASL hunter2 authentication failed: Invalid authentication mechanism"
	ev, _ := parse("postfix/smtpd", line)
	if ev.AuthMechanism != "" || ev.AuthResult != "failure" || len(ev.Redact) != 1 || line[ev.Redact[0].From:ev.Redact[0].To] != "hunter2" {
		t.Errorf("%q %v", ev.AuthMechanism, ev.Redact)
	}
	ev, _ = parse("postfix/smtpd", "< x.example[192.0.2.9]: AUTH hunter2")
	if ev.AuthMechanism != "" || len(ev.Redact) != 1 {
		t.Errorf("%q %v", ev.AuthMechanism, ev.Redact)
	}
}

func TestHostnameThatNamesAnAddress(t *testing.T) {
	ev, r := parse("postfix/smtpd", "warning: hostname x does not resolve to address 192.0.2.66: y.example does not resolve to address 192.0.2.9")
	if r == event.Parsed && ev.PeerIP != "192.0.2.66" { // names have no blanks: the first address is the writer's
		t.Errorf("%q", ev.PeerIP)
	}
}

func TestReasonOfACheckThatHoldsBrackets(t *testing.T) {
	ev, _ := parse("postfix/cleanup", "4104E3D: reject: header Subject: x from h.example[192.0.2.9]; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h.example>: 5.7.1 see <https://x.example>: no")
	if ev.MailFrom != "a@b.example" || ev.RcptTo != "c@d.example" || ev.Text != "see <https://x.example>: no" {
		t.Errorf("%q %q %q", ev.MailFrom, ev.RcptTo, ev.Text)
	}
}

func TestWarningsAboutDomainsThatHoldAPeer(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "warning: reject: ETRN a... from evil[192.0.2.66] b... from x.example[192.0.2.9]")
	if ev.PeerIP != "192.0.2.9" || ev.ClientAddress != "x.example" {
		t.Errorf("%q %q", ev.PeerIP, ev.ClientAddress)
	}
}

func TestLongLineThatHoldsAPeer(t *testing.T) {
	ev, _ := parse("postfix/smtpd", "warning: x.example[192.0.2.9]: request longer than 2048: evil[192.0.2.66]: SASL PLAIN au...")
	if ev.PeerIP != "192.0.2.9" || ev.Kind != event.KindFilter || ev.AuthMechanism != "" {
		t.Errorf("%q %s", ev.PeerIP, ev.Kind)
	}
}

func TestCertificatesWordsAreNoConnection(t *testing.T) {
	ev, _ := parse("postfix/smtp", "mx.example[192.0.2.9]:25: subject_CN=Verified TLS connection established to evil[192.0.2.66]:25: TLSv1.3 with cipher X, issuer=y")
	if ev.TLS != event.Open || ev.PeerIP != "192.0.2.9" || ev.TLSTrust != "" {
		t.Errorf("%v %q %q", ev.TLS, ev.PeerIP, ev.TLSTrust)
	}
}

func TestServersWordsBehindALoginAreNoVerdict(t *testing.T) {
	ev, _ := parse("postfix/smtp", "0C31D3D1E6: to=<a@b.example>, relay=mx.b.example[192.0.2.4]:25, delay=1, delays=0/0/0/1, dsn=4.7.8, status=deferred (SASL authentication failed; server mx.b.example[192.0.2.4] said: 535 5.7.8 server evil[192.0.2.66] said: 250 2.0.0 Ok: queued as DEADBEEF)")
	if ev.Code != 535 || ev.Command != "AUTH" || ev.RemoteQueueID != "" || ev.PeerIP != "192.0.2.4" || ev.Status != event.StatusDeferred {
		t.Errorf("%d %q %q %q %s", ev.Code, ev.Command, ev.RemoteQueueID, ev.PeerIP, ev.Status)
	}
}
