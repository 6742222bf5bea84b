package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// kumoMarks are those of KumoMTA's "kcli trace-smtp-server" and "kcli trace-smtp-client" (crates/kcli): what was read has a blank in front
// of its arrow, what was written one behind.
var kumoMarks = [...]struct {
	prefix string
	client event.Tri
	role   event.Role
}{
	{" -> ", event.Yes, event.RoleServer},
	{"<-  ", event.No, event.RoleServer},
	{"->  ", event.Yes, event.RoleClient},
	{" <- ", event.No, event.RoleClient},
	{"=== ", event.Open, event.RoleUnknown},
}

// longestKumoID is two endpoints of IPv6 and the arrow between them.
const longestKumoID = 100

// readKumo reads "[192.0.2.9:40422->198.51.100.7:587] 182ms  -> EHLO a": between which endpoints, or in which session; the time since it
// began, at least five characters wide; and who says what.
func (f *frame) readKumo(text string) bool {
	if text[0] != '[' {
		return false
	}
	end := strings.Index(text[:min(len(text), longestKumoID+2)], "] ")
	if end < 2 || strings.IndexByte(text[1:end], ' ') >= 0 {
		return false
	}
	rest, ok := elapsed(text[end+2:])
	if !ok {
		return false
	}
	for i := range kumoMarks {
		m := &kumoMarks[i]
		said, ok := strings.CutPrefix(rest, m.prefix)
		if !ok && rest != strings.TrimRight(m.prefix, " ") {
			continue
		}
		f.id, f.speaker, f.role, f.mark, f.strong = text[1:end], m.client, m.role, markKumo, true
		if f.said = said; m.client == event.Open {
			f.said = rest
		}
		f.at = len(text) - len(f.said)
		return true
	}
	return false
}

// elapsed takes "  17µs ", "182ms ", "   1s " or, of a connection that was there before, five blanks and one more off the front (Rust's
// Duration, without a fraction).
func elapsed(s string) (rest string, ok bool) {
	const width = 5
	word := strings.TrimLeft(s[:min(len(s), width)], " ")
	if word == "" {
		return scan.Byte(s[min(len(s), width):], ' ')
	}
	_, unit, ok := scan.Digits(s[strings.IndexByte(s, word[0]):])
	if !ok {
		return s, false
	}
	for _, name := range [...]string{"ns ", "µs ", "ms ", "s "} {
		if rest, ok = strings.CutPrefix(unit, name); ok {
			return rest, true
		}
	}
	return s, false
}

// readKumoRemark reads what it says of the connection: "=== Connected 2023-11-24 15:54:55.532224578 UTC", "=== Closed".
func readKumoRemark(f *frame, ev *event.Event) bool {
	s := f.said[len("=== "):]
	switch {
	case s == "Closed":
		ev.Kind = event.KindDisconnect
		return true
	case s == "Connected": // a client's: to whom stands in no line of its own
		ev.Kind, ev.Role = event.KindConnect, event.RoleClient
		return true
	case strings.HasPrefix(s, "Connected "):
		ev.Kind, ev.Role = event.KindConnect, event.RoleServer
		from, to, _ := strings.Cut(f.id, "->")
		if readPeer(from, ev) {
			ev.ClientPort = ev.PeerPort
		}
		_, ev.ServerPort, _ = readEndpoint(to)
		return true
	}
	return false
}
