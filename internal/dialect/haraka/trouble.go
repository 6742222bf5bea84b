package haraka

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/errno"
	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// trouble reads what went wrong with one host, before there is a verdict (outbound/hmail.js).
func trouble(ev *event.Event, s string) event.Kind {
	if rest, ok := strings.CutPrefix(s, "Failed to get socket: "); ok {
		return unreached(ev, rest)
	}
	for _, begin := range [...]string{"Ongoing connection failed to ", "Outbound connection timed out to "} {
		if rest, ok := strings.CutPrefix(s, begin); ok {
			return failed(ev, rest)
		}
	}
	if rest, ok := strings.CutPrefix(s, "Remote end "); ok {
		where, rest, ok := scan.Cut(rest, ' ')
		if !ok || !strings.HasPrefix(rest, "closed connection while we were processing mail") || !hostPort(ev, where) {
			return event.KindNone
		}
		ev.ErrorType = "connection_lost"
		return event.KindConnect
	}
	if rest, ok := strings.CutPrefix(s, "Socket write failed unexpectedly: "); ok { // the connection's end has a line of its own
		ev.Argument = rest
		return event.KindWarning
	}
	if rest, ok := strings.CutPrefix(s, "Unrecognized response from upstream server: "); ok {
		unrecognized(ev, rest)
		return event.KindReply
	}
	if s == "Socket writability went away" {
		ev.ErrorType = "connection_lost"
		return event.KindWarning
	}
	if rest, ok := strings.CutPrefix(s, "MX Lookup for "); ok {
		domain, _, ok := strings.Cut(rest, " failed: ")
		if !ok {
			return event.KindNone
		}
		ev.DestinationDomain, ev.ErrorType = domain, "host_not_found"
		return event.KindWarning
	}
	if rest, ok := strings.CutPrefix(s, "TLS disabled for "); ok {
		host, rest, ok := scan.Cut(rest, ' ')
		if !ok || !strings.HasPrefix(rest, "because it was marked as non-TLS on ") {
			return event.KindNone
		}
		ev.TLS = event.No
		named(ev, host)
		return event.KindTLS
	}
	if rest, ok := strings.CutPrefix(s, "MX "); ok {
		host, rest, ok := scan.Cut(rest, ' ')
		if !ok || rest != "is local, skipping since local_mx_ok=false" {
			return event.KindNone
		}
		named(ev, host)
		return event.KindWarning
	}
	return event.KindNone
}

// unreached is "connect ECONNREFUSED 192.0.2.7:25", with "- Local (192.0.2.1:0)" behind it, or "connection timed out to
// outbound::{"port":25,"host":"192.0.2.7"}" (node:net, outbound/client_pool.js).
func unreached(ev *event.Event, s string) event.Kind {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "Outbound connection error: "), "Error: ") // the former before 3.1
	ev.ErrorType = breakage(s)
	if rest, ok := strings.CutPrefix(s, "connection timed out to "); ok {
		ev.ErrorType = "timeout"
		rest = rest[strings.IndexByte(rest, '{')+1:]
		f := fields{form: object, rest: rest}
		for {
			key, value, ok := f.next()
			if !ok {
				break
			}
			switch key {
			case "host":
				named(ev, value)
			case "port":
				ev.PeerPort = port(value)
				ev.ServerPort = ev.PeerPort
			}
		}
	} else if rest, ok := strings.CutPrefix(s, "connect "); ok {
		_, rest = scan.Word(rest)
		where, _ := scan.Word(rest)
		hostPort(ev, where)
	}
	if ev.ErrorType == "" && ev.PeerIP == "" && ev.ServerAddress == "" {
		return event.KindNone
	}
	ev.Command = event.CommandConnect
	return event.KindConnect
}

// failed is "192.0.2.7:25 : socket timeout waiting on dot", or an error of the socket behind the colon.
func failed(ev *event.Event, s string) event.Kind {
	where, why, _ := scan.Cut(s, ' ')
	if !hostPort(ev, where) {
		return event.KindNone
	}
	why = strings.TrimPrefix(strings.TrimPrefix(why, ": "), "Error: ")
	if stage, ok := strings.CutPrefix(why, "socket timeout waiting on "); ok {
		ev.ErrorType, ev.Command = "timeout", waiting(stage)
		return event.KindConnect
	}
	ev.ErrorType = breakage(why)
	if why == "" {
		ev.ErrorType = "timeout"
	}
	return event.KindConnect
}

// waiting is the command that had no answer.
func waiting(stage string) string {
	switch stage {
	case "connect", "connect_lmtp":
		return event.CommandConnect
	case "dot", "dot_lmtp":
		return event.CommandEOM
	}
	if verb, ok := event.VerbOf(stage); ok {
		return verb.String()
	}
	return ""
}

// breakage names an error of node's sockets by its code.
func breakage(s string) string {
	if e := errno.TypeOfCode(nodeCode(s)); e != "" {
		return e
	}
	switch {
	case strings.Contains(s, "ESOCKETTIMEDOUT"):
		return errno.Timeout
	case strings.Contains(s, "socket hang up"), strings.Contains(s, "ended by the other party"):
		return errno.Lost
	case strings.Contains(s, "ENOTFOUND"), strings.Contains(s, "EAI_AGAIN"):
		return "host_not_found"
	case strings.Contains(s, "SSL"), strings.Contains(s, "TLS"), strings.Contains(s, "certificate"):
		return "tls_handshake"
	}
	return ""
}

// nodeCode is the first word that looks like an error's name: "connect ECONNREFUSED 192.0.2.1:25".
func nodeCode(s string) string {
	for word := ""; s != ""; {
		word, s = scan.Word(s)
		word = strings.TrimRight(strings.TrimLeft(word, "'\"("), "'\":,)")
		if len(word) > 3 && word[0] == 'E' && errno.TypeOfCode(word) != "" {
			return word
		}
	}
	return ""
}

// hostPort reads "192.0.2.7:25": the last colon ends the host, which may be an IPv6 address.
func hostPort(ev *event.Event, s string) bool {
	host, number, ok := scan.CutLast(s, ':')
	n, digits := scan.Int(number)
	if !ok || host == "" || !digits {
		return false
	}
	named(ev, host)
	ev.PeerPort, ev.ServerPort = int(n), int(n)
	return true
}

// named takes a host as address or name.
func named(ev *event.Event, host string) {
	if isAddress(host) {
		ev.PeerIP = host
	} else {
		ev.ServerAddress = host
	}
}

// isAddress says whether s is an IP address: IPv6 has a colon, IPv4 ends in a number.
func isAddress(s string) bool {
	if strings.IndexByte(s, ':') >= 0 {
		return true
	}
	_, last, ok := scan.CutLast(s, '.')
	_, digits := scan.Int(last)
	return ok && digits
}

// outboundPlain reads the lines about a message as a whole, which name none but by its new id (outbound/index.js).
func outboundPlain(ev *event.Event, l *line) event.Kind {
	if id, ok := strings.CutPrefix(l.text, "Created transaction: "); ok && scan.IsUUID(id) {
		ev.QueueID, ev.First, ev.NoEnd = id, true, true
		// what Haraka itself sends are its notices (outbound/hmail.js, bounce_respond); a plugin's mail is so rare that it is counted among them
		ev.MessageKind = event.MessageDSN
		return event.KindMessageReceived
	}
	// of 2.8 and 3.0, which do not say for which message
	for _, begin := range [...]string{"Failed to get pool entry: ", "Failed to get socket: "} {
		if rest, ok := strings.CutPrefix(l.text, begin); ok {
			ev.Role, ev.Direction = event.RoleClient, event.DirectionOutbound
			if where, ok := strings.CutPrefix(strings.TrimPrefix(rest, "Error: "), "Outbound connection timed out to "); ok {
				ev.Command = event.CommandConnect
				return failed(ev, where)
			}
			return unreached(ev, rest)
		}
	}
	for _, begin := range [...]string{"Transaction delivery for domain: ", "Processing delivery for domain: ", "Processing domain: "} {
		if domain, ok := strings.CutPrefix(l.text, begin); ok && domain != "" && !strings.Contains(domain, " ") {
			ev.DestinationDomain = domain
			return event.KindLifecycle
		}
	}
	switch l.text {
	case "Adding missing Message-Id header", "Replacing empty Message-Id header", "Adding missing Date header", "Sending email via params",
		"Sending email as a transaction", "Shutting down temp fail queue":
		ev.Argument = l.text
		return event.KindLifecycle
	}
	return lifecycle(ev, l)
}
