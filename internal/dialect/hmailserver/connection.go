package hmailserver

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readConnection reads a TCPIP row (TCPServer.cpp, TCPConnection.cpp). It is written for all protocols: only connections to SMTP's ports
// count, and of TLS only what belongs to a session of SMTP, which the tracker knows.
func readConnection(s string, ev *event.Event) bool {
	if rest, ok := strings.CutPrefix(s, "TCP - "); ok {
		peer, rest, _ := scan.Cut(rest, ' ')
		local, ok := strings.CutPrefix(rest, "connected to ")
		_, number, found := scan.CutLast(strings.TrimSuffix(local, "."), ':')
		port, digits := scan.Int(number)
		if ev.PeerIP = address(peer); !ok || !found || !digits || ev.PeerIP == "" || !isSMTP(port) {
			ev.PeerIP = ""
			return false
		}
		ev.Kind, ev.Role, ev.ServerPort = event.KindLifecycle, event.RoleServer, int(port)
		return true
	}
	if rest, ok := strings.CutPrefix(s, "Connecting to "); ok {
		host, number, found := scan.CutLast(strings.TrimSuffix(rest, "..."), ':')
		port, digits := scan.Int(number)
		if ev.PeerIP = address(host); !found || !digits || ev.PeerIP == "" || !isSMTP(port) {
			ev.PeerIP = ""
			return false
		}
		ev.Kind, ev.Role, ev.Command = event.KindLifecycle, event.RoleClient, event.CommandConnect
		ev.PeerPort, ev.ServerPort = int(port), int(port)
		return true
	}
	rest, ok := strings.CutPrefix(s, "TCPConnection - ")
	if !ok {
		return false
	}
	return readHandshake(rest, ev)
}

// readHandshake reads "TLS/SSL handshake completed. Session Id: 8, Remote IP: 192.0.2.1, Version: TLSv1.2, Cipher: X, Bits: 256", and the
// one that failed.
func readHandshake(s string, ev *event.Event) bool {
	rest, done := strings.CutPrefix(s, "TLS/SSL handshake completed. Session Id: ")
	if !done {
		var failed bool
		if rest, failed = strings.CutPrefix(s, "TLS/SSL handshake failed. Session Id: "); !failed {
			return false
		}
	}
	id, rest, ok := scan.Cut(rest, ',')
	if _, digits := scan.Int(id); !ok || !digits {
		return false
	}
	peer, rest, _ := strings.Cut(strings.TrimPrefix(rest, " Remote IP: "), ", ")
	ev.Kind, ev.Scope, ev.ConnID, ev.PeerIP = event.KindTLS, event.ScopeID, id, address(peer)
	if !done {
		ev.TLS, ev.ErrorType, ev.EndHint = event.No, "tls_handshake", event.EndTLSFailed
		_, ev.Argument, _ = strings.Cut(rest, "Message: ")
		return true
	}
	ev.TLS = event.Yes
	version, rest, _ := strings.Cut(rest, ", ")
	if version, ok = strings.CutPrefix(version, "Version: TLSv"); ok {
		if ev.TLSVersion = version; version == "1" {
			ev.TLSVersion = "1.0"
		}
	}
	if cipher, ok := strings.CutPrefix(rest, "Cipher: "); ok {
		ev.TLSCipher, _, _ = scan.Cut(cipher, ',')
	}
	return true
}

// readDebug reads the rows of a session's end, and of a host that could not be reached.
func readDebug(s string, ev *event.Event) bool {
	if id, ok := strings.CutPrefix(s, "Ending session "); ok {
		if _, digits := scan.Int(id); digits {
			ev.Kind, ev.Scope, ev.ConnID = event.KindDisconnect, event.ScopeID, id
			return true
		}
		return false
	}
	if id, ok := strings.CutPrefix(s, "The client has timed out. Session: "); ok {
		if _, digits := scan.Int(id); digits {
			ev.Kind, ev.Scope, ev.ConnID, ev.EndHint, ev.ErrorType = event.KindWarning, event.ScopeID, id, event.EndTimeout, "timeout"
			return true
		}
		return false
	}
	rest, ok := strings.CutPrefix(s, "SMTPDeliverer - Message ")
	if !ok {
		return false
	}
	_, words, ok := scan.Digits(rest)
	id := rest[:len(rest)-len(words)]
	why, failed := strings.CutPrefix(words, " - Connection failed: ")
	if !ok || !failed {
		return false
	}
	ev.Kind, ev.Daemon, ev.Role, ev.QueueID, ev.UniqueID = event.KindConnect, "SMTPDeliverer", event.RoleClient, id, true
	ev.ErrorType, ev.Argument = failure(why), why
	return true
}

// failure reads Windows' words for why a connection failed, as boost gives them in English.
func failure(why string) string {
	switch {
	case strings.Contains(why, "refused"):
		return errno.Refused
	case strings.Contains(why, "did not properly respond"), strings.Contains(why, "timed out"), strings.Contains(why, "timeout"):
		return errno.Timeout
	case strings.Contains(why, "unreachable"), strings.Contains(why, "not valid in its context"), strings.Contains(why, "network is down"),
		strings.Contains(why, "incompatible with the requested protocol"):
		return errno.NoRoute
	case strings.Contains(why, "forbidden by its access permissions"), strings.Contains(why, "buffer space"),
		strings.Contains(why, "Only one usage of each socket address"):
		return errno.Local
	case strings.Contains(why, "closed"), strings.Contains(why, "aborted"), strings.Contains(why, "reset"):
		return errno.Lost
	}
	return errno.Other
}

// isSMTP says whether a port is one of SMTP's.
func isSMTP(port int64) bool { return port == 25 || port == 465 || port == 587 }
