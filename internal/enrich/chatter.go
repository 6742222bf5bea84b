package enrich

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// isChatter says whether no question needs the line's record: it tells no more than that mail was on its way, and nothing is counted by it.
func isChatter(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindConnect, event.KindMessageOpened, event.KindMessageHeader, event.KindMessageRemoved:
	default:
		return false
	}
	return ev.Class == 0 && ev.ErrorType == "" && ev.Status == event.StatusNone && ev.SessionEnd == event.EndNone && ev.AuthResult == "" &&
		ev.Secured == event.Open && ev.FilterVerdict == "" && !ev.HasLatency && ev.Repeat == 0
}
