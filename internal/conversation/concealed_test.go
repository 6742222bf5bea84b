package conversation

import (
	"strings"
	"testing"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
)

func TestConcealedWordsEndWithTheirColumn(t *testing.T) {
	line := "a,<,secret words,the log's own"
	at := strings.Index(line, "secret")
	var c Conversation
	for _, ev := range []event.Event{
		{Kind: event.KindCommand, Command: "DATA", Scope: event.ScopeID, FromPeer: event.Yes},
		{Kind: event.KindReply, Code: 354, Class: '3', Scope: event.ScopeID, FromPeer: event.No},
		{Kind: event.KindContent, Scope: event.ScopeID, FromPeer: event.Yes, Line: line, Said: "secret words", SaidAt: event.Span{From: at, To: at + len("secret words")}},
	} {
		c.Step(&ev)
		if ev.Line != "" && (len(ev.Redact) != 1 || ev.Line[ev.Redact[0].From:ev.Redact[0].To] != "secret words") {
			t.Errorf("%v", ev.Redact)
		}
	}
}
