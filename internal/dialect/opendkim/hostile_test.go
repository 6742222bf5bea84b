package opendkim_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/opendkim"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	opendkim.Parser{}.Parse(&header.Header{Program: "opendkim", Text: text}, &ev)
	return ev
}

func TestSelectorAndDomainForgeNoVerdict(t *testing.T) {
	ev := parse(`4FGhZ16wXpz3x: s=s1: DKIM verification successful d=x SSL error`)
	if ev.FilterVerdict != "" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderForgesNoQueueID(t *testing.T) {
	ev := parse(`4FGhZ16wXpz3x: no signing table match for 'FORGED1: DKIM verification successful'`)
	if ev.QueueID != "4FGhZ16wXpz3x" || ev.FilterVerdict != "" {
		t.Errorf("%+v", ev)
	}
}

func TestHostNameForgesNoAddress(t *testing.T) {
	ev := parse(`4FGhZ16wXpz3x: a [203.0.113.1] b [192.0.2.1] not internal`)
	if ev.PeerIP != "" || ev.Kind != event.KindNone {
		t.Errorf("%+v", ev)
	}
}
