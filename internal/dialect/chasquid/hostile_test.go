package chasquid_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/chasquid"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, id, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, TagID: id, Text: text}
	ev := event.Event{Line: text}
	r := chasquid.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatLooksLikeAVerdict(t *testing.T) {
	ev, _ := parse("chasquid", "", "w3H_tahBZSQ from=a@b.example to=c@d.example failed (temporary): RCPT TO 450 no to=x@y.example sent")
	if ev.Status != event.StatusDeferred || ev.RcptTo != "c@d.example" || ev.Code != 450 {
		t.Errorf("%s %q %d", ev.Status, ev.RcptTo, ev.Code)
	}
}

func TestUserThatFailedIsConcealed(t *testing.T) {
	ev, _ := parse("chasquid", "", "192.0.2.1:40123 auth failed for hunter2")
	if ev.User != "" || len(ev.Redact) != 1 || ev.Line[ev.Redact[0].From:ev.Redact[0].To] != "hunter2" {
		t.Errorf("%q %v", ev.User, ev.Redact)
	}
}
