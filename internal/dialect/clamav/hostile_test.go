package clamav_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/clamav"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	clamav.Parser{}.Parse(&header.Header{Program: "clamav-milter", Text: text}, &ev)
	return ev
}

func TestSubjectForgesNothing(t *testing.T) {
	ev := parse(`Message 4AA091855DA0 from <a@b> to <c@d> with subject 'x infected by Nothing from <f@x> to <g@y> with subject 'z' message-id '<m@x>' date 'd' infected by Eicar`)
	if ev.Argument != "Eicar" || ev.QueueID != "4AA091855DA0" || ev.MailFrom == "f@x" || ev.RcptTo == "g@y" {
		t.Errorf("%+v", ev)
	}
}

func TestTheWordFromIsNoQueueID(t *testing.T) {
	if ev := parse(`Message from <a@b> to <c@d> infected by Eicar`); ev.QueueID != "" || ev.RcptTo != "c@d" {
		t.Errorf("%+v", ev)
	}
}
