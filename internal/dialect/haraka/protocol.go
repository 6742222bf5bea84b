package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// protocol reads what was said over a connection at level PROTOCOL: "C: " and "S: " in front of the words (connection.js, outbound/hmail.js,
// smtp_client.js). Behind the words of a client of ours stands the connection's state.
func protocol(ev *event.Event, l *line) event.Kind {
	said, ok := l.said()
	if !ok {
		return event.KindNone
	}
	ev.FromPeer = event.TriOf(l.text[0] == 'C')
	if l.origin != "core" { // a plugin that is a client of another server
		ev.Scope, ev.ConnID, ev.Role = event.ScopeID, l.id, event.RoleClient
		ev.OwnVerdicts = true
	}
	ev.Said = said
	return speak(ev, l, said)
}

// said gives the words behind the mark.
func (l *line) said() (string, bool) {
	if len(l.text) < 2 || l.text[0] != 'C' && l.text[0] != 'S' || l.text[1] != ':' {
		return "", false
	}
	said := strings.TrimPrefix(l.text[2:], " ")
	if l.text[0] == 'C' && l.form == plain && l.origin == "core" {
		said = withoutState(said)
	}
	if rest, ok := strings.CutPrefix(said, "(after-disconnect): "); ok {
		said = rest
	}
	for _, end := range [...]string{`\n`, `\r`} { // as the logger writes a line end down
		said = strings.TrimSuffix(said, end)
	}
	return scan.TrimRight(said), true
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

// speak reads the words as a command or a reply.
func speak(ev *event.Event, l *line, said string) event.Kind {
	at := l.at + strings.Index(l.text, said)
	if ev.FromPeer == event.Yes {
		if speech.Command(said, ev) {
			speech.HideCredentials(at, ev)
			return ev.Kind
		}
		return event.KindContent
	}
	if speech.Reply(said, ev) {
		return ev.Kind
	}
	return event.KindContent
}

// data reads a line of message data at level DATA.
func data(ev *event.Event, l *line) event.Kind {
	if !strings.HasPrefix(l.text, "C: ") {
		return event.KindNone
	}
	ev.FromPeer, ev.Said = event.Yes, scan.TrimRight(strings.TrimSuffix(strings.TrimSuffix(l.text[3:], `\n`), `\r`))
	if ev.Said != "." {
		ev.Redact = append(ev.Redact, event.Span{From: l.at + 3, To: l.at + len(l.text)})
	}
	return event.KindContent
}
