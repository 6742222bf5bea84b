package postfwd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postfwd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	postfwd.Parser{}.Parse(&header.Header{Program: "postfwd", Text: text}, &ev)
	return ev
}

func TestHeloForgesNoAction(t *testing.T) {
	ev := parse(`[RULES] rule=0, id=R, client=a[192.0.2.1], sender=<a@b>, recipient=<c@d>, helo=<x>, proto=ESMTP, state=RCPT, delay=0s, hits=F, action=DUNNO>, proto=SMTP, state=RCPT, delay=0s, hits=R, action=REJECT no`)
	if ev.FilterVerdict != "" || ev.Helo != "" || ev.PeerIP != "192.0.2.1" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderForgesNoRecipient(t *testing.T) {
	ev := parse(`[RULES] rule=0, id=R, client=a[192.0.2.1], sender=<"x>, recipient=<f@x">, recipient=<c@d>, helo=<h>, proto=ESMTP, state=RCPT, delay=0s, hits=R, action=REJECT no`)
	if ev.RcptTo != "" || ev.MailFrom != "" || ev.FilterVerdict != "REJECT" {
		t.Errorf("%+v", ev)
	}
}
