package transcript

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// readProgram reads what mail programs print about their connection, between the words that are spoken over it. known says that an id
// stands in front of it.
func readProgram(s string, known bool, ev *event.Event) bool {
	switch s[0] {
	case 'C':
		return readConnecting(s, ev) || readConnection(s, known, ev) || readOpenSSLBrief(s, ev)
	case 'D':
		rest, ok := strings.CutPrefix(s, "DEBUG SMTP: ")
		return ok && readJava(rest, ev)
	case 'N', 'R':
		return readOpenSSL(s, ev) || readOpenSSLSecret(s, ev)
	case 'P':
		return known && readEximCall(s, ev) || readOpenSSLBrief(s, ev)
	case 'S':
		return readEximClose(s, ev) || known && readNodemailerConnection(s, ev)
	case 'U':
		return known && readNodemailerUser(s, ev)
	case ' ', '(', 'M': // indented, unless who carries the line trims it
		s = scan.TrimLeft(s)
		return readGnuTLS(s, ev) || readOpenSSLSecret(s, ev)
	case 'm':
		return readMSMTP(s, ev)
	case 'w':
		return readRubySize(s, ev)
	case '.':
		if host, ok := strings.CutPrefix(s, "... while talking to "); ok { // in Sendmail's notices
			host, _ = strings.CutSuffix(host, ":")
			return readClient(host, ev)
		}
	}
	return readSendmail(s, ev)
}

// readClient is for a connection to a host, named in any of the usual ways: with a dot at its end, as an address, with a port.
func readClient(host string, ev *event.Event) bool {
	if ip, port, ok := readEndpoint(host); ok {
		ev.PeerIP, ev.PeerPort = ip, port
	} else {
		name, port, found := scan.CutLast(host, ':')
		if found {
			ev.ServerPort = portOf(port)
		}
		ev.ServerAddress = strings.TrimSuffix(name, ".")
		if ev.ServerAddress == "" || strings.ContainsAny(ev.ServerAddress, " /<>\"") {
			ev.ServerAddress, ev.ServerPort = "", 0
			return false
		}
	}
	ev.Kind, ev.Role = event.KindConnect, event.RoleClient
	return true
}

// readConnecting reads Exim's "Connecting to mx.example [192.0.2.1]:25 from 192.0.2.9 ...  connected" (src/smtp_out.c), which ends in
// "failed: reason" where there was no conversation.
func readConnecting(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "Connecting to ")
	if !ok {
		return false
	}
	name, rest, _ := scan.Cut(rest, ' ')
	ip, rest, ok := scan.Between(rest, '[', ']')
	if !ok || !isIP(ip) {
		return false
	}
	if port, ok := strings.CutPrefix(rest, ":"); ok {
		port, rest, _ = scan.Cut(port, ' ')
		ev.PeerPort = portOf(port)
	}
	ev.Kind, ev.Role, ev.ServerAddress, ev.PeerIP, ev.ServerPort = event.KindConnect, event.RoleClient, name, ip, ev.PeerPort
	if from, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), "from "); ok {
		from, rest, _ = scan.Cut(from, ' ')
		if isIP(from) {
			ev.SourceAddress = from
		}
	}
	_, outcome, _ := strings.Cut(rest, "... ")
	if reason, failed := strings.CutPrefix(scan.TrimLeft(outcome), "failed: "); failed {
		ev.ErrorType, ev.Scope = connectError(reason), event.ScopeNone
	}
	return true
}

// readConnection reads "Connection opened: 192.0.2.1:25" (Ruby), "Connection: opening to mx.example:25, timeout=300, ..." and
// "Connection: closed" (PHPMailer), "Connected to smtp://mx.example:25/" (MailKit), and nodemailer's words.
func readConnection(s string, known bool, ev *event.Event) bool {
	if host, ok := strings.CutPrefix(s, "Connection opened: "); ok {
		return readClient(host, ev)
	}
	if rest, ok := strings.CutPrefix(s, "Connection: opening to "); ok {
		host, _, _ := scan.Cut(rest, ',')
		_, bare, schemed := strings.Cut(host, "://") // ssl://, tls://
		if schemed {
			host = bare
		}
		return readClient(host, ev)
	}
	if rest, ok := strings.CutPrefix(s, "Connected to smtp"); ok {
		_, host, ok := strings.Cut(strings.TrimPrefix(rest, "s"), "://")
		host, _, _ = scan.Cut(host, '/')
		return ok && readClient(host, ev)
	}
	if s == "Connection: closed" || known && s == "Connection closed" {
		ev.Kind = event.KindDisconnect
		return true
	}
	if known && strings.HasPrefix(s, "Closing connection to the server using ") {
		ev.Kind, ev.EndHint = event.KindDisconnect, event.EndClientClosed
		return true
	}
	return known && readNodemailerConnection(s, ev)
}

// readNodemailerConnection reads "Connection established to 192.0.2.1:465", which may be secure.
func readNodemailerConnection(s string, ev *event.Event) bool {
	host, secure := strings.CutPrefix(s, "Secure connection established to ")
	if !secure {
		var ok bool
		if host, ok = strings.CutPrefix(s, "Connection established to "); !ok {
			return false
		}
	}
	if !readClient(host, ev) {
		return false
	}
	if secure {
		ev.TLS = event.Yes
	}
	return true
}

// readNodemailerUser reads `User "name" authenticated`.
func readNodemailerUser(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, `User "`)
	user, found := strings.CutSuffix(rest, `" authenticated`)
	if !ok || !found || user == "" {
		return false
	}
	ev.Kind, ev.AuthResult, ev.User = event.KindAuth, "success", user
	return true
}

// readMSMTP reads "msmtp: cannot connect to 192.0.2.1, port 25: Connection refused" (src/net.c); the host may be a name.
func readMSMTP(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "msmtp: cannot connect to ")
	host, rest, found := strings.Cut(rest, ", port ")
	port, reason, said := strings.Cut(rest, ": ")
	if !ok || !found || !said || host == "" || strings.ContainsAny(host, " <>") {
		return false
	}
	if isIP(host) {
		return readFailed(host, port, reason, ev)
	}
	if !readFailed("", port, reason, ev) {
		return false
	}
	ev.ServerAddress = host
	return true
}

// readRubySize reads "wrote 73 bytes", which stands for the data.
func readRubySize(s string, ev *event.Event) bool {
	rest, ok := strings.CutPrefix(s, "wrote ")
	digits, unit, _ := scan.Cut(rest, ' ')
	n, isInt := scan.Int(digits)
	if !ok || !isInt || unit != "bytes" {
		return false
	}
	ev.Kind, ev.FromPeer, ev.Role = event.KindContent, event.Yes, event.RoleClient
	ev.Said, ev.Size, ev.HasSize = "", n, true
	return true
}

// readJava reads JavaMail's remarks (com.sun.mail.smtp.SMTPTransport): the beginning of a connection, and the result of an AUTH exchange
// that it does not show.
func readJava(s string, ev *event.Event) bool {
	if rest, ok := strings.CutPrefix(s, `trying to connect to host "`); ok {
		host, rest, ok := scan.Cut(rest, '"')
		port, found := strings.CutPrefix(rest, ", port ")
		if !ok || !found || !readClient(host, ev) {
			return false
		}
		port, rest, _ = scan.Cut(port, ',')
		ev.ServerPort = portOf(port)
		ev.PeerPort = ev.ServerPort
		if rest == " isSSL true" {
			ev.TLS = event.Yes
		}
		return true
	}
	rest, ok := strings.CutPrefix(s, "AUTH ")
	mechanism, result := scan.Word(rest)
	if !ok || mechanism == "" || result != "succeeded" && result != "failed" {
		return false
	}
	ev.Kind, ev.AuthMechanism, ev.AuthResult = event.KindAuth, mechanism, "success"
	if result == "failed" {
		ev.AuthResult = "failure"
	}
	return true
}

// readTraffic reads what Sendmail's -X file says behind the pid: "=== CONNECT mx.example." (sendmail/deliver.c).
func readTraffic(s string, ev *event.Event) bool {
	host, ok := strings.CutPrefix(s, "CONNECT ")
	return ok && readClient(host, ev)
}

// readSendmail reads "a@example.com... Connecting to mx.example. via esmtp..." of sendmail -v.
func readSendmail(s string, ev *event.Event) bool {
	who, rest, ok := strings.Cut(s, "... Connecting to ")
	host, mailer, found := strings.Cut(rest, " via ")
	if !ok || !found || strings.Contains(who, " ") || !strings.HasSuffix(mailer, "...") {
		return false
	}
	if mailer != "esmtp..." && mailer != "smtp..." && mailer != "relay..." && mailer != "smtp8..." && mailer != "dsmtp..." {
		return false // local deliverers speak no SMTP
	}
	return readClient(host, ev)
}
