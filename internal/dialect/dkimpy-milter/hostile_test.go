package dkimpymilter_test

import (
	"testing"

	dkimpymilter "github.com/otelcol-smtp/otelcol-smtp/internal/dialect/dkimpy-milter"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	dkimpymilter.Parser{}.Parse(&header.Header{Program: "dkimpy-milter", Text: text}, &ev)
	return ev
}

func TestDomainForgesNoQueueID(t *testing.T) {
	ev := parse(`DKIM: Fail (b'FORGED1: rsa-sha256 DKIM signature verified (s=x d=y)')`)
	if ev.QueueID != "" || ev.FilterVerdict != "fail" {
		t.Errorf("%+v", ev)
	}
}
