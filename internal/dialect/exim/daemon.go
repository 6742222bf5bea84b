package exim

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// daemon reads what Exim says of itself (src/daemon.c, src/queue.c, src/exim.c, src/log.c).
func daemon(ev *event.Event, s string) event.Kind {
	switch {
	// "exim 4.96 daemon started: pid=314, -q30m, listening for SMTP on ..."
	case strings.HasPrefix(s, "exim ") && strings.Contains(s, " daemon "):
		version, rest, _ := scan.Cut(s[len("exim "):], ' ')
		if !scan.IsDigit(first(version)) && !strings.HasPrefix(rest, "daemon started: pid=") { // some hide their version
			return event.KindNone
		}
		ev.Argument = version
		if pid, ok := after(rest, "daemon started: pid="); ok {
			if n, _, ok := scan.Digits(pid); ok {
				ev.PID = n
			}
		}
		return event.KindLifecycle
	// "Start queue run: pid=319 -qff", "Start 'name' queue run: pid=319"
	case strings.HasPrefix(s, "Start "), strings.HasPrefix(s, "End "), strings.HasPrefix(s, "Abandon "):
		what, rest, ok := strings.Cut(s, "queue run: pid=")
		if n, _, digits := scan.Digits(rest); ok && digits && len(what) < 64 {
			ev.PID = n
			ev.Argument = s[:indexOf(s, ": pid=")]
			return event.KindLifecycle
		}
	case strings.HasPrefix(s, "pid "): // "pid 314: SIGHUP received: re-exec daemon"
		n, rest, ok := scan.Digits(s[len("pid "):])
		if words, colon := after(rest, ": "); ok && colon && (strings.HasPrefix(words, "SIG") || strings.HasPrefix(words, "exec of ")) {
			ev.PID, ev.Argument = n, words
			return event.KindLifecycle
		}
	case strings.HasPrefix(s, "cwd="): // +arguments
		if i := strings.Index(s, " args: "); i > 0 {
			ev.Argument = s[i+len(" args: "):]
			return event.KindLifecycle
		}
	case strings.HasPrefix(s, "Exim configuration error"):
		ev.Argument = s[len("Exim "):]
		return event.KindWarning
	case strings.HasPrefix(s, "socket bind() to port ") && strings.Contains(s, " failed: "):
		ev.Argument = s
		return event.KindWarning
	}
	return fixed(ev, s)
}

// fixed knows whole sentences of Exim's that tell of trouble on this host.
func fixed(ev *event.Event, s string) event.Kind {
	if strings.HasPrefix(s, "User ") && strings.HasSuffix(s, " transport is on the never_users list") { // src/deliver.c
		ev.Argument = s
		return event.KindWarning
	}
	if s == "Message is frozen" { // a queue run left one alone (+skip_delivery)
		ev.Argument = s
		return event.KindWarning
	}
	for _, begin := range [...]string{
		"Warning: purging the environment.", "Warning: No server certificate defined; ",
		"spool directory space check failed: ", "log directory space check failed: ", "no immediate delivery: ", "DKIM: validation error: ",
		"malware acl condition: ", "spam acl condition: ", "failed to expand ACL string ", "ridiculously long message header received from ",
		"overlong message header line received from ", "SIGSEGV", "Failed to get write lock for ", "Failed to get read lock for ",
		"Failed writing transport results to pipe: ",
		"configured error code starts with incorrect digit ", "unable to set gid=", "internal problem in ", "tls_certificate file",
		"queue run: process ", "daemon: fork of queue-runner process failed: ", "timed out while reading local message",
		"IPv4 socket creation failed: ", "IPv6 socket creation failed: ", "Malformed IP address ", "listen() failed on interface ",
	} {
		if rest, ok := after(s, begin); ok {
			if ev.Argument = rest; rest == "" {
				ev.Argument = begin
			}
			return event.KindWarning
		}
	}
	return event.KindNone
}

// isOwn says whether a line of a file without programs' names is Exim's for sure.
func isOwn(s string) bool {
	for _, begin := range [...]string{
		`ACL "warn" with "message" setting found in `, "SMTP connection from ", "SMTP connection Ci=", "SMTP connection identification ",
		"SMTP command timeout on ",
		"SMTP data timeout (", "unexpected disconnection while reading SMTP command from ",
		"SMTP call from ", "no MAIL in SMTP connection from ", "no MAIL in TFO", "SMTP syntax error in ", "SMTP protocol ",
		"TLS error on connection from ",
		"rejected MAIL ", "rejected EHLO ", "rejected HELO ", `rejected "`, "unqualified sender rejected: ", "unqualified recipient rejected: ",
		"unqualified verify rejected: ", "refused connection from ", "temporarily refused connection from ", "no host name found for IP address ",
		"no IP address found for host ",
		"list matching forced to fail: ", "Start queue run: pid=", "End queue run: pid=", "Warning: purging the environment.",
		"too many recipients: ", "socket bind() to port ",
		"Exim configuration error", "remote host address is the local host: ", "lowest numbered MX record points to local host: ",
	} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	if strings.HasPrefix(s, "Connection from ") && (strings.Contains(s, "] refused: ") ||
		strings.Contains(s, " refused: too many connections") || strings.Contains(s, " refused: load average = ")) {
		return true
	}
	var ev event.Event // stays on the stack
	switch {
	case strings.HasPrefix(s, "H="), strings.HasPrefix(s, "exim "), strings.HasPrefix(s, "cwd="), strings.HasPrefix(s, "pid "):
		return plain(&ev, s) != event.KindNone
	}
	_, rest, _ := scan.Cut(s, ' ')
	return strings.HasPrefix(rest, "authenticator failed for ") || strings.HasPrefix(rest, "authenticator failed H=")
}
