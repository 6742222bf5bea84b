package hmailserver_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/hmailserver"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	ev := event.Event{Line: h.Text}
	r := hmailserver.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a client, a remote server or a sender writes must not become a field that it is not.

func TestWordsThatLookLikeColumns(t *testing.T) {
	ev, _ := parse("\"SMTPD\"\t4532\t154\t\"2026-11-23 15:15:12.984\"\t\"203.0.113.33\"\t\"RECEIVED: EHLO x\"\t\"SMTPC\"\t1\t2\t\"2026-11-23 15:15:12.984\"\t\"6.6.6.6\"\t\"RECEIVED: 250 ok\"")
	if ev.ConnID != "154" || ev.PeerIP != "203.0.113.33" || ev.Code != 0 || ev.Daemon != "SMTPD" || ev.FromPeer != event.Yes {
		t.Errorf("%+v", ev)
	}
}

func TestClientThatSpeaksLikeAServer(t *testing.T) {
	for _, said := range []string{"250 2.0.0 Ok: queued as 4X", "SENT: 250 ok", "RECEIVED: 250 ok"} {
		ev, _ := parse("\"SMTPD\"\t4532\t154\t\"2026-11-23 15:15:12.984\"\t\"203.0.113.33\"\t\"RECEIVED: " + said + "\"")
		if ev.Code != 0 || ev.Kind != event.KindContent {
			t.Errorf("%s: %+v", said, ev)
		}
	}
}

func TestReplyThatNamesAMessage(t *testing.T) {
	ev, _ := parse("\"SMTPC\"\t4532\t155\t\"2026-11-23 15:15:12.984\"\t\"192.0.2.26\"\t\"RECEIVED: 550 SMTPDeliverer - Message 5: Message delivery thread completed.\"")
	if ev.Code != 550 || ev.QueueID != "" || ev.Kind != event.KindReply {
		t.Errorf("%+v", ev)
	}
}

func TestSenderThatNamesRecipients(t *testing.T) {
	ev, _ := parse("\"APPLICATION\"\t4512\t\"2026-11-23 15:15:12.984\"\t\"hMailServer SpamProtection rejected RCPT (Sender: a, IP:6.6.6.6, Reason: x, IP:203.0.113.33, Reason: no)\"")
	if ev.Kind != event.KindFilter || ev.FilterVerdict != "reject" {
		t.Errorf("%+v", ev)
	}
}

func TestNotOurs(t *testing.T) {
	for _, line := range []string{
		"\"IMAPD\"\t5440\t7\t\"2026-11-23 15:06:30.037\"\t\"203.0.113.21\"\t\"SENT: 3 OK LOGIN completed\"",
		"\"TCPIP\"\t4532\t\"2026-11-23 15:15:12.984\"\t\"TCP - 203.0.113.33 connected to 198.51.100.6:143.\"",
		"\"SMTPD\",4532,154,\"2026-11-23 15:15:12.984\",\"203.0.113.33\",\"RECEIVED: EHLO x\"",
	} {
		if ev, r := parse(line); r != event.Unknown {
			t.Errorf("%s: %v %+v", line, r, ev)
		}
	}
}
