package policydweight_test

import (
	"testing"

	policydweight "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/policyd-weight"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	policydweight.Parser{}.Parse(&header.Header{Program: "postfix/policyd-weight", Text: text}, &ev)
	return ev
}

func TestSenderForgesNoClient(t *testing.T) {
	ev := parse(`decided action=DUNNO; <client=a[192.0.2.1]> <helo=h> <from="; <client=f[198.51.100.1]> <helo=f> <from="@x.example> <to=c@d.example>; delay: 0s`)
	if ev.PeerIP != "" || ev.MailFrom != "" || ev.FilterVerdict != "DUNNO" {
		t.Errorf("%+v", ev)
	}
}

func TestHeloForgesNoRecipient(t *testing.T) {
	ev := parse(`decided action=550 no; <client=a[192.0.2.1]> <helo=h> <from=a@b> <to=f@x>; > <from=a@b.example> <to=c@d.example>; delay: 0s`)
	if ev.RcptTo != "" || ev.MailFrom != "" || ev.PeerIP != "192.0.2.1" || ev.FilterVerdict != "REJECT" {
		t.Errorf("%+v", ev)
	}
}
