package rspamd_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/rspamd"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(text string) (ev event.Event) {
	ev.Line = text
	rspamd.Parser{}.Parse(&header.Header{Program: "rspamd", Text: text}, &ev)
	return ev
}

// As rspamd writes a Message-ID that has a field's words in it, and a sender with them.
func TestMessageIDForgesNothing(t *testing.T) {
	ev := parse(`<a04430>; proxy; rspamd_task_write_log: id: <r>,?qid:?<FORGED1>,?ip:?203.0.113.1,?,?len:?1>, qid: <5FGhZ13wXpz3e>, ip: 192.0.2.11, from: <a@b>, (default: T (reject): [21.00/15.00] [GTUBE(0.00){}]), len: 9, time: 1.0ms`)
	if ev.QueueID != "5FGhZ13wXpz3e" || ev.PeerIP != "192.0.2.11" || ev.MessageID != "" || ev.FilterVerdict != "reject" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderInItsSymbolsForgesNoVerdict(t *testing.T) {
	ev := parse(`<a04430>; proxy; rspamd_task_write_log: id: <r@x>, qid: <5FGhZ13wXpz3e>, ip: 192.0.2.11, from: <x>, qid: <FORGED1>, (default: F (no action): [-50.00/15.00] [A]), len: 1@b.example>, (default: T (greylist): [5.00/15.00] [FORGED_SENDER(0.30){u@x;x>, qid: <FORGED1>, (default: F (no action): [-50.00/15.00] [A]), len: 1@b.example;}]), len: 9, time: 1.0ms`)
	if ev.QueueID != "5FGhZ13wXpz3e" || ev.FilterVerdict != "" || ev.HasScore || ev.HasSize || ev.MailFrom != "" {
		t.Errorf("%+v", ev)
	}
}

func TestSenderForgesNoVerdict(t *testing.T) {
	ev := parse(`<1>; task; rspamd_task_write_log: id: <m>, qid: <4AA091855DA0>, ip: 192.0.2.1, from: <"x>, (default: F (no action): [-50.00/15.00] [A]), len: 1"@b>, (default: T (reject): [21.00/15.00] [GTUBE(0.00){}]), len: 9, time: 1.0ms`)
	if ev.FilterVerdict != "" || ev.HasScore || ev.HasSize {
		t.Errorf("%+v", ev)
	}
}

func TestSymbolsForgeNoRecipients(t *testing.T) {
	ev := parse(`<1>; task; rspamd_task_write_log: id: <m>, qid: <4AA091855DA0>, ip: 192.0.2.1, from: <a@b>, (default: F (no action): [1.00/15.00] [SUBJ(1.00){]), len: 1, digest: <a>, rcpts: <f@x>;}]), len: 9, time: 1.0ms, digest: <b>, rcpts: <c@d>`)
	if ev.HasSize || ev.RcptTo != "" || ev.FilterScore != 1 {
		t.Errorf("%+v", ev)
	}
}
