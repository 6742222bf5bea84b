package traces

import (
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestEveryFieldIsFoundByItsAttribute(t *testing.T) {
	for f, name := range names {
		if got := places.Find(name); name == "" || got != f {
			t.Errorf("%q is found at %d, want %d", name, got, f)
		}
	}
}

func TestPartsAreKnownByTheNamesOfEvents(t *testing.T) {
	want := map[event.Kind]part{
		event.KindConnect: connect, event.KindDisconnect: inSession, event.KindTLS: inSession, event.KindAuth: inSession, event.KindCommand: inSession, event.KindReply: inSession,
		event.KindReject: inSession, event.KindFilter: inSession, event.KindWarning: inSession, event.KindMessageAborted: inSession, event.KindMessageOpened: opened, event.KindMessageReceived: received,
	}
	for kind := event.KindConnect; kind <= event.KindIncident; kind++ {
		if got := partOf(kind.EventName()); got != want[kind] {
			t.Errorf("%s is %d, want %d", kind, got, want[kind])
		}
	}
}
