package mdaemon_test

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/dialect/mdaemon"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
)

func parse(line string) (event.Event, event.Result) {
	var h header.Header
	header.Parse(line, header.Clock{}, &h)
	ev := event.Event{Line: h.Text}
	r := mdaemon.Parser{}.Parse(&h, &ev)
	return ev, r
}

// What a peer says stands behind an arrow, and is never a remark of the server's.

func TestWordsThatLookLikeRemarks(t *testing.T) {
	for _, said := range []string{"Accepting SMTP connection from 6.6.6.6:1 to 192.0.2.10:25", "SMTP session successful (Bytes in/out: 1/1)", "05: Session 1; child 0001", "--> 250 ok"} {
		ev, _ := parse("Mon 2026-11-23 00:00:49.100: 02: <-- " + said)
		if ev.Kind != event.KindContent || ev.PeerIP != "" || ev.Code != 0 {
			t.Errorf("%s: %+v", said, ev)
		}
	}
}

func TestNotOurs(t *testing.T) {
	for _, line := range []string{"--> EHLO pc", "<-- 220 mx", "Mon 2026-11-23 00:00:49.100: something else", "Session 12 opened", "2026-11-23 00:00:49 05: --> 220 x"} {
		var h header.Header
		header.Parse(line, header.Clock{}, &h)
		if (mdaemon.Parser{}).Probe(&h) && h.Text == line {
			t.Errorf("taken: %s", line)
		}
	}
}
