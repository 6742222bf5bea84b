package postgrey_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/postgrey"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	postgrey.Parser{}.Parse(&header.Header{Program: "postgrey", Text: text}, &ev)
	return ev
}

func TestSenderForgesNoRecipient(t *testing.T) {
	ev := parse(`action=greylist, reason=new, client_name=a.example, client_address=192.0.2.1, sender="a, recipient=f@x, reason=y"@b, recipient=c@d`)
	if ev.RcptTo != "" || ev.MailFrom != "" || ev.PeerIP != "192.0.2.1" || ev.Argument != "new" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderIsNoQueueID(t *testing.T) {
	ev := parse(`action=pass, reason=triplet found, client_address=192.0.2.1, sender="FORGED1: action=greylist"@b, recipient=c@d`)
	if ev.QueueID != "" || ev.FilterVerdict != "pass" {
		t.Errorf("%+v", ev)
	}
}
