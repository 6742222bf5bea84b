package mailhost

import "github.com/otelcol-smtp/otelcol-smtp/internal/event"

// A line may stand for several equal ones. What counts by line counts that often; a verdict, a message or a conversation has but one line.

// CountsByLine says whether each line like ev tells of something of its own: a refusal, a login, a connection that could not be made, what a filter found.
func CountsByLine(ev *event.Event) bool {
	switch ev.Kind {
	case event.KindReject, event.KindAuth, event.KindFilter, event.KindWarning:
		return true
	case event.KindConnect:
		return ev.Role == event.RoleClient && ev.ErrorType != ""
	case event.KindTLS:
		return ev.ErrorType != "" || ev.TLS == event.No
	case event.KindReply:
		return ev.FromPeer == event.Open && ev.Status == event.StatusNone
	}
	return false
}

// times is how many lines ev stands for.
func times(ev *event.Event) uint32 { return uint32(max(1, ev.Repeat)) }
