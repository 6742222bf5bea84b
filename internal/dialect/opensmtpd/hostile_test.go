package opensmtpd_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opensmtpd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (event.Event, event.Result) {
	h := header.Header{Program: "smtpd", PID: 7, Text: text}
	ev := event.Event{Line: text}
	r := opensmtpd.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAResult(t *testing.T) {
	ev, _ := parse(`8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<a@b.test> to=<c@d.test> rcpt=<-> source="192.0.2.25" relay="198.51.100.11 (mx.d.test)" delay=1s result="PermFail" stat="550 no" delay=0s result="Ok" stat="250 2.0.0 Ok: queued as EVIL"`)
	if ev.Status != event.StatusBounced || ev.Code != 550 || ev.Delays.Total != 1 || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatNamesAnEnvelope(t *testing.T) {
	ev, _ := parse(`8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<a@b.test> to=<c@d.test> rcpt=<-> source="192.0.2.25" relay="198.51.100.11 (mx.d.test)" delay=1s result="TempFail" stat="450 evpid=0000000000000001 to=<ceo@d.test>"`)
	if ev.RcptTo != "c@d.test" || ev.QueueID != "7077717e" || ev.Status != event.StatusDeferred {
		t.Errorf("%+v", ev)
	}
}

func TestReplyOfABannerThatLooksLikeOurOwnWords(t *testing.T) {
	ev, _ := parse(`8f4864084ecc48f4 mta error reason=BANNER rejected: 554 5.7.1 HELO rejected: 250 2.0.0 fine`)
	if ev.Code != 554 || ev.Command != event.CommandConnect || !strings.HasPrefix(ev.Text, "HELO rejected") {
		t.Errorf("%d %s %q", ev.Code, ev.Command, ev.Text)
	}
}

func TestCommandThatHoldsAResult(t *testing.T) {
	ev, _ := parse(`5df87c903d709659 smtp failed-command command="RCPT TO:<a@b.test>" result="451 4.7.1 greylisted" result="550 Invalid recipient"`)
	if ev.Code != 550 || ev.Kind != event.KindReject {
		t.Errorf("%d", ev.Code)
	}
}

func TestCommandThatHoldsALine(t *testing.T) {
	ev, r := parse(`5df87c903d709659 smtp failed-command command="x\n8f4864084ecc48f4 mta delivery evpid=7077717e797a776e" result="500 5.5.1 Invalid command: Command unrecognized"`)
	if r != event.Parsed || ev.Kind != event.KindReject || ev.QueueID != "" {
		t.Errorf("%s %q", ev.Kind, ev.QueueID)
	}
}

func TestFailedCommandThatSaysItWentWell(t *testing.T) {
	if ev, r := parse(`5df87c903d709659 smtp failed-command command="NOOP" result="250 2.0.0 Ok"`); r == event.Parsed {
		t.Errorf("%s %d", ev.Kind, ev.Code)
	}
}

func TestUserNameThatHoldsAResult(t *testing.T) {
	ev, _ := parse(`5df87c903d709659 smtp authentication user=x result=ok result=permfail`)
	if ev.AuthResult != "failure" || ev.User != "" || len(ev.Redact) != 1 {
		t.Errorf("%s %q %v", ev.AuthResult, ev.User, ev.Redact)
	}
}

func TestUserNameThatHoldsAnAddress(t *testing.T) {
	ev, _ := parse(`5df87c903d709659 smtp event=authentication user=x address=192.0.2.66 host=evil address=203.0.113.10 host=relay.test result=ok`)
	if ev.PeerIP != "203.0.113.10" || ev.ClientAddress != "relay.test" || ev.User != "x address=192.0.2.66 host=evil" {
		t.Errorf("%s %s %q", ev.PeerIP, ev.ClientAddress, ev.User)
	}
}

func TestHostNameOfTheDNSThatHoldsAField(t *testing.T) {
	ev, _ := parse(`5df87c903d709659 smtp connected address=203.0.113.10 host=evil reason=quit`)
	if ev.Kind != event.KindConnect || ev.ClientAddress != "evil" || ev.EndHint != event.EndNone {
		t.Errorf("%s %q %s", ev.Kind, ev.ClientAddress, ev.EndHint)
	}
	ev, _ = parse(`8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<a@b.test> to=<c@d.test> rcpt=<-> source="192.0.2.25" relay="198.51.100.11 (mx result="Ok" stat="250 x)" delay=1s result="PermFail" stat="550 no"`)
	if ev.Status != event.StatusBounced || ev.PeerIP != "198.51.100.11" {
		t.Errorf("%s %s", ev.Status, ev.PeerIP)
	}
}

func TestMailboxProgramThatPrintsAVerdict(t *testing.T) {
	ev, _ := parse(`5df87c903d70965a mda delivery evpid=c405e39ad6bbc64f from=<a@b.test> to=<c@d.test> rcpt=<c@d.test> user=c delay=0s result=PermFail stat=Error (result=Ok stat=Delivered)`)
	if ev.Status != event.StatusBounced {
		t.Errorf("%s", ev.Status)
	}
}

func TestMessageDataThatLooksLikeALine(t *testing.T) {
	ev, _ := parse(`<<< [MSG] 8f4864084ecc48f4 mta delivery evpid=7077717e797a776e from=<a@b.test> to=<c@d.test>`)
	if ev.Kind != event.KindContent || ev.QueueID != "" || ev.ConnID != "" || len(ev.Redact) != 1 {
		t.Errorf("%s %q", ev.Kind, ev.QueueID)
	}
}

func TestWordsThatLookLikeIDs(t *testing.T) {
	for _, text := range []string{
		"5DF87C903D709659 smtp connected address=203.0.113.10 host=x", "5df87c903d70965 smtp connected address=203.0.113.10 host=x",
		"5df87c903d709659 smtp message msgid=dad0ed6 size=1 nrcpt=1 proto=ESMTP", "5df87c903d709659 smtp message msgid=00000000 size=1 nrcpt=1 proto=ESMTP",
		"5df87c903d709659 smtp envelope evpid=dad0ed6ee55fbf2c0 from=<a@b> to=<c@d>", "relay: Ok for dad0ed6e: from=<a@b>, to=<c@d>, rcpt=<->, delay=1s, stat=x",
	} {
		if ev, r := parse(text); r == event.Parsed {
			t.Errorf("%q is %s", text, ev.Kind)
		}
	}
}

func TestCredentialsDoNotLeave(t *testing.T) {
	for _, text := range []string{
		`5df87c903d709659 smtp failed-command command="AUTH PLAIN AGFubmEAaHVudGVyMg==" result="503 5.5.1 no"`,
		`5df87c903d709659 smtp failed-command command="auth plain AGFubmEAaHVudGVyMg==" result="503 5.5.1 no"`,
		`5df87c903d709659 smtp failed-command command="AUTH AGFubmEAaHVudGVyMg==" result="503 5.5.1 no"`,
		`5df87c903d709659 smtp failed-command command="AGFubmEAaHVudGVyMg==" result="500 5.5.1 no"`,
		`5df87c903d709659 smtp authentication user=AGFubmEAaHVudGVyMg== result=permfail`,
		`smtp-in: Failed command on session 5df87c903d709659: "AUTH PLAIN AGFubmEAaHVudGVyMg==" => 503 no`,
		`smtp-in: session 5df87c903d709659: received invalid command: "AUTH PLAIN AGFubmEAaHVudGVyMg=="`,
		`smtp-in: session 5df87c903d709659: authentication failure for user AGFubmEAaHVudGVyMg==`,
		`smtp: 0x55d8b90: <<< AUTH PLAIN AGFubmEAaHVudGVyMg==`,
		`mta: 0x55d8b90: >>> AUTH PLAIN AGFubmEAaHVudGVyMg==`,
	} {
		ev, _ := parse(text)
		line := ev.Line
		for i := len(ev.Redact) - 1; i >= 0; i-- {
			line = line[:ev.Redact[i].From] + line[ev.Redact[i].To:]
		}
		if strings.Contains(line+ev.Argument+ev.User+ev.Text, "AGFub") {
			t.Errorf("%q: %q %q", text, line, ev.Argument)
		}
	}
}

func TestLongLinesAreReadInOneGo(*testing.T) {
	for _, text := range []string{
		strings.Repeat("a", 1<<20), "5df87c903d709659 smtp failed-command command=\"" + strings.Repeat(`" result="`, 1<<16),
		"5df87c903d709659 mta delivery evpid=7077717e797a776e from=<" + strings.Repeat("a", 1<<20), "smtp-out: Failed to resolve MX for [relay:" + strings.Repeat("a,", 1<<18),
		"relay: Ok for 7077717e797a776e: " + strings.Repeat("from=<a>, ", 1<<16), "smtp: 0x1: <<< " + strings.Repeat("MAIL FROM:<", 1<<16),
	} {
		parse(text)
	}
}
