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

func TestMessageIDForgesNoVerdict(t *testing.T) {
	ev := parse(`<1>; task; rspamd_task_write_log: id: <m>, qid: <FORGED1>, (default: F (no action): [-50.00/15.00] []), len: 1, x>, qid: <4AA091855DA0>, ip: 192.0.2.1, from: <a@b>, (default: T (reject): [21.00/15.00] [GTUBE(0.00){}]), len: 9, time: 1.0ms`)
	if ev.FilterVerdict != "" || ev.HasScore || ev.QueueID != "" {
		t.Errorf("%+v", ev)
	}
}

func TestMessageIDForgesNoQueueID(t *testing.T) {
	ev := parse(`<1>; task; rspamd_task_write_log: id: <m>, qid: <FORGED1>, ip: 203.0.113.1, x: <y>, qid: <4AA091855DA0>, ip: 192.0.2.1, from: <a@b>, (default: T (reject): [21.00/15.00] [GTUBE(0.00){}]), len: 9, time: 1.0ms`)
	if ev.FilterVerdict != "reject" || ev.QueueID != "" || ev.PeerIP != "" || ev.MessageID != "" {
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
