package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// isRemark says whether what stands behind an id, words without the blanks in front, may be a log's own word about the connection. Exim's
// processes also print headers as they came in: lines that go on from one above begin with a blank, so of its remarks those that have
// none count.
func isRemark(rest, words string) bool {
	for _, begin := range [...]string{"Connecting to ", "SMTP>>(close on ", "Process "} {
		if strings.HasPrefix(rest, begin) {
			return true
		}
	}
	for _, begin := range [...]string{"* ", "--- ", "=== CONNECT ", "SMTP("} {
		if strings.HasPrefix(words, begin) {
			return true
		}
	}
	return false
}

// readRemark reads what a log says of the connection itself: that it began, is encrypted, or is over.
func readRemark(f *frame, ev *event.Event) bool {
	s := f.said
	if s == "" {
		return false
	}
	switch s[0] {
	case '*':
		if rest, ok := strings.CutPrefix(s, "*** "); ok {
			return readSwaksError(rest, ev)
		}
		if rest, ok := strings.CutPrefix(s, "* "); ok {
			return f.id != "" && readStarred(rest, ev) || f.id == "" && readCurl(scan.TrimLeft(rest), ev) && markedAs(markCurl, ev)
		}
	case '=':
		if rest, ok := strings.CutPrefix(s, "=== "); ok && f.mark == markKumo {
			return readKumoRemark(f, ev)
		} else if ok {
			return f.id == "" && readSwaks(rest, ev) || f.id != "" && readTraffic(rest, ev)
		}
	case '-':
		if rest, ok := strings.CutPrefix(s, "--- session "); ok && f.id != "" {
			return readOpened(rest, "open from ", "close", ev)
		}
	case 'C':
		if strings.HasPrefix(s, "CONNECTED(0") || s == "CONNECTION ESTABLISHED" { // openssl s_client, with -brief
			ev.Kind, ev.Role = event.KindConnect, event.RoleClient
			return true
		}
		if rest, ok := strings.CutPrefix(s, "Connection "); ok && readOpened(rest, "from ", "closed: ", ev) {
			return true
		}
	case 'D':
		if s == "DONE" { // openssl s_client
			ev.Kind, ev.EndHint = event.KindDisconnect, event.EndClientClosed
			return true
		}
	}
	return readProgram(s, f.id != "", ev)
}

// readOpened reads "from 203.0.113.99:54625" and "closed: 203.0.113.99:54625": who writes so was called.
func readOpened(s, open, closed string, ev *event.Event) bool {
	if rest, ok := strings.CutPrefix(s, open); ok && readPeer(rest, ev) {
		ev.Kind, ev.Role = event.KindConnect, event.RoleServer
		return true
	}
	rest, ok := strings.CutPrefix(s, closed)
	if !ok {
		return false
	}
	rest = strings.TrimPrefix(rest, " from ")
	if rest != "" && !readPeer(rest, ev) {
		return false
	}
	ev.Kind = event.KindDisconnect
	return true
}

// readStarred reads a proxy's "connected 203.0.113.99:54625 -> 198.51.100.11:25" and "closed".
func readStarred(s string, ev *event.Event) bool {
	if s == "closed" {
		ev.Kind = event.KindDisconnect
		return true
	}
	rest, ok := strings.CutPrefix(s, "connected ")
	if !ok {
		return false
	}
	client, server, ok := strings.Cut(rest, " -> ")
	if !ok || !readPeer(client, ev) {
		return false
	}
	if ip, port, ok := readEndpoint(server); ok {
		ev.ServerAddress, ev.ServerPort = ip, port
	}
	ev.Kind = event.KindConnect
	return true
}

// standsForData says whether the words are those that are printed in place of a message, of a size that nobody tells: "12 lines sent" of
// swaks --suppress-data, and Exim's "(writing message)" (src/transports/smtp.c; with the dot in it before 4.90).
func standsForData(said string) bool {
	switch said {
	case "(writing message)", `writing message and terminating "."`:
		return true
	}
	_, rest, ok := scan.Digits(said)
	return ok && rest == " lines sent"
}

// readFailed is a connection that did not come to be, where the reason is one that connections fail for. There was no conversation.
func readFailed(ip, port, reason string, ev *event.Event) bool {
	if ev.ErrorType = connectError(reason); ev.ErrorType == "" {
		return false
	}
	port, _ = scan.Word(port)
	ev.PeerIP, ev.PeerPort = ip, portOf(port)
	ev.Kind, ev.Role, ev.Scope = event.KindConnect, event.RoleClient, event.ScopeNone
	return true
}

func connectError(reason string) string {
	if strings.HasPrefix(reason, "timeout") {
		return errno.Timeout
	}
	return errno.TypeFold(reason)
}

// readPeer reads the client's address, with or without a port.
func readPeer(s string, ev *event.Event) bool {
	ip, port, ok := readEndpoint(s)
	if ok {
		ev.PeerIP, ev.PeerPort = ip, port
	}
	return ok
}

// readEndpoint reads "192.0.2.1:25", "[2001:db8::1]:25" or an address alone.
func readEndpoint(s string) (ip string, port int, ok bool) {
	if inner, rest, ok := scan.Between(s, '[', ']'); ok {
		if rest, ok = scan.Byte(rest, ':'); ok {
			port = portOf(rest)
		}
		return inner, port, isIP(inner) && (!ok || port > 0)
	}
	if isIP(s) && strings.Count(s, ":") != 1 {
		return s, 0, true
	}
	ip, rest, ok := scan.CutLast(s, ':')
	port = portOf(rest)
	return ip, port, ok && port > 0 && isIP(ip)
}

func portOf(s string) int {
	if n, ok := scan.Int(s); ok && n < 65536 {
		return int(n)
	}
	return 0
}

// isMailPort says whether mail servers listen there, in tests too.
func isMailPort(port int) bool {
	return port%100 == 25 || port%1000 == 465 || port%1000 == 587 || port == 24 || port == 26
}

// isIP says whether s is written like an address: three dots between numbers, or hex digits and two colons at least.
func isIP(s string) bool {
	dots, colons := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case !scan.IsHex(c):
			return false
		}
	}
	return len(s) > 1 && len(s) < 46 && (dots == 3 && colons == 0 || colons > 1)
}
