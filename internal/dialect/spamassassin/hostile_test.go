package spamassassin_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/spamassassin"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	spamassassin.Parser{}.Parse(&header.Header{Program: "spamd", Text: text}, &ev)
	return ev
}

func TestMessageIDForgesNoField(t *testing.T) {
	ev := parse(`spamd: result: Y 21 - GTUBE scantime=0.3,size=1200,user=anna,uid=1,mid=<a_size=1_user=root>,size=5,user=root,autolearn=no`)
	if ev.Size != 1200 || ev.User != "anna" || ev.FilterVerdict != "spam" {
		t.Errorf("%+v", ev)
	}
}

func TestMessageIDIsNoResult(t *testing.T) {
	ev := parse(`spamd: checking message <x> for root:0 result: . -5 - A for anna:1001`)
	if ev.Kind != event.KindNone || ev.FilterVerdict != "" {
		t.Errorf("%+v", ev)
	}
}
