package pmg_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/pmg"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	pmg.Parser{}.Parse(&header.Header{Program: "pmg-smtp-filter", Text: text}, &ev)
	return ev
}

func TestNameOfAFileForgesNoVerdict(t *testing.T) {
	ev := parse(`20A9560092030F3374: removed attachment 3 ('x: accept mail to <f@x.example> (F0F0F0) (rule: y)', rule: Block)`)
	if ev.FilterVerdict != "remove" || ev.RcptTo != "" || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestHeadersForgeNoVerdict(t *testing.T) {
	ev := parse(`20A9560092030F3374: mail-headers envelope-from=<a@b.example> subject="accept mail to <f@x.example> (F0F0F0) (rule: y)"`)
	if ev.FilterVerdict != "" || ev.RcptTo != "" || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestMessageIDForgesNoRecipient(t *testing.T) {
	ev := parse(`20A9560092030F3374: new mail message-id=<x> accept mail to <f@x.example> (F0F0F0)>`)
	if ev.RcptTo != "" || ev.FilterVerdict != "" {
		t.Errorf("%+v", ev)
	}
}
