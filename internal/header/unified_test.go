package header

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// TestUnifiedLog has Postfix's lines as macOS shows them.
func TestUnifiedLog(t *testing.T) {
	at := time.Date(2026, 11, 23, 14, 32, 27, 611330000, time.UTC).UnixNano()
	for line, host := range map[string]string{
		"2026-11-23 15:32:27.611330+0100 0x58db2    Info        0x0                  540    0    smtp: 4AB: removed": "",
		"2026-11-23 15:32:27.611330+0100 0x58db2    Default     0x1f                 540  smtp: 4AB: removed":        "",
		"2026-11-23 15:32:27.611330+0100  localhost smtp[540]: 4AB: removed":                                         "localhost",
	} {
		var h Header
		if !Parse(line, Clock{}, &h) || h.Program != "postfix/smtp" || h.PID != 540 || h.Text != "4AB: removed" || h.Host != host || h.Time != at ||
			h.Resolution != event.ResolutionSubsecond {
			t.Errorf("%q: %+v", line, h)
		}
	}
	for _, line := range []string{
		"2026-11-23 15:32:27.611330+0100 0x58db2    Info        0x0                  540    0    shop: smtp: 4AB: removed",
		"2026-11-23 15:32:27.611330+0100 0x58db2    Activity    0x0                  540    0    smtp: 4AB: removed",
		"2026-11-23 15:32:27.611330+0100 0x58db2    Info        0x0                  540    0    smtp",
		"2026-11-23 15:32:27.611330+0100 0x58db2    Info        0x0                  none   0    smtp: a",
		"2026-11-23 15:32:27+0100  localhost smtp[540]: 4AB: removed",
		"2026-11-23 15:32:27.611330+0100  localhost",
		"2026-11-23 15:32:27.611330+0100  localhost smtp: 4AB: removed",
	} {
		var h Header
		if Parse(line, Clock{}, &h); h.Program == "postfix/smtp" {
			t.Errorf("%q: %+v", line, h)
		}
	}
}
