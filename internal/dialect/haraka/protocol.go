package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// protocol reads what was said over a connection at level PROTOCOL: "C: " and "S: " in front of the words (connection.js,
// outbound/hmail.js, smtp_client.js). Behind the words of a client of ours stands the connection's state.
func protocol(ev *event.Event, l *line) event.Kind {
	if l.origin != "core" { // a plugin that is a client of another server
		ev.Scope, ev.ConnID, ev.Role = event.ScopeID, l.id, event.RoleClient
		ev.OwnVerdicts = true
	}
	return speak(ev, l)
}

// speak reads the words as a command or a reply.
func speak(ev *event.Event, l *line) event.Kind {
	said, at, ok := l.said()
	if !ok {
		return event.KindNone
	}
	ev.FromPeer = event.TriOf(l.text[0] == 'C')
	ev.Said, ev.SaidAt = said, event.Span{From: at, To: at + len(said)}
	if ev.FromPeer == event.No {
		if speech.Reply(said, ev) {
			return ev.Kind
		}
		return event.KindContent
	}
	if !speech.OfClient(said, ev) {
		return event.KindContent
	}
	speech.HideCredentials(said, ev)
	return ev.Kind
}

// said gives the words behind the mark, and where they stand in the line.
func (l *line) said() (said string, at int, ok bool) {
	if len(l.text) < 2 || l.text[0] != 'C' && l.text[0] != 'S' || l.text[1] != ':' {
		return "", 0, false
	}
	said = strings.TrimPrefix(l.text[2:], " ")
	if rest, ok := strings.CutPrefix(said, "(after-disconnect): "); ok {
		said = rest
	}
	at = l.at + len(l.text) - len(said)
	if l.text[0] == 'C' && l.form == plain && l.origin == "core" {
		said = withoutState(said)
	}
	return withoutEnd(said), at, true
}

// withoutEnd takes the line end off: as blanks since 3.3, with backslashes before.
func withoutEnd(s string) string {
	for _, end := range [...]string{`\n`, `\r`} {
		s = strings.TrimSuffix(s, end)
	}
	return scan.TrimRight(s)
}

// withoutState takes " state=1" off the end, where the writer puts it.
func withoutState(s string) string {
	i := strings.LastIndex(s, " state=")
	if i < 0 {
		if strings.HasPrefix(s, "state=") { // an empty line of the client
			return ""
		}
		return s
	}
	if _, ok := scan.Int(s[i+len(" state="):]); !ok {
		return s
	}
	return s[:i]
}

// data reads message data at level DATA: a line of a client's, or as much as Haraka reads at once of what it sends.
func data(ev *event.Event, l *line) event.Kind {
	if !strings.HasPrefix(l.text, "C: ") {
		return event.KindNone
	}
	ev.FromPeer, ev.Said = event.Yes, withoutEnd(l.text[3:])
	ev.SaidAt = event.Span{From: l.at + 3, To: l.at + len(l.text)}
	if ev.Said != "." {
		ev.Hide(l.text[3:])
	}
	return event.KindContent
}
