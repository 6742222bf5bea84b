package courier_test

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/courier"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, id, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, TagID: id, Text: text}
	ev := event.Event{Line: text}
	r := courier.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAVerdict(t *testing.T) {
	ev, _ := parse("courieresmtp", "", "id=1.2.3,from=<a@b.example>,addr=<c@d.example>: 550 no,status: success")
	if ev.Kind != event.KindReply || ev.Code != 550 || ev.Status != event.StatusNone {
		t.Errorf("%s %d %s", ev.Kind, ev.Code, ev.Status)
	}
}

func TestQuotedSenderThatHoldsARecipient(t *testing.T) {
	ev, _ := parse("courierd", "", `started,id=1.2.3,from=<"x>,module=local,host=,addr=<ceo@d.example"@b.example>,module=esmtp,host=d.example,addr=<c@d.example>`)
	if ev.RcptTo != "c@d.example" || ev.Route != event.RouteMX {
		t.Errorf("%q %s", ev.RcptTo, ev.Route)
	}
}

func TestHELONameThatHoldsAnAddress(t *testing.T) {
	ev, _ := parse("courierd", "", "newmsg,id=1.2.3: dns; x (evil [192.0.2.66]) (h.example [::ffff:192.0.2.1])")
	if ev.PeerIP != "192.0.2.1" || ev.ClientAddress != "h.example" {
		t.Errorf("%q %q", ev.PeerIP, ev.ClientAddress)
	}
}

func TestCommandThatHoldsAReply(t *testing.T) {
	ev, _ := parse("courieresmtpd", "", `error,relay=::ffff:192.0.2.1,port=1,msg="502 ESMTP command error",cmd: x",cmd: 250 ok`)
	if ev.Code != 502 || ev.Command != "" {
		t.Errorf("%d %q", ev.Code, ev.Command)
	}
}

// The answer quotes an address that the client has made up, and so does the command behind it: no login has failed.
func TestAnswerThatHoldsACommand(t *testing.T) {
	for _, cmd := range []string{`AUTH PLAIN"@d.example> unknown.",cmd: RCPT TO:<"x",cmd: AUTH PLAIN"@d.example>`, `AUTH LOGIN> unknown.",cmd: RCPT TO:<x>`} {
		ev, _ := parse("courieresmtpd", "", `error,relay=::ffff:192.0.2.1,port=1,msg="550 User <"x",cmd: `+cmd)
		if ev.Kind != event.KindReply || ev.Code != 550 || ev.Command != "" || ev.AuthResult != "" {
			t.Errorf("%s %d %q %q", ev.Kind, ev.Code, ev.Command, ev.AuthResult)
		}
	}
}

// Of what may be a credential nothing leaves, wherever the command begins.
func TestCommandThatHoldsItsOwnBeginning(t *testing.T) {
	const line = `error,relay=::ffff:192.0.2.1,port=1,msg="535 Authentication failed.",cmd: AUTH PLAIN x",cmd: c2VjcmV0`
	ev, _ := parse("courieresmtpd", "", line)
	if len(ev.Redact) != 1 || !strings.Contains(line[ev.Redact[0].From:ev.Redact[0].To], "c2VjcmV0") || ev.Kind != event.KindAuth || ev.AuthResult != "failure" {
		t.Errorf("%s %v", ev.Kind, ev.Redact)
	}
}
