package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// tcpserver, rblsmtpd and recordio become qmail-smtpd by exec, so one process number stands for the connection in the lines of all of them.

// conversation makes the line part of the server's conversation with the process number in ev.PID.
func conversation(ev *event.Event) {
	ev.Scope, ev.Role = event.ScopeConn, event.RoleServer
}

// tcpserver reads what ucspi-tcp's tcpserver.c (-v) and ucspi-ssl's sslserver.c print.
func tcpserver(ev *event.Event, s string) event.Kind {
	word, rest, _ := scan.Cut(s, ' ')
	switch word {
	case "status:", "sighup:":
		if _, tail, ok := scan.Digits(rest); !ok || tail == "" || tail[0] != '/' {
			return event.KindNone
		}
		ev.Argument = s
		return event.KindLifecycle
	case "pid": // "pid 3016 from 192.0.2.1"
		rest, ok := pid(rest, ' ', ev)
		ip, from := strings.CutPrefix(rest, "from ")
		if !ok || !from || !isIP(ip) {
			return event.KindNone
		}
		conversation(ev)
		ev.PeerIP = ip
		return event.KindConnect
	case "ok", "deny":
		return tcprules(ev, word, rest)
	case "end":
		return connectionEnd(ev, rest)
	case "ssl", "tls": // sslserver: "ssl 3016 accept"
		rest, ok := pid(rest, ' ', ev)
		if !ok || !strings.HasPrefix(rest, "accept") {
			return event.KindNone
		}
		conversation(ev)
		ev.TLS = event.Yes
		return event.KindTLS
	}
	return event.KindNone
}

// tcprules reads "3016 mx.example:192.0.2.25:25 host.example:192.0.2.1:ident:40123": the names may be missing or "0", addresses stand in
// brackets in indimail-mta. What the peer's DNS and ident say has no colon here: tcpserver.c writes "?" for it.
func tcprules(ev *event.Event, word, s string) event.Kind {
	s, ok := pid(s, ' ', ev)
	if !ok {
		return event.KindNone
	}
	local, remote, ok := scan.Cut(s, ' ')
	if !ok {
		return event.KindNone
	}
	_, _, port, ok1 := endpoint(local)
	name, ip, remotePort, ok2 := endpoint(remote)
	if !ok1 || !ok2 {
		return event.KindNone
	}
	switch port {
	case 110, 143, 993, 995:
		return event.KindNone // other servers' connections
	}
	conversation(ev)
	ev.ServerPort, ev.PeerIP, ev.PeerPort = port, ip, remotePort
	if name != "" && name != "0" {
		ev.ClientAddress = name
	}
	ev.FilterName, ev.FilterVerdict = "tcprules", word
	if word == "deny" {
		ev.Command, ev.EndHint = event.CommandConnect, event.EndRejected
		return event.KindReject
	}
	return event.KindFilter
}

// endpoint reads "name:192.0.2.1:25", "name:192.0.2.1:ident:40123" or "name[2001:db8::1]ident:40123:maxperip=".
func endpoint(s string) (name, ip string, port int, ok bool) {
	s, _, _ = strings.Cut(s, ":maxperip=")
	if i := strings.IndexByte(s, '['); i >= 0 {
		if strings.IndexByte(s[i+1:], '[') >= 0 {
			return "", "", 0, false // a name or an ident that holds an address
		}
		name = strings.TrimSuffix(s[:i], ":")
		if ip, s, ok = scan.Between(s[i:], '[', ']'); !ok {
			return "", "", 0, false
		}
		s = strings.TrimPrefix(s, ":")
	} else {
		if name, s, ok = scan.Cut(s, ':'); !ok {
			return "", "", 0, false
		}
		last := strings.LastIndexByte(s, ':')
		if last < 0 {
			return "", "", 0, false
		}
		// between name and port: the address, and the ident answer that remote endpoints have; an IPv6 address has colons of its own
		middle := s[:last]
		ip, _, _ = scan.Cut(middle, ':')
		if !isIP(ip) {
			ip = strings.TrimRight(middle, ":")
			for !isIP(ip) {
				i := strings.LastIndexByte(ip, ':')
				if i < 0 {
					return "", "", 0, false
				}
				ip = ip[:i]
			}
		}
		s = s[last+1:]
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		s = s[i+1:]
	}
	n, digits := scan.Int(s)
	return name, ip, int(n), digits && n <= 65535 && isIP(ip)
}

// connectionEnd reads "3016 status 256": the process's wait status. qmail-smtpd goes with 0 after QUIT, with 1 when reading or writing
// failed.
func connectionEnd(ev *event.Event, s string) event.Kind {
	if ip, rest, ok := scan.Cut(s, ' '); ok && strings.HasPrefix(rest, "perIPlimit ") && isIP(ip) {
		ev.Role, ev.PeerIP, ev.Command = event.RoleServer, ip, event.CommandConnect
		ev.FilterName, ev.FilterVerdict = "perIPlimit", "deny"
		return event.KindReject
	}
	child, s, ok := scan.Digits(s) // tcpserver's own word on a process that it started
	status, with := strings.CutPrefix(s, " status ")
	if !ok || !with {
		return event.KindNone
	}
	ev.ChildPID = child
	conversation(ev)
	switch status {
	case "0":
		ev.EndHint = event.EndQuit
	case "256", "1":
		ev.EndHint = event.EndLost
	default:
		ev.EndHint = event.EndAborted
	}
	return event.KindDisconnect
}
