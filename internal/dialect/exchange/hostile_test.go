package exchange_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/exchange"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

const (
	protocolColumns = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
	trackingColumns = "date-time,source,event-id,source-context,network-message-id,recipient-address,recipient-status,message-subject,return-path,custom-data,total-bytes"
)

func parse(columns, line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	h.Columns = columns
	ev := event.Event{Line: h.Text}
	r := exchange.Parser{}.Parse(&h, &ev)
	return ev, r
}

func receive(data string) (event.Event, event.Result) {
	return parse(protocolColumns, `2026-11-23T15:00:01.420Z,EX1\Default EX1,08DAB13335961996,3,198.51.100.6:25,203.0.113.33:56026,<,`+data+",")
}

// What a client, a remote server or a sender writes must not become a field that it is not.

func TestClientThatSpeaksLikeAServer(t *testing.T) {
	for _, data := range []string{"220 mx.evil.example ESMTP", "250 2.6.0 <1@b.example> Queued mail for delivery", "550-5.1.1 no"} {
		if ev, _ := receive(data); ev.Code != 0 || ev.FromPeer != event.Yes || ev.Kind != event.KindContent {
			t.Errorf("%s: %+v", data, ev)
		}
	}
}

func TestServerThatSpeaksLikeAClient(t *testing.T) {
	ev, _ := parse(protocolColumns, `2026-11-23T15:00:01.420Z,Internet,08DAB13335961996,3,198.51.100.6:10437,192.0.2.26:25,<,MAIL FROM:<evil@b.example>,`)
	if ev.Command != "" || ev.MailFrom != "" || ev.FromPeer != event.No {
		t.Errorf("%+v", ev)
	}
}

// A comma, a quote and a whole row in the client's words: the writer puts such a value in quotes and doubles its own.
func TestWordsThatLookLikeColumns(t *testing.T) {
	ev, _ := receive(`"EHLO x,"",Local\n2026-11-23T15:00:01.420Z,EX1\Default EX1,08DAB13335961996,9,1.1.1.1:25,6.6.6.6:1,>,250 ok,"`)
	if ev.PeerIP != "203.0.113.33" || ev.Code != 0 || ev.Command != "EHLO" || ev.Helo != "" {
		t.Errorf("%+v", ev)
	}
}

func TestQuotedLocalPart(t *testing.T) {
	if ev, _ := receive(`"RCPT TO:<""a> b""@a.example>"`); ev.RcptTo != `"a> b"@a.example` {
		t.Errorf("%q", ev.RcptTo)
	}
}

// The client's own port may be the one that a server listens on.
func TestClientWithAPortOfAServer(t *testing.T) {
	ev, _ := parse(protocolColumns, `2026-11-23T15:00:01.420Z,EX1\Relay EX1,08DAB13335961996,3,198.51.100.6:2526,203.0.113.33:25,<,EHLO x,`)
	if ev.Role != event.RoleServer || ev.FromPeer != event.Yes {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatNamesAnotherHost(t *testing.T) {
	ev, _ := parse(trackingColumns, `2026-11-23T15:00:01.420Z,SMTP,FAIL,,6a638d20-1e63-493a-80a2-08da9a4ff8da,x@c.example,"[{LED=550 5.1.1 no};{MSG=};{FQDN=gmail-smtp-in.l.google.com};{IP=6.6.6.6};{LRT=x}];[{LED=250 2.0.0 ok};{MSG=};{FQDN=mx.c.example};{IP=192.0.2.26};{LRT=11/23/2026 3:03:01 PM}]",s,a@a.example,,5`)
	if ev.Code != 550 || ev.ServerAddress != "mx.c.example" || ev.PeerIP != "192.0.2.26" || ev.Status != event.StatusBounced {
		t.Errorf("%d %s %s", ev.Code, ev.ServerAddress, ev.PeerIP)
	}
}

func TestReplyThatSaysTheMessageExpired(t *testing.T) {
	ev, _ := parse(trackingColumns, `2026-11-23T15:00:01.420Z,SMTP,FAIL,,6a638d20-1e63-493a-80a2-08da9a4ff8da,x@c.example,550 5.1.1 QUEUE.Full Primary target IP address responded with: 250 ok,s,a@a.example,,5`)
	if ev.Code != 550 && ev.DSN != "5.1.1" || ev.Status != event.StatusBounced || ev.Class == '2' {
		t.Errorf("%+v", ev)
	}
}

func TestSubjectThatLooksLikeColumns(t *testing.T) {
	ev, _ := parse(trackingColumns, `2026-11-23T15:00:01.420Z,SMTP,RECEIVE,,6a638d20-1e63-493a-80a2-08da9a4ff8da,x@a.example,,"hi"",evil@b.example,S:ProxiedClientHostname=mx.evil.example,9",a@c.example,,5`)
	if ev.MailFrom != "a@c.example" || ev.Size != 5 || ev.Subject != `hi",evil@b.example,S:ProxiedClientHostname=mx.evil.example,9` {
		t.Errorf("%+v", ev)
	}
}

// Logs of the same columns that are no SMTP, and rows of other programs.
func TestNotOurs(t *testing.T) {
	for _, line := range []string{
		`2026-11-23T15:00:01.420Z,,08DAB13335961996,3,198.51.100.6:143,203.0.113.33:56026,<,a1 LOGIN anna x,`,
		`d,2026-11-23 15:00:01+0000,2026-11-23 15:00:00+0000,a@a.example,x@c.example,,relayed,2.0.0 (success)`,
		`2026-11-23T15:00:01.420Z,app,SMTP,SEND,x`,
		`2026-11-23T15:00:01.420Z,EX1,08DAB13335961996,x,198.51.100.6:25,203.0.113.33:56026,+,,`,
		`2026-11-23 15:00:01 W3SVC1 198.51.100.6 GET / - 80 - 203.0.113.33 Mozilla/5.0 200 0 0`,
		`#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status`,
		`#Log-type: HttpProxy Logs`,
		`#Date: 2026-11-23 15:00:01`, `#Version: 1.0`,
	} {
		if ev, r := parse("", line); r != event.Unknown || ev.ColumnsAssumed {
			t.Errorf("%s: %v %+v", line, r, ev)
		}
	}
}
