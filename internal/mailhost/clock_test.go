package mailhost

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

const year = int64(365 * 24 * 3600)

// stampedAt is a line of the clock's tests: seconds of its stamp and of when it was seen.
type stampedAt struct{ at, seen int64 }

func TestClockBelievesAStampThatJumpsAheadWhenOthersAgree(t *testing.T) {
	const day = int64(24 * 3600)
	for name, c := range map[string]struct {
		lines []stampedAt
		want  []int64 // the clock behind each
	}{
		"small steps":                    {[]stampedAt{{100, year}, {101, year}, {400, year}}, []int64{100, 101, 400}},
		"one line far ahead":             {[]stampedAt{{100, year}, {9000, year}, {101, year}, {102, year}}, []int64{100, 100, 101, 102}},
		"two lines far ahead":            {[]stampedAt{{100, year}, {9000, year}, {9001, year}, {102, year}}, []int64{100, 100, 100, 102}},
		"a quiet night in an old log":    {[]stampedAt{{100, year}, {9000, year}, {9001, year}, {9002, year}, {9003, year}}, []int64{100, 100, 100, 9002, 9003}},
		"each hour a line in an old log": {[]stampedAt{{0, year}, {3600, year}, {7200, year}, {10800, year}, {14400, year}}, []int64{0, 0, 0, 3600, 7200}},
		"a quiet night, read as it is":   {[]stampedAt{{100, 101}, {9000, 9001}}, []int64{100, 9000}},
		"2099":                           {[]stampedAt{{100, 101}, {70 * year, 101}, {70*year + 1, 101}, {70*year + 2, 101}, {102, 103}}, []int64{100, 100, 100, 100, 102}},
		"2099 first":                     {[]stampedAt{{70 * year, 101}, {100, 101}, {101, 102}}, []int64{70 * year, 100, 101}},
		"two files by turns":             {[]stampedAt{{100, year}, {9000, year}, {101, year}, {9001, year}, {102, year}}, []int64{100, 100, 101, 101, 102}},
		"clocks a little apart":          {[]stampedAt{{100, 101}, {100 + day, 101}, {101, 102}}, []int64{100, 100, 101}},
	} {
		t.Run(name, func(t *testing.T) {
			var k clock
			for i, l := range c.lines {
				ev := event.Event{Time: (l.at + 1) * int64(time.Second), Resolution: event.ResolutionSecond, Observed: (l.seen + 1) * int64(time.Second)}
				k.advance(&ev, 0, mostStep)
				if got := k.Now/int64(time.Second) - 1; got != c.want[i] {
					t.Errorf("line %d (%d): %d, want %d", i, l.at, got, c.want[i])
				}
			}
		})
	}
}

func TestClockOfAReaderThatIsWrongIsLeftBehind(t *testing.T) {
	var k clock
	for i := range 2 * beyondFor {
		ev := event.Event{Time: int64(i+1)*int64(time.Second) + 10*year*int64(time.Second), Resolution: event.ResolutionSecond, Observed: 1}
		k.advance(&ev, 0, mostStep)
	}
	if got := k.Now/int64(time.Second) - 10*year; got != 2*beyondFor {
		t.Errorf("%d", got)
	}
}
