package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readEximCall reads "Process 328 is handling incoming connection from [192.0.2.102]:57333" (src/daemon.c): the process behind that
// number was called.
func readEximCall(s string, ev *event.Event) bool {
	rest, _ := strings.CutPrefix(s, "Process ")
	_, rest, ok := scan.Digits(rest)
	peer, found := strings.CutPrefix(rest, " is handling incoming connection from ")
	if !ok || !found || !readPeer(peer, ev) {
		return false
	}
	ev.Kind, ev.Role, ev.ClientPort = event.KindConnect, event.RoleServer, ev.PeerPort
	return true
}

// readEximClose reads the marks of Exim's debugging for the end of the connection: "SMTP(close)>>", and "SMTP(closed)<<" or the error in
// its place.
func readEximClose(s string, ev *event.Event) bool {
	if s == "SMTP>>(close on process exit)" { // a server's (src/daemon.c)
		ev.Kind, ev.Role = event.KindDisconnect, event.RoleServer
		return true
	}
	reason, ok := strings.CutPrefix(s, "SMTP(")
	if !ok {
		return false
	}
	if reason, ok = strings.CutSuffix(reason, ")<<"); ok {
		switch reason {
		case "closed":
			ev.EndHint = event.EndServerClosed
		case "Connection timed out":
			ev.EndHint, ev.ErrorType = event.EndTimeout, "timeout"
		default:
			ev.EndHint, ev.ErrorType = event.EndLost, "connection_lost"
		}
	} else if s != "SMTP(close)>>" {
		return false
	}
	ev.Kind, ev.Role = event.KindDisconnect, event.RoleClient
	return true
}

// readEximSubject conceals the subject in the header that Exim's debugging prints of each message, "328 Subject: words" and, behind the
// letter for its kind, "328   Subject: words" (src/receive.c).
func readEximSubject(text string, ev *event.Event) bool {
	_, rest, ok := scan.Digits(scan.TrimLeft(text))
	words, found := strings.CutPrefix(scan.TrimLeft(rest), "Subject: ")
	if !ok || !found || rest[0] != ' ' {
		return false
	}
	ev.Kind, ev.Scope, ev.Said = event.KindContent, event.ScopeNone, ""
	ev.Hide(words)
	return true
}

// hideEximVariable conceals what Exim's debugging prints of a login, "328   $auth2 = words" and "328   $2 = words"
// (src/auths/check_serv_cond.c).
func hideEximVariable(text string, ev *event.Event) bool {
	_, rest, ok := scan.Digits(scan.TrimLeft(text))
	words, found := strings.CutPrefix(rest, "   $")
	words = strings.TrimPrefix(words, "auth")
	if !ok || !found || len(words) < len("1 = ") || words[0] < '1' || words[0] > '9' || words[1:4] != " = " {
		return false
	}
	ev.Hide(words[4:])
	return true
}
