// Package mdaemon reads the SMTP session logs of MDaemon (MDaemon-YYYY-MM-DD-SMTP-(in).log and -(out).log).
package mdaemon

import (
	"net/netip"
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/header"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// Parser reads the lines of MDaemon.
type Parser struct{}

// Name is the value of smtp.dialect.
func (Parser) Name() string { return "mdaemon" }

// Claims takes no program: MDaemon writes files of its own.
func (Parser) Claims(string) bool { return false }

// body is the text without the number of its color, which newer versions write in front ("05: "); marked says whether there was one.
func body(s string) (text string, marked bool) {
	if _, rest, ok := scan.Fixed(s, 2); ok {
		if rest, ok = strings.CutPrefix(rest, ": "); ok {
			return rest, true
		}
	}
	return s, false
}

// Probe takes lines that only MDaemon writes. Its arrows are other programs', too: a file begins with a line of its own.
func (Parser) Probe(h *header.Header) bool {
	if h.Program != "" {
		return false
	}
	s, marked := body(h.Text)
	if marked && (strings.HasPrefix(s, "--> ") || strings.HasPrefix(s, "<-- ")) {
		return true
	}
	return isSession(s) || strings.HasPrefix(s, "Accepting SMTP connection from ") ||
		strings.HasPrefix(s, "Attempting SMTP connection to ") || isFileHeader(s)
}

// isFileHeader is "START Event Log / MDaemon PRO v18.0.1, SMTP (in) log information".
func isFileHeader(s string) bool {
	return strings.HasPrefix(s, "START Event Log / MDaemon ") && strings.Contains(s, ", SMTP (")
}

// isSession is "Session 981023; child 0002".
func isSession(s string) bool {
	rest, ok := strings.CutPrefix(s, "Session ")
	id, rest, found := scan.Cut(rest, ';')
	_, digits := scan.Int(id)
	return ok && found && digits && strings.HasPrefix(rest, " child ")
}

// Parse reads one line. A file holds its sessions one after the other, each as a block; only the first line of one has its number.
func (Parser) Parse(h *header.Header, ev *event.Event) event.Result {
	if h.Program != "" {
		return event.Unknown
	}
	s, _ := body(strings.TrimSuffix(h.Text, "\r"))
	ev.Scope = event.ScopeSource
	switch {
	case isFileHeader(s):
		ev.Kind, ev.Scope, ev.Argument = event.KindLifecycle, event.ScopeNone, s
		return event.Parsed
	case isSession(s):
		ev.Kind, ev.Scope = event.KindLifecycle, event.ScopeNone
		ev.Argument = s
		return event.Parsed
	case s == "" || strings.Trim(s, "-") == "":
		ev.Boundary = true
		return event.Unknown
	case strings.HasPrefix(s, "--> ") || strings.HasPrefix(s, "<-- "):
		return readWords(s, h, ev)
	}
	if readRemark(s, ev) {
		return event.Parsed
	}
	if name, ok := strings.CutPrefix(s, "Authenticating "); ok { // before it is known whether that is a name
		ev.Hide(strings.TrimSuffix(name, "..."))
	}
	ev.Scope = event.ScopeNone
	return event.Unknown
}

// readWords reads what MDaemon sent ("-->") or received. Which side it is, the first words tell: the arrows are taken as a client's here,
// and the tracker turns them round where it is the server.
func readWords(s string, h *header.Header, ev *event.Event) event.Result {
	said := s[len("--> "):]
	at := len(strings.TrimSuffix(h.Text, "\r")) - len(said)
	ev.FromPeer, ev.Said, ev.SaidAt = event.TriOf(s[0] == '-'), said, event.Span{From: at, To: at + len(said)}
	if speech.Reply(said, ev) || speech.Command(said, ev) {
		speech.HideCredentials(said, ev)
		return event.Parsed
	}
	ev.Kind = event.KindContent
	return event.Parsed
}

// readRemark reads what MDaemon notes about the connection.
func readRemark(s string, ev *event.Event) bool {
	if rest, ok := strings.CutPrefix(s, "Accepting SMTP connection from "); ok {
		peer, local, _ := strings.Cut(rest, " to ")
		ev.PeerIP, ev.PeerPort = endpoint(peer)
		_, ev.ServerPort = endpoint(local)
		ev.Kind, ev.Role, ev.ClientPort = event.KindConnect, event.RoleServer, ev.PeerPort
		return ev.PeerIP != ""
	}
	if rest, ok := strings.CutPrefix(s, "*  Connection established "); ok {
		inner, _, found := scan.Between(rest, '(', ')')
		local, peer, arrow := strings.Cut(inner, " -> ")
		if !found || !arrow {
			return false
		}
		ev.SourceAddress, ev.ClientPort = endpoint(local)
		ev.PeerIP, ev.PeerPort = endpoint(peer)
		ev.Kind, ev.Role, ev.ServerPort = event.KindConnect, event.RoleClient, ev.PeerPort
		return ev.PeerIP != ""
	}
	if rest, ok := strings.CutPrefix(s, "Attempting SMTP connection to "); ok {
		ev.Scope, ev.Kind, ev.Role, ev.Command = event.ScopeNone, event.KindLifecycle, event.RoleClient, event.CommandConnect
		if ev.PeerIP, ev.PeerPort = endpoint(rest); ev.PeerIP == "" {
			ev.ServerAddress, _, _ = scan.Cut(strings.Trim(rest, "[]"), ':')
		}
		return true
	}
	if code, ok := strings.CutPrefix(s, "*  Winsock Error "); ok {
		code, _, _ = scan.Cut(code, ' ')
		ev.Scope, ev.Kind, ev.Role, ev.ErrorType = event.ScopeNone, event.KindConnect, event.RoleClient, socketError(code)
		return ev.ErrorType != ""
	}
	if rest, ok := strings.CutPrefix(s, "SSL negotiation successful"); ok {
		ev.Kind, ev.TLS = event.KindTLS, event.Yes
		inner, _, _ := scan.Between(scan.TrimLeft(rest), '(', ')')
		version, _, _ := scan.Cut(inner, ',')
		ev.TLSVersion, _ = strings.CutPrefix(version, "TLS ")
		if len(ev.TLSVersion) != len("1.2") || ev.TLSVersion == version {
			ev.TLSVersion = ""
		}
		return true
	}
	if rest, ok := strings.CutPrefix(s, "SSL negotiation failed"); ok {
		ev.Kind, ev.TLS, ev.ErrorType, ev.EndHint = event.KindTLS, event.No, "tls_handshake", event.EndTLSFailed
		ev.Argument = strings.TrimLeft(rest, ",: ")
		return true
	}
	switch {
	case strings.HasPrefix(s, "SMTP session successful"):
		ev.Kind = event.KindDisconnect
	case strings.HasPrefix(s, "SMTP session abnormally terminated"), strings.HasPrefix(s, "SMTP session terminated"):
		ev.Kind, ev.EndHint = event.KindDisconnect, event.EndLost
	default:
		return false
	}
	return true
}

// endpoint reads "203.0.113.10:45584", "[203.0.113.10:45584]" or "[203.0.113.10 : 45584]".
func endpoint(s string) (ip string, port int) {
	if inner, _, ok := scan.Between(s, '[', ']'); ok {
		s = inner
	}
	host, number, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(scan.Trim(number))
	if !ok || !digits || n > 65535 {
		host, n = s, 0
	}
	host = scan.Trim(host)
	parts := 0
	for i := 0; i < len(host); i++ {
		switch c := host[i]; {
		case c == '.', c == ':':
			parts++
		case !scan.IsHex(c):
			return "", 0
		}
	}
	if parts < 2 {
		return "", 0
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return "", 0
	}
	return host, int(n)
}

// socketError reads a number of Windows Sockets (winsock2.h).
func socketError(code string) string {
	switch code {
	case "11001", "11002", "11003", "11004":
		return "host_not_found"
	}
	return errno.TypeOfCode(code)
}
