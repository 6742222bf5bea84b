package dialect

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

// forged are lines with a word of somebody's own where a dimension of a metric stands, and what the dimension is then.
var forged = []struct {
	line string
	get  func(*event.Event) string
	want string
}{
	{`Nov 23 15:32:33 mx postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL EVIL-77 authentication failed: no`, mechanism, ""},
	{`Nov 23 15:32:33 mx postfix/smtpd[9]: 4F2A8C0D12: client=a[192.0.2.9], sasl_method=evil77, sasl_username=anna`, mechanism, ""},
	{`Nov 23 15:32:33 mx postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL login authentication failed: no`, mechanism, "LOGIN"},
	{`Nov 23 15:32:33 mx sm-mta[9]: 14NNx65Q065816: AUTH failure (EVIL77): authentication failure (-13), relay=host.example [192.0.2.9]`, mechanism, ""},
	{`Nov 23 15:32:33 mx sm-mta[9]: 14NNx65Q065816: AUTH=server, relay=a.example [192.0.2.9], authid=anna, mech=EVIL77, bits=0`, mechanism, ""},
	{`2022-07-20T21:12:06.200Z,EX\Default Frontend EX,08DA4F7C11473A60,9,192.0.2.1:25,192.0.2.2:53722,*,,Inbound AUTH evil77 failed because of LogonDenied`, mechanism, ""},
	{`@400000006aa8e01a2c3ca002 qmail-smtpd: pid 3016 Reject::AUTH::evil77 P:ESMTPA S:192.0.2.1:unknown H:x ?~'a@sender.example'`, mechanism, ""},
	{`Aug 29 03:17:18 mx dovecot: submission-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<x>, method=evil77, rip=192.0.2.133`, mechanism, ""},
	{`@400000006aa8e01a2c3ca002 qmail-smtpd: pid 3016 Reject::RCPT::evil 77 P:ESMTP S:192.0.2.1:unknown H:x F:a@sender.example T:c@domain.example`, verdict, "other"},
	{`Nov 23 10:00:01 mx qmail-scanner[31528]: Evil77:RC:0(198.51.100.100): 4.195255 1371 a@example.org b@example.com Some_subject <3@example.org> 1142753793.31530-0.mx:134`, verdict, "infected"},
	{`{"type":"Feedback","id":"1d98076abbbc11ed940250ebf67f93bd","sender":"","recipient":"","queue":"","site":"","size":0,"response":{"code":0,"enhanced_code":null,"content":"","command":null},"peer_address":{"name":"a","addr":"192.0.2.77"},"timestamp":1763971261,"created":1763971261,"num_attempts":0,"feedback_report":{"feedback_type":"evil77","user_agent":"x","version":"1"}}`, verdict, "other"},
	{`{"type":"Feedback","id":"1d98076abbbc11ed940250ebf67f93bd","sender":"","recipient":"","queue":"","site":"","size":0,"response":{"code":0,"enhanced_code":null,"content":"","command":null},"peer_address":{"name":"a","addr":"192.0.2.77"},"timestamp":1763971261,"created":1763971261,"num_attempts":0,"feedback_report":{"feedback_type":"abuse","user_agent":"x","version":"1"}}`, verdict, "abuse"},
	{`Nov 23 10:00:01 mx amavis[9]: (02279-04) Passed EVIL77 {RelayedInbound}, [192.0.2.1]:6101 [192.0.2.1] <a@b.example> -> <c@d.example>, Queue-ID: X, Message-ID: <x@b.example>, mail_id: y, Hits: 1, size: 2, 3 ms`, verdict, "other"},
}

func mechanism(ev *event.Event) string { return ev.AuthMechanism }
func verdict(ev *event.Event) string   { return ev.FilterVerdict }

func TestLogTextForgesNoDimension(t *testing.T) {
	d, err := NewDetector(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range forged {
		var h header.Header
		var ev event.Event
		var memory Memory
		header.Parse(tt.line, header.Clock{Zone: time.UTC, Anchor: 1}, &h)
		ev.Line = h.Text
		if d.Parse(&memory, &h, &ev); ev.Kind == event.KindNone {
			t.Errorf("not read: %s", tt.line)
			continue
		}
		if got := tt.get(&ev); got != tt.want {
			t.Errorf("got %q, want %q: %s", got, tt.want, tt.line)
		}
	}
}

// What a parser itself says is one of its constants; what it cut from the line is one of the words that there are.
func TestOnlyWhatStandsInTheLineIsAsked(t *testing.T) {
	line := "reject evil 1.3 evil77 rcpt"
	for _, tt := range []struct{ verdict, want string }{
		{line[:6], "reject"}, {line[7:11], "other"}, {"a constant of the parser", "a constant of the parser"}, {"", ""},
	} {
		ev := event.Event{Line: line, FilterVerdict: tt.verdict, AuthResult: "maybe", TLSVersion: line[12:15], TLSTrust: line[7:11], ErrorType: line[7:11], Command: line[23:], FilterName: line[7:11]}
		settle(&ev)
		if ev.FilterVerdict != tt.want || ev.AuthResult != "" || ev.TLSVersion != "1.3" || ev.TLSTrust != "" || ev.ErrorType != "" || ev.Command != "RCPT" || ev.FilterName != "evil" {
			t.Errorf("%+v", ev)
		}
	}
}
