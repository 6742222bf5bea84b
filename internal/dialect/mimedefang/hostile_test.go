package mimedefang_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mimedefang"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(program, text string) (ev event.Event) {
	ev.Line = text
	mimedefang.Parser{}.Parse(&header.Header{Program: program, Text: text}, &ev)
	return ev
}

func TestSenderForgesNoVerdict(t *testing.T) {
	ev := parse("mimedefang.pl", `6B12pF0e0123: filter_sender tempfailed sender <"x> filter_sender rejected sender <a"@x.example>`)
	if ev.FilterVerdict != "defer" || ev.MailFrom != `"x> filter_sender rejected sender <a"@x.example` || ev.QueueID != "6B12pF0e0123" {
		t.Errorf("%+v", ev)
	}
	if ev = parse("mimedefang.pl", `filter_helo rejected helo mx <a@b>: Bouncing because filter instructed us to`); ev.FilterVerdict != "reject" || ev.Command != "HELO" || ev.QueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestSubjectForgesNoEnvelope(t *testing.T) {
	ev := parse("mimedefang.pl", `6B12pF0e0123: MDLOG,6B12pF0e0123,spam,12.3,<a@x.example>,<b@y.example>,hi,<f@x>,<g@y>,z`)
	if ev.FilterVerdict != "spam" || ev.FilterScore != 12.3 || ev.MailFrom != "" || ev.RcptTo != "" {
		t.Errorf("%+v", ev)
	}
}

func TestWordsOfASiteAreNobodys(t *testing.T) {
	for _, text := range []string{
		"6B12pF0e0123: MDLOG,bounced", "6B12pF0e0123: filter: my words", "6B12pF0e0123: score is bounce=1", "Worker of the month", "MDLOG,x", "filter_sender looks at <a@b>",
		"6B12pF0e0123: checked because filter instructed us to",
	} {
		if ev := parse("mimedefang.pl", text); ev.Kind != event.KindNone {
			t.Errorf("%q is %v", text, ev.Kind)
		}
	}
}
