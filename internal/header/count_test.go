package header

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

// Labels and counted seconds, as tai64nlocal and date show them.
func TestCountedSeconds(t *testing.T) {
	for _, tt := range []struct {
		line, at, program, text string
		resolution              event.Resolution
	}{
		// tai64n's manual, whose author's clock counted the 22 leap seconds up to 1999, too; others' do not
		{"@4000000037c219bf2ef02e94 mark", "1999-08-24T04:04:05.7874925Z", "", "mark", event.ResolutionSubsecond},
		{"@400000005a497a0a00000000 new msg 1", "2018-01-01T00:00:00Z", "", "new msg 1", event.ResolutionSubsecond},
		{"@400000005a497a0a new msg 1", "2018-01-01T00:00:00Z", "", "new msg 1", event.ResolutionSecond},
		{"@400000005A497A0A00000001 status: exiting", "2018-01-01T00:00:00.000000001Z", "", "status: exiting", event.ResolutionSubsecond},
		{"@400000005a497a0a00000000 tcpserver: status: 0/40", "2018-01-01T00:00:00Z", "", "tcpserver: status: 0/40", event.ResolutionSubsecond},
		{"@400000005a497a0a00000000 spamdyke[7]: ALLOWED", "2018-01-01T00:00:00Z", "spamdyke", "ALLOWED", event.ResolutionSubsecond},
		{"1276913544.622156 new msg 1", "2010-06-19T02:12:24.622156Z", "", "new msg 1", event.ResolutionSubsecond},
		{"2018-01-01T00:00:00Z tcpserver: status: 0/40", "2018-01-01T00:00:00Z", "", "tcpserver: status: 0/40", event.ResolutionSecond},
	} {
		var h Header
		if !Parse(tt.line, Clock{}, &h) || h.Program != tt.program || h.Text != tt.text || h.Resolution != tt.resolution {
			t.Errorf("%q: %+v", tt.line, h)
		}
		if got := time.Unix(0, h.Time).UTC().Format(time.RFC3339Nano); got != tt.at {
			t.Errorf("%q: %s, want %s", tt.line, got, tt.at)
		}
	}
}

func TestWhatIsNoCount(t *testing.T) {
	for _, line := range []string{
		"@400000006aa8e01a2c3ca00 x", "@400000006aa8e01a2c3ca0022 x", "@400000006aa8e01aFFFFFFFF x", "@7fffffffffffffff00000000 x",
		"@300000006aa8e01a2c3ca002 x", "@40000000000000092c3ca002 x", "@example.com x", "1276913544 x", "1276913544.6 x", "12769135440.622156 x", "127691354.622156 x",
	} {
		var h Header
		if Parse(line, Clock{}, &h) {
			t.Errorf("%q: %+v", line, h)
		}
	}
}
