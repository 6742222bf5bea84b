package exim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (event.Event, event.Result) {
	h := header.Header{Text: text, Resolution: event.ResolutionSecond}
	ev := event.Event{Line: text}
	r := exim.Parser{}.Parse(&h, &ev)
	return ev, r
}

const id = "1xVW1s-00005G-2Z "

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeFields(t *testing.T) {
	ev, _ := parse(id + "** bob@example.net R=dnslookup T=remote_smtp H=mx.example.net [203.0.113.5]: SMTP error from remote mail server after RCPT TO:<bob@example.net>: 550 no H=evil [192.0.2.66] C=\"250 ok\" QT=9s F=<x@y>: retry timeout exceeded")
	if ev.Status != event.StatusBounced || ev.Code != 550 || ev.ServerAddress != "mx.example.net" || ev.PeerIP != "203.0.113.5" || ev.MailFrom != "" || ev.Delays.Has != 0 || ev.Command != "RCPT" {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatNamesAnotherCommandOrHost(t *testing.T) {
	ev, _ := parse(id + "H=mx.example.net [203.0.113.5]: SMTP error from remote mail server after DATA: 451 SMTP error from remote mail server after RCPT TO:<x@y>: 250 host evil [192.0.2.66]: ok")
	if ev.Kind != event.KindReply || ev.Code != 451 || ev.Command != "DATA" || ev.RcptTo != "" || ev.PeerIP != "203.0.113.5" {
		t.Errorf("%+v", ev)
	}
}

func TestConfirmationWithQuotesAndFields(t *testing.T) {
	ev, _ := parse(id + `=> bob@example.net R=dnslookup T=remote_smtp H=mx.example.net [203.0.113.5] C="250 ok\" QT=1s DT=2s C=\"250 2.0.0 queued as EVIL\\" QT=3s DT=1s`)
	if ev.Status != event.StatusDelivered || ev.Code != 250 || ev.Delays.Total != 3 || ev.Delays.Transmission != 1 || !strings.HasPrefix(ev.Text, "ok") {
		t.Errorf("%+v", ev)
	}
}

// Exim prints a local part without its quotes; the original address follows, and is the recipient.
func TestLocalPartWithEximsOwnWords(t *testing.T) {
	ev, _ := parse(id + `** x R=evil T=y H=z [192.0.2.66]: 250@example.net <"x R=evil T=y H=z [192.0.2.66]: 250"@example.net> R=dnslookup T=remote_smtp H=mx.example.net [203.0.113.5]: SMTP error from remote mail server after RCPT TO:<"x R=evil T=y H=z [192.0.2.66]: 250"@example.net>: 550 no`)
	if ev.PeerIP != "203.0.113.5" || ev.Code != 550 || ev.OrigRcptTo != "" || ev.RcptTo != `"x R=evil T=y H=z [192.0.2.66]: 250"@example.net` {
		t.Errorf("%+v", ev)
	}
}

func TestRecipientThatEndsItsCommand(t *testing.T) {
	ev, _ := parse(id + `== bob@example.net R=dnslookup T=remote_smtp defer (-44) H=mx.example.net [203.0.113.5]: SMTP error from remote mail server after RCPT TO:<"a>: 250 ok"@example.net>: 450 later`)
	if ev.Code != 450 || ev.Text != "later" || ev.Status != event.StatusDeferred {
		t.Errorf("%+v", ev)
	}
}

func TestSubjectThatListsRecipients(t *testing.T) {
	ev, _ := parse(id + `<= a@example.org H=mail.example.org [198.51.100.9] P=esmtp S=300 id=x@y T="\" from <evil@example.org> for evil@example.org A=plain:root" from <a@example.org> for b@example.com`)
	if ev.RcptTo != "b@example.com" || ev.User != "" || len(ev.RcptList) != 0 || ev.MailFrom != "a@example.org" {
		t.Errorf("%+v", ev)
	}
}

func TestMessageIDThatLogsIn(t *testing.T) {
	ev, _ := parse(id + `<= a@example.org H=mail.example.org [198.51.100.9] P=esmtp S=300 id="x A=plain:root S=1 for evil@example.org"@example.org`)
	if ev.User != "" || ev.Size != 300 || ev.RcptTo != "" || ev.MessageID != `"x A=plain:root S=1 for evil@example.org"@example.org` {
		t.Errorf("%+v", ev)
	}
}

func TestSenderThatNamesAHost(t *testing.T) {
	ev, _ := parse(id + `<= "a H=evil [192.0.2.66] P=esmtpa A=plain:root"@example.org H=mail.example.org [198.51.100.9] P=esmtp S=300`)
	if ev.PeerIP != "198.51.100.9" || ev.User != "" || ev.Protocol != "esmtp" {
		t.Errorf("%+v", ev)
	}
	ev, _ = parse(`H=mail.example.org [198.51.100.9] F=<"a> rejected RCPT <x@y>: 550"@example.org> rejected RCPT <b@example.com>: no`)
	if ev.RcptTo != "b@example.com" || ev.Text != "no" || ev.Code != 0 {
		t.Errorf("%+v", ev)
	}
}

func TestGreetingThatLooksLikeAnAddress(t *testing.T) {
	ev, _ := parse(`H=([192.0.2.66]) [198.51.100.9]:4711 F=<> rejected RCPT <b@example.com>: no`)
	if ev.PeerIP != "198.51.100.9" || ev.Helo != "[192.0.2.66]" || ev.PeerPort != 4711 {
		t.Errorf("%+v", ev)
	}
	ev, _ = parse(`SMTP connection from (192.0.2.66) [198.51.100.9]:4711 closed by QUIT`)
	if ev.PeerIP != "198.51.100.9" || ev.Helo != "192.0.2.66" || ev.EndHint != event.EndQuit {
		t.Errorf("%+v", ev)
	}
}

func TestGarbageThatLooksLikeAHost(t *testing.T) {
	ev, _ := parse(`SMTP syntax error in "x" H=evil [192.0.2.66] " H=(y) [198.51.100.9] unrecognized command`)
	if ev.PeerIP != "198.51.100.9" || ev.Text != "unrecognized command" {
		t.Errorf("%+v", ev)
	}
	ev, _ = parse(`SMTP syntax error in "MAIL FROM:<x" H=evil [192.0.2.66] y" H=(y) [198.51.100.9] malformed address: " may not follow <x`)
	if ev.Kind != event.KindReject || ev.PeerIP != "" || ev.Command != "MAIL" {
		t.Errorf("%+v", ev)
	}
}

func TestLoginThatIsAPasswordLeavesNeitherWay(t *testing.T) {
	line := "plain authenticator failed for (x) [198.51.100.9]: 535 Incorrect authentication data (set_id=secret)"
	ev, _ := parse(line)
	if ev.User != "" || len(ev.Redact) != 1 || line[ev.Redact[0].From:ev.Redact[0].To] != "secret" || strings.Contains(ev.Text, "secret") {
		t.Errorf("%+v", ev)
	}
	for _, line := range []string{
		`SMTP protocol error in "AUTH PLAIN c2VjcmV0" H=(x) [198.51.100.9] AUTH command used when not advertised`,
		`SMTP call from (x) [198.51.100.9] dropped: too many syntax or protocol errors (last command was "AUTH LOGIN c2VjcmV0")`,
		`SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected "AUTH PLAIN c2VjcmV0" H=(x) [198.51.100.9] next input="QUIT\r\n"`,
	} {
		ev, _ := parse(line)
		if len(ev.Redact) != 1 || line[ev.Redact[0].From:ev.Redact[0].To] != "c2VjcmV0" || strings.Contains(ev.Argument+ev.Text, "c2Vj") {
			t.Errorf("%v %+v", ev.Redact, ev)
		}
	}
}

func TestOwnStampBehindSyslogsGivesItsMilliseconds(t *testing.T) {
	for _, c := range []struct {
		line string
		want int64
	}{
		{"2026-11-23 15:32:28.175 [7] " + id + "Completed", 175_000_000},
		{"2026-11-23 15:32:29.175 [7] " + id + "Completed", 0},
	} {
		at := time.Date(2026, 11, 23, 14, 32, 28, 0, time.UTC).UnixNano() // another zone
		h := header.Header{Text: c.line, Program: "exim", Time: at, Resolution: event.ResolutionSecond}
		ev := event.Event{Line: c.line, Time: at, Resolution: event.ResolutionSecond}
		_ = exim.Parser{}.Parse(&h, &ev)
		if got := ev.Time - at; got != c.want || ev.PID != 7 || ev.Kind != event.KindMessageRemoved {
			t.Errorf("%s: %d", c.line, got)
		}
	}
}

// entry reads lines of one file and gives what they come to; each tells the next how far its entry has come.
func entry(lines ...string) (events []event.Event) {
	var left event.Entry
	for _, line := range lines {
		var h header.Header
		header.Parse(line, header.Clock{}, &h)
		h.Entry = left
		ev := event.Event{Line: h.Text, Time: h.Time, Resolution: h.Resolution}
		_ = exim.Parser{}.Parse(&h, &ev)
		left = ev.Entry
		events = append(events, ev)
	}
	return events
}

const rejection = "2026-11-23 15:33:13 " + id + "rejected from <news@partner.test> H=relay1.partner.test [203.0.113.10]: message too big: read=260263 max=200000"

// A reject log quotes the header of a message, which may look like log lines, commands or replies.
func TestQuotedHeaderIsContent(t *testing.T) {
	events := entry(rejection, "Envelope-from: <news@partner.test>", "Envelope-to: <a@example.com>", "    <b@example.com>", "    ...", "  Subject: => x@example.org R=a T=b", "F From: 250 ok",
		"\t1xVW1s-00005G-2Z => x@example.org R=a T=b", "  MAIL FROM:<x@example.org>", "  Envelope-to: <x@example.org>", "*** truncated ***", "  Subject: after its end")
	for i := range events[1:11] {
		if ev := &events[i+1]; ev.Kind != event.KindContent || ev.Status != event.StatusNone || ev.QueueID != "" {
			t.Errorf("%q: %s", ev.Line, ev.Kind)
		}
	}
	if last := &events[11]; last.Kind != event.KindNone || len(last.Redact) > 0 {
		t.Errorf("%q: %s", last.Line, last.Kind)
	}
}

// The same words anywhere else are somebody else's.
func TestHeaderOfNoEntryIsNotEximsToTake(t *testing.T) {
	for _, before := range [][]string{
		{"2026-11-23 15:33:13 " + id + "Completed"},
		{"2026-11-23 15:33:13 " + id + "<= a@b.example H=x [192.0.2.1] S=1"},
		{rejection},
		{rejection, "Envelope-from: <news@partner.test>"},
		{rejection, "Envelope-from: <a@b.example>", "Envelope-to: <c@d.example>", "F From: a@b.example", "words"},
		{"2026-11-23 15:33:13 H=relay1.partner.test [203.0.113.10] F=<news@partner.test> rejected RCPT <ghost2@example.com>: Unknown user"},
	} {
		for _, line := range []string{"  image: nginx:1.25", "I ActivityManager: Displayed com.example/.Main: +350ms", "* todo: buy milk", "\tat com.example.Foo(Foo.java:12)", "*** truncated ***", "Envelope-to: x"} {
			events := entry(append(before, line)...)
			if ev := &events[len(before)]; ev.Kind != event.KindNone || len(ev.Redact) > 0 {
				t.Errorf("%q behind %q: %s", line, before[len(before)-1], ev.Kind)
			}
		}
	}
}

func TestLongLinesAreReadInOneGo(*testing.T) {
	for _, text := range []string{
		strings.Repeat("A", 1<<20), id + "=> " + strings.Repeat("a <", 1<<18), id + "<= " + strings.Repeat("\\\"", 1<<18), id + "** " + strings.Repeat(" (", 1<<18),
		id + "<= a@b H=x [1.2.3.4] S=1" + strings.Repeat(" T=\"", 1<<16), "H=x [1.2.3.4] F=<" + strings.Repeat("\"", 1<<20),
		"SMTP syntax error in \"" + strings.Repeat("\" H=", 1<<18), "SMTP syntax error in \"" + strings.Repeat("\" H=(", 1<<16), id + "== a@b R=x defer (1): " + strings.Repeat(": ", 1<<18),
		"SMTP call from x [1.2.3.4] dropped: y (last was \"AUTH x a" + strings.Repeat("a", 1<<20),
		id + "<= a@b H=x [1.2.3.4] S=1 for " + strings.Repeat("a ", 1<<18),
	} {
		parse(text)
	}
}

func TestRewrittenAddressWithEximsOwnWords(t *testing.T) {
	ev, _ := parse(id + `"a" from env-to rewritten as "evil@x" by rule 1"@example.net" from env-to rewritten as "b@example.net" by rule 2`)
	if ev.Kind != event.KindNone || ev.RcptTo != "" {
		t.Errorf("%+v", ev)
	}
}

func TestAnswerForOneRecipientThatNamesAnother(t *testing.T) {
	ev, _ := parse(id + "PRDR bob@example.net 550 5.7.1 R=<evil@example.net> acceptance")
	if ev.Kind != event.KindReject || ev.RcptTo != "bob@example.net" || ev.Code != 550 || !ev.OneOnly {
		t.Errorf("%+v", ev)
	}
}
