package nullmailer_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/nullmailer"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, id, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, TagID: id, Text: text}
	ev := event.Event{Line: text}
	r := nullmailer.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAVerdict(t *testing.T) {
	ev, _ := parse("nullmailer-send", "", "smtp: Failed: 550 Sent file.")
	if ev.Kind != event.KindReply || ev.Code != 550 || ev.Status != event.StatusNone {
		t.Errorf("%s %d %s", ev.Kind, ev.Code, ev.Status)
	}
}

func TestHostThatHoldsAFile(t *testing.T) {
	ev, _ := parse("nullmailer-send", "", "Starting delivery: host: mx protocol: smtp file: 2 protocol: smtp file: 1795569816.169")
	if ev.QueueID != "1795569816.169" {
		t.Error(ev.QueueID)
	}
}
