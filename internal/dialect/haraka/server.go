package haraka

import (
	"math"
	"strings"
	"time"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// server reads a line about a client's connection, or about a transaction of it.
func server(ev *event.Event, l *line) event.Kind {
	uuid, n, rest, ok := identity(l.id)
	if !ok || rest != "" {
		return event.KindNone
	}
	ev.Scope, ev.ConnID, ev.Role = event.ScopeConn, uuid, event.RoleServer
	switch l.level {
	case "PROTOCOL":
		return protocol(ev, l)
	case "DATA":
		return data(ev, l)
	}
	if f, ok := l.bare("hook="); ok {
		if kind := hook(ev, l, f, n); kind != event.KindNone || l.form == plain {
			return kind
		}
	}
	if l.origin != "core" {
		return plugin(ev, l, n)
	}
	if n > 0 {
		if kind := transaction(ev, l, n); kind != event.KindNone {
			return kind
		}
	}
	return connection(ev, l)
}

// connection reads what is said of a connection (connection.js).
func connection(ev *event.Event, l *line) event.Kind {
	if f, ok := l.after("connect"); ok {
		return connect(ev, f)
	}
	if f, ok := l.after("disconnect"); ok {
		return disconnect(ev, f)
	}
	if kind := brokenOff(ev, l); kind != event.KindNone {
		return kind
	}
	if f, ok := l.after("HAProxy"); ok {
		return proxied(ev, f)
	}
	if ip, ok := strings.CutPrefix(l.text, "data after disconnect from "); ok && isAddress(ip) {
		ev.PeerIP = ip
		return event.KindWarning
	}
	switch l.text {
	case "deny(soft?) overriden by deny hook", "deny(soft?) overridden by deny hook": //nolint:misspell // as plugins.js has written it
		ev.FilterName, ev.FilterVerdict = "deny", "overridden"
		return event.KindFilter
	}
	if state, ok := strings.CutPrefix(l.text, "timeout, destroy socket (state:"); ok { // what is left of one that was answered and closed
		if _, tail, ok := scan.Digits(state); ok && tail == ")" {
			ev.ErrorType = "timeout"
			return event.KindWarning
		}
	}
	return refused(ev, l)
}

// connect is "connect ip=192.0.2.1 port=1025 local_ip=192.0.2.25 local_port=25"; before 2.8 without ports.
func connect(ev *event.Event, f fields) event.Kind {
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "ip":
			ev.PeerIP = value
		case "port":
			ev.PeerPort = port(value)
			ev.ClientPort = ev.PeerPort
		case "local_ip":
			ev.ServerAddress = value
		case "local_port":
			ev.ServerPort = port(value)
		}
	}
	if ev.PeerIP == "" {
		return event.KindNone
	}
	return event.KindConnect
}

// disconnect is the summary of a connection: "disconnect ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com relay=N early=N esmtp=Y
// tls=Y pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 bytes=816 lr="550 no such user" time=1.061". rcpts and msgs are
// accepted/deferred/rejected, lr is the last refusal.
func disconnect(ev *event.Event, f fields) event.Kind {
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "ip":
			ev.PeerIP = value
		case "rdns":
			ev.ClientAddress = hostName(value)
		case "helo":
			ev.Helo = value
		case "esmtp":
			ev.Protocol = "SMTP"
			if value == "Y" {
				ev.Protocol = "ESMTP"
			}
		case "tls":
			ev.TLS = event.TriOf(value == "Y")
		case "early":
			if value == "Y" {
				ev.FilterName, ev.FilterVerdict = "early_talker", "early"
			}
		case "txns":
			n, _ := scan.Int(value)
			ev.Commands[event.VerbMAIL] = event.Count{OK: uint32(n), All: uint32(n)}
		case "rcpts":
			ev.Commands[event.VerbRCPT] = counted(value)
			ev.HasCommands, ev.SomeCommands = true, true
		case "time": // (connection.js: from the first to the last moment, in seconds)
			if d, ok := scan.Float(value); ok && d < longestSession {
				ev.SessionDuration, ev.HasDuration = time.Duration(math.Round(d*1e6))*time.Microsecond, true
			}
		case "msgs":
			ev.Commands[event.VerbDATA] = counted(value)
		case "lr":
			if r, ok := reply.Parse(value); ok {
				r.Into(ev)
				ev.TextJoined = false
			}
			// rcpt_respond: its own line says that the recipient is accepted
			if rest, ok := strings.CutPrefix(ev.Text, "I cannot deliver mail for <"); ok {
				ev.RcptTo, _ = strings.CutSuffix(rest, ">")
			}
		}
	}
	if ev.PeerIP == "" {
		return event.KindNone
	}
	switch {
	case ev.Code == 421 && ev.Text == "timeout":
		ev.EndHint = event.EndTimeout
	case ev.Code == 521 && ev.Text == "Command line too long": // connection.js hangs up behind it
		ev.EndHint = event.EndServerClosed
	}
	return event.KindDisconnect
}

// longestSession keeps a number that no clock measured from becoming a duration, in seconds.
const longestSession = 1e6

// counted reads "accepted/deferred/rejected".
func counted(s string) event.Count {
	var n [3]int64
	for i := range n {
		var part string
		part, s, _ = scan.Cut(s, '/')
		n[i], _ = scan.Int(part)
	}
	return event.Count{OK: uint32(n[0]), All: uint32(n[0] + n[1] + n[2])}
}

// hostName is the name that a client's address has; the words for none are no names (connection.js, rdns_response).
func hostName(s string) string {
	switch s {
	case "NXDOMAIN", "DNSERROR", "Unknown", "undefined":
		return ""
	}
	return s
}

func port(s string) int {
	n, _ := scan.Int(s)
	return int(n)
}

// brokenOff is "client half closed connection ip=192.0.2.1", with "host=" where the name is known; before 2.8.19
// "client mail.example.com [192.0.2.1] half closed connection".
func brokenOff(ev *event.Event, l *line) event.Kind {
	rest, ok := strings.CutPrefix(l.text, "client ")
	if !ok {
		return event.KindNone
	}
	if name, tail, ok := strings.Cut(rest, "["); ok &&
		(name == "" || strings.HasSuffix(name, " ") && !strings.Contains(strings.TrimSuffix(name, " "), " ")) {
		if ip, tail, ok := scan.Cut(tail, ']'); ok && strings.HasPrefix(tail, " ") {
			ev.ClientAddress, ev.PeerIP, rest = hostName(strings.TrimSuffix(name, " ")), ip, tail[1:]
		}
	}
	for _, b := range [...]struct {
		words, errorType string
		end              event.End
	}{
		{"half closed connection", "connection_lost", event.EndLost},
		{"dropped connection", "connection_lost", event.EndLost},
		{"connection error", "connection_lost", event.EndLost},
		{"connection timed out", "timeout", event.EndTimeout},
	} {
		tail, ok := strings.CutPrefix(rest, b.words)
		if !ok || tail != "" && tail[0] != ' ' && tail[0] != ':' {
			continue
		}
		f := l.fields
		if l.form == plain {
			if i := strings.LastIndex(tail, " ip="); i >= 0 { // the writer puts it at the end, behind the words of an error
				f = fields{rest: tail[i+1:]}
			}
		}
		for {
			key, value, ok := f.next()
			if !ok {
				break
			}
			switch key {
			case "ip":
				ev.PeerIP = value
			case "host":
				ev.ClientAddress = hostName(value)
			}
		}
		ev.ErrorType, ev.EndHint = b.errorType, b.end
		if breakage(tail) == "tls_handshake" {
			ev.ErrorType, ev.EndHint = "tls_handshake", event.EndTLSFailed
		}
		return event.KindWarning
	}
	return event.KindNone
}

// proxied is "HAProxy proto=TCP4 src_ip=192.0.2.1:1025 dst_ip=192.0.2.25:25": who is behind the proxy that connected.
func proxied(ev *event.Event, f fields) event.Kind {
	for {
		key, value, ok := f.next()
		if !ok {
			break
		}
		switch key {
		case "src_ip":
			ip, number, ok := scan.CutLast(value, ':')
			if ok {
				ev.PeerIP, ev.PeerPort = ip, port(number)
				ev.ClientPort = ev.PeerPort
			}
		case "dst_ip":
			ip, number, ok := scan.CutLast(value, ':')
			if ok {
				ev.ServerAddress, ev.ServerPort = ip, port(number)
			}
		}
	}
	if ev.PeerIP == "" {
		return event.KindNone
	}
	return event.KindConnect // of the same connection
}
