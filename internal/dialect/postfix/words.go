package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// queueID takes "ID: " or "NOQUEUE: " off the front. A short id is microseconds and inode in upper-case hex, six or more
// digits; a long one is seconds, microseconds, 'z' and inode in base 52 (src/global/mail_queue.h).
func queueID(s string) (id, rest string, ok bool) {
	id, rest, ok = scan.Cut(s, ':')
	if !ok || rest == "" || rest[0] != ' ' || !isQueueID(id) && id != "NOQUEUE" {
		return "", s, false
	}
	return id, rest[1:], true
}

func isQueueID(s string) bool { return isShortID(s) || isLongID(s) }

func isShortID(s string) bool {
	if len(s) < 6 || len(s) > 24 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !scan.IsDigit(c) && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

func isLongID(s string) bool {
	if len(s) < 12 || len(s) > 32 || s[10] != 'z' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !scan.IsDigit(c) && !scan.IsLetter(c) {
			return false
		}
		switch c | 0x20 {
		case 'a', 'e', 'i', 'o', 'u':
			return false
		}
	}
	return true
}

// peer is a host as Postfix writes it: "name[ip]", "name[ip]:port", "[ip]:port", "name[/unix/path]".
type peer struct {
	name, ip string
	port     int
	path     string
}

// takePeer takes a peer off the front. "unknown" is no name and no address.
func takePeer(s string) (p peer, rest string, ok bool) {
	open := strings.IndexByte(s, '[')
	if open < 0 || strings.IndexByte(s[:open], ' ') >= 0 {
		return peer{}, s, false
	}
	end := strings.IndexByte(s[open:], ']')
	if end < 0 {
		return peer{}, s, false
	}
	inner := s[open+1 : open+end]
	rest = s[open+end+1:]
	if p.name = s[:open]; p.name == "unknown" {
		p.name = ""
	}
	switch {
	case inner == "unknown" || strings.IndexByte(inner, ' ') >= 0:
	case strings.IndexByte(inner, '/') >= 0:
		p.path = inner
	default:
		p.ip = strings.TrimPrefix(inner, "IPv6:")
	}
	if tail, colon := scan.Byte(rest, ':'); colon {
		if port, after, digits := scan.Digits(tail); digits && port > 0 && port < 65536 {
			p.port, rest = int(port), after
		}
	}
	return p, rest, true
}

// barePeer is a host that somebody wrote without its name, "192.0.2.1:2525".
func barePeer(s string) (p peer) {
	ip, port, ok := scan.CutLast(s, ':')
	n, rest, digits := scan.Digits(port)
	if !ok || !digits || rest != "" || n < 1 || n > 65535 || !scan.IsIP(ip) {
		return peer{}
	}
	return peer{ip: ip, port: int(n)}
}

// caller makes the peer the client of ev: it called us.
func (p peer) caller(ev *event.Event) {
	ev.ClientAddress, ev.PeerIP, ev.PeerPort, ev.ClientPort = p.name, p.ip, p.port, p.port
}

// called makes the peer the server of ev: we called it.
func (p peer) called(ev *event.Event) {
	ev.Role = event.RoleClient
	ev.ServerAddress, ev.PeerIP, ev.PeerPort, ev.ServerPort = p.name, p.ip, p.port, p.port
	if p.ip != "" {
		ev.Scope = event.ScopePeer
	}
}

// stage is the SMTP command that a daemon names as the place where something happened (src/smtpd/smtpd.c, state->where).
func stage(word string) string {
	switch word {
	case "END-OF-MESSAGE", "end of DATA", ".":
		return event.CommandEOM
	case "CONNECT":
		return event.CommandConnect
	case "MAIL FROM":
		return "MAIL"
	case "RCPT TO":
		return "RCPT"
	case "UNKNOWN":
		return ""
	}
	if v, ok := event.VerbOf(word); ok {
		return v.String()
	}
	return ""
}

// sender is an envelope sender; the null sender is "<>".
func sender(address string) string {
	if address == "" {
		return "<>"
	}
	return address
}

// after takes a prefix off the front.
func after(s, prefix string) (rest string, ok bool) { return strings.CutPrefix(s, prefix) }
