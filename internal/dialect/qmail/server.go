package qmail

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
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

// recorded takes "3016 < " or "3016 > " off the front (recordio.c).
func recorded(s string) (said string, ok bool) {
	_, rest, ok := number(s)
	if !ok || len(rest) < 3 || rest[0] != ' ' || rest[1] != '<' && rest[1] != '>' || rest[2] != ' ' {
		return "", false
	}
	return rest[3:], true
}

// recordio reads one line of the conversation: "<" is the client. A line's end is written as " ", a piece of a line without one as "+".
func recordio(ev *event.Event, s, said string) event.Kind {
	rest, _ := pid(s, ' ', ev)
	ev.Scope, ev.Role, ev.FromPeer = event.ScopeID, event.RoleServer, event.TriOf(rest[0] == '<')
	if said == "[EOF]" {
		ev.EndHint = event.EndServerClosed
		if ev.FromPeer == event.Yes {
			ev.EndHint = event.EndLost
		}
		ev.FromPeer = event.Open
		return event.KindDisconnect
	}
	piece := strings.HasSuffix(said, "+")
	said = scan.TrimRight(strings.TrimSuffix(said, "+"))
	ev.Said = said
	switch {
	case piece && !strings.HasSuffix(said, "\r"):
	case ev.FromPeer == event.Yes && speech.Command(said, ev):
		speech.HideCredentials(said, ev)
		return event.KindCommand
	case ev.FromPeer == event.No && speech.Reply(said, ev):
		if ev.Code == 250 {
			ev.Receipt, ev.RemoteQueueID = ev.RemoteQueueID, ""
		}
		return event.KindReply
	}
	return event.KindContent
}

// rblsmtpd reads "192.0.2.1 pid 3016: 451 http://..." (rblsmtpd.c), or indimail-mta's " pid 3016 from 192.0.2.1: 451 ...". The refusal
// is given to MAIL or RCPT; the line does not say which.
func rblsmtpd(ev *event.Event, s string) event.Kind {
	s = scan.TrimLeft(s)
	ip, rest := "", ""
	ok := false
	if rest, ok = strings.CutPrefix(s, "pid "); ok {
		if rest, ok = pid(rest, ' ', ev); ok {
			if rest, ok = strings.CutPrefix(rest, "from "); ok {
				ip, rest, ok = strings.Cut(rest, ": ")
			}
		}
	} else if ip, rest, ok = scan.Cut(s, ' '); ok {
		if name, found := strings.CutSuffix(rest, " -"); found && strings.HasPrefix(rest, "blocked ") {
			return listed(ev, ip, name[len("blocked "):])
		}
		if rest, ok = strings.CutPrefix(rest, "pid "); ok {
			tail := rest
			if rest, ok = pid(tail, ':', ev); !ok { // the name of the list in between (ucspi-rss patch)
				if tail, ok = pid(tail, ' ', ev); ok {
					ev.Argument, rest, ok = strings.Cut(tail, ": ")
				}
			}
		}
	}
	if !ok || !isIP(ip) {
		return event.KindNone
	}
	r, ok := reply.Parse(scan.TrimLeft(rest))
	if !ok {
		ev.Argument = ""
		return event.KindNone
	}
	conversation(ev)
	ev.PeerIP, ev.FilterName = ip, "rblsmtpd"
	r.Into(ev)
	if ev.Class < '4' {
		return event.KindFilter
	}
	ev.RejectPermanent = event.TriOf(ev.Class == '5')
	return event.KindReject
}

// listed is "relays.example.org blocked 192.0.2.47 mail.example.net -": the list, and the client that is on it.
func listed(ev *event.Event, list, client string) event.Kind {
	ip, name, _ := scan.Cut(client, ' ')
	if !isIP(ip) || strings.Contains(name, " ") {
		return event.KindNone
	}
	ev.Role, ev.Command, ev.PeerIP, ev.ClientAddress = event.RoleServer, event.CommandConnect, ip, name
	ev.FilterName, ev.Argument = "rblsmtpd", list
	return event.KindReject
}
