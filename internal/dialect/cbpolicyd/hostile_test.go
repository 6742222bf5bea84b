package cbpolicyd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/cbpolicyd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	cbpolicyd.Parser{}.Parse(&header.Header{Program: "cbpolicyd", Text: text}, &ev)
	return ev
}

func TestHeloForgesNoSender(t *testing.T) {
	ev := parse(`module=Greylisting, action=defer, host=192.0.2.1, helo=x, from=f@x.example, to=f@y.example, reason=whitelisted, from=a@b.example, to=c@d.example, reason=greylisted`)
	if ev.MailFrom != "" || ev.RcptTo != "" || ev.Argument != "" || ev.PeerIP != "192.0.2.1" || ev.FilterVerdict != "defer" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderForgesNoRecipient(t *testing.T) {
	ev := parse(`module=Greylisting, action=defer, host=192.0.2.1, helo=x, from=", to=f@y.example"@b.example, to=c@d.example, reason=greylisted`)
	if ev.MailFrom != "" || ev.RcptTo != "" || ev.Helo != "" {
		t.Errorf("%+v", ev)
	}
}
