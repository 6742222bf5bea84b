package postfix

import (
	"strings"

	"github.com/otelcol-smtp/otelcol-smtp/internal/event"
	"github.com/otelcol-smtp/otelcol-smtp/internal/reply"
	"github.com/otelcol-smtp/otelcol-smtp/internal/scan"
	"github.com/otelcol-smtp/otelcol-smtp/internal/speech"
)

// conversation reads what -v and debug_peer_list add: "< name[ip]: RCPT TO:<a>" was received, "> name[ip]: 250 2.1.5 Ok" was sent
// (src/smtpd/smtpd_chat.c, src/smtp/smtp_chat.c). What the daemons say about themselves stays unrecognised, but credentials in it do not
// leave.
func conversation(ev *event.Event, s string) event.Kind {
	if len(s) < 4 || s[1] != ' ' || s[0] != '<' && s[0] != '>' {
		conceal(ev, s)
		return event.KindNone
	}
	server := ev.Role == event.RoleServer
	p, rest, ok := takePeer(s[2:])
	if !ok {
		return event.KindNone
	}
	words, ok := after(rest, ": ")
	if !ok {
		if rest != ":" {
			return event.KindNone
		}
		words = ""
	}
	if server {
		p.caller(ev)
	} else {
		p.called(ev)
		ev.Scope = event.ScopePID
		ev.OwnVerdicts = true // status= tells them
	}
	ev.Said = words
	fromClient := (s[0] == '<') == server
	ev.FromPeer = event.TriOf(fromClient)
	if !fromClient {
		if r, isReply := reply.Parse(words); isReply {
			ev.Code, ev.Class, ev.Enhanced, ev.Text, ev.MoreLines = r.Code, r.Class(), r.Enhanced, r.Text, r.More
			ev.RemoteQueueID = reply.QueueID(r.Text)
			return event.KindReply
		}
		return event.KindContent
	}
	return command(ev, words)
}

// command reads a client's line.
func command(ev *event.Event, s string) event.Kind {
	if !speech.Command(s, ev) {
		return event.KindContent
	}
	speech.HideCredentials(s, ev)
	return event.KindCommand
}

// conceal marks credentials in debugging noise: attribute values of the SASL exchange, decoded responses, user names.
func conceal(ev *event.Event, s string) {
	for _, key := range [...]string{
		"xsasl_dovecot_server_first: ", "xsasl_dovecot_server_next: ", "xsasl_cyrus_server_first: ", "xsasl_cyrus_server_next: ",
		"smtpd_sasl_authenticate: ", "xsasl_cyrus_client_next: ", "xsasl_cyrus_client_first: ", "smtp_sasl_authenticate: ",
		"xsasl_cyrus_client_get_user: ", "xsasl_cyrus_client_get_passwd: ", "smtp_sasl_passwd_lookup: ", "xsasl_cyrus_server_auth_response: ",
	} {
		if strings.HasPrefix(s, key) {
			ev.Hide(s[len(key):])
			return
		}
	}
	for _, key := range [...]string{"input attribute value: ", "send attr ", "auth_command: "} {
		if rest, ok := after(s, key); ok && looksSecret(rest) {
			ev.Hide(rest)
			return
		}
	}
}

// looksSecret is a base64 word or a named credential.
func looksSecret(s string) bool {
	if strings.Contains(s, "resp=") || strings.Contains(s, "passw") || strings.Contains(s, "secret") || strings.Contains(s, "seed") {
		return true
	}
	if len(s) < 16 {
		return false
	}
	var upper, lower, digit, sign bool
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case scan.IsDigit(c):
			digit = true
		case c >= 'A' && c <= 'Z':
			upper = true
		case c >= 'a' && c <= 'z':
			lower = true
		case c == '+' || c == '/' || c == '=':
			sign = true
		default:
			return false
		}
	}
	return sign && upper || upper && lower && digit
}
