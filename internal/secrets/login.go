package secrets

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
)

// refused is how one program tells that a login failed, with the name that was given: behind name, up to end. The words of proof stand
// before it.
type refused struct {
	proof, name, end string
	last             bool // the end is the last one of its kind in the line: the name may have others
}

// credentials are the words of a program that has no other word of a login in the line.
const credentials = ": Credentials: host "

// logins are those words. What they stand in may be anything: a debugging log, "message repeated 3 times: [ ... ]", another program's JSON.
var logins = [...]refused{
	{proof: "authenticator failed for ", name: "(set_id=", end: ")", last: true},      // Exim (src/smtp_in.c)
	{proof: "Incorrect authentication data ", name: "(set_id=", end: ")", last: true}, // Exim
	{proof: " authentication failed: ", name: ", sasl_username=", end: ""},            // Postfix (src/smtpd/smtpd_sasl_glue.c)
	{proof: "(auth failed, ", name: ": user=<", end: ">"},                             // Dovecot (src/login-common/client-common.c)
	{proof: "do_auth ", name: "auth failure: [user=", end: "] [service=", last: true}, // saslauthd (saslauthd/saslauthd-main.c)
	{proof: ":auth): authentication failure; ", name: " ruser=", end: " rhost="},      // pam_unix, asked by a mail server
	{proof: ":auth): authentication failure; ", name: "  user=", end: ""},             // its last field
	{proof: "LOGIN FAILED, ", name: "user=", end: ", ip=[", last: true},               // Courier's IMAP and POP3 servers
	{proof: "AUTH failure (", name: ", user=", end: ", relay=", last: true},           // Sendmail (sendmail/srvrsmtp.c)
	{proof: "$auth1 = ", name: "$auth1 = "},                                           // Exim -d (src/auths/check_serv_cond.c)
	{proof: "$auth2 = ", name: "$auth2 = "},
	{proof: "$auth3 = ", name: "$auth3 = "},
	{proof: "given password: ", name: "given password: "}, // Dovecot, auth_verbose_passwords
	{proof: credentials, name: ", pass "},                 // s-nail -v -v
	{proof: "client in: CONT\t", name: "CONT\t"},          // Dovecot, auth_debug_passwords
	{proof: "client in: AUTH\t", name: "\tresp="},
	{proof: "client in: CONT#011", name: "CONT#011"}, // as rsyslog writes a tab
	{proof: "client in: AUTH#011", name: "#011resp="},
	{proof: "client passdb out: FAIL\t", name: "\tuser=", end: "\t"},
	{proof: "client passdb out: FAIL#011", name: "#011user=", end: "#011"},
	{proof: "supplied password '", name: "supplied password '"}, // courier-authlib, DEBUG_LOGIN=2
	{proof: "badlogin: ", name: "] plaintext ", end: " SASL("},  // Cyrus imapd
	{proof: "badlogin: ", name: "] PLAIN ", end: " ["},
	{proof: "badlogin: ", name: "] LOGIN ", end: " ["},
	// Cyrus SASL (sasldb/db_berkeley.c), in whichever server:
	{proof: "user: ", name: "user: ", end: " property: "},
	{proof: " authentication user=", name: " authentication user=", end: " address=", last: true}, // OpenSMTPD, with result= behind
}

// pamServices are the names that mail servers ask PAM under.
var pamServices = [...]string{
	"smtp", "smtpd", "exim", "exim4", "dovecot", "postfix", "sendmail", "mail",
	"submission", "esmtp", "courier", "smtpauth", "opensmtpd", "imap",
	"pop3", "cyrus",
}

// logins looks for them. Each is asked for once: a text of many lines has its lines read one by one.
func (f *finder) logins() {
	for rest, at := f.s, 0; rest != ""; {
		line, after, _ := scan.Cut(rest, '\n')
		if strings.Contains(line, "uth") || strings.Contains(line, "UTH") || strings.Contains(line, "LOGIN FAILED") ||
			strings.Contains(line, credentials) {
			for i := range logins {
				f.login(&logins[i], line, at)
			}
		}
		at, rest = at+len(line)+1, after
	}
}

// login looks for one of them in a line that begins at at.
func (f *finder) login(r *refused, line string, at int) {
	proof := strings.Index(line, r.proof)
	if proof < 0 {
		return
	}
	from := strings.Index(line[proof:], r.name)
	if from < 0 {
		return
	}
	if strings.HasPrefix(r.proof, ":auth)") && !isPamOfMail(line[:proof]) {
		return
	}
	if r.proof == " authentication user=" && !strings.Contains(line, "result=permfail") && !strings.Contains(line, "result=tempfail") {
		return
	}
	if r.end == " property: " && !strings.Contains(line[from+proof:], r.end) {
		return
	}
	from += proof + len(r.name)
	to := len(line)
	switch {
	case r.end == "":
		to = closing(line, from)
	case r.last:
		if i := strings.LastIndex(line[from:], r.end); i >= 0 {
			to = from + i
		}
	default:
		if i := strings.Index(line[from:], r.end); i >= 0 {
			to = from + i
		}
	}
	f.add(at+from, at+to)
}

// isPamOfMail says whether head ends in "pam_unix(smtp".
func isPamOfMail(head string) bool {
	i := strings.LastIndexByte(head, '(')
	if i < 0 || strings.LastIndex(head[:i], "pam_") < 0 {
		return false
	}
	for _, service := range pamServices {
		if head[i+1:] == service {
			return true
		}
	}
	return false
}

// closing is where a value ends that its writer puts at the end of a line: there, or where the text ends that the line stands in: a string
// of JSON, the bracket of "message repeated 3 times: [ ... ]".
func closing(line string, from int) int {
	head := strings.TrimLeft(line[:from], " ")
	if strings.HasPrefix(head, "{") || strings.HasPrefix(head, `"`) {
		for i := from; i < len(line); i++ {
			if line[i] == '\\' && i+1 < len(line) {
				if strings.IndexByte("nr", line[i+1]) >= 0 {
					return i
				}
				i++
			} else if line[i] == '"' {
				return i
			}
		}
	}
	if strings.Contains(head, "message repeated ") && strings.HasSuffix(line, "]") && line[from:] != event.Mark {
		return len(line) - 1 // not the mark's own bracket, of a line cut short
	}
	return len(line)
}

// proxied hides what a mail server's line has of a login that a proxy hands on: "XCLIENT ADDR=192.0.2.1 LOGIN=anna PASS=secret".
func (f *finder) proxied() {
	s := f.s
	client := strings.Contains(s, "XCLIENT")
	if !client && !strings.Contains(s, "PASS") {
		return
	}
	for _, name := range [...]string{"PASS=", "PASSWORD=", "LOGIN=", "FORWARD="} {
		if !client && name[0] != 'P' {
			continue
		}
		for at := 0; ; {
			i := strings.Index(s[at:], name)
			if i < 0 {
				break
			}
			from := at + i + len(name)
			to := f.argument(from)
			if head := s[:at+i]; head == "" || isMark(s, len(head)-1) {
				if value := s[from:to]; value != "" && value != "[UNAVAILABLE]" {
					f.add(from, to)
				}
			}
			at = max(to, from)
		}
	}
}
