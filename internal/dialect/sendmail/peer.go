package sendmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// peer is a host as Sendmail writes it: "mx.example.net. [192.0.2.1]", "[192.0.2.1]", "[192.0.2.1] [192.0.2.1]", "ident@host [192.0.2.1]",
// "host [192.0.2.1] (may be forged)", "root@localhost" (daemon.c, getauthinfo; conf.c, anynet_ntoa).
type peer struct {
	name, ip, user string
	forged         bool // the name does not lead back to the address
}

// takePeer reads all of s as a peer.
func takePeer(s string) (p peer, ok bool) {
	s, p.forged = strings.CutSuffix(s, " (may be forged)")
	if i := strings.IndexByte(s, '@'); i >= 0 && strings.IndexByte(s[:i], ' ') < 0 { // RFC 1413, or the user of a local submission
		p.user, s = strings.TrimPrefix(s[:i], "IDENT:"), s[i+1:]
	}
	name, ip, two := strings.Cut(s, " [")
	switch {
	case two && strings.HasSuffix(ip, "]"):
		if p.ip = address(ip[:len(ip)-1]); p.ip == "" {
			return peer{}, false
		}
	case two:
		return peer{}, false
	case strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]"):
		name, p.ip = "", address(s[1:len(s)-1])
	case strings.IndexByte(s, ' ') >= 0:
		name, ip, two = strings.Cut(s, " (") // 8.8: "host (192.0.2.1)" (headers.c, logsender)
		if !two || !strings.HasSuffix(ip, ")") {
			return peer{}, false
		}
		p.ip = address(ip[:len(ip)-1])
	}
	if strings.IndexByte(name, ' ') >= 0 {
		return peer{}, false
	}
	if !strings.HasPrefix(name, "[") && !p.forged && name != "localhost.localdomain" {
		p.name = strings.TrimSuffix(name, ".")
	}
	return p, s != ""
}

// address is an IP without the mark of RFC 5321 section 4.1.3; no other words are one.
func address(s string) string {
	s = strings.TrimPrefix(s, "IPv6:")
	for i := 0; i < len(s); i++ {
		if !scan.IsHex(s[i]) && s[i] != '.' && s[i] != ':' {
			return ""
		}
	}
	return s
}

// caller makes the peer the client of ev: it called us.
func (p peer) caller(ev *event.Event) {
	ev.ClientAddress, ev.PeerIP = p.name, p.ip
	if p.ip != "" {
		served(ev)
	} else if p.user != "" {
		ev.ClientAddress, ev.User = "", p.user // a user of this host
	}
}

// called makes the peer the server of ev: we called it.
func (p peer) called(ev *event.Event) {
	ev.ServerAddress, ev.PeerIP = p.name, p.ip
	ev.Role = event.RoleClient
	if p.ip != "" {
		ev.Scope = event.ScopePeer
	}
}

func isLoopback(ip string) bool {
	return ip == "::1" || ip == "0:0:0:0:0:0:0:1" || strings.HasPrefix(ip, "127.")
}

// lastField takes ", key=value" off the end of a line that ends with it; the value holds no comma and blank.
func lastField(s, key string) (rest, value string, ok bool) {
	i := strings.LastIndex(s, ", ")
	if i < 0 {
		return s, "", false
	}
	value, ok = strings.CutPrefix(s[i+2:], key)
	if !ok {
		return s, "", false
	}
	return s[:i], value, true
}

// field takes "key=value, " off the front, up to the first comma and blank or the end.
func field(s string) (key, value, rest string, ok bool) {
	pair, rest, _ := strings.Cut(s, ", ")
	key, value, ok = scan.Cut(pair, '=')
	return key, value, rest, ok
}
