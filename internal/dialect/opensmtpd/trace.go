package opensmtpd

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// trace reads what -T smtp, -T mta and -T bounce print of conversations: "smtp: 0x55d8b90: <<< EHLO relay.example" (smtp_session.c,
// mta_session.c, bounce.c). They name a session by its address in memory, which is used again; beside the line about its connection
// stands one with both.
func trace(ev *event.Event, part, s string) event.Kind {
	pointer, s, ok := strings.Cut(s, ": ")
	if !ok || !strings.HasPrefix(pointer, "0x") {
		return event.KindNone
	}
	ev.Role = event.RoleServer
	if part != "smtp:" {
		ev.Role = event.RoleClient
	}
	switch {
	case strings.HasPrefix(s, "<<< "):
		return said(ev, part, pointer, s[len("<<< "):], event.TriOf(part == "smtp:"))
	case strings.HasPrefix(s, ">>> "):
		return said(ev, part, pointer, s[len(">>> "):], event.TriOf(part != "smtp:"))
	case s == "STATE_NEW -> STATE_CONNECTED" && part == "smtp:": // the connect line is the next of this session and of any server session
		ev.ConnAlias, ev.AliasOf = pointer, event.AliasNext
		return event.KindLifecycle
	case s == "MTA_INIT -> MTA_BANNER" && part == "mta:": // "mta connected" was the one before
		ev.ConnAlias, ev.AliasOf = pointer, event.AliasLast
		return event.KindLifecycle
	}
	if from, to, arrow := strings.Cut(s, " -> "); arrow && isState(from) && isState(to) {
		ev.Argument = to
		if to != "MTA_INIT" { // which is before it has the name
			ev.ConnAlias, ev.Scope = pointer, event.ScopeConn
		}
		return event.KindLifecycle
	}
	if s, ok = strings.CutPrefix(s, "connected to listener "); ok && part == "smtp:" {
		_, s, _ = strings.Cut(s, " [hostname=")
		name, s, found := strings.Cut(s, ", port=")
		port, _, ended := strings.Cut(s, ", tag=")
		n, digits := scan.Int(port)
		if !found || !ended || !digits {
			return event.KindNone
		}
		ev.ServerAddress, ev.ServerPort = name, int(n)
		return event.KindLifecycle
	}
	return event.KindNone
}

// isState says whether s is the name of a state: "STATE_HELO", "MTA_EHLO".
func isState(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && (c < 'A' || c > 'Z') && !scan.IsDigit(c) {
			return false
		}
	}
	return strings.HasPrefix(s, "STATE_") || strings.HasPrefix(s, "MTA_")
}

// said reads one line of a conversation. The notices that the server sends to itself have no session in this log.
func said(ev *event.Event, part, pointer, words string, client event.Tri) event.Kind {
	ev.FromPeer, ev.Said = client, words
	if part != "bounce:" {
		ev.Scope, ev.ConnAlias = event.ScopeConn, pointer
	}
	// a piece of a message
	if rest, ok := strings.CutPrefix(words, "[..."); ok && strings.HasSuffix(rest, "...]") && strings.Contains(rest, " bytes") {
		n, _, digits := scan.Digits(scan.TrimLeft(rest))
		ev.Said, ev.Size, ev.HasSize = "", n, digits
		return event.KindContent
	}
	if client == event.No && speech.Reply(words, ev) {
		return spoken(ev, part, event.KindReply)
	}
	if client == event.Yes && speech.OfClient(words, ev) {
		speech.HideCredentials(words, ev)
		return spoken(ev, part, event.KindCommand)
	}
	if client == event.Yes && words == "." {
		ev.Command = event.CommandEOM
		return spoken(ev, part, event.KindContent)
	}
	return event.KindContent // an unknown command, or a line of an AUTH exchange: the conversation tells
}

func spoken(ev *event.Event, part string, kind event.Kind) event.Kind {
	if part == "bounce:" {
		ev.FromPeer, ev.Said = event.Open, ""
	}
	return kind
}

// content reads "[MSG] Subject: hello" and "[EOM]": message data, without a word of whose.
func content(ev *event.Event, s string) event.Kind {
	ev.Role = event.RoleServer
	if s == "[EOM]" {
		ev.Command = event.CommandEOM
		return event.KindCommand
	}
	words, ok := strings.CutPrefix(s, "[MSG] ")
	if !ok && s != "[MSG]" {
		return event.KindNone
	}
	ev.Hide(words)
	return event.KindContent
}
