package dovecot

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// submission reads what the submission service hands on (src/submission/submission-backend-relay.c) and how its sessions end
// (submission-client.c).
func submission(ev *event.Event, p prefix, s string) event.Kind {
	if why, ok := strings.CutPrefix(s, "Disconnected: "); ok {
		ev.Role, ev.User = event.RoleServer, p.user
		ev.Argument, _, _ = strings.Cut(why, " in=")
		return event.KindDisconnect
	}
	rest, ok := strings.CutPrefix(s, "Successfully relayed message: from=<")
	ev.FilterVerdict = "relayed"
	if !ok {
		rest, ok = strings.CutPrefix(s, "Failed to relay message: from=<")
		ev.FilterVerdict = "failed"
	}
	from, rest, isOne := scan.CutOnce(rest, ">, size=")
	if !ok || !isOne {
		ev.FilterVerdict = ""
		return event.KindNone
	}
	ev.FilterName, ev.User = "dovecot", p.user
	if ev.MailFrom = from; from == "" {
		ev.MailFrom = "<>"
	}
	if to, size, ok := strings.Cut(from, ">, to=<"); ok && size != "" { // a line a recipient
		ev.MailFrom, ev.RcptTo = to, size
	}
	if n, rest, ok := scan.Digits(rest); ok && strings.HasPrefix(rest, ", ") {
		ev.Size, ev.HasSize = n, true
	}
	if _, text, ok := strings.Cut(rest, ", reply=`"); ok {
		if text, ok = strings.CutSuffix(text, "'"); ok {
			if r, ok := reply.Parse(text); ok {
				r.Into(ev)
				ev.RemoteQueueID = reply.QueueID(ev.Text)
			}
		}
	}
	return event.KindFilter
}

// login reads the lines of submission-login: "Login: user=<anna>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.2, mpid=7, TLS,
// session=<x>", and how those end that never logged in, "Disconnected (auth failed, 1 attempts in 2 secs): user=<anna>, ..."
// (src/login-common/client-common.c; "Disconnected: reason (why): " and "Login aborted: " in later versions).
func login(ev *event.Event, s string) event.Kind {
	what, list := fields(s)
	if list == "" {
		return event.KindNone
	}
	kind := event.KindDisconnect
	switch {
	case what == "Login":
		kind, ev.AuthResult = event.KindAuth, "success"
	case !isLoginEnd(what):
		return event.KindNone
	case strings.Contains(what, "auth failed") || strings.Contains(what, "user disabled") || strings.Contains(what, "authorization failed"):
		kind, ev.AuthResult = event.KindAuth, "failure"
	}
	ev.Role = event.RoleServer
	if kind == event.KindAuth {
		ev.Command = "AUTH"
	}
	if what != "Login" {
		ev.Argument = what
	}
	if rest, ok := strings.CutPrefix(list, "user=<"); ok {
		var user string
		user, list, _ = scan.Cut(rest, '>')
		if ev.AuthResult == "success" {
			ev.User = user
		} else { // people type their password where the name belongs
			ev.HideLogin(user)
		}
	}
	for list != "" {
		var field string
		field, list, _ = strings.Cut(strings.TrimPrefix(list, ", "), ", ")
		key, value, _ := scan.Cut(field, '=')
		switch key {
		case "method":
			ev.AuthMechanism, _ = speech.Mechanism(value)
		case "rip":
			ev.PeerIP = value
		default:
			secured(ev, field)
		}
	}
	return kind
}

// secured is "TLS", "TLS: Disconnected", "TLS handshaking", or "TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)".
func secured(ev *event.Event, field string) {
	if field == "TLS" || strings.HasPrefix(field, "TLS: ") {
		ev.TLS = event.Yes
		return
	}
	version, ok := strings.CutPrefix(field, "TLSv")
	version, cipher, named := strings.Cut(version, " with cipher ")
	if !ok || !named {
		return
	}
	if ev.TLS, ev.TLSVersion = event.Yes, version; version == "1" {
		ev.TLSVersion = "1.0"
	}
	ev.TLSCipher, _ = scan.Word(cipher)
}

// fields cuts off what happened from the list that login_log_format makes; what is there first divides them.
func fields(s string) (what, list string) {
	at := -1
	for _, key := range [...]string{": user=<", ": method=", ": rip="} {
		if i := strings.Index(s, key); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return s, ""
	}
	return s[:at], s[at+len(": "):]
}

// isLoginEnd says whether a connection ended before its client had logged in: "Disconnected (auth failed, 1 attempts in 2 secs)",
// with a reason in front of the parentheses from client_destroy (src/login-common), or in place of the word: "Client has quit the
// connection (...)", "Remote closed connection (...)".
func isLoginEnd(what string) bool {
	for _, begin := range [...]string{
		"Disconnected", "Login aborted", "Aborted login", "Client has quit the connection",
		"Remote closed connection", "Connection closed", "Too many invalid commands",
		"Too many bad commands", "Internal login failure", "Maximum number of connections", "Logged out", "Shutting down",
		"Connection queue full", "Inactivity", "Authentication failed", "Temporary authentication failure",
	} {
		if strings.HasPrefix(what, begin) {
			return true
		}
	}
	return false
}

// refusals are how Dovecot says that a login failed (src/auth/auth-request.c and the passdb drivers).
var refusals = [...]string{
	"Password mismatch", "unknown user", "Login failed (status=", "authentication failed", "pam_authenticate() failed", "invalid credentials",
	"Allow_real_nets check failed", "allow_nets check failed", "User is disabled",
	"user disabled", "passdb: unknown user", "No password", "Empty password",
	"Authentication failure due to policy server refusal", "Login attempt with empty password",
	"Attempted login with password having illegal chars", "Username not known", "Invalid username", "User found from deny passdb",
	"Request timed out waiting for client to continue authentication", "oauth2 failed: ", "nopassword given and password is not empty",
}

// auth is "auth: passwd-file(anna,192.0.2.1): Password mismatch", behind "conn unix:auth-worker (pid=7,uid=8): auth-worker<9>: "
// from a worker, in 2.4 "auth(anna,192.0.2.1,sasl:plain): passwd-file: ...". A login at Dovecot itself has its session there, too:
// that is IMAP's, or has a line of submission-login. Dovecot 1 has "auth(default): pam(...): ...". What the mail server made of it
// stands in its own log. A name that failed may be a password typed in the wrong place, and auth_verbose_passwords has the real
// ones at the end: neither leaves.
func auth(ev *event.Event, p prefix, s string) event.Kind {
	if _, given, ok := strings.Cut(s, "given password: "); ok {
		ev.Hide(given)
	}
	who, text := requester(p, s)
	name, ip, ok := scan.Cut(who, ',')
	ip, more, _ := scan.Cut(ip, ',')
	if !ok {
		return lookup(ev, s)
	}
	for _, begin := range refusals {
		if !strings.HasPrefix(text, begin) {
			continue
		}
		ev.HideLogin(name)
		if p.session != "" || strings.IndexByte(more, '<') >= 0 {
			return event.KindNone
		}
		ev.AuthResult, ev.FilterName, ev.Argument, ev.PeerIP = "failure", "dovecot", begin, ip
		if strings.HasPrefix(text, "pam_") {
			ev.Argument, _, _ = strings.Cut(text, " (given")
		}
		if mechanism, ok := strings.CutPrefix(more, "sasl:"); ok {
			ev.AuthMechanism, _ = speech.Mechanism(mechanism)
		}
		return event.KindAuth
	}
	return event.KindNone
}

// lookup is "passwd-file(anna@example.com): unknown user" without an address that asked: nobody logs in there, a program of this host asks
// for the mailbox of a recipient. A name that is no address stays where it is: some old programs tell no address of whoever logs in.
func lookup(ev *event.Event, s string) event.Kind {
	driver, rest, ok := scan.Cut(s, '(')
	name, found := strings.CutSuffix(rest, "): unknown user")
	if !ok || !found || driver == "" || strings.ContainsAny(driver, " :") || strings.ContainsAny(name, " ,()<>") || !isAddress(name) {
		return event.KindNone
	}
	ev.Argument, ev.Mailbox = "unknown user", name
	return event.KindWarning
}

// isAddress says whether s is a local part and a domain with a dot.
func isAddress(s string) bool {
	local, domain, ok := scan.CutLast(s, '@')
	return ok && local != "" && strings.IndexByte(domain, '.') > 0
}

// requester finds who asked for a login, "anna,192.0.2.1,<session>", and the words behind; empty for a line about no login.
func requester(p prefix, s string) (who, text string) {
	if strings.IndexByte(p.user, ',') >= 0 {
		if _, rest, ok := strings.Cut(s, "]: "); ok && strings.HasPrefix(s, "request [") {
			s = rest
		}
		if driver, rest, ok := strings.Cut(s, ": "); ok && strings.IndexByte(driver, ' ') < 0 {
			s = rest
		}
		return p.user, s
	}
	if worker, ok := strings.CutPrefix(s, "conn "); ok {
		if _, s, ok = strings.Cut(worker, ">: "); !ok {
			return "", s
		}
	}
	driver, rest, ok := scan.Cut(s, '(')
	if !ok || strings.IndexByte(driver, ' ') >= 0 {
		return "", s
	}
	who, text, ok = strings.Cut(rest, "): ")
	if !ok || strings.IndexByte(who, ',') < 0 {
		return "", s
	}
	return who, text
}
