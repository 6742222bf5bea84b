package msmtp_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/msmtp"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, id, text string) (event.Event, event.Result) {
	h := header.Header{Program: program, TagID: id, Text: text}
	ev := event.Event{Line: text}
	r := msmtp.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a remote server, a client or a sender writes must not become a field that it is not.

func TestReplyThatHoldsAnExitCode(t *testing.T) {
	ev, _ := parse("msmtp", "", "host=mx tls=off auth=off from=a@b.example recipients=c@d.example smtpstatus=550 smtpmsg='550 no' errormsg='x' exitcode=EX_OK' errormsg='the server did not accept the mail' exitcode=EX_UNAVAILABLE")
	if ev.Status != event.StatusBounced || ev.Code != 550 || ev.Command != event.CommandEOM {
		t.Errorf("%s %d %s", ev.Status, ev.Code, ev.Command)
	}
}
