package dma_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dma"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, id, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, TagID: id, Text: text}
	ev := event.Event{Line: text}
	r := dma.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAVerdict(t *testing.T) {
	ev, _ := parse("dma", "2f.5", "remote delivery deferred: mx.example [192.0.2.9] failed after RCPT TO: 450 failed after final DATA: 550 <x@y.example> delivery successful")
	if ev.Status != event.StatusDeferred || ev.Code != 450 || ev.Command != "RCPT" || ev.RcptTo != "" {
		t.Errorf("%s %d %s %q", ev.Status, ev.Code, ev.Command, ev.RcptTo)
	}
}

func TestRecipientThatHoldsAnID(t *testing.T) {
	ev, _ := parse("dma", "2f", "mail to=<x> queued as 30.1@d.example> queued as 2f.5")
	if ev.TryID == "30.1@d.example>" || ev.Kind != event.KindNone {
		t.Errorf("%q %s", ev.TryID, ev.Kind)
	}
}
