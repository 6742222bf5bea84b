package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readSwaks reads "Connected to 192.0.2.1.", "TLS started with cipher TLSv1.3:NAME:256", "Connection closed with remote host.".
func readSwaks(s string, ev *event.Event) bool {
	if host, ok := strings.CutPrefix(s, "Connected to "); ok {
		host = strings.TrimSuffix(host, ".")
		ev.Kind, ev.Role = event.KindConnect, event.RoleClient
		if isIP(host) {
			ev.PeerIP = host
		} else {
			ev.ServerAddress = host
		}
		return host != ""
	}
	if rest, ok := strings.CutPrefix(s, "TLS started with cipher TLSv"); ok {
		version, rest, _ := scan.Cut(rest, ':')
		cipher, _, _ := scan.Cut(rest, ':')
		ev.Kind, ev.TLS, ev.TLSVersion, ev.TLSCipher = event.KindTLS, event.Yes, version, cipher
		return true
	}
	if s == "Connection closed with remote host." {
		ev.Kind = event.KindDisconnect
		return true
	}
	return false
}

// readSwaksError reads the reason of a connection that failed or broke.
func readSwaksError(s string, ev *event.Event) bool {
	switch s = scan.TrimLeft(s); {
	case strings.HasPrefix(s, "Remote host closed connection unexpectedly"):
		ev.Kind, ev.EndHint = event.KindDisconnect, event.EndServerClosed
		return true
	case strings.HasPrefix(s, "IO::Socket::INET"):
		_, reason, _ := strings.Cut(s, ": connect: ")
		if ev.ErrorType = connectError(reason); ev.ErrorType == "" {
			return false
		}
		// there was no conversation
		ev.Kind, ev.Role, ev.Scope = event.KindConnect, event.RoleClient, event.ScopeNone
		return true
	}
	return false
}

// readSwaksTimeout reads "<** Timeout (30 secs) waiting for server response": behind the mark of a refusal, but no word of the server's.
func readSwaksTimeout(f *frame, text string, ev *event.Event) bool {
	if f.speaker != event.No || !strings.HasPrefix(text, "<**") && !strings.HasPrefix(text, "<~*") {
		return false
	}
	if !strings.HasPrefix(f.said, "Timeout (") || !strings.HasSuffix(f.said, ") waiting for server response") {
		return false
	}
	ev.Kind, ev.FromPeer, ev.ErrorType, ev.EndHint = event.KindWarning, event.Open, "timeout", event.EndTimeout
	return true
}
