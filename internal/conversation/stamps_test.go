package conversation

import (
	"testing"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestStampsOfWholeSecondsMeasureNoLatency(t *testing.T) {
	second := int64(time.Second)
	for _, c := range []struct {
		name       string
		then, m    moment
		ok, coarse bool
	}{
		{"parts of a second", moment{second, event.ResolutionSubsecond}, moment{second + 5, event.ResolutionSubsecond}, true, false},
		{"whole seconds, the same", moment{second, event.ResolutionSecond}, moment{second, event.ResolutionSecond}, false, false},
		{"whole seconds, the next", moment{second, event.ResolutionSecond}, moment{2 * second, event.ResolutionSecond}, false, false},
		{"whole seconds, far apart", moment{second, event.ResolutionSecond}, moment{76 * second, event.ResolutionSecond}, true, true},
		{"a time of day", moment{second, event.ResolutionTimeOfDay}, moment{second, event.ResolutionTimeOfDay}, false, false},
		{"a time of day with parts of a second", moment{second, event.ResolutionTimeOfDay}, moment{second + 5, event.ResolutionTimeOfDay}, true, false},
		{"one of each", moment{second, event.ResolutionSubsecond}, moment{2 * second, event.ResolutionSecond}, false, false},
		{"backwards", moment{2 * second, event.ResolutionSubsecond}, moment{second, event.ResolutionSubsecond}, false, false},
	} {
		if _, coarse, ok := c.m.latencySince(c.then); ok != c.ok || coarse != c.coarse {
			t.Errorf("%s: %v, coarse %v", c.name, ok, coarse)
		}
	}
}
