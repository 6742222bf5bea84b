package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// recorded takes "3016 < " or "3016 > " off the front (recordio.c).
func recorded(s string) (said string, ok bool) {
	_, rest, ok := number(s)
	if !ok || len(rest) < 3 || rest[0] != ' ' || rest[1] != '<' && rest[1] != '>' || rest[2] != ' ' {
		return "", false
	}
	return rest[3:], true
}

// recordio reads one line of the conversation: "<" is the client. A line's end is written as " ", a piece of a line without one as "+".
func recordio(ev *event.Event, s, said string) event.Kind {
	rest, _ := pid(s, ' ', ev)
	ev.Scope, ev.Role, ev.FromPeer = event.ScopeID, event.RoleServer, event.TriOf(rest[0] == '<')
	if said == "[EOF]" {
		ev.EndHint = event.EndServerClosed
		if ev.FromPeer == event.Yes {
			ev.EndHint = event.EndLost
		}
		ev.FromPeer = event.Open
		return event.KindDisconnect
	}
	piece := strings.HasSuffix(said, "+")
	said = scan.TrimRight(strings.TrimSuffix(said, "+"))
	ev.Said = said
	switch {
	case piece && !strings.HasSuffix(said, "\r"):
	case ev.FromPeer == event.Yes && speech.Command(said, ev):
		speech.HideCredentials(said, ev)
		return event.KindCommand
	case ev.FromPeer == event.No && speech.Reply(said, ev):
		if ev.Code == 250 {
			ev.Receipt, ev.RemoteQueueID = ev.RemoteQueueID, ""
		}
		return event.KindReply
	}
	return event.KindContent
}
