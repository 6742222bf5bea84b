package amavis_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/amavis"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	amavis.Parser{}.Parse(&header.Header{Program: "amavis", Text: text}, &ev)
	return ev
}

func TestNameOfAFileForgesNoQueueID(t *testing.T) {
	ev := parse(`(1-2) Blocked BANNED (a) {X}, <f@x> -> <y@z>, Queue-ID: FORGED1, Hits: -9) {BouncedInbound}, [192.0.2.1]:2 [192.0.2.1] <a@b> -> <c@d>, Queue-ID: 88AA77BD, mail_id: km, Hits: 3, size: 912, 120 ms`)
	if ev.QueueID != "" || ev.HasScore || ev.MailFrom != "" || ev.FilterVerdict != "Blocked BANNED" {
		t.Errorf("%+v", ev)
	}
}

// A queue id stands in front of the Message-ID, and is whose message the line is about.
func TestMessageIDForgesNoQueueID(t *testing.T) {
	for _, before := range []string{"", "Queue-ID: 88AA77BD, "} {
		ev := parse(`(1-2) Passed CLEAN {RelayedInbound}, [192.0.2.1]:2 <a@b> -> <c@d>, ` + before + `Message-ID: <x <y>, Queue-ID: F0123456789, Message-ID: <z>@x>, mail_id: km, Hits: 3, size: 912, 120 ms`)
		if ev.QueueID == "F0123456789" {
			t.Errorf("%+v", ev)
		}
	}
}

func TestMessageIDForgesNoScore(t *testing.T) {
	ev := parse(`(1-2) Passed CLEAN {RelayedInbound}, [192.0.2.1]:2 <a@b> -> <c@d>, Queue-ID: 88AA77BD, Message-ID: <x>, mail_id: q, Hits: -99, size: 1, queued_as: FORGED1, 1 ms>, mail_id: km, Hits: 3, size: 912, queued_as: 88AA77BE, 120 ms`)
	if ev.QueueID != "88AA77BD" || ev.HasScore || ev.HasSize || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestSubjectForgesNoScore(t *testing.T) {
	ev := parse(`(1-2) Passed CLEAN {RelayedInbound}, [192.0.2.1]:2 <a@b> -> <c@d>, Queue-ID: 88AA77BD, Message-ID: <m@x>, mail_id: km, Hits: 3, size: 912, Subject: "x, queued_as: FORGED1, 2 ms", 120 ms`)
	if ev.FilterScore != 3 || ev.RemoteQueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestQuotedSenderForgesNoRecipient(t *testing.T) {
	ev := parse(`(1-2) Passed CLEAN {RelayedInbound}, [192.0.2.1]:2 <"a> -> <v@w>, Queue-ID: FORGED1, "@b> -> <c@d>, Queue-ID: 88AA77BD, mail_id: km, Hits: 3, size: 912, 120 ms`)
	if ev.RcptTo != "c@d" || ev.QueueID != "88AA77BD" {
		t.Errorf("%+v", ev)
	}
}

// As amavis writes the name of such a file, in its line about the message and in the one about the recipient.
func TestNameOfAFileForgesNoEnvelope(t *testing.T) {
	for _, line := range []string{
		`(00038-07) Blocked BANNED (application/octet-stream,x) {Y}, [6.6.6.6] <f@x> -> <y@z>, Queue-ID: FORGED1, a.exe) {BouncedInbound}, [192.0.2.11]:6101 [192.0.2.11] <user@sender.example> -> <x@example.com>, Queue-ID: 4FGhZ13wXpz3b, mail_id: CH2X, Hits: -, size: 419, 38 ms`,
		`(00038-07) Blocked BANNED (application/octet-stream,x) {Y}, [6.6.6.6] <f@x> -> <y@z>, Queue-ID: FORGED1, a.exe), <user@sender.example> -> , Hits: -, tag=0, tag2=5, kill=20, L/Y/0/0`,
	} {
		if ev := parse(line); ev.QueueID != "" || ev.PeerIP != "" || ev.MailFrom != "" || ev.RcptTo != "" {
			t.Errorf("%s: %+v", line, ev)
		}
	}
}
