package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readCurl reads "Connected to mx.example (192.0.2.1) port 25 (#0)" and the lines about the end.
func readCurl(s string, ev *event.Event) bool {
	if rest, ok := strings.CutPrefix(s, "Connected to "); ok {
		name, rest := scan.Word(rest)
		ip, rest, ok := scan.Between(rest, '(', ')')
		port, found := strings.CutPrefix(rest, " port ")
		port, _ = scan.Word(port)
		return ok && found && readCurlPeer(name, ip, port, ev)
	}
	if rest, ok := strings.CutPrefix(s, "Established connection to "); ok { // curl 8.17
		name, rest := scan.Word(rest)
		inner, _, ok := scan.Between(rest, '(', ')')
		ip, port, found := strings.Cut(inner, " port ")
		return ok && found && readCurlPeer(name, ip, port, ev)
	}
	// "connect to 192.0.2.1 port 25 [from 192.0.2.9 port 4711] failed: Connection refused"
	if rest, ok := strings.CutPrefix(s, "connect to "); ok {
		ip, rest := scan.Word(rest)
		port, found := strings.CutPrefix(rest, "port ")
		_, reason, failed := strings.Cut(port, " failed: ")
		if !found || !failed || !isIP(ip) {
			return false
		}
		return readFailed(ip, port, reason, ev)
	}
	switch {
	case strings.HasPrefix(s, "SSL connection using TLSv"):
		version, rest := scan.Word(s[len("SSL connection using TLSv"):])
		ev.Kind, ev.TLS, ev.TLSVersion = event.KindTLS, event.Yes, version
		ev.TLSCipher, _ = scan.Word(strings.TrimPrefix(rest, "/ "))
		return true
	case strings.HasPrefix(s, "Connection #") && strings.HasSuffix(s, " left intact"),
		strings.HasPrefix(s, "Closing connection"), strings.HasPrefix(s, "closing connection #"),
		strings.HasPrefix(s, "shutting down connection #"):
		ev.Kind, ev.EndHint = event.KindDisconnect, event.EndClientClosed
		return true
	}
	return false
}

// markedAs notes whose remark it is: one about a conversation of another program is none.
func markedAs(mark uint8, ev *event.Event) bool {
	ev.Mark = mark
	return true
}

// readCurlPeer reads whom curl has connected to. It writes the same for every protocol: only the port tells.
func readCurlPeer(name, ip, port string, ev *event.Event) bool {
	n := portOf(port)
	if !isIP(ip) || !isMailPort(n) {
		return false
	}
	ev.Kind, ev.Role, ev.PeerIP, ev.PeerPort = event.KindConnect, event.RoleClient, ip, n
	if !isIP(name) {
		ev.ServerAddress = name
	}
	return true
}
