package mailenable_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mailenable"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	ev := event.Event{Line: h.Text}
	r := mailenable.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a client or a remote server writes must not become a field that it is not.

func TestCommandThatLooksLikeAReply(t *testing.T) {
	ev, _ := parse("11/23/26 09:00:00\tSMTP-IN\tA.MAI\t10\t203.0.113.30\t250\t250 2.0.0 Ok: queued as 4X\t500 Unknown command\t40\t10\t\t")
	if ev.Code != 500 || ev.Command != "" || ev.Text != "Unknown command" {
		t.Errorf("%+v", ev)
	}
}

func TestReplyThatLooksLikeACommand(t *testing.T) {
	ev, _ := parse("11/23/26 09:00:00\tSMTP-OU\tA.MAI\t10\t192.0.2.30\tRCPT\tRCPT TO:<x@c.example>\t550 RCPT TO:<evil@c.example> MAIL FROM:<x@d.example>\t40\t10\t\t")
	if ev.RcptTo != "x@c.example" || ev.MailFrom != "" || ev.Code != 550 {
		t.Errorf("%+v", ev)
	}
}

func TestNameThatFailedIsNotSaid(t *testing.T) {
	ev, _ := parse("10/19/26 00:00:35\tSMTP-IN\tA.MAI\t908\t203.0.113.24\tAUTH\taHVudGVyMg==\t535 Invalid Username or Password\t34\t14\thunter2\t")
	if ev.User != "" || len(ev.Redact) != 2 || ev.Line[ev.Redact[0].From:ev.Redact[0].To] != "aHVudGVyMg==" || ev.Line[ev.Redact[1].From:ev.Redact[1].To] != "hunter2" {
		t.Errorf("%+v", ev)
	}
}
