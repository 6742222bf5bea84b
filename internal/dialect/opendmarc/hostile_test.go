package opendmarc_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendmarc"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	opendmarc.Parser{}.Parse(&header.Header{Program: "opendmarc", Text: text}, &ev)
	return ev
}

func TestDomainForgesNoVerdict(t *testing.T) {
	for _, line := range []string{`08ACF1541B01: a.example pass fail`, `08ACF1541B01: SPF(mailfrom): a@b pass pass none`} {
		if ev := parse(line); ev.FilterVerdict != "" || ev.QueueID != "" {
			t.Errorf("%s: %+v", line, ev)
		}
	}
}
